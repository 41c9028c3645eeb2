// SPDX-License-Identifier: Apache-2.0
// BLAKE2b (RFC 7693) in separate domains: the domain is BLAKE2b's 16-byte personalisation, so a
// hash made for one purpose never equals one made for another.
#pragma once

#include <string_view>

#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace feltbog::crypto {

// A domain name of 1 to 16 ASCII characters, "run.v1". Padded with zero bytes.
class Domain {
 public:
  consteval Domain(const char* name) {
    std::size_t length = 0;
    while (name[length] != 0) {
      if (length == bytes_.size()) throw "a domain has at most 16 characters";
      bytes_[length] = static_cast<std::uint8_t>(name[length]);
      ++length;
    }
    if (length == 0) throw "a domain has a name";
  }
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

namespace detail {
void blake2b(std::span<std::uint8_t> out, Domain domain, BytesView key, BytesView data);
}

// The hash of `data`, as long as Fixed (16 to 64 bytes).
template <class Fixed>
Fixed hash(Domain domain, BytesView data) {
  static_assert(Fixed::kSize >= 16 && Fixed::kSize <= 64);
  Fixed out;
  detail::blake2b(out.bytes, domain, {}, data);
  return out;
}

// The same with a key: a message authentication code, or a derivation no outsider can repeat.
template <class Fixed>
Fixed keyed_hash(Domain domain, const Key& key, BytesView data) {
  static_assert(Fixed::kSize >= 16 && Fixed::kSize <= 64);
  Fixed out;
  detail::blake2b(out.bytes, domain, key.view(), data);
  return out;
}

// A key for one purpose, from a key for several.
Key derive_key(Domain purpose, const Key& from, BytesView context = {});

}  // namespace feltbog::crypto
