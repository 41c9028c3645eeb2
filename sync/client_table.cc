// SPDX-License-Identifier: Apache-2.0
// What a client session does with each message in each state. What is not here is a protocol error
// and ends the session; docs/protocol.md shows the same table.
#include "sync/client_machine.h"

namespace feltbog::sync {
namespace {

template <class... States>
constexpr std::uint16_t in(States... states) {
  return static_cast<std::uint16_t>(((1u << static_cast<unsigned>(states)) | ...));
}

}  // namespace

std::span<const ClientMachine::Row> ClientMachine::table() {
  using enum ClientState;
  using Type = MessageType;
  static constexpr std::uint16_t kPulling = in(pulling);
  // Membership and runs come in at any time once admitted.
  static constexpr std::uint16_t kAdmitted =
      in(pulling, recording, sending, offering, uploading, fetching, live);
  static constexpr std::uint16_t kOpen = kAdmitted | in(greeting, joining);
  static constexpr Row kTable[] = {
      {in(greeting), Type::challenge, &ClientMachine::on_challenge},
      {in(joining), Type::welcome, &ClientMachine::on_welcome},
      {kOpen, Type::bye, &ClientMachine::on_bye},
      {kAdmitted, Type::ping, &ClientMachine::on_ping},
      {kPulling, Type::ahead, &ClientMachine::on_ahead},
      {kAdmitted, Type::records, &ClientMachine::on_records},
      {kAdmitted, Type::runs, &ClientMachine::on_runs},
      {kAdmitted, Type::head, &ClientMachine::on_head},
      {kPulling, Type::standing, &ClientMachine::on_standing},
      {kAdmitted, Type::withdrawn, &ClientMachine::on_withdrawn},
      {kPulling, Type::pulled, &ClientMachine::on_pulled},
      {in(recording), Type::record_answer, &ClientMachine::on_record_answer},
      {in(sending), Type::runs_answer, &ClientMachine::on_runs_answer},
      {in(offering), Type::chunks_answer, &ClientMachine::on_chunks_answer},
      {in(uploading), Type::chunk_answer, &ClientMachine::on_chunk_answer},
      {in(fetching), Type::chunk, &ClientMachine::on_chunk},
  };
  return kTable;
}

ClientMachine::Handler ClientMachine::handler_for(ClientState state, MessageType type) {
  for (const Row& row : table()) {
    if (row.type == type && (row.states & in(state)) != 0) return row.handler;
  }
  return nullptr;
}

}  // namespace feltbog::sync
