// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/outbox.h"

#include <algorithm>

#include "core/document/change_codec.h"
#include "core/ledger/receipt.h"
#include "core/workspace/access_log.h"
#include "core/workspace/own_chain.h"

namespace feltbog::workspace {
namespace {

// How often entries of the access log are sealed within a session.
constexpr std::int64_t kEntriesEveryMilliseconds = 60'000;
// Half of what a run holds, so that joining batches never outgrows it.
constexpr std::size_t kGroupBytesMax = ledger::kRunPayloadBytesMax / 2;

// A server that lacks the run before, though it gave a receipt for it, is given everything again.
Result<void> offer_what_it_follows(store::Database& database, const SpaceId& space,
                                   const RunHash& run) {
  FELTBOG_TRY(row,
              database.prepare("SELECT 1 FROM run AS it JOIN run AS earlier ON earlier.space = "
                               "it.space AND earlier.writer = it.writer AND earlier.sequence < "
                               "it.sequence WHERE it.hash = ?1 AND earlier.own = 1 AND "
                               "earlier.receipt IS NULL LIMIT 1"));
  row.bind(1, run);
  FELTBOG_TRY(waits, row.step());
  row.reset();
  if (!waits) FELTBOG_CHECK(offer_again(database, space));
  return {};
}

}  // namespace

struct Outbox::Unsealed {
  std::uint64_t first_counter = 0;
  std::size_t bytes = 0;
  std::vector<document::Change> changes;
};

Result<ledger::WriterTip> read_tip(store::Database& database, const SpaceId& space,
                                   const WriterId& writer) {
  FELTBOG_TRY(row, database.prepare("SELECT run FROM run WHERE space = ?1 AND writer = ?2 AND "
                                    "set_aside IS NULL ORDER BY sequence DESC LIMIT 1"));
  row.bind_all(space, writer);
  FELTBOG_TRY(found, row.step());
  if (!found) return ledger::WriterTip{};
  FELTBOG_TRY(newest, ledger::SealedRun::decode(row.bytes(0)));
  return ledger::WriterTip::after(newest.header);
}

Result<void> Outbox::seal() {
  FELTBOG_CHECK(core_->ready());
  const Membership& membership = core_->membership;
  // A run cites the logs' heads; what only this device knows of cannot be cited.
  if (membership.organisation().empty() || membership.organisation_waits()) return {};
  FELTBOG_CHECK(begin_owed_chain());
  std::vector<SpaceId> spaces;
  FELTBOG_TRY(rows, core_->database->prepare("SELECT DISTINCT space FROM batch WHERE run IS NULL"));
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) break;
    FELTBOG_TRY(space, rows.fixed<SpaceId>(0));
    spaces.push_back(space);
  }
  for (const SpaceId& space : spaces) FELTBOG_CHECK(seal_space(space));
  return seal_access_entries();
}

// A screen that looks again whenever a session tells of something would otherwise keep the session
// busy with entries of its own looking.
bool Outbox::entries_are_due() const {
  return !entries_sealed_at_ ||
         core_->environment.clock->instant().milliseconds - entries_sealed_at_->milliseconds >=
             kEntriesEveryMilliseconds;
}

// They are no changes, but are numbered like them, and travel the same way.
Result<void> Outbox::seal_access_entries() {
  if (!entries_are_due()) return {};
  FELTBOG_TRY(space, core_->access->space());
  if (!space) return {};
  FELTBOG_TRY(may, may_seal(*space));
  if (!may) return {};
  entries_sealed_at_ = core_->environment.clock->instant();
  while (true) {
    FELTBOG_TRY(batch, core_->access->next_batch());
    if (batch.count == 0) return {};
    auto sealed = core_->durably([&]() -> Result<bool> {
      FELTBOG_CHECK(seal_payload(*space, batch.count, batch.payload));
      FELTBOG_CHECK(core_->access->remove(batch));
      return false;
    });
    if (!sealed) return sealed;
  }
}

Result<void> Outbox::begin_owed_chain() {
  FELTBOG_TRY(owed, owes_new_chain(*core_));
  if (!owed) return {};
  return core_->durably([this]() -> Result<bool> {
    FELTBOG_CHECK(begin_new_chain(*core_));
    return true;
  });
}

// Whether a run of this device could stand in the space as its log is now.
Result<bool> Outbox::may_seal(const SpaceId& space) {
  if (has_left(space)) return may_rescue(space);
  const SpaceLog* log = core_->membership.space(space);
  const auto& organisation = core_->membership.organisation();
  if (log == nullptr || log->accepted == 0 || log->waits() ||
      log->state.needs_rotation(organisation) ||
      !log->state.admits(core_->identity.id, organisation)) {
    return false;
  }
  FELTBOG_TRY(keys, core_->membership.keys(space));
  return ledger::holds_all_keys(*keys, log->state);
}

