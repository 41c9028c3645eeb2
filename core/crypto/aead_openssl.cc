// SPDX-License-Identifier: Apache-2.0
// XChaCha20-Poly1305 as draft-irtf-cfrg-xchacha-03, section 2.3 builds it: HChaCha20 of the key and
// the first 16 bytes of the nonce gives a key for ChaCha20-Poly1305 (RFC 8439), whose nonce is four
// zero bytes and the other 8.
#include <openssl/evp.h>
#include <sodium.h>

#include <cstring>
#include <new>

#include "core/crypto/aead_key.h"

namespace feltbog::crypto {
namespace {

constexpr std::size_t kDerivingSize = 16;  // of the nonce
constexpr std::size_t kShortNonceSize = 12;
static_assert(crypto_core_hchacha20_INPUTBYTES == kDerivingSize);
// EVP counts bytes in int, and messages here are pages.
constexpr std::size_t kSizeMax = 1U << 30;

struct FreeContext {
  // Also overwrites the key schedule (OPENSSL_clear_free in the provider).
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

// A context that knows its cipher and direction, but no key yet.
Context make_context(int encrypt) {
  Context context(EVP_CIPHER_CTX_new());
  if (context != nullptr && EVP_CipherInit_ex(context.get(), EVP_chacha20_poly1305(), nullptr,
                                              nullptr, nullptr, encrypt) != 1) {
    context.reset();
  }
  return context;
}

class OpensslContext final : public detail::AeadContext {
 public:
  OpensslContext(const Key& key, Context sealing, Context opening)
      : key_(key), sealing_(std::move(sealing)), opening_(std::move(opening)) {}

  bool seal(const Nonce& nonce, BytesView additional, BytesView plain, std::span<std::uint8_t> out,
            Tag& tag) override {
    FELTBOG_ASSERT(out.size() == plain.size());
    if (!begin(*sealing_, nonce, additional, plain)) return false;
    bool good = update(*sealing_, plain, out);
    int rest = 0;
    good = good && EVP_CipherFinal_ex(sealing_.get(), out.data(), &rest) == 1 &&
           EVP_CIPHER_CTX_ctrl(sealing_.get(), EVP_CTRL_AEAD_GET_TAG, Tag::kSize,
                               tag.bytes.data()) == 1;
    // With key and nonce set, nothing is left that can fail.
    FELTBOG_ASSERT(good);
    return true;
  }

  bool open(const Nonce& nonce, BytesView additional, BytesView cipher, const Tag& tag,
            std::span<std::uint8_t> out, bool& authentic) override {
    FELTBOG_ASSERT(out.size() == cipher.size());
    Tag expected = tag;  // EVP wants it writable
    // Opening in place leaves nothing for another provider to try again: what can fail has failed
    // before a byte is changed.
    if (!begin(*opening_, nonce, additional, cipher) ||
        EVP_CIPHER_CTX_ctrl(opening_.get(), EVP_CTRL_AEAD_SET_TAG, Tag::kSize,
                            expected.bytes.data()) != 1) {
      return false;
    }
    int rest = 0;
    authentic = update(*opening_, cipher, out) &&
                EVP_CipherFinal_ex(opening_.get(), out.data(), &rest) == 1;
    return true;
  }

 private:
  // Key, nonce and additional data; no byte of the message yet.
  bool begin(EVP_CIPHER_CTX& context, const Nonce& nonce, BytesView additional, BytesView message) {
    if (message.size() > kSizeMax || additional.size() > kSizeMax) return false;
    std::array<std::uint8_t, Key::kSize> once{};
    crypto_core_hchacha20(once.data(), nonce.bytes.data(), key_.view().data(), nullptr);
    std::array<std::uint8_t, kShortNonceSize> rest{};
    std::memcpy(rest.data() + 4, nonce.bytes.data() + kDerivingSize, 8);
    const int ready = EVP_CipherInit_ex(&context, nullptr, nullptr, once.data(), rest.data(), -1);
    sodium_memzero(once.data(), once.size());
    int count = 0;
    return ready == 1 &&
           (additional.empty() || EVP_CipherUpdate(&context, nullptr, &count, additional.data(),
                                                   static_cast<int>(additional.size())) == 1);
  }

  static bool update(EVP_CIPHER_CTX& context, BytesView message, std::span<std::uint8_t> out) {
    int count = 0;
    return message.empty() || EVP_CipherUpdate(&context, out.data(), &count, message.data(),
                                               static_cast<int>(message.size())) == 1;
  }

  const Key& key_;
  Context sealing_;
  Context opening_;
};

}  // namespace

bool is_built_in(AeadProvider) { return true; }

std::unique_ptr<detail::AeadContext> detail::make_openssl_context(const Key& key) {
  Context sealing = make_context(1);
  Context opening = make_context(0);
  if (sealing == nullptr || opening == nullptr) return nullptr;
  return std::unique_ptr<AeadContext>(
      new (std::nothrow) OpensslContext(key, std::move(sealing), std::move(opening)));
}

}  // namespace feltbog::crypto
