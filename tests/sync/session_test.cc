// SPDX-License-Identifier: Apache-2.0
// Whole sessions between a client and a server: what arrives, in how many round trips, and what is
// said when something is wrong.
#include <doctest/doctest.h>

#include "sync/limits.h"
#include "tests/sync/world.h"

using namespace feltbog;
using namespace feltbog::tests;
using sync::ClientEventKind;

namespace {

Bytes noise(World& world, std::size_t size) {
  Bytes out(size);
  world.random.fill(out);
  return out;
}

}  // namespace

TEST_CASE("what one device pushed another pulls, and the receipts empty the outbox") {
  World world(1);
  MemoryReplica& phone = world.add_device(1);
  MemoryReplica& desk = world.add_device(2);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone, &desk});
  world.sync_once(phone);
  for (int index = 0; index < 100; ++index) phone.write(space, "note " + std::to_string(index));
  world.sync_once(phone);
  CHECK_FALSE(phone.has_unsent());
  CHECK(phone.repeated_runs == 0);
  world.sync_once(desk);
  CHECK(desk.spaces[space].runs == phone.spaces[space].runs);
  CHECK(desk.spaces[space].runs.size() == 100);
}

TEST_CASE("a session without anything to do is two round trips with the handshake, and small") {
  World world(2);
  MemoryReplica& phone = world.add_device(1);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone});
  world.sync_once(phone);
  Connection& connection = world.connect(phone);
  world.settle();
  CHECK(connection.saw(ClientEventKind::caught_up));
  CHECK(connection.turns == 4);
  CHECK(connection.bytes_to_client < 300);
  CHECK(connection.bytes_to_server < 300);
}

TEST_CASE("a run pushed by one online device is at another within one round trip") {
  World world(3);
  MemoryReplica& phone = world.add_device(1);
  MemoryReplica& desk = world.add_device(2);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone, &desk});
  Connection& from = world.connect(phone);
  Connection& to = world.connect(desk);
  world.settle();
  REQUIRE(to.saw(ClientEventKind::caught_up));
  const std::size_t turns = from.turns;
  phone.write(space, "seen at once");
  world.local_work(from);
  CHECK(desk.spaces[space].runs == phone.spaces[space].runs);
  CHECK(from.turns - turns == 2);
  CHECK(phone.repeated_runs == 0);
  CHECK_FALSE(phone.has_unsent());
  // The author's cursor has moved past its own run: nothing comes back later either.
  world.cut(from);
  world.sync_once(phone);
  CHECK(phone.repeated_runs == 0);
}

TEST_CASE("a device made member while it is online is brought the space whole") {
  World world(4);
  MemoryReplica& phone = world.add_device(1);
  MemoryReplica& desk = world.add_device(2);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone});
  world.sync_once(phone);
  phone.write(space, "before");
  world.sync_once(phone);
  world.connect(desk);
  world.settle();
  CHECK(desk.spaces[space].runs.empty());
  world.relay.spaces[space].members[desk.device()] = 0;
  world.notify(space);
  CHECK(desk.spaces[space].runs.size() == 1);
  CHECK(desk.logs[space].accepted.items.size() == 1);
}

TEST_CASE("a device that was removed reads up to its removal and is told so") {
  World world(5);
  MemoryReplica& phone = world.add_device(1);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone});
  Connection& connection = world.connect(phone);
  world.settle();
  MemoryRelay::Space& at_office = world.relay.spaces[space];
  at_office.log.items.push_back({make_record(at_office.log.head().hash, "removal"), {}});
  at_office.log.items.push_back({make_record(at_office.log.head().hash, "later"), {}});
  at_office.members[phone.device()] = 2;
  world.notify(space);
  CHECK(phone.withdrawn.contains(space));
  CHECK(phone.logs[space].accepted.items.size() == 2);
  CHECK_FALSE(connection.client->closed());
  phone.write(space, "too late");
  world.local_work(connection);
  CHECK(phone.refusals.back() == ErrorCode::not_permitted);
  CHECK(phone.has_unsent());
}

