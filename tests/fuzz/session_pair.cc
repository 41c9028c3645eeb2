// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/session_pair.h"

#include "tests/sync/samples.h"

namespace feltbog::fuzz {
namespace {

constexpr int kStepsMax = 64;
constexpr std::size_t kOutputMax = sync::kOutputHighBytes + 2 * (sync::kFrameBytesMax + 4);

// One of the protocol's messages, with a byte of it changed where the input says so.
Bytes changed_sample(Input& input) {
  const auto types = sync::message_types();
  Bytes body = tests::sample(types[input.below(types.size())]);
  if (input.below(2) == 0 && !body.empty()) body[input.below(body.size())] = input.byte();
  return tests::frame(body);
}

template <class Session>
void hear(Input& input, Session& session, Instant& now) {
  switch (input.below(5)) {
    case 0: session.handle_bytes(input.piece(), now); break;
    case 1: session.handle_bytes(tests::frame(input.piece()), now); break;
    case 2: {
      const Bytes frame = changed_sample(input);
      const std::size_t cut = input.below(frame.size());
      session.handle_bytes(BytesView(frame).first(cut), now);
      session.handle_bytes(BytesView(frame).subspan(cut), now);
      break;
    }
    case 3:
      now = now.after(1000 * static_cast<std::int64_t>(input.byte()));
      session.handle_timeout(now);
      break;
    default: session.handle_bytes(changed_sample(input), now);
  }
}

}  // namespace

SessionPair::SessionPair() {
  space.bytes.fill(50);  // the one the samples speak of
  relay.organisation_id.bytes.fill(7);
  relay.incarnation_id.bytes.fill(9);
  relay.organisation_log.items.push_back({tests::make_record({}, "organisation"), {}});
  relay.devices.insert(replica.device());
  replica.logs[{}].accepted = relay.organisation_log;
  auto& held = relay.spaces[space];
  held.log.items.push_back({tests::make_record({}, "space"), to_bytes(as_bytes("wraps"))});
  held.members[replica.device()] = 0;
  const Bytes run = to_bytes(as_bytes("run"));
  held.runs.emplace_back(tests::run_hash(run), run);
  held.positions[tests::run_hash(run)] = 1;
  replica.add_record({}, "another");
  replica.write(space, "words");
  replica.attach(space, to_bytes(as_bytes("chunk")));
  replica.want(space, tests::chunk_hash(as_bytes("elsewhere")));
}

void SessionPair::admit() {
  client.start(now);
  server.start(now);
  for (int turn = 0; turn < 4; ++turn) {
    server.handle_bytes(client.poll_transmit(SIZE_MAX), now);
    if (server.admission() && turn > 0) {
      client.handle_bytes(
          server.poll_transmit(tests::frame(tests::sample(sync::MessageType::welcome)).size()),
          now);
      return;
    }
    client.handle_bytes(server.poll_transmit(SIZE_MAX), now);
  }
}

template <class Session>
void play(Input& input, Session& session, Instant now) {
  for (int step = 0; step < kStepsMax && !input.empty(); ++step) {
    hear(input, session, now);
    FELTBOG_ASSERT(session.poll_transmit(SIZE_MAX).size() <= kOutputMax);
    while (session.poll_event()) {
    }
  }
  if (!session.closed()) return;
  session.handle_bytes(changed_sample(input), now);
  FELTBOG_ASSERT(session.poll_transmit(SIZE_MAX).empty() && !session.poll_event());
  FELTBOG_ASSERT(!session.poll_timeout());
}

template void play(Input&, sync::ClientSession&, Instant);
template void play(Input&, sync::ServerSession&, Instant);

}  // namespace feltbog::fuzz
