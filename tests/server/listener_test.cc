// SPDX-License-Identifier: Apache-2.0
#include "server/listener.h"

#include <doctest/doctest.h>

#include "tests/server/loopback.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

std::string get(std::string_view path, std::string_view more = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) +
         "\r\n";
}

// The first line of what the server answers to a request; empty when it hangs up without a word.
std::string answer_to(Loopback& loopback, std::string request) {
  RawPeer peer(loopback.io, loopback.listener->port());
  peer.send(std::move(request));
  REQUIRE(loopback.run_until([&] { return peer.closed(); }));
  return peer.answer().substr(0, peer.answer().find("\r\n"));
}

}  // namespace

TEST_CASE("a health check is answered over TLS 1.3 and tells nothing but that it runs") {
  EchoFactory echo;
  Loopback loopback(echo);
  RawPeer peer(loopback.io, loopback.listener->port());
  peer.send(get("/v1/health"));
  REQUIRE(loopback.run_until([&] { return peer.closed(); }));
  // The peer keeps its end open: that holds the place for two seconds and no longer.
  loopback.pass(2'000);
  CHECK(peer.tls_version() == "TLSv1.3");
  CHECK(peer.answer().starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(peer.answer().ends_with("\r\n\r\nok\n"));
  CHECK(loopback.listener->connection_count() == 0);
}

TEST_CASE("other paths, methods and plain requests get the answer that says why") {
  EchoFactory echo;
  Loopback loopback(echo);
  CHECK(answer_to(loopback, get("/")) == "HTTP/1.1 404 Not Found");
  CHECK(answer_to(loopback, get("/v1/sync/../health")) == "HTTP/1.1 404 Not Found");
  CHECK(answer_to(loopback, get("/v1/sync")) == "HTTP/1.1 426 Upgrade Required");
  CHECK(answer_to(loopback, "DELETE /v1/health HTTP/1.1\r\nHost: x\r\n\r\n") ==
        "HTTP/1.1 405 Method Not Allowed");
  CHECK(answer_to(loopback, "not http at all\r\n\r\n") == "HTTP/1.1 400 Bad Request");
  CHECK(echo.bindings.empty());
}

TEST_CASE("a header larger than allowed is refused however it is cut") {
  EchoFactory echo;
  Loopback loopback(echo);
  const std::string many = [] {
    std::string lines;
    for (int i = 0; i < 400; ++i)
      lines += "X-Filler-" + std::to_string(i) + ": aaaaaaaaaaaaaaaa\r\n";
    return lines;
  }();
  CHECK(answer_to(loopback, get("/v1/health", many)) ==
        "HTTP/1.1 431 Request Header Fields Too Large");
  CHECK(answer_to(loopback, "GET /" + std::string(20'000, 'a')) ==
        "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST_CASE("who does not finish the handshake in time is cut off") {
  EchoFactory echo;
  Loopback loopback(echo);
  RawPeer silent(loopback.io, loopback.listener->port());
  silent.connect();
  REQUIRE(loopback.run_until([&] { return loopback.listener->connection_count() == 1; }));
  loopback.pass(4'999);
  CHECK(loopback.listener->connection_count() == 1);
  loopback.pass(1);
  CHECK(loopback.run_until([&] { return silent.closed(); }));
  CHECK(loopback.listener->connection_count() == 0);
  CHECK(loopback.log.mentions("connection_expired connection=1 phase=handshake"));
}

TEST_CASE("who sends a header byte by byte has ten seconds for all of it") {
  EchoFactory echo;
  Loopback loopback(echo);
  RawPeer slow(loopback.io, loopback.listener->port());
  slow.send("GET /v1/hea");
  REQUIRE(loopback.run_until([&] { return slow.secured(); }));
  // The server has seen the end of the handshake once it would answer a second peer.
  CHECK(answer_to(loopback, get("/v1/health")) == "HTTP/1.1 200 OK");
  loopback.pass(10'000);
  CHECK(loopback.run_until([&] { return slow.closed(); }));
  CHECK(slow.answer().empty());
  CHECK(loopback.log.mentions("phase=header"));
}

TEST_CASE("who upgrades but proves nothing is cut off, and who is silent after that too") {
  EchoFactory echo;
  echo.authenticate = false;
  Loopback loopback(echo);
  RecordingDriver driver;
  transport::WebSocketClient client(loopback.io, loopback.clock, driver, loopback.address());
  client.start();
  REQUIRE(loopback.run_until([&] { return driver.binding.has_value(); }));
  SUBCASE("stranger") {
    loopback.pass(15'000);
    CHECK(loopback.run_until([&] { return driver.closed; }));
    CHECK(loopback.log.mentions("phase=authentication"));
  }
  SUBCASE("device") {
    echo.authenticate = true;
    driver.to_send = to_bytes(as_bytes("hello"));
    client.wake();
    REQUIRE(loopback.run_until([&] { return driver.received.size() == 5; }));
    loopback.pass(119'999);
    CHECK_FALSE(driver.closed);
    loopback.pass(1);
    CHECK(loopback.run_until([&] { return driver.closed; }));
    CHECK(loopback.log.mentions("phase=live"));
  }
  CHECK(echo.closed == 1);
}

TEST_CASE("who does not take what it asked for is cut off, and memory stays bounded until then") {
  EchoFactory echo;
  echo.flood = std::size_t{1} << 30;
  Loopback loopback(echo);
  RecordingDriver driver;
  driver.reads = false;
  transport::WebSocketClient client(loopback.io, loopback.clock, driver, loopback.address());
  client.start();
  REQUIRE(loopback.run_until([&] { return driver.binding.has_value(); }));
  // Until the kernel's buffers are full, and the write under way does not end.
  for (int i = 0; i < 200; ++i) {
    loopback.io.restart();
    loopback.io.poll();
  }
  loopback.pass(30'000);
  CHECK(loopback.run_until([&] { return loopback.listener->connection_count() == 0; }));
  CHECK(echo.closed == 1);
}

TEST_CASE("one address may hold only so many connections that have proven nothing") {
  EchoFactory echo;
  server::Limits limits;
  limits.unauthenticated_per_address_max = 2;
  Loopback loopback(echo, limits);
  std::vector<std::unique_ptr<RawPeer>> peers;
  for (int i = 0; i < 3; ++i) {
    peers.push_back(std::make_unique<RawPeer>(loopback.io, loopback.listener->port()));
    peers.back()->connect();
    REQUIRE(loopback.run_until([&] { return peers.back()->connected(); }));
  }
  REQUIRE(loopback.run_until([&] { return peers.back()->closed(); }));
  CHECK_FALSE(peers.front()->closed());
  CHECK(loopback.listener->connection_count() == 2);
  loopback.listener->check_time();
  CHECK(loopback.log.mentions("connections_refused count=1"));
  // A place that is given up is free again.
  peers.erase(peers.begin());
  REQUIRE(loopback.run_until([&] { return loopback.listener->connection_count() == 1; }));
  CHECK(answer_to(loopback, get("/v1/health")) == "HTTP/1.1 200 OK");
}

TEST_CASE("devices that have proven themselves do not count against their address") {
  EchoFactory echo;
  server::Limits limits;
  limits.unauthenticated_per_address_max = 1;
  Loopback loopback(echo, limits);
  std::vector<std::unique_ptr<RecordingDriver>> drivers;
  std::vector<std::unique_ptr<transport::WebSocketClient>> clients;
  for (int i = 0; i < 5; ++i) {
    drivers.push_back(std::make_unique<RecordingDriver>());
    clients.push_back(std::make_unique<transport::WebSocketClient>(
        loopback.io, loopback.clock, *drivers.back(), loopback.address()));
    clients.back()->start();
    REQUIRE(loopback.run_until([&] { return drivers.back()->binding.has_value(); }));
  }
  CHECK(loopback.listener->connection_count() == 5);
}

TEST_CASE("a port in use is reported as such") {
  EchoFactory echo;
  Loopback loopback(echo);
  auto files = server::make_tls_files("localhost", loopback.clock.wall_time());
  REQUIRE(files.has_value());
  auto context = server::make_server_context(files->key_pem, files->certificate_pem);
  auto second =
      server::Listener::open(loopback.io, loopback.clock, loopback.log, echo,
                             std::move(context).value(), {"127.0.0.1", loopback.listener->port()});
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == ErrorCode::busy);
}

TEST_CASE("a certificate wants a host name and a matching key") {
  CHECK(server::make_tls_files("", {}).error().code == ErrorCode::invalid_argument);
  CHECK(server::make_tls_files("a b", {}).error().code == ErrorCode::invalid_argument);
  CHECK(server::make_tls_files("x,DNS:y", {}).error().code == ErrorCode::invalid_argument);
  CHECK(server::make_tls_files(std::string(254, 'a'), {}).error().code ==
        ErrorCode::invalid_argument);
  CHECK(server::make_tls_files("2001:db8::1", {}).has_value());
  auto one = server::make_tls_files("localhost", {});
  auto other = server::make_tls_files("localhost", {});
  REQUIRE(one.has_value());
  REQUIRE(other.has_value());
  CHECK(server::make_server_context(one->key_pem, other->certificate_pem).error().code ==
        ErrorCode::corrupt);
  CHECK(server::make_server_context({}, one->certificate_pem).error().code == ErrorCode::corrupt);
}

TEST_CASE("no value can forge a log line") {
  const std::string line =
      server::log_line({0}, "event", {{"detail", "a b\n1970 forged=1"}, {"count", 7}});
  CHECK(line == "1970-01-01T00:00:00Z event detail=a?b?1970?forged?1 count=7");
}
