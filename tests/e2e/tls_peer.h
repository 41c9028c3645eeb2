// SPDX-License-Identifier: Apache-2.0
// The two ends of TLS, said by hand: a device that talks nonsense, and a server that does.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <string>
#include <thread>

namespace feltbog::e2e {

// Sends `text` over TLS to a port of the loopback interface, and `then` once something came back;
// returns all that comes back until the other side closes.
std::string answer_over_tls(int port, const std::string& text, const std::string& then = {});

// Takes connections on a port with an office's own certificate and key, answers the upgrade to
// WebSocket as the office would, sends `bytes` inside TLS and hangs up.
class FalseServer {
 public:
  FalseServer(int port, const std::string& office_data, std::string bytes);
  ~FalseServer();
  FalseServer(const FalseServer&) = delete;
  FalseServer& operator=(const FalseServer&) = delete;

 private:
  void run();
  void serve(SSL* tls) const;

  std::string bytes_;
  SSL_CTX* context_;
  int listener_;
  int wake_[2] = {-1, -1};
  std::thread thread_;
};

}  // namespace feltbog::e2e
