// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/tls_peer.h"

#include <openssl/evp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "tests/e2e/cut_proxy.h"
#include "tests/e2e/scratch.h"

namespace feltbog::e2e {
namespace {

std::string read_to_end(SSL* tls) {
  std::string out;
  std::array<char, 4096> piece{};
  int count = 0;
  while ((count = SSL_read(tls, piece.data(), static_cast<int>(piece.size()))) > 0) {
    out.append(piece.data(), static_cast<std::size_t>(count));
  }
  return out;
}

// The header's value that proves the upgrade was understood (RFC 6455, section 4.2.2).
std::string accept_value(const std::string& request) {
  const std::string name = "Sec-WebSocket-Key: ";
  const auto begin = request.find(name) + name.size();
  const std::string text = request.substr(begin, request.find("\r\n", begin) - begin) +
                           "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr);
  std::array<unsigned char, 64> encoded{};
  const int size = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(length));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(size)};
}

}  // namespace

std::string answer_over_tls(int port, const std::string& text, const std::string& then) {
  ::signal(SIGPIPE, SIG_IGN);
  const int descriptor = connect_to(port);
  REQUIRE(descriptor >= 0);
  const timeval patience{kDeadlineMilliseconds / 1000, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* tls = SSL_new(context);
  SSL_set_fd(tls, descriptor);
  REQUIRE(SSL_connect(tls) == 1);
  SSL_write(tls, text.data(), static_cast<int>(text.size()));
  std::string out;
  if (!then.empty()) {
    std::array<char, 4096> piece{};
    const int count = SSL_read(tls, piece.data(), static_cast<int>(piece.size()));
    out.assign(piece.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    SSL_write(tls, then.data(), static_cast<int>(then.size()));
  }
  out += read_to_end(tls);
  SSL_free(tls);
  SSL_CTX_free(context);
  ::close(descriptor);
  return out;
}

FalseServer::FalseServer(int port, const std::string& office_data, std::string bytes)
    : bytes_(std::move(bytes)),
      context_(SSL_CTX_new(TLS_server_method())),
      listener_(listen_on(port)) {
  ::signal(SIGPIPE, SIG_IGN);
  const std::string certificate = office_data + "/tls-certificate.pem";
  const std::string key = office_data + "/tls-key.pem";
  REQUIRE(SSL_CTX_use_certificate_file(context_, certificate.c_str(), SSL_FILETYPE_PEM) == 1);
  REQUIRE(SSL_CTX_use_PrivateKey_file(context_, key.c_str(), SSL_FILETYPE_PEM) == 1);
  REQUIRE(::pipe(wake_) == 0);
  thread_ = std::thread([this] { run(); });
}

FalseServer::~FalseServer() {
  ::close(wake_[1]);
  thread_.join();
  ::close(wake_[0]);
  ::close(listener_);
  SSL_CTX_free(context_);
}

void FalseServer::run() {
  for (;;) {
    pollfd waits[2] = {{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    ::poll(waits, 2, -1);
    if (waits[0].revents != 0) return;
    const int descriptor = ::accept(listener_, nullptr, nullptr);
    const timeval patience{5, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    SSL* tls = SSL_new(context_);
    SSL_set_fd(tls, descriptor);
    if (SSL_accept(tls) == 1) serve(tls);
    SSL_free(tls);
    ::close(descriptor);
  }
}

void FalseServer::serve(SSL* tls) const {
  std::string request;
  std::array<char, 4096> piece{};
  while (request.find("\r\n\r\n") == std::string::npos) {
    const int count = SSL_read(tls, piece.data(), static_cast<int>(piece.size()));
    if (count <= 0) return;
    request.append(piece.data(), static_cast<std::size_t>(count));
  }
  const std::string answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      accept_value(request) + "\r\n\r\n" + bytes_;
  SSL_write(tls, answer.data(), static_cast<int>(answer.size()));
  SSL_shutdown(tls);
}

}  // namespace feltbog::e2e
