// SPDX-License-Identifier: Apache-2.0
// Everything one command does, staged first and then made durable in one transaction: changes in
// files, new files, membership records. Data path: from editor.h or workspace.h, into
// core/store/database.h; next: outbox.h, which seals at the next sync what was written here.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/workspace/core.h"
#include "core/workspace/draft.h"
#include "core/workspace/lease.h"

namespace feltbog::workspace {

class UnitOfWork {
 public:
  explicit UnitOfWork(Core& core) : core_(&core), self_(core.user()) {}

  // The first record of a new organisation, and who its founder is: this device's user from then
  // on.
  void found(ledger::Record organisation_create, const UserId& founder);
  // The change being made in a file. Its time is claimed to the second: finer ones would cost more
  // room than the words (docs/merging.md); `recorded`: when it is not now that it was recorded.
  // Errors: not_permitted, when this device may not write there; revoked, lease_lapsed.
  Result<Draft*> draft(const SpaceId& space, std::optional<WallTime> recorded = {});
  // A new file whose members are `members` and this device's user. Drafts may follow at once.
  Result<SpaceId> create_space(ledger::SpaceKind kind, std::vector<ledger::Member> members);
  // Further members of a file that exists.
  void add_members(const SpaceId& space, std::vector<ledger::Member> members);
  // Members who leave a file, for a new key they are not given.
  void remove_members(const SpaceId& space, std::vector<UserId> users);
  // This device's user becomes a reader of a file, with keys that the recovery key opened.
  void join_with(const SpaceId& space, ledger::Keyring keys);
  // Decides about runs that are held back in a file.
  void settle_runs(const SpaceId& space, std::vector<ledger::Verdict> verdicts);
  // Destroys a file everywhere, once the server has taken the record.
  void erase_space(const SpaceId& space, ledger::SpaceErase erasure);
  // Keeps a file from being erased, or lets it go.
  void hold_space(const SpaceId& space, bool held);
  // A record of the organisation's log.
  void add_record(ledger::OrganisationPayload payload);
  // Encrypted attachment chunks, stored before, that a draft now names: the server is offered them.
  void offer_chunks(const SpaceId& space, std::vector<ChunkHash> chunks);

  // A note nobody may see yet (dropped_notes.h); and one that a draft has made an ordinary note of.
  void drop_note(Bytes sealed);
  void take_up_note(std::int64_t id);
  // Stored with all the rest.
  void extend_lease(const LeaseTimes& times) { lease_ = times; }

  // A setting of this device (tables.h).
  void keep_setting(std::string_view name, Bytes value);
  // All membership records go: of a device that has not joined yet.
  void forget_logs() { forgets_logs_ = true; }

  // The result by which a repetition of this request is answered.
  void keep_result(std::string request, Value result);

  bool empty() const;
  // Durable when it returns. After an error nothing has changed (where the disk failed in the very
  // last step, whether it did shows when the database is opened again). Errors: disk_full,
  // io_error, not_permitted, limit_exceeded, and the ledger's for records.
  Result<void> commit();

 private:
  struct NewSpace {
    SpaceId space;
    ledger::SpaceKind kind;
    std::vector<ledger::Member> members;
  };
  struct Addition {
    SpaceId space;
    std::vector<ledger::Member> members;
    std::optional<ledger::Keyring> keys;  // otherwise those of this device
  };
  Result<void> write();
  Result<void> write_result();
  Result<void> write_records();
  Result<void> write_addition(const Addition& addition);
  Result<void> write_removals();
  Result<void> write_verdicts();
  Result<void> write_keeping();
  Result<void> write_dropped();
  Result<document::AddEffect> write_draft(const SpaceId& space, const Draft& draft);
  bool is_new(const SpaceId& space) const;

  Core* core_;
  bool forgets_logs_ = false;
  std::optional<ledger::Record> founding_;
  UserId self_;
  std::vector<ledger::OrganisationPayload> records_;
  std::vector<NewSpace> spaces_;
  std::vector<Addition> additions_;
  std::map<SpaceId, std::vector<UserId>> removals_;
  std::map<SpaceId, std::vector<ledger::Verdict>> verdicts_;
  std::map<SpaceId, ledger::SpaceErase> erasures_;
  std::map<SpaceId, bool> holds_;
  std::map<SpaceId, std::vector<ChunkHash>> chunks_;
  std::vector<Bytes> dropped_;
  std::vector<std::int64_t> taken_up_;
  std::optional<LeaseTimes> lease_;
  std::map<std::string, Bytes> settings_;
  std::string request_;
  Value result_;
  std::map<SpaceId, Draft> drafts_;
  std::vector<SpaceEffect> effects_;
};

}  // namespace feltbog::workspace
