// SPDX-License-Identifier: Apache-2.0
// A key of core/crypto/aead.h kept ready for many messages, and who computes the cipher. Every
// provider gives the same bytes: which one is used is a matter of speed and is written nowhere.
#pragma once

#include <memory>

#include "core/crypto/aead.h"

namespace feltbog::crypto {

enum class AeadProvider {
  sodium,   // libsodium: always there
  openssl,  // ChaCha20-Poly1305 of OpenSSL under libsodium's HChaCha20, where built in
};

bool is_built_in(AeadProvider provider);
AeadProvider fastest_aead_provider();

namespace detail {
// One provider with one key. False from either: the provider itself failed (out of memory) and
// another has to do it.
class AeadContext {
 public:
  virtual ~AeadContext() = default;
  [[nodiscard]] virtual bool seal(const Nonce& nonce, BytesView additional, BytesView plain,
                                  std::span<std::uint8_t> out, Tag& tag) = 0;
  [[nodiscard]] virtual bool open(const Nonce& nonce, BytesView additional, BytesView cipher,
                                  const Tag& tag, std::span<std::uint8_t> out, bool& authentic) = 0;
};
// Null where OpenSSL is not built in or has no memory. `key` must outlive it.
std::unique_ptr<AeadContext> make_openssl_context(const Key& key);
}  // namespace detail

// Not for two threads at once. All it keeps of the key is wiped when it goes.
class AeadKey {
 public:
  // A provider that is not built in is replaced by libsodium.
  explicit AeadKey(Key key, AeadProvider provider = fastest_aead_provider());

  // As seal_detached and open_detached.
  void seal(const Nonce& nonce, BytesView additional, BytesView plain, std::span<std::uint8_t> out,
            Tag& tag) const;
  [[nodiscard]] bool open(const Nonce& nonce, BytesView additional, BytesView cipher,
                          const Tag& tag, std::span<std::uint8_t> out) const;

  // The same key and provider, for another thread.
  AeadKey clone() const { return AeadKey(key_->copy(), provider()); }

  AeadProvider provider() const {
    return context_ == nullptr ? AeadProvider::sodium : AeadProvider::openssl;
  }

 private:
  std::unique_ptr<Key> key_;  // in one place, so that the context can point to it
  std::unique_ptr<detail::AeadContext> context_;  // null: libsodium
};

}  // namespace feltbog::crypto