TEST_CASE("two devices that append at the same place both get in, the second after a rebase") {
  World world(6);
  MemoryReplica& phone = world.add_device(1);
  MemoryReplica& desk = world.add_device(2);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone, &desk});
  Connection& from_phone = world.connect(phone);
  Connection& from_desk = world.connect(desk);
  world.settle();
  phone.add_record(space, "by the phone");
  desk.add_record(space, "by the desk");
  desk.add_record(space, "and another");
  desk.add_record({}, "and one of the organisation");
  // Both send before either hears of the other.
  from_phone.client->local_work(world.now);
  world.local_work(from_desk);
  CHECK(desk.refusals == std::vector<ErrorCode>(2, ErrorCode::conflict));
  CHECK_FALSE(from_desk.saw(ClientEventKind::refused));
  CHECK_FALSE(desk.has_unsent());
  CHECK_FALSE(phone.has_unsent());
  CHECK(phone.logs[space].accepted.head() == desk.logs[space].accepted.head());
  CHECK(phone.logs[{}].accepted.head() == desk.logs[{}].accepted.head());
  CHECK(desk.logs[space].accepted.items.size() == 4);
}

TEST_CASE("what was appended while a device was away is taken before its own is sent") {
  World world(20);
  MemoryReplica& phone = world.add_device(1);
  MemoryReplica& desk = world.add_device(2);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone, &desk});
  world.sync_once(phone);
  world.sync_once(desk);
  phone.add_record(space, "by the phone");
  desk.add_record(space, "by the desk");
  world.sync_once(phone);
  world.sync_once(desk);
  CHECK(desk.refusals.empty());
  CHECK(desk.logs[space].accepted.items.size() == 3);
}

TEST_CASE("a server that refuses every rebase is not asked forever") {
  World world(21);
  MemoryReplica& phone = world.add_device(1);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone});
  world.sync_once(phone);
  class Stubborn : public MemoryRelay {
   public:
    Result<void> append_record(const sync::Admission&, const ledger::LogName&, std::uint64_t,
                               const ledger::RecordItem&) override {
      ++asked;
      return Error{ErrorCode::conflict, {}};
    }
    int asked = 0;
  } stubborn;
  static_cast<MemoryRelay&>(stubborn) = world.relay;
  phone.add_record(space, "never taken");
  sync::ClientSession client(phone, world.random);
  sync::ServerSession server(stubborn, world.random);
  client.start(world.now);
  server.start(world.now);
  for (int turn = 0; turn < 100; ++turn) {
    server.handle_bytes(client.poll_transmit(SIZE_MAX), world.now);
    client.handle_bytes(server.poll_transmit(SIZE_MAX), world.now);
  }
  CHECK(stubborn.asked == sync::kConflictRoundsMax);
  CHECK(client.progress().phase == sync::Phase::live);
  CHECK(phone.has_unsent());
}

TEST_CASE("a space created offline goes up with its record first and its runs after it") {
  World world(7);
  MemoryReplica& phone = world.add_device(1);
  const SpaceId space = space_number(60);
  phone.add_record(space, "created offline");
  phone.write(space, "first note");
  world.sync_once(phone);
  CHECK_FALSE(phone.has_unsent());
  CHECK(world.relay.spaces[space].runs.size() == 1);
  CHECK(phone.repeated_runs == 0);
}

TEST_CASE("a record the server refuses for good leaves the queue and is reported") {
  World world(8);
  MemoryReplica& phone = world.add_device(1);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone});
  world.sync_once(phone);
  phone.add_record(space, "forbidden");
  phone.add_record(space, "allowed");
  Connection& connection = world.connect(phone);
  world.settle();
  CHECK(phone.refusals.front() == ErrorCode::not_authorised);
  CHECK(connection.saw(ClientEventKind::refused));
  CHECK(connection.client->progress().refused >= 1);
  CHECK_FALSE(phone.has_unsent());
  CHECK(world.relay.spaces[space].log.items.size() == 2);
}

