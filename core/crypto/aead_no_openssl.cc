// SPDX-License-Identifier: Apache-2.0
// In builds without OpenSSL libsodium is the only provider.
#include "core/crypto/aead_key.h"

namespace feltbog::crypto {

bool is_built_in(AeadProvider provider) { return provider == AeadProvider::sodium; }

std::unique_ptr<detail::AeadContext> detail::make_openssl_context(const Key&) { return nullptr; }

}  // namespace feltbog::crypto
