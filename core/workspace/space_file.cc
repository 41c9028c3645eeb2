// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/space_file.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "core/document/change_codec.h"
#include "core/ledger/run.h"
#include "core/ledger/writer.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {

namespace {

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

}  // namespace

bool SpaceFile::restore(const document::Change& change) {
  const auto added = history.add(change);
  if (!added && added.error().code == ErrorCode::limit_exceeded) return false;
  if (!added) {
    refused.push_back(change.id);
  } else {
    refused.insert(refused.end(), added->rejected.begin(), added->rejected.end());
  }
  return true;
}

Result<std::vector<document::Change>> SpaceFiles::read(const SpaceId& space) {
  FELTBOG_TRY(rows, database_->prepare("SELECT writer, body FROM batch WHERE space = ?1"));
  rows.bind(1, space);
  std::vector<document::Change> all;
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) break;
    FELTBOG_TRY(writer, rows.fixed<WriterId>(0));
    auto changes = document::decode_changes(writer, rows.bytes(1));
    if (!changes) return Error{ErrorCode::corrupt, "stored changes: " + changes.error().detail};
    std::move(changes->begin(), changes->end(), std::back_inserter(all));
  }
  // A change comes after all it rests on, so that honest ones never have to wait.
  std::sort(all.begin(), all.end(), [](const document::Change& a, const document::Change& b) {
    return std::tie(a.lamport, a.id) < std::tie(b.lamport, b.id);
  });
  return all;
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
  FELTBOG_TRY(changes, read(space));
  while (!changes.empty()) {
    const std::size_t before = changes.size();
    std::erase_if(changes,
                  [&file](const document::Change& change) { return file->restore(change); });
    // All of them had room when they were stored.
    if (changes.size() == before) return Error{ErrorCode::corrupt, "too many changes wait"};
  }
  FELTBOG_TRY(without_effect, changes_not_in_force(*database_, space));
  file->history.mask(without_effect);
  return open_.emplace(space, std::move(file)).first->second.get();
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