TEST_CASE("when the quota is used up the runs stay in the outbox and the rest goes on") {
  World world(9);
  MemoryReplica& phone = world.add_device(1);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone});
  world.sync_once(phone);
  world.relay.refuse_runs = ErrorCode::quota_exceeded;
  phone.write(space, "kept here");
  Connection& connection = world.connect(phone);
  world.settle();
  CHECK(phone.has_unsent());
  CHECK(phone.refusals.back() == ErrorCode::quota_exceeded);
  CHECK(connection.saw(ClientEventKind::caught_up));
  world.relay.refuse_runs.reset();
  world.sync_once(phone);
  CHECK_FALSE(phone.has_unsent());
}

TEST_CASE("attachment chunks go up once, resume where they stopped, and come down on demand") {
  World world(10);
  MemoryReplica& phone = world.add_device(1);
  MemoryReplica& desk = world.add_device(2);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone, &desk});
  world.sync_once(phone);
  world.sync_once(desk);
  constexpr std::size_t kChunks = 200;
  std::vector<ChunkHash> hashes;
  for (std::size_t index = 0; index < kChunks; ++index) {
    const Bytes chunk = noise(world, 20'000);
    hashes.push_back(chunk_hash(chunk));
    phone.attach(space, chunk);
  }
  world.piece_max = 100'000;
  std::uint64_t moved = 0;
  int sessions = 0;
  while (phone.has_unsent()) {
    REQUIRE(++sessions < 30);
    Connection& connection = world.connect(phone);
    connection.bytes_until_cut = 500'000;
    world.settle();
    moved += connection.bytes_to_server;
    world.connections.clear();
  }
  CHECK(sessions > 5);
  CHECK(moved < kChunks * 20'000 * 3 / 2);
  CHECK(world.relay.spaces[space].chunks.size() == kChunks);
  for (const ChunkHash& hash : hashes) desk.want(space, hash);
  desk.want(space, ChunkHash{});
  world.sync_once(desk);
  CHECK(desk.unavailable_chunks == 1);
  CHECK(desk.chunks.size() == kChunks);
  CHECK(desk.chunks == phone.chunks);
}

TEST_CASE("a first sync of much history keeps both ends within their bounds") {
  World world(11);
  MemoryReplica& phone = world.add_device(1);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone});
  MemoryRelay::Space& at_office = world.relay.spaces[space];
  for (int index = 0; index < 3'000; ++index) {
    Bytes run = noise(world, 3'000);
    at_office.positions[run_hash(run)] = at_office.runs.size() + 1;
    at_office.runs.emplace_back(run_hash(run), std::move(run));
  }
  Connection& connection = world.connect(phone);
  std::size_t most = 0;
  for (int step = 0; step < 100'000 && !connection.saw(ClientEventKind::caught_up); ++step) {
    connection.server->handle_bytes(connection.client->poll_transmit(50'000), world.now);
    // Not drained in between, the server's whole output can be taken at once.
    const Bytes all = connection.server->poll_transmit(SIZE_MAX);
    most = std::max(most, all.size());
    connection.client->handle_bytes(all, world.now);
    while (auto event = connection.client->poll_event()) {
      connection.client_events.push_back(*event);
      CHECK(event->progress.runs_received <= event->progress.runs_expected);
    }
  }
  CHECK(phone.spaces[space].runs.size() == 3'000);
  CHECK(most <= sync::kOutputHighBytes + 2 * sync::kFrameBytesMax);
  CHECK(connection.client->progress().runs_expected == 3'000);
}

TEST_CASE("a run larger than a batch travels by itself") {
  World world(12);
  MemoryReplica& phone = world.add_device(1);
  MemoryReplica& desk = world.add_device(2);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone, &desk});
  world.sync_once(phone);
  phone.write(space, as_text(noise(world, ledger::kSessionRunMax)));
  phone.write(space, "small");
  world.piece_max = 70'000;
  world.sync_once(phone);
  world.sync_once(desk);
  CHECK(desk.spaces[space].runs.size() == 2);
}

TEST_CASE("hundreds of spaces fit one short question") {
  World world(13);
  MemoryReplica& phone = world.add_device(1);
  for (std::uint16_t number = 0; number < 600; ++number) {
    SpaceId space;
    space.bytes[0] = static_cast<std::uint8_t>(number);
    space.bytes[1] = static_cast<std::uint8_t>(number >> 8);
    space.bytes[2] = 1;
    world.add_space(space, {&phone});
  }
  world.sync_once(phone);
  Connection& connection = world.connect(phone);
  world.settle();
  CHECK(connection.turns == 4);
  CHECK(connection.bytes_to_server < 600 * 32);
  CHECK(connection.bytes_to_client < 300);
}

TEST_CASE("a server that came back from a backup is told apart, and everything is sent again") {
  World world(14);
  MemoryReplica& phone = world.add_device(1);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone});
  world.sync_once(phone);
  phone.write(space, "note");
  phone.add_record(space, "record");
  world.sync_once(phone);
  world.relay.incarnation_id.bytes.fill(10);
  world.relay.spaces[space].log.items.pop_back();
  world.sync_once(phone);
  CHECK(phone.repeated_runs == 1);
  REQUIRE(phone.differences.size() == 1);
  CHECK(phone.differences[0].first == ledger::LogName(space));
  CHECK(phone.differences[0].second.sequence == 1);
}

