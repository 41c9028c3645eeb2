// SPDX-License-Identifier: Apache-2.0
// TLS 1.3 towards one server that is known by its public key and by nothing else: no certificate
// authority, name or date is consulted. Private to sync/transport, as it shows OpenSSL's types.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <vector>

#include "sync/transport/websocket_client.h"

namespace feltbog::transport {

struct SslContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextDeleter>;

// What the handshake compares with and what it found. Must outlive every context made from it.
struct PinCheck {
  std::vector<SpkiPin> pins;
  bool mismatch = false;  // set when a server showed another key
};

// Error: internal, when OpenSSL cannot be set up.
Result<SslContext> make_client_context(PinCheck& check);

// Error: internal. Only after a completed handshake.
Result<sync::ChannelBinding> channel_binding(SSL* connection);

}  // namespace feltbog::transport
