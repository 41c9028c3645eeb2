// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/secret.h"

#include <sodium.h>

namespace feltbog::crypto {
namespace detail {

void SecretDeleter::operator()(std::uint8_t* memory) const noexcept { sodium_free(memory); }

SecretMemory allocate_secret(std::size_t size) {
  FELTBOG_ASSERT(sodium_init() >= 0);
  auto* memory = static_cast<std::uint8_t*>(sodium_malloc(size));
  // Guard pages may be refused where memory is nearly gone; there is no safe way to go on.
  FELTBOG_ASSERT(memory != nullptr);
  sodium_memzero(memory, size);
  return SecretMemory(memory);
}

bool equal_secrets(BytesView a, BytesView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace detail

void wipe(std::span<std::uint8_t> memory) { sodium_memzero(memory.data(), memory.size()); }

}  // namespace feltbog::crypto
