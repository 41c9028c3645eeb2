// SPDX-License-Identifier: Apache-2.0
// Secret bytes: kept in guarded, locked memory that is wiped when released.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/base/bytes.h"
#include "core/base/random.h"

namespace feltbog::crypto {

namespace detail {
struct SecretDeleter {
  void operator()(std::uint8_t* memory) const noexcept;
};
using SecretMemory = std::unique_ptr<std::uint8_t[], SecretDeleter>;
SecretMemory allocate_secret(std::size_t size);
bool equal_secrets(BytesView a, BytesView b);
}  // namespace detail

// N secret bytes of one purpose. Moving leaves the source empty; copying is explicit. Compared in
// constant time. Never printed, never part of a Value.
template <std::size_t N, class Tag>
class Secret {
 public:
  static constexpr std::size_t kSize = N;

  Secret() : memory_(detail::allocate_secret(N)) {}
  Secret(Secret&&) noexcept = default;
  Secret& operator=(Secret&&) noexcept = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  static Secret random(Random& source) {
    Secret out;
    source.fill(out.bytes());
    return out;
  }
  // Error: malformed, when the length is not N. The caller wipes its own copy.
  static Result<Secret> from(BytesView view) {
    if (view.size() != N)
      return Error{ErrorCode::malformed, "key of " + std::to_string(view.size())};
    Secret out;
    std::copy(view.begin(), view.end(), out.bytes().begin());
    return out;
  }
  Secret copy() const {
    Secret out;
    std::copy(view().begin(), view().end(), out.bytes().begin());
    return out;
  }

  std::span<std::uint8_t, N> bytes() {
    FELTBOG_ASSERT(memory_ != nullptr);
    return std::span<std::uint8_t, N>(memory_.get(), N);
  }
  BytesView view() const {
    FELTBOG_ASSERT(memory_ != nullptr);
    return {memory_.get(), N};
  }
  friend bool operator==(const Secret& a, const Secret& b) {
    return detail::equal_secrets(a.view(), b.view());
  }

 private:
  detail::SecretMemory memory_;
};

using Key = Secret<32, struct KeyTag>;                          // symmetric, for one purpose only
using SigningSecret = Secret<32, struct SigningSecretTag>;      // Ed25519 seed
using AgreementSecret = Secret<32, struct AgreementSecretTag>;  // X25519

// Overwrites memory in a way the compiler keeps.
void wipe(std::span<std::uint8_t> memory);

}  // namespace feltbog::crypto