bool Outbox::has_left(const SpaceId& space) const {
  const SpaceLog* log = core_->membership.space(space);
  return core_->barred() ||
         (log != nullptr && log->state.role(core_->user()) != ledger::SpaceRole::writer);
}

// Whether it could have stood there before this device was barred, or its user removed.
Result<bool> Outbox::may_rescue(const SpaceId& space) {
  const SpaceLog* log = core_->membership.space(space);
  if (log == nullptr || log->accepted == 0) return false;
  const WriterId writer = ledger::writer_id(space, core_->identity.id, core_->incarnation);
  FELTBOG_TRY(tip, read_tip(*core_->database, space, writer));
  const auto heads = heads_after(space, tip);
  if (!heads) return false;
  FELTBOG_TRY(keys, core_->membership.keys(space));
  return keys->find(log->state.epoch_at(heads->space.sequence)->number) != nullptr;
}

Result<ledger::RunHeads> Outbox::heads_after(const SpaceId& space,
                                             const ledger::WriterTip& tip) const {
  const auto& organisation = core_->membership.organisation();
  const SpaceLog& log = *core_->membership.space(space);
  if (!has_left(space)) return ledger::RunHeads{organisation.head(), log.state.head()};
  const auto heads =
      ledger::heads_before_leaving(core_->identity.id, tip, organisation, log.state, log.accepted);
  if (!heads) return Error{ErrorCode::not_authorised, "before it left"};
  return *heads;
}

Result<void> Outbox::seal_space(const SpaceId& space) {
  FELTBOG_TRY(may, may_seal(space));
  if (!may) return {};
  FELTBOG_TRY(unsealed, read_unsealed(space));
  return core_->durably([&]() -> Result<bool> {
    for (std::size_t begin = 0; begin < unsealed.size();) {
      const std::size_t end = group_end(unsealed, begin);
      FELTBOG_CHECK(seal_group(space, std::span(unsealed).subspan(begin, end - begin)));
      begin = end;
    }
    return false;
  });
}

// How many of the batches from `begin` on go into one run: at least one.
std::size_t Outbox::group_end(const std::vector<Unsealed>& unsealed, std::size_t begin) {
  std::size_t bytes = unsealed[begin].bytes;
  std::size_t changes = unsealed[begin].changes.size();
  std::size_t end = begin + 1;
  for (; end < unsealed.size(); ++end) {
    bytes += unsealed[end].bytes;
    changes += unsealed[end].changes.size();
    if (bytes > kGroupBytesMax || changes > ledger::kChangesPerRunMax) break;
  }
  return end;
}

Result<std::vector<Outbox::Unsealed>> Outbox::read_unsealed(const SpaceId& space) {
  FELTBOG_TRY(file, core_->files.open(space));
  FELTBOG_TRY(rows,
              core_->database->prepare(
                  "SELECT first_counter, body FROM batch WHERE space = ?1 AND writer = ?2 AND "
                  "run IS NULL ORDER BY first_counter"));
  rows.bind_all(space, file->writer);
  std::vector<Unsealed> unsealed;
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return unsealed;
    FELTBOG_TRY(changes, document::decode_changes(file->writer, rows.bytes(1)));
    unsealed.push_back(
        {static_cast<std::uint64_t>(rows.integer(0)), rows.bytes(1).size(), std::move(changes)});
  }
}

Result<void> Outbox::seal_group(const SpaceId& space, std::span<const Unsealed> group) {
  FELTBOG_TRY(file, core_->files.open(space));
  const WriterId writer = file->writer;
  std::vector<document::Change> changes;
  for (const Unsealed& batch : group) {
    changes.insert(changes.end(), batch.changes.begin(), batch.changes.end());
  }
  FELTBOG_TRY(payload, document::encode_changes(writer, changes));
  FELTBOG_TRY(place, seal_payload(space, changes.size(), std::move(payload)));
  for (const Unsealed& batch : group) {
    FELTBOG_CHECK(core_->database->run(
        "DELETE FROM batch WHERE space = ?1 AND writer = ?2 AND first_counter = ?3", space, writer,
        batch.first_counter));
  }
  return core_->files.store(space, changes, place);
}

Result<std::int64_t> Outbox::seal_payload(const SpaceId& space, std::size_t count, Bytes payload) {
  const WriterId writer = ledger::writer_id(space, core_->identity.id, core_->incarnation);
  FELTBOG_TRY(tip, read_tip(*core_->database, space, writer));
  ledger::RunDraft draft;
  draft.incarnation = core_->incarnation;
  draft.tip = tip;
  draft.change_count = static_cast<std::uint32_t>(count);
  draft.payload = std::move(payload);
  FELTBOG_TRY(witness, order_->witness(space));
  draft.witness = witness;
  FELTBOG_TRY(heads, heads_after(space, tip));
  FELTBOG_TRY(keys, core_->membership.keys(space));
  FELTBOG_TRY(run, ledger::seal_run_at(
                       heads, draft, core_->identity, core_->membership.organisation(),
                       core_->membership.space(space)->state, *keys, *core_->environment.random));
  store::Database& database = *core_->database;
  FELTBOG_CHECK(database.run(
      "INSERT INTO run(space, writer, sequence, hash, run, own, sealed_at) VALUES(?1, ?2, ?3, ?4, "
      "?5, 1, ?6)",
      space, writer, run.header.sequence, run.header.hash(), run.encode(),
      core_->environment.clock->wall_time().milliseconds));
  const std::int64_t place = database.last_insert_id();
  FELTBOG_CHECK(database.run("INSERT OR IGNORE INTO writer VALUES(?1, ?2, ?3)", writer, space,
                             core_->identity.id));
  return place;
}

