// SPDX-License-Identifier: Apache-2.0
// Every pair of a state and a message: one that the tables know is handled, any other is a protocol
// error that closes the session; and the sessions do what the tables say.
#include <doctest/doctest.h>

#include <set>

#include "sync/client_machine.h"
#include "sync/limits.h"
#include "sync/server_machine.h"
#include "tests/sync/samples.h"
#include "tests/sync/world.h"

using namespace feltbog;
using namespace feltbog::tests;
using namespace feltbog::sync;

namespace {

using Type = MessageType;

// docs/protocol.md, as sets.
std::set<Type> allowed(ClientState state) {
  std::set<Type> out;
  if (state == ClientState::fresh || state == ClientState::closed) return out;
  out.insert(Type::bye);
  if (state == ClientState::greeting) out.insert(Type::challenge);
  if (state == ClientState::joining) out.insert(Type::welcome);
  if (state == ClientState::greeting || state == ClientState::joining) return out;
  out.insert({Type::ping, Type::records, Type::runs, Type::head, Type::withdrawn});
  if (state == ClientState::pulling) out.insert({Type::ahead, Type::standing, Type::pulled});
  if (state == ClientState::recording) out.insert(Type::record_answer);
  if (state == ClientState::sending) out.insert(Type::runs_answer);
  if (state == ClientState::offering) out.insert(Type::chunks_answer);
  if (state == ClientState::uploading) out.insert(Type::chunk_answer);
  if (state == ClientState::fetching) out.insert(Type::chunk);
  return out;
}

std::set<Type> allowed(ServerState state) {
  switch (state) {
    case ServerState::fresh:
    case ServerState::closed: return {};
    case ServerState::greeting: return {Type::bye, Type::hello};
    case ServerState::proving: return {Type::bye, Type::proof};
    case ServerState::asking: return {Type::bye, Type::ping, Type::have};
    case ServerState::delivering: return {Type::bye, Type::ping};
    case ServerState::live:
      return {Type::bye,       Type::ping,         Type::have,      Type::append_record,
              Type::push_runs, Type::offer_chunks, Type::put_chunk, Type::get_chunks};
  }
  return {};
}

// A client driven to a state by a server made of frames.
struct ClientAt {
  explicit ClientAt(ClientState state) : world(1), replica(world.add_device(1)) {
    world.add_space(space_number(50), {&replica});
    replica.logs[space_number(50)].accepted = world.relay.spaces[space_number(50)].log;
    if (state == ClientState::recording) replica.add_record({}, "record");
    if (state == ClientState::sending) replica.write(space_number(50), "note");
    if (state == ClientState::offering || state == ClientState::uploading) {
      replica.attach(space_number(50), {1, 2, 3});
    }
    if (state == ClientState::fetching) replica.want(space_number(50), {});
    session = std::make_unique<ClientSession>(replica, world.random);
    if (state == ClientState::fresh) return;
    session->start(world.now);
    if (state == ClientState::greeting) return;
    join(state);
  }

  void join(ClientState state) {
    ServerSession server(world.relay, world.random);
    server.start(world.now);
    server.handle_bytes(session->poll_transmit(SIZE_MAX), world.now);
    session->handle_bytes(server.poll_transmit(SIZE_MAX), world.now);
    if (state == ClientState::joining) return;
    say(sample(Type::welcome));
    if (state == ClientState::pulling) return;
    say(sample(Type::pulled));
    if (state == ClientState::uploading) say(encode_message(ChunksAnswer{0, {false}, {}}));
    if (state == ClientState::closed) session->cancel(world.now);
  }

  void say(BytesView body) { session->handle_bytes(frame(body), world.now); }

  ErrorCode end() {
    ErrorCode out = ErrorCode::internal;
    while (auto event = session->poll_event()) {
      if (event->kind == ClientEventKind::closed) out = event->error.code;
    }
    return out;
  }

