// SPDX-License-Identifier: Apache-2.0
// Pinning and channel binding over OpenSSL.
#include "sync/transport/tls_client.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <string_view>

namespace feltbog::transport {
namespace {

// The pin of a certificate; all zero when it cannot be encoded or hashed, which equals no pin.
SpkiPin pin_of(X509* certificate) {
  SpkiPin pin;
  unsigned char* encoded = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded);
  if (length <= 0) return pin;
  if (EVP_Digest(encoded, static_cast<std::size_t>(length), pin.bytes.data(), nullptr, EVP_sha256(),
                 nullptr) != 1) {
    pin = SpkiPin{};
  }
  OPENSSL_free(encoded);
  return pin;
}

// Stands in for OpenSSL's chain building; the proof that the server holds the key is the
// handshake's own signature, checked as ever.
int check_pin(X509_STORE_CTX* store, void* argument) {
  auto* check = static_cast<PinCheck*>(argument);
  X509* certificate = X509_STORE_CTX_get0_cert(store);
  if (certificate != nullptr) {
    const SpkiPin pin = pin_of(certificate);
    if (!pin.is_zero() && std::ranges::find(check->pins, pin) != check->pins.end()) {
      X509_STORE_CTX_set_error(store, X509_V_OK);
      return 1;
    }
  }
  check->mismatch = true;
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
  return 0;
}

}  // namespace

Result<SslContext> make_client_context(PinCheck& check) {
  SslContext context(SSL_CTX_new(TLS_client_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) != 1) {
    return Error{ErrorCode::internal, "tls context"};
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context.get(), &check_pin, &check);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

Result<sync::ChannelBinding> channel_binding(SSL* connection) {
  static constexpr std::string_view kLabel = "EXPORTER-Channel-Binding";
  sync::ChannelBinding binding;
  if (SSL_export_keying_material(connection, binding.bytes.data(), binding.bytes.size(),
                                 kLabel.data(), kLabel.size(), nullptr, 0, 0) != 1) {
    return Error{ErrorCode::internal, "tls exporter"};
  }
  return binding;
}

}  // namespace feltbog::transport
