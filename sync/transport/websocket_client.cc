// SPDX-License-Identifier: Apache-2.0
// The connection behind WebSocketClient, on Boost.Asio and Boost.Beast. The only unit of this room
// that instantiates them.
#include "sync/transport/websocket_client.h"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "sync/transport/tls_client.h"

namespace feltbog::transport {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using SystemError = boost::system::error_code;
using Stream = websocket::stream<asio::ssl::stream<tcp::socket>>;

constexpr std::size_t kReadSize = std::size_t{64} << 10;
// One message carries at most this; a server that takes less than it would be another protocol.
constexpr std::size_t kSendSizeMax = std::size_t{64} << 10;
constexpr const char* kPath = "/v1/sync";

std::string detail_of(const SystemError& error) {
  return std::string(error.category().name()) + " " + std::to_string(error.value());
}

bool is_literal(const std::string& host) {
  SystemError error;
  asio::ip::make_address(host, error);
  return !error;
}

// The Host header: brackets around a literal IPv6 address (RFC 3986, section 3.2.2).
std::string host_header(const ServerAddress& address) {
  const bool bracket = address.host.find(':') != std::string::npos;
  return (bracket ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Error lost(const SystemError& error) {
  if (error == beast::error::timeout) return {ErrorCode::timed_out, "idle"};
  return {ErrorCode::unreachable, "connection lost: " + detail_of(error)};
}

}  // namespace

class WebSocketClient::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::io_context& io, Clock& clock, StreamDriver& driver, ServerAddress address,
             WebSocketLimits limits, TrafficSink* sink)
      : io_(io),
        clock_(clock),
        driver_(&driver),
        address_(std::move(address)),
        limits_(limits),
        sink_(sink),
        resolver_(io),
        timer_(io) {
    check_.pins = address_.pins;
  }

  void start() {
    if (phase_ != Phase::idle) return;
    phase_ = Phase::connecting;
    deadline_ = clock_.instant().after(limits_.connect_milliseconds);
    arm_timer();
    asio::post(io_, [self = shared_from_this()] { self->resolve(); });
  }

  void wake() {
    if (phase_ == Phase::closed || wake_posted_) return;
    wake_posted_ = true;
    asio::post(io_, [self = shared_from_this()] {
      self->wake_posted_ = false;
      self->pump();
    });
  }

  void close() {
    if (phase_ == Phase::closed || close_wanted_) return;
    close_wanted_ = true;
    asio::post(io_, [self = shared_from_this()] { self->close_now(); });
  }

  // The owner is gone: no more calls to the driver or the sink, and no farewell.
  void abandon() {
    driver_ = nullptr;
    sink_ = nullptr;
    drop();
  }

  TrafficCount traffic() const {
    TrafficCount count = count_;
    if (stream_) add_wire(count);
    return count;
  }

 private:
  enum class Phase { idle, connecting, open, closing, closed };

  tcp::socket& socket() { return stream_->next_layer().next_layer(); }
  bool connecting() const { return phase_ == Phase::connecting; }

  void resolve() {
    if (!connecting()) return;
    auto context = make_client_context(check_);
    if (!context) return finish(context.error());
    // Takes the handle over; kept as long as the stream.
    context_.emplace(std::move(context).value().release());
    stream_.emplace(io_, *context_);
    const std::string port = std::to_string(address_.port);
    if (is_literal(address_.host)) {
      SystemError ignored;
      const auto address = asio::ip::make_address(address_.host, ignored);
      const tcp::endpoint endpoint(address, address_.port);
      return socket().async_connect(
          endpoint, [self = shared_from_this()](SystemError error) { self->connected(error); });
    }
    resolver_.async_resolve(address_.host, port,
                            [self = shared_from_this()](SystemError error, auto found) {
                              self->resolved(error, found);
                            });
  }

  void resolved(SystemError error, const tcp::resolver::results_type& found) {
    if (!connecting()) return;
    if (error) return finish(Error{ErrorCode::unreachable, "no such host: " + detail_of(error)});
    asio::async_connect(socket(), found,
                        [self = shared_from_this()](SystemError failed, const tcp::endpoint&) {
                          self->connected(failed);
                        });
  }

  void connected(SystemError error) {
    if (!connecting()) return;
    if (error) return finish(Error{ErrorCode::unreachable, detail_of(error)});
    SystemError ignored;  // slower without, but it works
    socket().set_option(tcp::no_delay(true), ignored);
    if (!is_literal(address_.host)) {
      SSL_set_tlsext_host_name(tls(), address_.host.c_str());
    }
    stream_->next_layer().async_handshake(
        asio::ssl::stream_base::client,
        [self = shared_from_this()](SystemError failed) { self->secured(failed); });
  }

