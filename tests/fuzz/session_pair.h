// SPDX-License-Identifier: Apache-2.0
// A device's session and the server's over a store in memory, past the proofs: from there on the
// fuzzer speaks for one of them.
#pragma once

#include "sync/client_session.h"
#include "sync/limits.h"
#include "sync/server_session.h"
#include "tests/fuzz/input.h"
#include "tests/support/memory_relay.h"
#include "tests/support/memory_replica.h"
#include "tests/support/seeded_random.h"

namespace feltbog::fuzz {

class SessionPair {
 public:
  // One space that the device is a member of, a run there, and something of the device's own to
  // send of every kind.
  SessionPair();
  // Lets both speak until the server has admitted the device and the device has heard so.
  void admit();

  tests::MemoryRelay relay;
  tests::MemoryReplica replica{1};
  testing::SeededRandom random{1};
  Instant now{1000};
  SpaceId space;
  sync::ClientSession client{replica, random};
  sync::ServerSession server{relay, random};
};

// Plays the input against one side: bytes as they are, frames, frames of the protocol's own
// messages with a byte changed, time that passes. Whatever it is told, the side neither hoards
// output nor speaks once it has closed.
template <class Session>
void play(Input& input, Session& session, Instant now);

}  // namespace feltbog::fuzz