TEST_CASE("a full disk ends the session, and the next one brings what is missing") {
  World world(15);
  MemoryReplica& phone = world.add_device(1);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone});
  phone.store_fails = ErrorCode::disk_full;
  Connection& connection = world.connect(phone);
  world.settle();
  CHECK(connection.client_end() == ErrorCode::disk_full);
  CHECK(connection.server_end() == ErrorCode::internal);
  CHECK(connection.server->closed());
  phone.store_fails.reset();
  world.sync_once(phone);
  CHECK(phone.logs[space].accepted.items.size() == 1);
}

TEST_CASE("trouble of the server's own is told as internal, without detail") {
  World world(16);
  MemoryReplica& phone = world.add_device(1);
  Connection& connection = world.connect(phone);
  world.settle();
  world.relay.broken = ErrorCode::io_error;
  world.notify({});
  CHECK(connection.server_end() == ErrorCode::io_error);
  CHECK(connection.client_end() == ErrorCode::internal);
}

TEST_CASE("a device that is silent is given up, one that pings is not") {
  World world(17);
  MemoryReplica& phone = world.add_device(1);
  Connection& connection = world.connect(phone);
  world.settle();
  world.pass(10 * 60'000);
  CHECK(connection.client_end() == ErrorCode::internal);
  CHECK(connection.server_end() == ErrorCode::internal);
  CHECK_FALSE(connection.server->closed());
  connection.bytes_until_cut = 0;
  world.pass(sync::kSilenceMilliseconds);
  CHECK(connection.client_end() == ErrorCode::timed_out);
  CHECK(connection.server_end() == ErrorCode::timed_out);
  CHECK_FALSE(connection.client->poll_timeout().has_value());
}

TEST_CASE("a carrier that opens and says nothing is closed after the handshake's time") {
  World world(18);
  sync::ServerSession server(world.relay, world.random);
  server.start(world.now);
  REQUIRE(server.poll_timeout().has_value());
  CHECK(*server.poll_timeout() == world.now.after(sync::kHandshakeMilliseconds));
  server.handle_timeout(world.now.after(sync::kHandshakeMilliseconds));
  CHECK(server.poll_event()->error.code == ErrorCode::timed_out);
}

TEST_CASE("local work during a session is taken up without a new one") {
  World world(19);
  MemoryReplica& phone = world.add_device(1);
  const SpaceId space = space_number(50);
  world.add_space(space, {&phone});
  Connection& connection = world.connect(phone);
  world.settle();
  for (int round = 0; round < 5; ++round) {
    phone.write(space, "note " + std::to_string(round));
    phone.add_record(space, "record " + std::to_string(round));
    world.local_work(connection);
    CHECK_FALSE(phone.has_unsent());
  }
  connection.client->finish(world.now);
  world.settle();
  CHECK(connection.client_end() == ErrorCode::cancelled);
  CHECK(connection.server_end() == ErrorCode::cancelled);
  CHECK(connection.client->closed());
  CHECK(connection.server->closed());
}
