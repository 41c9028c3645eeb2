// SPDX-License-Identifier: Apache-2.0
#include "tests/sync/world.h"

#include <doctest/doctest.h>

namespace feltbog::tests {

SpaceId space_number(std::uint8_t number) {
  SpaceId out;
  out.bytes.fill(number);
  return out;
}

bool Connection::saw(sync::ClientEventKind kind) const { return count(kind) > 0; }

std::size_t Connection::count(sync::ClientEventKind kind) const {
  std::size_t out = 0;
  for (const sync::ClientEvent& event : client_events) out += event.kind == kind ? 1u : 0u;
  return out;
}

ErrorCode Connection::client_end() const {
  const bool is_closed =
      !client_events.empty() && client_events.back().kind == sync::ClientEventKind::closed;
  return is_closed ? client_events.back().error.code : ErrorCode::internal;
}

ErrorCode Connection::server_end() const {
  const bool is_closed =
      !server_events.empty() && server_events.back().kind == sync::ServerEventKind::closed;
  return is_closed ? server_events.back().error.code : ErrorCode::internal;
}

World::World(std::uint64_t seed) : random(seed) {
  relay.organisation_id.bytes.fill(7);
  relay.incarnation_id.bytes.fill(9);
  relay.organisation_log.items.push_back({make_record({}, "organisation"), {}});
}

MemoryReplica& World::add_device(std::uint8_t number) {
  replicas.push_back(std::make_unique<MemoryReplica>(number));
  MemoryReplica& replica = *replicas.back();
  replica.logs[{}].accepted = relay.organisation_log;
  relay.devices.insert(replica.device());
  return replica;
}

void World::add_space(const SpaceId& space, const std::vector<MemoryReplica*>& members) {
  MemoryRelay::Space& to = relay.spaces[space];
  to.log.items.push_back({make_record({}, "space"), to_bytes(as_bytes("wraps"))});
  for (const MemoryReplica* member : members) to.members[member->device()] = 0;
}

Connection& World::connect(MemoryReplica& replica, sync::ClientOptions client,
                           sync::ServerOptions server) {
  connections.push_back(std::make_unique<Connection>());
  Connection& out = *connections.back();
  out.replica = &replica;
  out.client = std::make_unique<sync::ClientSession>(replica, random, client);
  out.server = std::make_unique<sync::ServerSession>(relay, random, server);
  out.client->start(now);
  out.server->start(now);
  return out;
}

void World::local_work(Connection& connection) {
  connection.client->local_work(now);
  settle();
}

void World::notify(const ledger::LogName& log) {
  for (const auto& connection : connections) connection->server->notify(log, now);
  settle();
}

void World::cut(Connection& connection) {
  connection.client->carrier_lost(now);
  connection.server->carrier_lost(now);
  take_events(connection);
}

bool World::move(Connection& connection, bool up) {
  const bool has_reader = up ? connection.server->wants_input() : connection.client->wants_input();
  if (!has_reader || connection.bytes_until_cut == 0) return false;
  const std::size_t piece =
      std::min<std::uint64_t>(1 + random.below(piece_max), connection.bytes_until_cut);
  const Bytes bytes =
      up ? connection.client->poll_transmit(piece) : connection.server->poll_transmit(piece);
  if (bytes.empty()) return false;
  connection.bytes_until_cut -= bytes.size();
  (up ? connection.bytes_to_server : connection.bytes_to_client) += bytes.size();
  if (connection.turns == 0 || connection.last_went_up != up) ++connection.turns;
  connection.last_went_up = up;
  if (up) {
    connection.server->handle_bytes(bytes, now);
  } else {
    connection.client->handle_bytes(bytes, now);
  }
  take_events(connection);
  if (connection.bytes_until_cut == 0) cut(connection);
  return true;
}

void World::take_events(Connection& connection) {
  while (auto event = connection.client->poll_event()) connection.client_events.push_back(*event);
  while (auto event = connection.server->poll_event()) {
    connection.server_events.push_back(*event);
    if (event->kind != sync::ServerEventKind::committed) continue;
    for (const auto& other : connections) {
      if (other.get() != &connection) other->server->notify(event->log, now);
    }
  }
}

void World::settle() {
  constexpr int kMovesMax = 2'000'000;
  bool moved = true;
  int moves = 0;
  while (moved && moves < kMovesMax) {
    moved = false;
    for (std::size_t index = 0; index < connections.size(); ++index) {
      Connection& connection = *connections[index];
      // All of one direction before the other, so that turns count round trips.
      while (move(connection, true)) moved = true, ++moves;
      while (move(connection, false)) moved = true, ++moves;
      take_events(connection);
    }
  }
  REQUIRE(moves < kMovesMax);
}

void World::sync_once(MemoryReplica& replica) {
  Connection& connection = connect(replica);
  settle();
  connection.client->finish(now);
  settle();
  connections.pop_back();
}

void World::pass(std::int64_t milliseconds) {
  const Instant end = now.after(milliseconds);
  while (now < end) {
    Instant next = end;
    for (const auto& connection : connections) {
      for (const auto due :
           {connection->client->poll_timeout(), connection->server->poll_timeout()}) {
        if (due && *due > now) next = std::min(next, *due);
      }
    }
    now = next;
    for (const auto& connection : connections) {
      connection->client->handle_timeout(now);
      connection->server->handle_timeout(now);
      take_events(*connection);
    }
    settle();
  }
}

}  // namespace feltbog::tests
