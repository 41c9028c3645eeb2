// SPDX-License-Identifier: Apache-2.0
// What a server session does with each message in each state. What is not here is a protocol error
// and ends the session; docs/protocol.md shows the same table.
#include "sync/server_machine.h"

namespace feltbog::sync {
namespace {

template <class... States>
constexpr std::uint8_t in(States... states) {
  return static_cast<std::uint8_t>(((1u << static_cast<unsigned>(states)) | ...));
}

}  // namespace

std::span<const ServerMachine::Row> ServerMachine::table() {
  using enum ServerState;
  using Type = MessageType;
  static constexpr std::uint8_t kAdmitted = in(asking, delivering, live);
  static constexpr std::uint8_t kOpen = kAdmitted | in(greeting, proving);
  static constexpr Row kTable[] = {
      {in(greeting), Type::hello, &ServerMachine::on_hello},
      {in(proving), Type::proof, &ServerMachine::on_proof},
      {kOpen, Type::bye, &ServerMachine::on_bye},
      {kAdmitted, Type::ping, &ServerMachine::on_ping},
      {in(asking, live), Type::have, &ServerMachine::on_have},
      {in(live), Type::append_record, &ServerMachine::on_append_record},
      {in(live), Type::push_runs, &ServerMachine::on_push_runs},
      {in(live), Type::offer_chunks, &ServerMachine::on_offer_chunks},
      {in(live), Type::put_chunk, &ServerMachine::on_put_chunk},
      {in(live), Type::get_chunks, &ServerMachine::on_get_chunks},
  };
  return kTable;
}

ServerMachine::Handler ServerMachine::handler_for(ServerState state, MessageType type) {
  for (const Row& row : table()) {
    if (row.type == type && (row.states & in(state)) != 0) return row.handler;
  }
  return nullptr;
}

}  // namespace feltbog::sync