Result<std::vector<ledger::OutgoingRun>> Outbox::runs(std::size_t bytes_max, std::uint64_t after) {
  FELTBOG_CHECK(seal());
  FELTBOG_TRY(rows,
              core_->database->prepare("SELECT place, space, hash, run FROM run WHERE own = 1 AND "
                                       "receipt IS NULL AND place > ?1 ORDER BY place"));
  rows.bind(1, after);
  std::vector<ledger::OutgoingRun> out;
  std::size_t bytes = 0;
  while (out.empty() || bytes < bytes_max) {
    FELTBOG_TRY(more, rows.step());
    if (!more) break;
    ledger::OutgoingRun next;
    next.place = static_cast<std::uint64_t>(rows.integer(0));
    FELTBOG_TRY(space, rows.fixed<SpaceId>(1));
    FELTBOG_TRY(hash, rows.fixed<RunHash>(2));
    next.space = space;
    next.hash = hash;
    next.run = to_bytes(rows.bytes(3));
    bytes += next.run.size();
    out.push_back(std::move(next));
  }
  return out;
}

Result<void> Outbox::receipted(const SpaceId& space, std::span<const RunHash> runs,
                               BytesView receipt) {
  FELTBOG_TRY(checked, ledger::verify_receipt(receipt, core_->membership.organisation()));
  if (checked.space != space) return Error{ErrorCode::malformed, "receipt of another space"};
  for (const RunHash& run : runs) {
    const bool named = std::any_of(checked.entries.begin(), checked.entries.end(),
                                   [&run](const auto& entry) { return entry.run == run; });
    if (!named) return Error{ErrorCode::malformed, "receipt without the run"};
  }
  return core_->durably([&]() -> Result<bool> {
    FELTBOG_CHECK(order_->note(checked));
    bool any = false;
    for (const RunHash& run : runs) {
      FELTBOG_CHECK(core_->database->run(
          "UPDATE run SET receipt = ?3, refused = NULL WHERE hash = ?1 AND space = ?2 AND own = 1 "
          "AND receipt IS NULL",
          run, space, receipt));
      any = any || core_->database->changes() > 0;
    }
    return any;
  });
}

Result<void> Outbox::refused(const SpaceId& space, const RunHash& run, ErrorCode code) {
  return core_->durably([&]() -> Result<bool> {
    if (code == ErrorCode::broken_chain) {
      FELTBOG_CHECK(offer_what_it_follows(*core_->database, space, run));
    }
    FELTBOG_CHECK(core_->database->run(
        "UPDATE run SET refused = ?2 WHERE hash = ?1 AND own = 1 AND receipt IS NULL AND refused "
        "IS NOT ?2",
        run, static_cast<std::int64_t>(code)));
    return core_->database->changes() > 0;
  });
}

Result<bool> offer_again(store::Database& database, const std::optional<SpaceId>& space) {
  FELTBOG_CHECK(
      database.run("UPDATE run SET receipt = NULL WHERE own = 1 AND receipt IS NOT NULL AND "
                   "(?1 IS NULL OR space = ?1)",
                   space));
  const bool runs = database.changes() > 0;
  FELTBOG_CHECK(
      database.run("UPDATE chunk SET receipt = NULL WHERE own = 1 AND length(receipt) > 0 AND "
                   "(?1 IS NULL OR space = ?1)",
                   space));
  return runs || database.changes() > 0;
}

Result<ledger::Amount> Outbox::waiting() {
  FELTBOG_TRY(rows, core_->database->prepare(
                        "SELECT (SELECT count(*) FROM run WHERE own = 1 AND receipt IS NULL) + "
                        "EXISTS(SELECT 1 FROM batch WHERE run IS NULL), "
                        "(SELECT total(length(run)) FROM run WHERE own = 1 AND receipt IS NULL) + "
                        "(SELECT total(length(body)) FROM batch WHERE run IS NULL)"));
  FELTBOG_TRY(found, rows.step());
  FELTBOG_ASSERT(found);
  return ledger::Amount{static_cast<std::uint64_t>(rows.integer(0)),
                        static_cast<std::uint64_t>(rows.integer(1))};
}

}  // namespace feltbog::workspace
