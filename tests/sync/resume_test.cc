// SPDX-License-Identifier: Apache-2.0
// Connections that break anywhere, bytes that change anywhere: what was stored stays, what was not
// is brought by the next session, and nothing comes twice.
#include <doctest/doctest.h>

#include "sync/limits.h"
#include "tests/sync/samples.h"
#include "tests/sync/world.h"

using namespace feltbog;
using namespace feltbog::tests;

namespace {

// A little of everything in both directions: records, runs and chunks.
struct Exchange {
  explicit Exchange(std::uint64_t seed)
      : world(seed), phone(world.add_device(1)), desk(world.add_device(2)) {
    world.piece_max = 200;
    world.add_space(space, {&phone, &desk});
    world.add_space(other, {&phone, &desk});
    world.sync_once(desk);
    desk.write(space, "from the desk");
    desk.write(other, "from the desk, elsewhere");
    desk.add_record(space, "a record of the desk");
    desk.add_record({}, "a record of the organisation");
    desk.attach(other, {1, 2, 3});
    world.sync_once(desk);
    phone.add_record(own, "a space made offline");
    phone.write(own, "in a space made offline");
    phone.write(space, "from the phone");
    phone.write(other, "from the phone, elsewhere");
    phone.attach(space, {4, 5, 6});
    phone.attach(space, {7, 8, 9});
    phone.want(other, chunk_hash(Bytes{1, 2, 3}));
  }

  void check_complete() {
    CHECK_FALSE(phone.has_unsent());
    CHECK(world.relay.spaces[space].runs.size() == 2);
    CHECK(world.relay.spaces[other].runs.size() == 2);
    CHECK(world.relay.spaces[own].runs.size() == 1);
    CHECK(world.relay.spaces[own].log.items.size() == 1);
    CHECK(phone.spaces[space].runs.size() == 2);
    CHECK(phone.spaces[other].runs.size() == 2);
    CHECK(phone.spaces[own].runs.size() == 1);
    CHECK(phone.logs[space].accepted.head() == world.relay.spaces[space].log.head());
    CHECK(phone.logs[{}].accepted.head() == world.relay.organisation_log.head());
    CHECK(phone.chunks.size() == 3);
    CHECK(world.relay.spaces[space].chunks.size() == 2);
  }

  World world;
  MemoryReplica& phone;
  MemoryReplica& desk;
  const SpaceId space = space_number(50);
  const SpaceId other = space_number(51);
  const SpaceId own = space_number(60);
};

std::uint64_t bytes_of_exchange() {
  Exchange exchange(1);
  Connection& connection = exchange.world.connect(exchange.phone);
  exchange.world.settle();
  exchange.check_complete();
  CHECK(exchange.phone.repeated_runs == 0);
  return connection.bytes_to_client + connection.bytes_to_server;
}

}  // namespace

TEST_CASE("cut at every byte, a session is completed by the next, and everything arrives once") {
  const std::uint64_t all = bytes_of_exchange();
  REQUIRE(all > 1'000);
  for (std::uint64_t at = 1; at < all; ++at) {
    CAPTURE(at);
    Exchange exchange(at);
    Connection& connection = exchange.world.connect(exchange.phone);
    connection.bytes_until_cut = at;
    exchange.world.settle();
    REQUIRE(connection.client_end() == ErrorCode::unreachable);
    exchange.world.connections.clear();
    exchange.world.sync_once(exchange.phone);
    exchange.check_complete();
  }
}

TEST_CASE("cut again and again after a few bytes more, it is completed all the same") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Exchange exchange(seed);
    int sessions = 0;
    bool is_done = false;
    while (!is_done) {
      REQUIRE(++sessions < 200);
      Connection& connection = exchange.world.connect(exchange.phone);
      connection.bytes_until_cut = 500 + exchange.world.random.below(600);
      exchange.world.settle();
      is_done = connection.saw(sync::ClientEventKind::caught_up);
      exchange.world.connections.clear();
    }
    exchange.check_complete();
  }
}

TEST_CASE("a byte changed anywhere ends the session or changes content, and never more") {
  const std::uint64_t all = bytes_of_exchange();
  for (std::uint64_t at = 0; at < all; ++at) {
    CAPTURE(at);
    Exchange exchange(at);
    Connection& connection = exchange.world.connect(exchange.phone);
    connection.flip_at = at;
    exchange.world.settle();
    exchange.world.pass(2 * sync::kSilenceMilliseconds);
    const bool is_open = connection.client_end() == ErrorCode::internal;
    const bool is_at_rest = connection.client->progress().phase == sync::Phase::live;
    CHECK((!is_open || is_at_rest));
  }
}

TEST_CASE("random bytes from a stranger are refused within the greeting's bounds") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    World world(seed);
    sync::ServerSession server(world.relay, world.random);
    server.start(world.now);
    Bytes noise(1 + world.random.below(10'000));
    world.random.fill(noise);
    // Half of them begin like a frame.
    if (seed % 2 == 0) noise[0] = noise[1] = 0;
    server.handle_bytes(noise, world.now);
    CHECK(server.poll_transmit(SIZE_MAX).size() < 100);
  }
}

TEST_CASE("a frame that announces more than allowed is refused at its first four bytes") {
  World world(1);
  sync::ServerSession server(world.relay, world.random);
  server.start(world.now);
  const Bytes length{0x00, 0x00, 0x10, 0x01};
  server.handle_bytes(length, world.now);
  CHECK(server.poll_event()->error.code == ErrorCode::protocol_error);
  MemoryReplica& phone = world.add_device(1);
  sync::ClientSession client(phone, world.random);
  client.start(world.now);
  const Bytes longer{0x00, 0x10, 0x00, 0x01};
  client.handle_bytes(longer, world.now);
  CHECK(client.poll_event()->error.code == ErrorCode::protocol_error);
}

TEST_CASE("a peer that asks and never reads is left once its input is full") {
  World world(1);
  MemoryReplica& phone = world.add_device(1);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone});
  const Bytes chunk(ledger::kSessionChunkMax, 1);
  world.relay.spaces[space].chunks[chunk_hash(chunk)] = chunk;
  Connection& connection = world.connect(phone);
  world.settle();
  const Bytes ask = frame(encode_message(
      sync::GetChunks{space, std::vector<ChunkHash>(sync::kBatchChunksMax, chunk_hash(chunk))}));
  connection.server->handle_bytes(ask, world.now);
  CHECK_FALSE(connection.server->wants_input());
  Bytes pings;
  while (pings.size() < sync::kInputBytesMax) append(pings, frame(encode_message(sync::Ping{})));
  connection.server->handle_bytes(pings, world.now);
  CHECK(connection.server->poll_transmit(SIZE_MAX).size() <=
        sync::kOutputHighBytes + 2 * sync::kFrameBytesMax);
  connection.server->handle_bytes(pings, world.now);
  connection.server->handle_bytes(pings, world.now);
  CHECK(connection.server->poll_timeout().has_value() == false);
}
