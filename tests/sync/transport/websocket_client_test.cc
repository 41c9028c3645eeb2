// SPDX-License-Identifier: Apache-2.0
#include "sync/transport/websocket_client.h"

#include <doctest/doctest.h>

#include <boost/asio/ip/tcp.hpp>

#include "tests/server/loopback.h"

using namespace feltbog;
using namespace feltbog::testing;
using transport::WebSocketClient;

namespace {

class CollectingSink final : public transport::TrafficSink {
 public:
  void sent(BytesView payload) override { append(out, payload); }
  void received(BytesView payload) override { append(in, payload); }
  Bytes out;
  Bytes in;
};

// What ends a connection that is not expected to stand.
std::optional<Error> outcome(Loopback& loopback, const transport::ServerAddress& address) {
  RecordingDriver driver;
  WebSocketClient client(loopback.io, loopback.clock, driver, address);
  client.start();
  REQUIRE(loopback.run_until([&] { return driver.closed; }));
  CHECK_FALSE(driver.binding.has_value());
  return driver.error;
}

ErrorCode code(const std::optional<Error>& error) { return error ? error->code : ErrorCode{}; }

}  // namespace

TEST_CASE("bytes come back as they went, both ends know one binding, and everything is counted") {
  EchoFactory echo;
  Loopback loopback(echo);
  RecordingDriver driver;
  CollectingSink sink;
  WebSocketClient client(loopback.io, loopback.clock, driver, loopback.address(), {}, &sink);
  Bytes message(300'000);
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(i * 7);
  driver.to_send = message;
  client.start();
  REQUIRE(loopback.run_until([&] { return driver.received.size() == message.size(); }));
  CHECK(driver.received == message);
  REQUIRE(echo.bindings.size() == 1);
  CHECK(*driver.binding == echo.bindings[0]);
  CHECK(sink.out == message);
  CHECK(sink.in == message);
  const auto traffic = client.traffic();
  CHECK(traffic.payload_sent == message.size());
  CHECK(traffic.payload_received == message.size());
  CHECK(traffic.wire_sent > message.size());
  CHECK(traffic.wire_sent < message.size() + 20'000);
  CHECK(traffic.wire_received > message.size());
  client.close();
  REQUIRE(loopback.run_until([&] { return driver.closed; }));
  CHECK_FALSE(driver.error.has_value());
  CHECK(loopback.run_until([&] { return loopback.listener->connection_count() == 0; }));
}

TEST_CASE("no two connections have the same binding") {
  EchoFactory echo;
  Loopback loopback(echo);
  for (int i = 0; i < 2; ++i) {
    RecordingDriver driver;
    WebSocketClient client(loopback.io, loopback.clock, driver, loopback.address());
    client.start();
    REQUIRE(loopback.run_until([&] { return driver.binding.has_value(); }));
  }
  REQUIRE(echo.bindings.size() == 2);
  CHECK(echo.bindings[0] != echo.bindings[1]);
}

TEST_CASE("a server with another key is the wrong server, also when no key is expected") {
  EchoFactory echo;
  Loopback loopback(echo);
  auto address = loopback.address();
  address.pins[0].bytes[31] ^= 1;
  CHECK(code(outcome(loopback, address)) == ErrorCode::wrong_server);
  address.pins.clear();
  CHECK(code(outcome(loopback, address)) == ErrorCode::wrong_server);
  CHECK(echo.bindings.empty());
}

TEST_CASE("a second pin lets a server change its key") {
  EchoFactory echo;
  Loopback loopback(echo);
  auto address = loopback.address();
  address.pins.insert(address.pins.begin(), transport::SpkiPin{});
  RecordingDriver driver;
  WebSocketClient client(loopback.io, loopback.clock, driver, address);
  client.start();
  CHECK(loopback.run_until([&] { return driver.binding.has_value(); }));
}

TEST_CASE("nobody at the port is unreachable") {
  EchoFactory echo;
  Loopback loopback(echo);
  const auto address = loopback.address();
  loopback.listener.reset();
  CHECK(code(outcome(loopback, address)) == ErrorCode::unreachable);
}

TEST_CASE("a server that accepts and says nothing times out") {
  EchoFactory echo;
  Loopback loopback(echo);
  boost::asio::ip::tcp::acceptor silent(loopback.io,
                                        {boost::asio::ip::make_address("127.0.0.1"), 0});
  RecordingDriver driver;
  auto address = loopback.address();
  address.port = silent.local_endpoint().port();
  WebSocketClient client(loopback.io, loopback.clock, driver, address);
  client.start();
  loopback.io.poll();
  loopback.clock.advance(14'999);
  client.wake();
  loopback.io.restart();
  loopback.io.poll();
  CHECK_FALSE(driver.closed);
  loopback.clock.advance(1);
  client.wake();
  REQUIRE(loopback.run_until([&] { return driver.closed; }));
  CHECK(code(driver.error) == ErrorCode::timed_out);
}

TEST_CASE(
    "a server that does not speak TLS breaks the protocol, one that hangs up is unreachable") {
  EchoFactory echo;
  Loopback loopback(echo);
  boost::asio::ip::tcp::acceptor other(loopback.io,
                                       {boost::asio::ip::make_address("127.0.0.1"), 0});
  auto address = loopback.address();
  address.port = other.local_endpoint().port();
  const std::string words = "220 this is some other service, and it talks at once\r\n";
  bool talks = true;
  boost::asio::ip::tcp::socket kept(loopback.io);
  const std::function<void()> accept = [&] {
    other.async_accept(kept, [&](boost::system::error_code error) {
      if (error) return;
      if (talks) kept.send(boost::asio::buffer(words));
      if (!talks) kept.close();
    });
  };
  accept();
  CHECK(code(outcome(loopback, address)) == ErrorCode::protocol_error);
  talks = false;
  kept.close();
  accept();
  CHECK(code(outcome(loopback, address)) == ErrorCode::unreachable);
}

TEST_CASE("a lost server is told once, and nothing is told after the client is gone") {
  EchoFactory echo;
  Loopback loopback(echo);
  RecordingDriver driver;
  auto client =
      std::make_unique<WebSocketClient>(loopback.io, loopback.clock, driver, loopback.address());
  client->start();
  REQUIRE(loopback.run_until([&] { return driver.binding.has_value(); }));
  SUBCASE("server goes") {
    loopback.listener.reset();
    REQUIRE(loopback.run_until([&] { return driver.closed; }));
    CHECK(code(driver.error) == ErrorCode::unreachable);
  }
  SUBCASE("client goes") {
    client.reset();
    REQUIRE(loopback.run_until([&] { return loopback.listener->connection_count() == 0; }));
    CHECK_FALSE(driver.closed);
  }
}

TEST_CASE("the driver's timeout is kept, and a finished driver closes after its last bytes") {
  EchoFactory echo;
  Loopback loopback(echo);
  RecordingDriver driver;
  driver.timeout = loopback.clock.now.after(5'000);
  WebSocketClient client(loopback.io, loopback.clock, driver, loopback.address());
  client.start();
  REQUIRE(loopback.run_until([&] { return driver.binding.has_value(); }));
  CHECK(driver.timeouts == 0);
  loopback.clock.advance(5'000);
  client.wake();
  REQUIRE(loopback.run_until([&] { return driver.timeouts == 1; }));
  driver.to_send = to_bytes(as_bytes("the last words"));
  driver.is_finished = true;
  client.wake();
  REQUIRE(loopback.run_until([&] { return driver.closed; }));
  CHECK_FALSE(driver.error.has_value());
  CHECK(client.traffic().payload_sent == 14);
}

TEST_CASE("a client that is full leaves bytes in the network and takes them later") {
  EchoFactory echo;
  Loopback loopback(echo);
  RecordingDriver driver;
  driver.reads = false;
  driver.to_send = Bytes(10'000, 7);
  WebSocketClient client(loopback.io, loopback.clock, driver, loopback.address());
  client.start();
  REQUIRE(loopback.run_until([&] { return client.traffic().payload_sent == 10'000; }));
  for (int i = 0; i < 50; ++i) {
    loopback.io.restart();
    loopback.io.poll();
  }
  CHECK(driver.received.empty());
  driver.reads = true;
  client.wake();
  CHECK(loopback.run_until([&] { return driver.received.size() == 10'000; }));
}

TEST_CASE("closing before anything stands is quiet") {
  EchoFactory echo;
  Loopback loopback(echo);
  RecordingDriver driver;
  WebSocketClient client(loopback.io, loopback.clock, driver, loopback.address());
  client.start();
  client.close();
  client.close();
  REQUIRE(loopback.run_until([&] { return driver.closed; }));
  CHECK_FALSE(driver.error.has_value());
}