  void secured(SystemError error) {
    if (!connecting()) return;
    if (check_.mismatch) return finish(Error{ErrorCode::wrong_server, "public key"});
    if (error) return finish(handshake_error(error));
    websocket::stream_base::timeout timeout{};
    timeout.handshake_timeout = websocket::stream_base::none();  // deadline_ covers it
    timeout.idle_timeout = std::chrono::milliseconds(limits_.idle_milliseconds);
    timeout.keep_alive_pings = true;
    stream_->set_option(timeout);
    stream_->read_message_max(limits_.message_size_max);
    stream_->write_buffer_bytes(kSendSizeMax);
    stream_->auto_fragment(false);
    stream_->binary(true);
    stream_->async_handshake(
        response_, host_header(address_), kPath,
        [self = shared_from_this()](SystemError failed) { self->upgraded(failed); });
  }

  static Error handshake_error(const SystemError& error) {
    if (error.category() == asio::error::get_ssl_category()) {
      return {ErrorCode::protocol_error, "tls " + detail_of(error)};
    }
    return {ErrorCode::unreachable, "tls " + detail_of(error)};
  }

  void upgraded(SystemError error) {
    if (!connecting()) return;
    if (error == websocket::error::upgrade_declined) return finish(declined());
    if (error) {
      const bool foreign = error.category() != asio::error::get_system_category() &&
                           error != http::error::end_of_stream &&
                           error != asio::ssl::error::stream_truncated;
      return finish(Error{foreign ? ErrorCode::protocol_error : ErrorCode::unreachable,
                          "upgrade: " + detail_of(error)});
    }
    auto binding = channel_binding(tls());
    if (!binding) return finish(binding.error());
    phase_ = Phase::open;
    deadline_.reset();
    read_buffer_.resize(kReadSize);
    driver_->handle_open(*binding, clock_.instant());
    if (phase_ == Phase::closed) return;  // the driver may let go of the client in any call
    pump();
  }

  // A server that is full answers 429 or 503: worth another try. Anything else is another program.
  Error declined() const {
    const unsigned status = response_.result_int();
    const bool full = status == 429 || status == 503;
    return {full ? ErrorCode::unreachable : ErrorCode::protocol_error,
            "http " + std::to_string(status)};
  }

  void read() {
    if (reading_ || !driver_->wants_input()) return;
    reading_ = true;
    stream_->async_read_some(asio::buffer(read_buffer_),
                             [self = shared_from_this()](SystemError error, std::size_t size) {
                               self->received(error, size);
                             });
  }

  void received(SystemError error, std::size_t size) {
    reading_ = false;
    if (phase_ == Phase::closed) return;
    if (error) return read_failed(error);
    if (phase_ == Phase::open) {
      if (!stream_->got_binary()) {
        return finish(Error{ErrorCode::protocol_error, "text message"});
      }
      const BytesView bytes(read_buffer_.data(), size);
      count_.payload_received += size;
      if (sink_ != nullptr) sink_->received(bytes);
      driver_->handle_bytes(bytes, clock_.instant());
      if (phase_ == Phase::closed) return;
    }
    pump();
  }

  void read_failed(const SystemError& error) {
    if (phase_ == Phase::closing) return finish(std::nullopt);
    if (error == websocket::error::closed) {
      return finish(Error{ErrorCode::unreachable,
                          "closed by server: " + std::to_string(stream_->reason().code)});
    }
    const bool foreign = error.category() == make_error_code(websocket::error::closed).category();
    if (foreign) return finish(Error{ErrorCode::protocol_error, detail_of(error)});
    finish(lost(error));
  }

  // Does whatever is due now: timeouts, sending, closing. Safe to call too often.
  void pump() {
    const Instant now = clock_.instant();
    if (deadline_ && now >= *deadline_) return expired();
    if (phase_ == Phase::open) {
      const auto timeout = driver_->poll_timeout();
      if (timeout && now >= *timeout) driver_->handle_timeout(now);
      if (phase_ == Phase::open && !writing_) send_next();
      if (phase_ == Phase::open) read();
    }
    if (phase_ != Phase::closed) arm_timer();
  }

  void expired() {
    if (phase_ == Phase::closing) return finish(std::nullopt);
    finish(Error{ErrorCode::timed_out, "no answer"});
  }

