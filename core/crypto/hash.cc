// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/hash.h"

#include <sodium.h>

namespace feltbog::crypto {
namespace detail {

void blake2b(std::span<std::uint8_t> out, Domain domain, BytesView key, BytesView data) {
  const int status = crypto_generichash_blake2b_salt_personal(out.data(), out.size(), data.data(),
                                                              data.size(), key.data(), key.size(),
                                                              nullptr, domain.bytes().data());
  FELTBOG_ASSERT(status == 0);
}

}  // namespace detail

Key derive_key(Domain purpose, const Key& from, BytesView context) {
  Key out;
  detail::blake2b(out.bytes(), purpose, from.view(), context);
  return out;
}

}  // namespace feltbog::crypto
