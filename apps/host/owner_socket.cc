// SPDX-License-Identifier: Apache-2.0
#include "apps/host/owner_socket.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cerrno>
#include <cstdio>
#include <set>

#include "apps/host/connection.h"
#include "apps/host/owner.h"
#include "apps/host/socket_path.h"

namespace feltbog::host {
namespace {

using Protocol = boost::asio::local::stream_protocol;

Error failed(const char* call, int number) {
  const ErrorCode code = number == ENOSPC ? ErrorCode::disk_full : ErrorCode::io_error;
  return {code, std::string(call) + " errno " + std::to_string(number)};
}

}  // namespace

class OwnerSocket::Acceptor {
 public:
  Acceptor(boost::asio::io_context& io, Owner& owner, std::string path, const OwnerToken& token)
      : acceptor_(io), owner_(owner), path_(std::move(path)), token_(token) {}

  // Bound under another name and moved, so that nobody finds a socket that does not listen yet.
  Result<void> open() {
    const std::string fresh = path_ + ".new";
    FELTBOG_TRY(place, SocketPath::of(fresh));
    if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) return failed("unlink", errno);
    boost::system::error_code error;
    acceptor_.open(Protocol(), error);
    if (error) return failed("socket", error.value());
    acceptor_.bind(Protocol::endpoint(place.name()), error);
    if (error) return failed("bind", error.value());
    if (::chmod(fresh.c_str(), 0600) != 0) return failed("chmod", errno);
    acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) return failed("listen", error.value());
    if (::rename(fresh.c_str(), path_.c_str()) != 0) return failed("rename", errno);
    accept();
    return {};
  }

  void close() {
    if (!acceptor_.is_open()) return;
    ::unlink(path_.c_str());
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    const auto open = connections_;
    for (const auto& connection : open) connection->close_when_sent();
  }

  void on_empty(std::function<void()> empty) {
    empty_ = std::move(empty);
    if (connections_.empty()) empty_();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, Protocol::socket socket) {
      if (error == boost::asio::error::operation_aborted) return;
      if (!error && connections_.size() < kConnectionsMax) {
        const auto connection = std::make_shared<Connection>(
            std::move(socket), owner_, token_, [this](const std::shared_ptr<Connection>& gone) {
              if (connections_.erase(gone) > 0) owner_.gone(*gone);
              if (connections_.empty() && empty_) empty_();
            });
        connections_.insert(connection);
        owner_.arrived();
        connection->start();
      }
      if (acceptor_.is_open()) accept();
    });
  }

  Protocol::acceptor acceptor_;
  Owner& owner_;
  std::string path_;
  OwnerToken token_;
  std::set<std::shared_ptr<Connection>> connections_;
  std::function<void()> empty_;
};

OwnerSocket::OwnerSocket(std::unique_ptr<Acceptor> acceptor) : acceptor_(std::move(acceptor)) {}
OwnerSocket::~OwnerSocket() = default;

Result<std::unique_ptr<OwnerSocket>> OwnerSocket::listen(boost::asio::io_context& io, Owner& owner,
                                                         const std::string& path,
                                                         const OwnerToken& token) {
  auto acceptor = std::make_unique<Acceptor>(io, owner, path, token);
  FELTBOG_CHECK(acceptor->open());
  return std::unique_ptr<OwnerSocket>(new OwnerSocket(std::move(acceptor)));
}

void OwnerSocket::close() { acceptor_->close(); }
void OwnerSocket::on_empty(std::function<void()> empty) { acceptor_->on_empty(std::move(empty)); }

}  // namespace feltbog::host