  void send_next() {
    if (outgoing_.empty()) {
      outgoing_ = driver_->poll_transmit(kSendSizeMax);
      if (sink_ != nullptr && !outgoing_.empty()) sink_->sent(outgoing_);
    }
    if (outgoing_.empty()) {
      if (driver_->finished()) close_now();
      return;
    }
    writing_ = true;
    stream_->async_write(asio::buffer(outgoing_),
                         [self = shared_from_this()](SystemError error, std::size_t written) {
                           self->written(error, written);
                         });
  }

  void written(SystemError error, std::size_t size) {
    writing_ = false;
    if (phase_ == Phase::closed) return;
    if (error) {
      // The reader knows better why: a close frame may be waiting there.
      if (phase_ == Phase::open) return;
      return finish(std::nullopt);
    }
    outgoing_.clear();
    count_.payload_sent += size;
    if (phase_ == Phase::closing) return say_farewell();
    pump();
  }

  void close_now() {
    if (phase_ == Phase::idle || phase_ == Phase::connecting) return finish(std::nullopt);
    if (phase_ != Phase::open) return;
    phase_ = Phase::closing;
    deadline_ = clock_.instant().after(limits_.close_milliseconds);
    arm_timer();
    if (!writing_) say_farewell();
  }

  void say_farewell() {
    stream_->async_close(websocket::close_code::normal,
                         [self = shared_from_this()](SystemError) { self->finish(std::nullopt); });
  }

  void arm_timer() {
    std::optional<Instant> next = deadline_;
    if (phase_ == Phase::open) {
      const auto timeout = driver_->poll_timeout();
      if (timeout && (!next || *timeout < *next)) next = timeout;
    }
    if (!next) return static_cast<void>(timer_.cancel());
    const std::int64_t wait = next->milliseconds - clock_.instant().milliseconds;
    timer_.expires_after(std::chrono::milliseconds(std::max<std::int64_t>(wait, 0)));
    timer_.async_wait([self = shared_from_this()](SystemError error) {
      if (!error && self->phase_ != Phase::closed) self->pump();
    });
  }

  void finish(const std::optional<Error>& error) {
    if (phase_ == Phase::closed) return;
    drop();
    if (driver_ != nullptr) std::exchange(driver_, nullptr)->handle_closed(error, clock_.instant());
  }

  // Ends every operation that is under way; their handlers find the phase closed.
  void drop() {
    if (phase_ == Phase::closed) return;
    phase_ = Phase::closed;
    timer_.cancel();
    resolver_.cancel();
    if (!stream_) return;
    SystemError ignored;
    socket().close(ignored);
  }

  void add_wire(TrafficCount& count) const {
    // OpenSSL's own counters of the records that passed between it and the socket.
    SSL* ssl = const_cast<Stream&>(*stream_).next_layer().native_handle();
    count.wire_received = BIO_number_read(SSL_get_rbio(ssl));
    count.wire_sent = BIO_number_written(SSL_get_wbio(ssl));
  }

  SSL* tls() { return stream_->next_layer().native_handle(); }

  asio::io_context& io_;
  Clock& clock_;
  StreamDriver* driver_;
  ServerAddress address_;
  WebSocketLimits limits_;
  TrafficSink* sink_;
  tcp::resolver resolver_;
  asio::steady_timer timer_;
  PinCheck check_;
  std::optional<asio::ssl::context> context_;
  std::optional<Stream> stream_;
  websocket::response_type response_;
  Phase phase_ = Phase::idle;
  std::optional<Instant> deadline_;
  Bytes read_buffer_;
  Bytes outgoing_;
  TrafficCount count_;
  bool reading_ = false;
  bool writing_ = false;
  bool wake_posted_ = false;
  bool close_wanted_ = false;
};

WebSocketClient::WebSocketClient(asio::io_context& io, Clock& clock, StreamDriver& driver,
                                 ServerAddress address, WebSocketLimits limits, TrafficSink* sink)
    : connection_(
          std::make_shared<Connection>(io, clock, driver, std::move(address), limits, sink)) {}
WebSocketClient::~WebSocketClient() { connection_->abandon(); }
void WebSocketClient::start() { connection_->start(); }
void WebSocketClient::wake() { connection_->wake(); }
void WebSocketClient::close() { connection_->close(); }
TrafficCount WebSocketClient::traffic() const { return connection_->traffic(); }

}  // namespace feltbog::transport
