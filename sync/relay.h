// SPDX-License-Identifier: Apache-2.0
// What a server's sync session needs of the office's store. An interface only: the server
// implements it over SQLite or PostgreSQL, sync/server_session.h drives it. Nothing here opens a
// run.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "core/ledger/replica.h"

namespace feltbog::sync {

// Whom a session speaks for, once admitted.
struct Admission {
  ledger::SessionParty party = ledger::SessionParty::device;
  DeviceId device;  // zero unless party is device
  InviteId invite;  // zero unless party is invite
  // A barred device: it reads the organisation's log, hands in what it had written, and no more.
  bool barred = false;
};

// The most that one read may return; one item is returned even if it alone is larger.
struct ReadLimits {
  std::size_t items = 0;
  std::size_t bytes = 0;
};

// A part of a space's runs, in position order.
struct RunBatch {
  std::vector<ledger::RunItem> runs;
  bool more = false;  // further runs follow the last one
};

// How one pushed run fared.
struct RunOutcome {
  RunHash run;
  std::uint64_t position = 0;  // where it stands, now or since before; 0 when refused
  std::optional<ErrorCode> refused;
};

// How a batch of pushed runs fared: one outcome for each, in order.
struct AppendedRuns {
  std::vector<RunOutcome> runs;
  Bytes
      receipt;  // signed (ledger/receipt.h), names every run not refused; empty when there is none
};

struct HeldChunks {
  std::vector<bool> held;  // one for each chunk asked about, in order
  Bytes receipt;  // signed (ledger/receipt.h), names every chunk held; empty when there is none
};

// What the server signs about a space's order, and the position it speaks of.
struct SignedHead {
  std::uint64_t position = 0;
  Bytes head;  // ledger/receipt.h, SpaceHead
};

// How a space stands for one device.
struct SpaceStanding {
  bool member = false;  // may read and write it now
  // May read its records, and no runs: for having used the organisation's recovery key, being on
  // duty, or being there under a mandate that is over. Without either the rest is zero.
  bool log_only = false;
  ledger::LogHead records;
  std::uint64_t last_position = 0;  // of its newest run; 0 when there is none
};

// Calls are synchronous; a relay shared by sessions on several threads does its own locking.
// "Durably" means: committed before the call returns. Errors of two kinds: a refusal (the codes
// from 1 to 29 and from 70 to 129) is told to the client as such; any other ends the session and is
// told as internal.
class Relay {
 public:
  virtual ~Relay() = default;

  virtual ServerIncarnation incarnation() = 0;
  virtual WallTime time() = 0;

  // The proof by the server's identity. `transcript.server_key` is filled in here.
  virtual Result<crypto::Signature> prove(const ledger::SessionTranscript& transcript) = 0;
  // Verifies the client's proof before it says anything else; fills in `server_key`. Errors:
  // authentication_failed (unknown organisation or device, or a proof that does not match: one and
  // the same answer), invite_unknown, invite_used, invite_expired (by this server's time),
  // already_exists (founding, when an organisation exists).
  virtual Result<Admission> admit(const ledger::SessionTranscript& transcript,
                                  const crypto::Signature& proof) = 0;

  // The organisation's log. Readable to every admission.
  virtual Result<ledger::LogHead> organisation_head() = 0;
  // The spaces of which a device is a member, in any order. Error: revoked, which ends the session.
  virtual Result<std::vector<SpaceId>> spaces_of(const DeviceId& device) = 0;
  // Further spaces of which the device may read the records: SpaceStanding::log_only.
  virtual Result<std::vector<SpaceId>> log_only_spaces(const DeviceId& /*device*/) {
    return std::vector<SpaceId>();
  }
  virtual Result<SpaceStanding> standing(const DeviceId& device, const SpaceId& space) = 0;

  // Records from sequence `first` on, in order, with the wraps `reader` needs (all will do). Empty
  // when there are none. Error: not_permitted (not a member of the space; a former member may read
  // up to and including the record that removed it, those of log_only all).
  virtual Result<std::vector<ledger::RecordItem>> read_records(const Admission& reader,
                                                               const ledger::LogName& log,
                                                               std::uint64_t first,
                                                               const ReadLimits& limits) = 0;
  // Validates the record against the log and durably appends it if `sequence` is the next: one of
  // several writers wins. The same record at that sequence already is a success. A space's first
  // record creates the space. An invite may append the device_add made under it, which uses it up;
  // a founder the organisation_create. Errors: conflict, broken_chain or fork_detected (another
  // record stands there, or the log does not end where this one begins: all told as conflict),
  // already_exists (told as a success), not_authorised, bad_signature, malformed, unknown_kind,
  // invite_used, invite_expired.
  virtual Result<void> append_record(const Admission& author, const ledger::LogName& log,
                                     std::uint64_t sequence, const ledger::RecordItem& item) = 0;

  // The runs after `position`. Error: not_permitted.
  virtual Result<RunBatch> read_runs(const DeviceId& reader, const SpaceId& space,
                                     std::uint64_t position, const ReadLimits& limits) = 0;
  // How many runs, and how many bytes of them, follow `position`. May be an estimate.
  virtual Result<ledger::Amount> count_runs(const DeviceId& reader, const SpaceId& space,
                                            std::uint64_t position) = 0;
  // At the newest position of the space. Error: not_permitted.
  virtual Result<SignedHead> signed_head(const DeviceId& reader, const SpaceId& space) = 0;
  // Checks the runs (header, signature, chain, authority, quota) and durably appends those that
  // hold, in one transaction, each at a new position of the space; a run held already keeps its
  // position and is receipted again. A position is never visible to read_runs before all lower ones
  // are. A barred device brings runs of its own to spaces it was given a key of; others' are
  // refused as not_permitted. Error: not_permitted, for all of them.
  virtual Result<AppendedRuns> append_runs(const DeviceId& author, const SpaceId& space,
                                           std::span<const Bytes> runs) = 0;

  // Which of the chunks the space holds durably, and the receipt for those. This and put_chunk
  // serve a barred device too, where it may bring runs. Error: not_permitted.
  virtual Result<HeldChunks> held_chunks(const DeviceId& device, const SpaceId& space,
                                         std::span<const ChunkHash> chunks) = 0;
  // Checks the bytes against the hash, durably stores them, returns the signed receipt for this
  // one. Errors: not_permitted, malformed (another content), quota_exceeded.
  virtual Result<Bytes> put_chunk(const DeviceId& device, const SpaceId& space,
                                  const ChunkHash& chunk, BytesView bytes) = 0;
  // None when the space holds no such chunk. Error: not_permitted.
  virtual Result<std::optional<Bytes>> read_chunk(const DeviceId& device, const SpaceId& space,
                                                  const ChunkHash& chunk) = 0;
};

}  // namespace feltbog::sync
