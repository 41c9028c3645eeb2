// SPDX-License-Identifier: Apache-2.0
// The server's TLS key and certificate: made once at init, loaded at every start. Clients know the
// public key by its hash, so the certificate carries no authority's signature and needs none.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "sync/client_session.h"

namespace feltbog::server {

// SHA-256 of the certificate's SubjectPublicKeyInfo in DER (RFC 7469, section 2.4).
using SpkiPin = FixedBytes<32, struct ServerSpkiPinTag>;

struct TlsFiles {
  Bytes key_pem;  // secret: the caller wipes it (crypto::wipe)
  Bytes certificate_pem;
};

// A new P-256 key (phones' own TLS stacks take no Ed25519) and a self-signed certificate for
// `host`, a name or a literal address, valid from a day before `now` for ten years. The key comes
// from OpenSSL's own random generator. Errors: invalid_argument (no host name), internal.
Result<TlsFiles> make_tls_files(std::string_view host, WallTime now);

struct SslContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextDeleter>;

// TLS 1.3 only, no tickets, no early data. Errors: corrupt (not a key and its certificate),
// internal.
Result<SslContext> make_server_context(BytesView key_pem, BytesView certificate_pem);

// The pin of the context's certificate. Error: internal.
Result<SpkiPin> pin_of(SSL_CTX* context);

// The exporter value of RFC 9266, after the handshake. Error: internal.
Result<sync::ChannelBinding> channel_binding(SSL* connection);

}  // namespace feltbog::server
