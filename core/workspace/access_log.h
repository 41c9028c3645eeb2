// SPDX-License-Identifier: Apache-2.0
// The writing side of the access log: what this device showed, when and why. An entry is durable
// before its content is shown, and sealed at once to those who audit: the key it is under is
// forgotten at the next sync or when the workspace closes, and this device cannot read it then.
// It leaves as a run in a space of this device's own (SpaceKind::access_log). The format, and why
// it is so: docs/access-log.md; the reading side: access_reading.h; sealing into runs: outbox.h.
#pragma once

#include <optional>
#include <vector>

#include "core/ledger/run.h"
#include "core/workspace/access_entry.h"
#include "core/workspace/core.h"
#include "core/workspace/reserved_room.h"

namespace feltbog::workspace {

// Who reads access logs: the auditors who have a device; while there are none, the administrators.
std::vector<UserId> log_readers(const ledger::OrganisationState& organisation);

// Whether looking at the file needs no purpose: the user works on it, as its creator or as a
// member with a role that works on files, and is not there for oversight alone.
bool in_caseload(const Core& core, const SpaceId& space);

class AccessLog {
 public:
  // The room's path is that of a file beside the database.
  AccessLog(Core& core, std::string room_path);

  // To be called before what the entry tells of is shown. Its time is set here. Errors:
  // invalid_argument ("missing: purpose", for a case outside the caseload; "purpose", too long),
  // disk_full (also the room kept for this is used up), and those of the database. Then nothing may
  // be shown.
  Result<void> write(AccessEntry entry);
  ReservedRoom& room() { return room_; }

  // Entries that the server has not receipted.
  Result<std::uint64_t> waiting();

  // The space of this device's log, or those who must become readers of it, is still to be made;
  // make_records() makes them, within the caller's transaction.
  Result<bool> owes_records();
  Result<void> make_records();

  // Entries not in a run yet, from the oldest on: as many as go into one.
  struct Batch {
    std::uint32_t count = 0;
    std::uint64_t last = 0;
    Bytes payload;
  };
  Result<std::optional<SpaceId>> space();
  Result<Batch> next_batch();
  // They are in a run now. Within the caller's transaction.
  Result<void> remove(const Batch& batch);
  // They are in no run any more: another copy of this device took its place. Within the caller's
  // transaction.
  Result<void> put_back(const ledger::SealedRun& run);

 private:
  struct SealingKey {
    crypto::Key key;
    Bytes wraps;
    std::uint64_t made_at = 0;  // the organisation's head
    std::vector<DeviceId> readers;
    std::int64_t row = 0;  // 0: not stored yet
  };
  Result<void> check_purpose(const AccessEntry& entry) const;
  Result<void> insert(const AccessEntry& entry);
  Result<void> take_number();
  Result<void> take_key();
  Result<bool> any_entry();
  Result<std::vector<ledger::Member>> missing_readers(const SpaceLog& log) const;

  Core* core_;
  ReservedRoom room_;
  std::uint64_t next_number_ = 0;  // 0: to be read
  std::optional<SealingKey> key_;
};

}  // namespace feltbog::workspace
