// SPDX-License-Identifier: Apache-2.0
// What a sync session needs of a device's database. An interface only: core/workspace implements
// it, sync/client_session.h drives it. Records, runs and receipts pass through as the bytes they
// are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "core/ledger/record.h"
#include "core/ledger/session_proof.h"

namespace feltbog::ledger {

// The largest items a session carries, in bytes. Whatever makes one keeps below.
inline constexpr std::size_t kSessionRecordMax = 64 * 1024;
inline constexpr std::size_t kSessionWrapsMax = 256 * 1024;
inline constexpr std::size_t kSessionRunMax = 512 * 1024;
inline constexpr std::size_t kSessionChunkMax = 64 * 1024 + 64;  // 64 KiB and its sealing
inline constexpr std::size_t kSessionReceiptMax = 64 * 1024;

// Which membership log: a space's, or the organisation's when empty. Records are numbered from 1.
using LogName = std::optional<SpaceId>;

// One signed membership record and the key wraps that hang on it. `wraps` is empty when it has
// none; beside an organisation_create it carries the founding signature.
struct RecordItem {
  Bytes record;
  Bytes wraps;
};

// One sealed run, in its stored form, at its position in the space. Positions start at 1 and rise.
struct RunItem {
  std::uint64_t position = 0;
  Bytes run;
};

// What a replica holds of one space: its records, and the position up to which it has every run.
struct SpaceHolding {
  SpaceId space;
  LogHead records;
  std::uint64_t position = 0;
};

struct Holdings {
  LogHead organisation;
  // The most valued first: they are brought up to date in this order.
  std::vector<SpaceHolding> spaces;
};

// Who asks to be let in: a member device; the holder of an invite, who may then append one
// device_add; the founder, who may then append the organisation_create.
struct SessionClaim {
  SessionParty party = SessionParty::device;
  SessionSubject subject;  // the device, the invite, or zero
};

// `place` is the item's place in its own queue on this device: above 0, rising, never reused. A
// session asks for what lies after the last place it was given, so it is offered nothing twice.
struct OutgoingRecord {
  LogName log;
  std::uint64_t sequence = 0;
  RecordItem item;
};
struct OutgoingRun {
  std::uint64_t place = 0;
  SpaceId space;
  RunHash hash;
  Bytes run;
};
struct ChunkName {
  std::uint64_t place = 0;
  SpaceId space;
  ChunkHash hash;
};
// How much waits to be sent: for progress, an estimate will do.
struct Amount {
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;
};

// Every call is synchronous, from one thread. "Durably" means: committed before the call returns. A
// call that fails changes nothing; the session then ends with that error, and a later session
// starts where the last successful call left off. All of it is idempotent: the same records, runs,
// receipts and chunks may come again and are then a success that changes nothing.
class Replica {
 public:
  virtual ~Replica() = default;

  // Zero when founding.
  virtual OrganisationId organisation() = 0;
  virtual SessionClaim claim() = 0;
  // Fills in `transcript.server_key` from the organisation's log, or from the invite while there is
  // no log, and checks the server's proof. Error: wrong_server.
  virtual Result<void> check_server(const SessionTranscript& transcript,
                                    const crypto::Signature& proof) = 0;
  // This side's proof, of the transcript with the same server key: by the device's, the invite's or
  // the founding secret.
  // The transcript's nonces commit to all that both sides have said, versions and server
  // incarnation included (sync/handshake.h).
  virtual Result<crypto::Signature> prove(const SessionTranscript& transcript) = 0;

  // What is here already. Positions are those of `incarnation`: 0 for a space that has no cursor of
  // it. Lists only spaces of which this device holds at least one record that the server has
  // accepted.
  virtual Result<Holdings> holdings(const ServerIncarnation& incarnation) = 0;

  // Verifies and durably stores records in order, the first of which has sequence `first`, with
  // their wraps, atomically. Records held already must be the same. Errors: fork_detected (another
  // record is held at that sequence), broken_chain, bad_signature, not_authorised, unknown_kind,
  // malformed.
  virtual Result<void> store_records(const LogName& log, std::uint64_t first,
                                     std::span<const RecordItem> items) = 0;
  // Durably stores runs and moves the cursor of (incarnation, space) to `position`, which is at
  // least that of the last run, atomically. The span may be empty. A run that fails verification,
  // or is of a later version, is set aside by the replica with its reason and does not fail the
  // call.
  virtual Result<void> store_runs(const SpaceId& space, const ServerIncarnation& incarnation,
                                  std::span<const RunItem> runs, std::uint64_t position) = 0;
  // After store_runs() brought the cursor to the newest position: what the server signed about the
  // order up to there. Verifies it against what came, and durably keeps it, or as evidence what
  // contradicts it; a contradiction makes the replica ask for the space anew in a later session and
  // offer its own runs again, and does not end this one. Errors: malformed, bad_signature.
  virtual Result<void> store_head(const SpaceId& space, const ServerIncarnation& incarnation,
                                  BytesView head) = 0;
  // The server's log stands elsewhere than this device said: shorter, or another record at the end.
  // A server that lost data says so here; what to offer again, or to report, is the replica's
  // choice.
  virtual Result<void> server_differs(const LogName& /*log*/, const LogHead& /*server*/) {
    return {};
  }
  // The server says this device is no longer a member. The replica believes only the log.
  virtual Result<void> space_withdrawn(const SpaceId& /*space*/) { return {}; }