  World world;
  MemoryReplica& replica;
  std::unique_ptr<ClientSession> session;
};

// A server driven to a state by a client made of frames. Delivering lasts only while the output is
// full, so there is much to deliver.
struct ServerAt {
  explicit ServerAt(ServerState state) : world(1), replica(world.add_device(1)) {
    const SpaceId space = space_number(50);
    world.add_space(space, {&replica});
    MemoryRelay::Space& at_office = world.relay.spaces[space];
    for (std::uint8_t index = 0; index < 8 && state == ServerState::delivering; ++index) {
      at_office.runs.emplace_back(RunHash{}, Bytes(200'000, index));
    }
    session = std::make_unique<ServerSession>(world.relay, world.random);
    if (state == ServerState::fresh) return;
    session->start(world.now);
    if (state == ServerState::greeting) return;
    ClientSession client(replica, world.random);
    client.start(world.now);
    session->handle_bytes(client.poll_transmit(SIZE_MAX), world.now);
    if (state == ServerState::proving) return;
    client.handle_bytes(session->poll_transmit(SIZE_MAX), world.now);
    const Bytes proof_and_have = client.poll_transmit(SIZE_MAX);
    const std::size_t proof_size = frame(sample(Type::proof)).size();
    session->handle_bytes(BytesView(proof_and_have).first(proof_size), world.now);
    if (state == ServerState::asking) return;
    session->handle_bytes(BytesView(proof_and_have).subspan(proof_size), world.now);
    if (state == ServerState::closed) session->carrier_lost(world.now);
  }

  ErrorCode end() {
    ErrorCode out = ErrorCode::internal;
    while (auto event = session->poll_event()) {
      if (event->kind == ServerEventKind::closed) out = event->error.code;
    }
    return out;
  }

  World world;
  MemoryReplica& replica;
  std::unique_ptr<ServerSession> session;
};

}  // namespace

TEST_CASE("the client's table holds what the protocol says, and nothing else") {
  for (std::size_t number = 0; number < kClientStates; ++number) {
    const auto state = static_cast<ClientState>(number);
    for (const Type type : message_types()) {
      CHECK((ClientMachine::handler_for(state, type) != nullptr) == allowed(state).contains(type));
    }
  }
}

TEST_CASE("the server's table holds what the protocol says, and nothing else") {
  for (std::size_t number = 0; number < kServerStates; ++number) {
    const auto state = static_cast<ServerState>(number);
    for (const Type type : message_types()) {
      CHECK((ServerMachine::handler_for(state, type) != nullptr) == allowed(state).contains(type));
    }
  }
}

TEST_CASE(
    "a client takes what its state allows and closes with a protocol error on anything else") {
  for (std::size_t number = 1; number + 1 < kClientStates; ++number) {
    const auto state = static_cast<ClientState>(number);
    for (const Type type : message_types()) {
      if (allowed(state).contains(type)) continue;
      CAPTURE(number);
      CAPTURE(static_cast<int>(type));
      ClientAt client(state);
      client.say(sample(type));
      CHECK(client.end() == ErrorCode::protocol_error);
      const Bytes last = client.session->poll_transmit(SIZE_MAX);
      const Bytes farewell = frame(encode_message(Bye{106}));
      REQUIRE(last.size() >= farewell.size());
      CHECK(std::equal(farewell.rbegin(), farewell.rend(), last.rbegin()));
      CHECK(client.session->closed());
    }
  }
}

TEST_CASE("a client that is pinged or told of news in any admitted state goes on") {
  for (std::size_t number = 3; number + 1 < kClientStates; ++number) {
    CAPTURE(number);
    ClientAt client(static_cast<ClientState>(number));
    client.say(sample(Type::ping));
    client.say(sample(Type::runs));
    client.say(sample(Type::head));
    client.say(sample(Type::withdrawn));
    CHECK(client.end() == ErrorCode::internal);
    CHECK(client.replica.spaces[space_number(50)].runs.contains(Bytes{1}));
    client.say(encode_message(Bye{110}));
    CHECK(client.end() == ErrorCode::revoked);
    CHECK(client.session->closed());
  }
}

TEST_CASE(
    "a server takes what its state allows and closes with a protocol error on anything else") {
  for (std::size_t number = 1; number + 1 < kServerStates; ++number) {
    const auto state = static_cast<ServerState>(number);
    for (const Type type : message_types()) {
      CAPTURE(number);
      CAPTURE(static_cast<int>(type));
      ServerAt server(state);
      server.session->handle_bytes(frame(sample(type)), server.world.now);
      // What waits behind a full output is looked at once that has room.
      while (!server.session->poll_transmit(SIZE_MAX).empty()) {
      }
      const ErrorCode end = server.end();
      if (!allowed(state).contains(type) && state != ServerState::delivering) {
        CHECK(end == ErrorCode::protocol_error);
        CHECK(server.session->closed());
      }
      if (type == Type::ping && allowed(state).contains(type)) CHECK(end == ErrorCode::internal);
    }
  }
}

TEST_CASE("answers nobody asked for, or of another count, are protocol errors") {
  const auto end_of = [](ClientState state, const Bytes& body) {
    ClientAt client(state);
    client.say(body);
    return client.end();
  };
  CHECK(end_of(ClientState::sending, encode_message(RunsAnswer{{0, 0}, {}})) ==
        ErrorCode::protocol_error);
  CHECK(end_of(ClientState::sending, encode_message(RunsAnswer{{0}, {1, 2}})) ==
        ErrorCode::bad_signature);
  CHECK(end_of(ClientState::offering, encode_message(ChunksAnswer{0, {true, true}, {}})) ==
        ErrorCode::protocol_error);
  CHECK(end_of(ClientState::offering, encode_message(ChunksAnswer{0, {true}, {}})) ==
        ErrorCode::bad_signature);
  CHECK(end_of(ClientState::pulling, encode_message(Records{{}, 2, {}})) ==
        ErrorCode::protocol_error);
  CHECK(end_of(ClientState::pulling, encode_message(Records{{}, 2, {{{1}, {}}}})) ==
        ErrorCode::broken_chain);
  CHECK(end_of(ClientState::pulling, encode_message(Records{{}, 1, {{{1}, {}}}})) ==
        ErrorCode::fork_detected);
}

TEST_CASE("a server that sends runs and signs nothing about them breaks the protocol") {
  ClientAt client(ClientState::pulling);
  client.say(sample(Type::runs));
  client.say(sample(Type::pulled));
  CHECK(client.end() == ErrorCode::protocol_error);
  ClientAt honest(ClientState::pulling);
  honest.say(sample(Type::runs));
  honest.say(sample(Type::head));
  honest.say(sample(Type::pulled));
  CHECK(honest.end() == ErrorCode::internal);
}

TEST_CASE("no order of well-formed messages brings either side beyond its bounds") {
  constexpr std::size_t kBound = kOutputHighBytes + 2 * kFrameBytesMax;
  SeededRandom random(1);
  for (int round = 0; round < 400; ++round) {
    CAPTURE(round);
    ClientAt client(static_cast<ClientState>(1 + random.below(kClientStates - 2)));
    ServerAt server(static_cast<ServerState>(1 + random.below(kServerStates - 2)));
    for (int step = 0; step < 30; ++step) {
      const Bytes body = sample(message_types()[random.below(message_types().size())]);
      client.say(body);
      server.session->handle_bytes(frame(body), server.world.now);
    }
    CHECK(client.session->poll_transmit(SIZE_MAX).size() <= kBound);
    CHECK(server.session->poll_transmit(SIZE_MAX).size() <= kBound);
  }
}
