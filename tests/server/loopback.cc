// SPDX-License-Identifier: Apache-2.0
// Listener, channels and peers of the loopback tests.
#include "tests/server/loopback.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <utility>

#include "server/tls.h"

namespace feltbog::testing {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kPatience = std::chrono::seconds(10);

class EchoChannel final : public server::Channel {
 public:
  EchoChannel(EchoFactory& factory, server::Carrier& carrier)
      : factory_(factory), carrier_(carrier), flood_(factory.flood) {}
  void handle_bytes(BytesView bytes, Instant) override { append(waiting_, bytes); }
  void handle_timeout(Instant) override {}
  bool wants_input() override { return true; }
  Bytes poll_transmit(std::size_t bytes_max) override {
    if (flood_ > 0) {
      const std::size_t size = std::min(flood_, bytes_max);
      flood_ -= size;
      return Bytes(size, 'f');
    }
    const std::size_t size = std::min(waiting_.size(), bytes_max);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(size);
    Bytes out(waiting_.begin(), end);
    waiting_.erase(waiting_.begin(), end);
    return out;
  }
  std::optional<Instant> poll_timeout() override { return std::nullopt; }
  bool authenticated() override { return factory_.authenticate; }
  bool finished() override { return false; }
  void handle_closed(Instant) override { ++factory_.closed; }

 private:
  EchoFactory& factory_;
  [[maybe_unused]] server::Carrier& carrier_;
  std::size_t flood_;
  Bytes waiting_;
};

}  // namespace

bool LineLog::mentions(std::string_view text) const {
  return std::ranges::any_of(
      lines, [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

std::unique_ptr<server::Channel> EchoFactory::open_channel(const sync::ChannelBinding& binding,
                                                           server::Carrier& carrier, Instant) {
  bindings.push_back(binding);
  return std::make_unique<EchoChannel>(*this, carrier);
}

bool run_until(asio::io_context& io, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!done() && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_one_for(std::chrono::milliseconds(20));
  }
  return done();
}

Loopback::Loopback(server::ChannelFactory& channels, server::Limits limits) {
  auto files = server::make_tls_files("localhost", clock.wall_time());
  REQUIRE(files.has_value());
  auto context = server::make_server_context(files->key_pem, files->certificate_pem);
  REQUIRE(context.has_value());
  auto found = server::pin_of(context->get());
  REQUIRE(found.has_value());
  pin.bytes = found->bytes;
  auto opened = server::Listener::open(io, clock, log, channels, std::move(context).value(),
                                       {"127.0.0.1", 0}, limits);
  REQUIRE(opened.has_value());
  listener = std::move(opened).value();
}

transport::ServerAddress Loopback::address() const {
  return {"127.0.0.1", listener->port(), {pin}};
}

void Loopback::pass(std::int64_t milliseconds) {
  clock.advance(milliseconds);
  listener->check_time();
}

Bytes RecordingDriver::poll_transmit(std::size_t bytes_max) {
  const std::size_t size = std::min(to_send.size(), bytes_max);
  const auto end = to_send.begin() + static_cast<std::ptrdiff_t>(size);
  Bytes out(to_send.begin(), end);
  to_send.erase(to_send.begin(), end);
  return out;
}

struct RawPeer::State : std::enable_shared_from_this<State> {
  State(asio::io_context& io, std::uint16_t port_in)
      : context(asio::ssl::context::tls_client), stream(io, context), port(port_in) {}

  void connect(std::function<void()> then) {
    const tcp::endpoint endpoint(asio::ip::make_address("127.0.0.1"), port);
    stream.next_layer().async_connect(
        endpoint, [self = shared_from_this(), then](boost::system::error_code error) {
          self->closed = self->closed || error;
          self->connected = !error;
          if (!error) then();
        });
  }
  void secure() {
    stream.async_handshake(asio::ssl::stream_base::client,
                           [self = shared_from_this()](boost::system::error_code error) {
                             self->closed = self->closed || error;
                             self->secured = !error;
                             if (!error) self->talk();
                           });
  }
  void talk() {
    asio::async_write(stream, asio::buffer(text),
                      [self = shared_from_this()](boost::system::error_code, std::size_t) {});
    listen();
  }
  void listen() {
    stream.async_read_some(
        asio::buffer(chunk),
        [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
          self->answer.append(self->chunk.data(), size);
          if (error) {
            self->closed = true;
          } else {
            self->listen();
          }
        });
  }
  // Without TLS, only to notice that the other side hung up.
  void watch() {
    stream.next_layer().async_read_some(
        asio::buffer(chunk),
        [self = shared_from_this()](boost::system::error_code error, std::size_t) {
          self->closed = self->closed || error;
        });
  }

  asio::ssl::context context;
  asio::ssl::stream<tcp::socket> stream;
  std::uint16_t port;
  std::string text;
  std::string answer;
  std::array<char, 4096> chunk{};
  bool connected = false;
  bool secured = false;
  bool closed = false;
};

RawPeer::RawPeer(asio::io_context& io, std::uint16_t port)
    : state_(std::make_shared<State>(io, port)) {}

RawPeer::~RawPeer() {
  boost::system::error_code ignored;
  state_->stream.next_layer().close(ignored);
}

void RawPeer::connect() {
  state_->connect([state = state_.get()] { state->watch(); });
}

void RawPeer::send(std::string text) {
  state_->text = std::move(text);
  state_->connect([state = state_.get()] { state->secure(); });
}

bool RawPeer::connected() const { return state_->connected; }
bool RawPeer::secured() const { return state_->secured; }
bool RawPeer::closed() const { return state_->closed; }
const std::string& RawPeer::answer() const { return state_->answer; }
std::string RawPeer::tls_version() const { return SSL_get_version(state_->stream.native_handle()); }

}  // namespace feltbog::testing