  // For progress. Unsealed changes count as one run together.
  virtual Result<Amount> waiting_to_send() = 0;

  // Membership records made here and not yet accepted, in the order to append them, about
  // `bytes_max` bytes together (at least one, if there is any). Each one's sequence is the next of
  // its log as held here. Asked again after every answer; an item stays listed until accepted or
  // refused.
  virtual Result<std::vector<OutgoingRecord>> records_to_send(std::size_t bytes_max) = 0;
  // The server appended it. Durably takes it out of the queue and, if not yet so, into the log.
  virtual Result<void> record_accepted(const LogName& log, std::uint64_t sequence) = 0;
  // Asked once, when all answers are in: whether a record accepted since lets this device read more
  // than it asked for. The session then asks anew before it goes on.
  virtual bool reads_more() { return false; }
  // The server did not take it. conflict: somebody else's record stands there; a pull follows at
  // once, after which records_to_send offers it anew, rebased on the newest head, or no longer. Any
  // other code is final: durably take it out of the queue and report it.
  virtual Result<void> record_refused(const LogName& log, std::uint64_t sequence,
                                      ErrorCode code) = 0;

  // Runs without a receipt whose place is above `after`, by place, about `bytes_max` bytes together
  // (at least one, if there is any). Changes not yet sealed are sealed now, under the newest
  // membership held, and durably kept as sealed before this returns. Never runs of a space while
  // its creating record is not accepted.
  virtual Result<std::vector<OutgoingRun>> runs_to_send(std::size_t bytes_max,
                                                        std::uint64_t after) = 0;
  // Verifies the receipt (receipt.h), which names all of `runs`, and durably takes these out of the
  // outbox. Errors: bad_signature, malformed (a run is not in it).
  virtual Result<void> runs_receipted(const SpaceId& space, std::span<const RunHash> runs,
                                      BytesView receipt) = 0;
  // The server did not take it; it stays in the outbox, marked with the reason, unless the replica
  // knows better. quota_exceeded and revoked are for all runs of this session.
  virtual Result<void> run_refused(const SpaceId& space, const RunHash& run, ErrorCode code) = 0;

  // Encrypted attachment chunks without a receipt, and those wanted here: as runs_to_send.
  virtual Result<std::vector<ChunkName>> chunks_to_send(std::size_t count_max,
                                                        std::uint64_t after) = 0;
  virtual Result<std::vector<ChunkName>> chunks_to_fetch(std::size_t count_max,
                                                         std::uint64_t after) = 0;
  // Errors: not_found (it was dropped since; the session goes on without it).
  virtual Result<Bytes> chunk_bytes(const SpaceId& space, const ChunkHash& chunk) = 0;
  // Verifies the chunk receipt (receipt.h), which names all of `chunks`. Errors: as runs_receipted.
  virtual Result<void> chunks_receipted(const SpaceId& space, std::span<const ChunkHash> chunks,
                                        BytesView receipt) = 0;
  virtual Result<void> chunk_refused(const SpaceId& space, const ChunkHash& chunk,
                                     ErrorCode code) = 0;
  // Checks the bytes against the hash and durably stores them. Error: malformed (another content).
  virtual Result<void> store_chunk(const SpaceId& space, const ChunkHash& chunk,
                                   BytesView bytes) = 0;
  // The server does not hold it (yet). It stays wanted; a later session asks again.
  virtual Result<void> chunk_unavailable(const SpaceId& space, const ChunkHash& chunk) = 0;

  // All that was to receive is stored, and all that was to send has its answer; told again whenever
  // that is so anew. `server_time` is what the server signed at the beginning of the session.
  virtual Result<void> caught_up(WallTime /*server_time*/) { return {}; }

  // Asked once all that is to be sent has its answer. True when the organisation's log bars this
  // device: nothing more can come for it, and the session ends with `revoked`.
  virtual Result<bool> barred() { return false; }
};

}  // namespace feltbog::ledger
