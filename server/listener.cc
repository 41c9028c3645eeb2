// SPDX-License-Identifier: Apache-2.0
// The accept loop, the table of connections and the clock that checks them.
#include "server/listener.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "server/connection.h"

namespace feltbog::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using SystemError = boost::system::error_code;

constexpr auto kTick = std::chrono::milliseconds(250);
// After an accept that failed (no more file descriptors, mostly) the next try waits for a tick, so
// that the loop does not spin.
constexpr std::int64_t kRefusalReportMilliseconds = 10'000;

// Whose connections count together: an IPv4 address, or the /64 network that one subscriber has.
std::string origin_of(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
  }
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return asio::ip::address_v6(bytes).to_string();
}

Error bind_error(const SystemError& error) {
  ErrorCode code = ErrorCode::io_error;
  if (error == asio::error::address_in_use) code = ErrorCode::busy;
  if (error == asio::error::access_denied) code = ErrorCode::not_permitted;
  if (error.value() == EADDRNOTAVAIL) code = ErrorCode::invalid_argument;
  return {code, "listen: " + std::to_string(error.value())};
}

}  // namespace

class Listener::Acceptor final : public ConnectionHost,
                                 public std::enable_shared_from_this<Acceptor> {
 public:
  Acceptor(asio::io_context& io, Clock& clock, Log& log, ChannelFactory& channels,
           SslContext context, Limits limits)
      : clock_(clock),
        log_(log),
        channels_(channels),
        context_(context.release()),  // Asio frees it
        limits_(limits),
        acceptor_(io),
        tick_(io) {}

  Result<void> bind(const ListenAddress& where) {
    SystemError error;
    const bool every = where.address.empty();
    asio::ip::address address = asio::ip::address_v6::any();
    if (!every) address = asio::ip::make_address(where.address, error);
    if (error) return Error{ErrorCode::invalid_argument, "listen address"};
    FELTBOG_CHECK(open(tcp::endpoint(address, where.port), every));
    acceptor_.bind(tcp::endpoint(address, where.port), error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return bind_error(error);
    port_ = acceptor_.local_endpoint(error).port();
    if (error) return bind_error(error);
    accept();
    arm_tick();
    return {};
  }

  std::uint16_t port() const { return port_; }
  std::size_t count() const { return connections_.size(); }

  void check_time() {
    const Instant now = clock_.instant();
    // A copy, because a connection that ends leaves the table.
    std::vector<std::shared_ptr<Connection>> all;
    all.reserve(connections_.size());
    for (const auto& [number, entry] : connections_) all.push_back(entry.connection);
    for (const auto& connection : all) connection->check_time(now);
    report_refusals(now);
    if (accept_failed_ && !stopped_) accept();
  }

  void stop() {
    if (stopped_) return;
    stopped_ = true;
    SystemError ignored;
    acceptor_.close(ignored);
    std::vector<std::shared_ptr<Connection>> all;
    for (const auto& [number, entry] : connections_) all.push_back(entry.connection);
    for (const auto& connection : all) connection->stop();
    if (connections_.empty()) tick_.cancel();
  }

  // The listener is being destroyed: nothing may call back any more.
  void abandon() {
    stop();
    tick_.cancel();
    abandoned_ = true;
    // They keep this object alive until they have ended; it must not keep them.
    for (const auto& [number, entry] : connections_) entry.connection->drop();
    connections_.clear();
  }

  Instant now() override { return clock_.instant(); }
  const Limits& limits() const override { return limits_; }
  Log& log() override { return log_; }
  ChannelFactory& channels() override { return channels_; }

  void connection_authenticated(std::uint64_t number) override {
    const auto found = connections_.find(number);
    if (found == connections_.end()) return;
    forget_stranger(found->second.origin);
    found->second.origin.clear();
  }

  void connection_closed(std::uint64_t number) override {
    const auto found = connections_.find(number);
    if (found == connections_.end()) return;
    forget_stranger(found->second.origin);
    connections_.erase(found);
    if (stopped_ && connections_.empty()) tick_.cancel();
  }

 private:
  struct Entry {
    std::shared_ptr<Connection> connection;
    std::string origin;  // empty once authenticated
  };

  Result<void> open(const tcp::endpoint& endpoint, bool every) {
    SystemError error;
    acceptor_.open(endpoint.protocol(), error);
    if (error) return bind_error(error);
    acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (every && !error) acceptor_.set_option(asio::ip::v6_only(false), error);
    if (error) return bind_error(error);
    return {};
  }

  void accept() {
    accept_failed_ = false;
    acceptor_.async_accept([self = shared_from_this()](SystemError error, tcp::socket socket) {
      if (self->stopped_) return;
      if (error) {
        self->accept_failed_ = true;
        self->log_.event("accept_failed", {{"error", static_cast<std::uint64_t>(error.value())}});
        return;
      }
      self->admit(std::move(socket));
      self->accept();
    });
  }

  void admit(tcp::socket socket) {
    SystemError error;
    const auto remote = socket.remote_endpoint(error);
    if (error) return;  // gone again
    const std::string origin = origin_of(remote.address());
    if (connections_.size() >= limits_.connections_max ||
        strangers_[origin] >= limits_.unauthenticated_per_address_max) {
      ++refused_;
      if (strangers_[origin] == 0) strangers_.erase(origin);
      return;  // closes the socket
    }
    socket.set_option(tcp::no_delay(true), error);
    ++strangers_[origin];
    const std::uint64_t number = ++last_number_;
    connections_[number].origin = origin;
    connections_[number].connection =
        Connection::start(std::move(socket), context_, shared_from_this(), number);
  }

  void forget_stranger(const std::string& origin) {
    const auto found = strangers_.find(origin);
    if (found == strangers_.end()) return;
    if (--found->second == 0) strangers_.erase(found);
  }

  // One line for many, so that a flood of connections is not a flood of lines.
  void report_refusals(Instant now) {
    if (refused_ == 0 || now < next_report_) return;
    log_.event("connections_refused", {{"count", refused_}});
    refused_ = 0;
    next_report_ = now.after(kRefusalReportMilliseconds);
  }

  void arm_tick() {
    tick_.expires_after(kTick);
    tick_.async_wait([self = shared_from_this()](SystemError error) {
      if (error || self->abandoned_) return;
      self->check_time();
      if (!self->stopped_ || !self->connections_.empty()) self->arm_tick();
    });
  }

  Clock& clock_;
  Log& log_;
  ChannelFactory& channels_;
  asio::ssl::context context_;
  Limits limits_;
  tcp::acceptor acceptor_;
  asio::steady_timer tick_;
  std::uint16_t port_ = 0;
  std::map<std::uint64_t, Entry> connections_;
  std::map<std::string, std::size_t> strangers_;
  std::uint64_t last_number_ = 0;
  std::uint64_t refused_ = 0;
  Instant next_report_;
  bool accept_failed_ = false;
  bool stopped_ = false;
  bool abandoned_ = false;
};

Listener::Listener(std::shared_ptr<Acceptor> acceptor) : acceptor_(std::move(acceptor)) {}
Listener::~Listener() { acceptor_->abandon(); }

Result<std::unique_ptr<Listener>> Listener::open(asio::io_context& io, Clock& clock, Log& log,
                                                 ChannelFactory& channels, SslContext context,
                                                 const ListenAddress& address, Limits limits) {
  auto acceptor = std::make_shared<Acceptor>(io, clock, log, channels, std::move(context), limits);
  FELTBOG_CHECK(acceptor->bind(address));
  return std::unique_ptr<Listener>(new Listener(std::move(acceptor)));
}

std::uint16_t Listener::port() const { return acceptor_->port(); }
std::size_t Listener::connection_count() const { return acceptor_->count(); }
void Listener::check_time() { acceptor_->check_time(); }
void Listener::stop() { acceptor_->stop(); }

}  // namespace feltbog::server
