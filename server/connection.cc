// SPDX-License-Identifier: Apache-2.0
// A connection over Boost.Asio and Boost.Beast. The only unit of this room that instantiates Beast.
// Next on the data path: hub.h.
#include "server/connection.h"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <optional>
#include <string>
#include <utility>

#include "server/http_answer.h"
#include "server/tls.h"

namespace feltbog::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using SystemError = boost::system::error_code;
using TlsStream = asio::ssl::stream<tcp::socket>;
using WebSocket = websocket::stream<TlsStream>;

constexpr std::size_t kReadSize = std::size_t{64} << 10;

class BeastConnection final : public Connection,
                              public std::enable_shared_from_this<BeastConnection> {
 public:
  BeastConnection(tcp::socket socket, asio::ssl::context& context,
                  std::shared_ptr<ConnectionHost> host, std::uint64_t number)
      : host_(std::move(host)),
        number_(number),
        deadlines_(host_->limits(), host_->now()),
        websocket_(std::move(socket), context),
        header_(host_->limits().header_size_max) {}

  void handshake() {
    tls().async_handshake(asio::ssl::stream_base::server,
                          [self = shared_from_this()](SystemError error) { self->secured(error); });
  }

  void check_time(Instant now) override {
    if (closed()) return;
    if (deadlines_.expired(now)) {
      host_->log().event("connection_expired",
                         {{"connection", number_}, {"phase", phase_name(deadlines_.phase())}});
      return finish();
    }
    if (!channel_) return;
    const auto timeout = channel_->poll_timeout();
    if (!timeout || now < *timeout) return;
    channel_->handle_timeout(now);
    pump();
  }

  void wake() override {
    if (closed() || wake_posted_) return;
    wake_posted_ = true;
    asio::post(websocket_.get_executor(), [self = shared_from_this()] {
      self->wake_posted_ = false;
      self->pump();
    });
  }

  void drop() override {
    asio::post(websocket_.get_executor(), [self = shared_from_this()] { self->finish(); });
  }

  void stop() override {
    if (!channel_) finish();
  }

 private:
  TlsStream& tls() { return websocket_.next_layer(); }
  tcp::socket& socket() { return tls().next_layer(); }
  bool closed() const { return deadlines_.phase() == Phase::closed; }
  bool carries() const {
    return deadlines_.phase() == Phase::authentication || deadlines_.phase() == Phase::live;
  }

  void secured(SystemError error) {
    if (closed()) return;
    if (error) return finish();
    deadlines_.enter(Phase::header, host_->now());
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(host_->limits().header_size_max));
    parser_->body_limit(0);
    http::async_read_header(
        tls(), header_, *parser_,
        [self = shared_from_this()](SystemError failed, std::size_t) { self->requested(failed); });
  }

  void requested(SystemError error) {
    if (closed()) return;
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return answer(HttpAnswer::header_too_large);
    }
    if (error.category() == http::make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
      return answer(HttpAnswer::bad_request);
    }
    if (error) return finish();
    const auto& request = parser_->get();
    const std::string_view target(request.target().data(), request.target().size());
    const bool upgrade = websocket::is_upgrade(request);
    const HttpAnswer reply = route(request.method() == http::verb::get, target, upgrade);
    if (reply != HttpAnswer::upgrade) return answer(reply);
    // A client sends nothing more before it is answered; what it had sent would be lost.
    if (header_.size() != 0) return answer(HttpAnswer::bad_request);
    upgrade_now();
  }

  void answer(HttpAnswer reply) {
    deadlines_.enter(Phase::response, host_->now());
    response_ = http_text(reply);
    asio::async_write(tls(), asio::buffer(response_),
                      [self = shared_from_this()](SystemError error, std::size_t) {
                        if (error || self->closed()) return self->finish();
                        self->deadlines_.enter(Phase::closing, self->host_->now());
                        self->tls().async_shutdown([self](SystemError) { self->finish(); });
                      });
  }

  void upgrade_now() {
    websocket::stream_base::timeout none{};
    none.handshake_timeout = websocket::stream_base::none();  // deadlines_ covers all of them
    none.idle_timeout = websocket::stream_base::none();
    none.keep_alive_pings = false;
    websocket_.set_option(none);
    websocket_.read_message_max(host_->limits().message_size_max);
    websocket_.auto_fragment(false);
    websocket_.write_buffer_bytes(kSendSizeMax);
    websocket_.binary(true);
    websocket_.async_accept(
        parser_->get(), [self = shared_from_this()](SystemError error) { self->upgraded(error); });
  }

  void upgraded(SystemError error) {
    if (closed()) return;
    auto binding = channel_binding(tls().native_handle());
    if (error || !binding) return finish();
    parser_.reset();
    deadlines_.enter(Phase::authentication, host_->now());
    read_buffer_.resize(kReadSize);
    channel_ = host_->channels().open_channel(*binding, *this, host_->now());
    pump();
  }

  void read() {
    if (reading_ || !channel_->wants_input()) return;
    reading_ = true;
    websocket_.async_read_some(asio::buffer(read_buffer_),
                               [self = shared_from_this()](SystemError error, std::size_t size) {
                                 self->received(error, size);
                               });
  }

  void received(SystemError error, std::size_t size) {
    reading_ = false;
    if (!carries()) return;
    if (error || !websocket_.got_binary()) return finish();
    const Instant now = host_->now();
    deadlines_.received(now);
    channel_->handle_bytes({read_buffer_.data(), size}, now);
    pump();
  }

  // Does whatever is due now. Safe to call too often.
  void pump() {
    if (!carries()) return;
    if (deadlines_.phase() == Phase::authentication && channel_->authenticated()) {
      deadlines_.enter(Phase::live, host_->now());
      host_->connection_authenticated(number_);
    }
    if (!writing_) send_next();
    if (carries()) read();
  }

  void send_next() {
    outgoing_ = channel_->poll_transmit(kSendSizeMax);
    if (outgoing_.empty()) {
      if (channel_->finished()) say_farewell();
      return;
    }
    writing_ = true;
    deadlines_.write_started(host_->now());
    websocket_.async_write(
        asio::buffer(outgoing_),
        [self = shared_from_this()](SystemError error, std::size_t) { self->written(error); });
  }

  void written(SystemError error) {
    writing_ = false;
    deadlines_.write_finished();
    if (closed()) return;
    if (error) return finish();
    pump();
  }

  void say_farewell() {
    deadlines_.enter(Phase::closing, host_->now());
    websocket_.async_close(websocket::close_code::normal,
                           [self = shared_from_this()](SystemError) { self->finish(); });
  }

  // Ends every operation that is under way; their handlers find the phase closed.
  void finish() {
    if (closed()) return;
    const Instant now = host_->now();
    deadlines_.enter(Phase::closed, now);
    SystemError ignored;
    socket().close(ignored);
    if (channel_) channel_->handle_closed(now);
    channel_.reset();
    host_->connection_closed(number_);
  }

  std::shared_ptr<ConnectionHost> host_;
  std::uint64_t number_;
  Deadlines deadlines_;
  WebSocket websocket_;
  beast::flat_buffer header_;
  std::optional<http::request_parser<http::empty_body>> parser_;
  std::string response_;
  std::unique_ptr<Channel> channel_;
  Bytes read_buffer_;
  Bytes outgoing_;
  bool reading_ = false;
  bool writing_ = false;
  bool wake_posted_ = false;
};

}  // namespace

std::shared_ptr<Connection> Connection::start(tcp::socket socket, asio::ssl::context& context,
                                              std::shared_ptr<ConnectionHost> host,
                                              std::uint64_t number) {
  auto connection =
      std::make_shared<BeastConnection>(std::move(socket), context, std::move(host), number);
  connection->handshake();
  return connection;
}

}  // namespace feltbog::server
