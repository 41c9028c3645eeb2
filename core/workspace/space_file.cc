// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/space_file.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "core/document/change_codec.h"
#include "core/ledger/run.h"
#include "core/ledger/writer.h"
#include "core/workspace/saved_histories.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {

namespace {

using document::Change;

// Those of runs that are held back or rejected (held_runs.h).
Result<std::vector<document::ChangeId>> changes_not_in_force(store::Database& database,
                                                             const SpaceId& space) {
  FELTBOG_TRY(rows, database.prepare("SELECT run FROM run WHERE space = ?1 AND standing != 0 "
                                     "AND standing != 3"));
  rows.bind(1, space);
  std::vector<document::ChangeId> out;
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return out;
    FELTBOG_TRY(run, ledger::SealedRun::decode(rows.bytes(0)));
    const std::vector<document::ChangeId> changes = changes_in(run.header);
    out.insert(out.end(), changes.begin(), changes.end());
  }
}

// A history is saved again when so many changes are new, and so large a part of all.
constexpr std::size_t kNewChangesMin = 32;
constexpr std::size_t kNewChangesPart = 16;

// The first writer in the space after that one.
Result<std::optional<WriterId>> writer_after(store::Database& database, const SpaceId& space,
                                             BytesView writer) {
  FELTBOG_TRY(row,
              database.prepare("SELECT min(writer) FROM batch WHERE space = ?1 AND writer > ?2"));
  row.bind_all(space, writer);
  FELTBOG_TRY(found, row.step());
  if (!found || row.is_null(0)) return std::optional<WriterId>();
  FELTBOG_TRY(next, row.fixed<WriterId>(0));
  return std::optional<WriterId>(next);
}

// Adds the writer's changes after `known` to `out`. False when there are not that many at all.
Result<bool> read_after(store::Database& database, const SpaceId& space, const WriterId& writer,
                        std::uint64_t known, std::vector<Change>& out) {
  FELTBOG_TRY(rows, database.prepare("SELECT first_counter + change_count - 1, body FROM batch "
                                     "WHERE space = ?1 AND writer = ?2 ORDER BY first_counter "
                                     "DESC"));
  rows.bind_all(space, writer);
  bool reaches = false;
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return reaches;
    const auto last = static_cast<std::uint64_t>(rows.integer(0));
    reaches = reaches || last >= known;
    if (last <= known) return reaches;
    auto changes = document::decode_changes(writer, rows.bytes(1));
    if (!changes) return Error{ErrorCode::corrupt, "stored changes: " + changes.error().detail};
    std::move(changes->begin(), changes->end(), std::back_inserter(out));
  }
}

// The stored changes the history lacks. None when it has some that are not stored.
Result<std::optional<std::vector<Change>>> read_lacking(store::Database& database,
                                                        const SpaceId& space,
                                                        const document::History& history) {
  std::vector<Change> out;
  std::vector<WriterId> writers;
  while (true) {
    const BytesView last = writers.empty() ? BytesView() : writers.back().view();
    FELTBOG_TRY(writer, writer_after(database, space, last));
    if (!writer) break;
    FELTBOG_TRY(reaches, read_after(database, space, *writer, history.last_counter(*writer), out));
    if (!reaches) return std::optional<std::vector<Change>>();
    writers.push_back(*writer);
  }
  const std::vector<WriterId> known = history.writers();
  if (!std::includes(writers.begin(), writers.end(), known.begin(), known.end())) {
    return std::optional<std::vector<Change>>();
  }
  return std::optional<std::vector<Change>>(std::move(out));
}

// Takes in changes read back from the database.
Result<void> restore(SpaceFile& file, std::vector<Change> changes) {
  // A change comes after all it rests on, so that honest ones never have to wait.
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return std::tie(a.lamport, a.id) < std::tie(b.lamport, b.id);
  });
  while (!changes.empty()) {
    const document::AddEffect effect = file.history.add_in_order(changes);
    file.refused.insert(file.refused.end(), effect.rejected.begin(), effect.rejected.end());
    // Those the waiting room had no room for are offered again once others have left it.
    std::set<document::ChangeId> again;
    for (const auto& [id, error] : effect.refused) {
      if (error.code == ErrorCode::limit_exceeded)
        again.insert(id);
      else
        file.refused.push_back(id);
    }
    // All of them had room when they were stored.
    if (again.size() == changes.size()) return Error{ErrorCode::corrupt, "too many changes wait"};
    std::erase_if(changes, [&](const Change& change) { return again.count(change.id) == 0; });
  }
  return {};
}

bool is_worth_saving(const SpaceFile& file) {
  const std::size_t fresh = file.history.change_count() - file.saved_changes;
  return fresh >= std::max(kNewChangesMin, file.saved_changes / kNewChangesPart);
}

}  // namespace

Result<void> SpaceFiles::read(SpaceFile& file) {
  std::optional<std::vector<Change>> lacking;
  if (auto saved = read_saved_history(*database_, file.id)) {
    FELTBOG_TRY(found, read_lacking(*database_, file.id, *saved));
    lacking = std::move(found);
    if (lacking) file.history = std::move(*saved);
  }
  if (!lacking) {
    FELTBOG_TRY(all, read_lacking(*database_, file.id, file.history));
    lacking = std::move(all);
  }
  file.saved_changes = file.history.change_count();
  return restore(file, std::move(*lacking));
}

std::vector<document::ChangeId> changes_in(const ledger::RunHeader& run) {
  std::vector<document::ChangeId> out;
  for (std::uint32_t i = 0; i < run.change_count; ++i) {
    out.push_back({run.writer(), run.first_counter + i});
  }
  return out;
}

Result<SpaceFile*> SpaceFiles::open(const SpaceId& space) {
  if (const auto found = open_.find(space); found != open_.end()) return found->second.get();
  auto file = std::make_unique<SpaceFile>(SpaceFile{space,
                                                    ledger::writer_id(space, device_, incarnation_),
                                                    document::History(file_schema()),
                                                    {}});
  FELTBOG_CHECK(read(*file));
  FELTBOG_TRY(without_effect, changes_not_in_force(*database_, space));
  file->history.mask(without_effect);
  return open_.emplace(space, std::move(file)).first->second.get();
}

Result<void> SpaceFiles::rest() {
  for (auto& [space, file] : open_) {
    file->history.rest();
    if (!is_worth_saving(*file)) continue;
    FELTBOG_TRY(transaction, database_->begin());
    FELTBOG_CHECK(write_saved_history(*database_, space, file->history));
    FELTBOG_CHECK(transaction.commit());
    file->saved_changes = file->history.change_count();
  }
  return {};
}

Result<void> SpaceFiles::store(const SpaceId& space, std::span<const document::Change> changes,
                               std::optional<std::int64_t> run) {
  FELTBOG_ASSERT(!changes.empty());
  const WriterId& writer = changes.front().id.writer;
  FELTBOG_TRY(body, document::encode_changes(writer, changes));
  // What does not fit a run could never leave the device; better to say so while it is being
  // written.
  if (body.size() > ledger::kRunPayloadBytesMax) {
    return Error{ErrorCode::limit_exceeded, std::to_string(body.size()) + " bytes in one change"};
  }
  return database_->run("INSERT INTO batch VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", space, writer,
                        changes.front().id.counter, changes.size(),
                        changes.front().recorded_at.milliseconds, run, body);
}

}  // namespace feltbog::workspace
