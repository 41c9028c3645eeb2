// SPDX-License-Identifier: Apache-2.0
// An office and its devices in one process: real sessions on both ends, joined by pipes that
// deliver in pieces of any size and break where told. Everything follows from one seed.
#pragma once

#include <memory>

#include "sync/client_session.h"
#include "sync/server_session.h"
#include "tests/support/memory_relay.h"
#include "tests/support/memory_replica.h"

namespace feltbog::tests {

// xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016).
class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed * 2 + 1) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(next() >> 32);
  }
  std::uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1dULL;
  }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() >> 16) % bound; }

 private:
  std::uint64_t state_;
};

SpaceId space_number(std::uint8_t number);

struct Connection {
  MemoryReplica* replica = nullptr;
  std::unique_ptr<sync::ClientSession> client;
  std::unique_ptr<sync::ServerSession> server;
  std::uint64_t bytes_until_cut = UINT64_MAX;  // both directions together
  std::uint64_t flip_at = UINT64_MAX;          // the byte, of both directions together, to change
  std::uint64_t bytes_to_server = 0;
  std::uint64_t bytes_to_client = 0;
  std::size_t turns = 0;  // how often the direction changed: two make a round trip
  bool last_went_up = false;
  std::vector<sync::ClientEvent> client_events;
  std::vector<sync::ServerEvent> server_events;

  bool saw(sync::ClientEventKind kind) const;
  std::size_t count(sync::ClientEventKind kind) const;
  // The error both ends closed with; internal while they are open.
  ErrorCode client_end() const;
  ErrorCode server_end() const;
};

class World {
 public:
  explicit World(std::uint64_t seed);

  MemoryRelay relay;
  SeededRandom random;
  Instant now{1'000};
  std::size_t piece_max = 1'000;  // how many bytes a pipe delivers at once

  // A device the organisation knows, with the organisation's log as the server has it.
  MemoryReplica& add_device(std::uint8_t number);
  // A space on the server, of these devices; their replicas do not know it yet.
  void add_space(const SpaceId& space, const std::vector<MemoryReplica*>& members);

  Connection& connect(MemoryReplica& replica, sync::ClientOptions client = {},
                      sync::ServerOptions server = {});
  void local_work(Connection& connection);
  void notify(const ledger::LogName& log);
  void cut(Connection& connection);
  // Delivers until nothing moves any more. Fails the test if that takes forever.
  void settle();
  // One connection, until nothing moves; then the client leaves.
  void sync_once(MemoryReplica& replica);
  // Time passes; timers that are due fire.
  void pass(std::int64_t milliseconds);

  std::vector<std::unique_ptr<MemoryReplica>> replicas;
  std::vector<std::unique_ptr<Connection>> connections;

 private:
  bool move(Connection& connection, bool up);
  void take_events(Connection& connection);
};

}  // namespace feltbog::tests
