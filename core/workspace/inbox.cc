// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/inbox.h"

#include "core/document/change_codec.h"
#include "core/ledger/run.h"
#include "core/workspace/attachment_content.h"
#include "core/workspace/outbox.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

// Attachments up to this size are fetched with the file; larger ones when somebody opens them.
constexpr std::uint64_t kEagerBytesMax = 2u * 1024 * 1024;

// Reasons that are about the run itself. Anything else, a full disk for instance, fails the call.
bool is_about_the_run(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed:
    case ErrorCode::truncated:
    case ErrorCode::limit_exceeded:
    case ErrorCode::bad_signature:
    case ErrorCode::decryption_failed:
    case ErrorCode::missing_key:
    case ErrorCode::missing_dependency:
    case ErrorCode::broken_chain:
    case ErrorCode::not_authorised:
    case ErrorCode::unknown_kind:
    case ErrorCode::unsupported_version:
    case ErrorCode::fork_detected:
    case ErrorCode::corrupt:
    case ErrorCode::not_found: return true;
    default: return false;
  }
}

}  // namespace

Result<void> Inbox::store(const SpaceId& space, const ServerIncarnation& incarnation,
                          std::span<const ledger::RunItem> runs, std::uint64_t position) {
  effects_.clear();
  const auto write = [&]() -> Result<void> {
    FELTBOG_TRY(transaction, core_->database->begin());
    for (const ledger::RunItem& item : runs) FELTBOG_CHECK(take(space, item.run));
    FELTBOG_CHECK(core_->database->run("INSERT OR REPLACE INTO cursor VALUES(?1, ?2, ?3)", space,
                                       incarnation, position));
    if (!runs.empty()) FELTBOG_CHECK(core_->next_revision());
    return transaction.commit();
  };
  auto written = write();
  if (written) {
    announce();
  } else {
    static_cast<void>(core_->reread().has_value());
  }
  return written;
}

void Inbox::announce() {
  core_->announce(effects_);
  effects_.clear();
}

Result<void> Inbox::take(const SpaceId& space, BytesView encoded) {
  auto merged = merge(space, encoded);
  if (merged || !is_about_the_run(merged.error().code)) return merged;
  return set_aside(space, encoded, merged.error().code);
}

Result<void> Inbox::merge(const SpaceId& space, BytesView encoded) {
  FELTBOG_TRY(run, ledger::SealedRun::decode(encoded));
  if (run.header.space != space) return Error{ErrorCode::malformed, "run of another space"};
  const RunHash hash = run.header.hash();
  {
    FELTBOG_TRY(
        known, core_->database->prepare("SELECT 1 FROM run WHERE hash = ?1 AND set_aside IS NULL"));
    known.bind(1, hash);
    FELTBOG_TRY(found, known.step());
    if (found) return {};
  }
  const SpaceLog* log = core_->membership.space(space);
  if (log == nullptr) return Error{ErrorCode::missing_dependency, "no record of the space"};
  const WriterId writer = run.header.writer();
  FELTBOG_TRY(tip, read_tip(*core_->database, space, writer));
  const auto& organisation = core_->membership.organisation();
  FELTBOG_TRY(header, ledger::verify_run(run, organisation, log->state, tip));
  if (ledger::run_standing(header, organisation, log->state) == ledger::RunStanding::held_back) {
    return Error{ErrorCode::not_authorised, "beyond the cut of its author"};
  }
  FELTBOG_TRY(payload, ledger::open_run(run, core_->membership.keys(space)));
  FELTBOG_TRY(changes, document::decode_changes(writer, payload));
  if (changes.size() != header.change_count || changes.front().id.counter != header.first_counter) {
    return Error{ErrorCode::malformed, "changes are not those the header names"};
  }
  FELTBOG_CHECK(core_->database->run("DELETE FROM run WHERE hash = ?1", hash));
  FELTBOG_CHECK(
      core_->database->run("INSERT INTO run(space, writer, sequence, hash, run, own, sealed_at) "
                           "VALUES(?1, ?2, ?3, ?4, ?5, 0, "
                           "?6)",
                           space, writer, header.sequence, hash, encoded,
                           core_->environment.clock->wall_time().milliseconds));
  const std::int64_t place = core_->database->last_insert_id();
  FELTBOG_CHECK(core_->database->run("INSERT OR IGNORE INTO writer VALUES(?1, ?2, ?3)", writer,
                                     space, header.device));
  return apply(space, std::move(changes), place);
}

Result<void> Inbox::apply(const SpaceId& space, std::vector<document::Change> changes,
                          std::int64_t place) {
  FELTBOG_TRY(file, core_->files.open(space));
  FELTBOG_CHECK(core_->files.store(space, changes, place));
  for (document::Change& change : changes) {
    auto added = file->history.add(std::move(change));
    // The run is genuine, but its author's program made a change that no honest one makes. The run
    // is kept; what it holds has no effect anywhere, since every replica judges it alike.
    if (!added && is_about_the_run(added.error().code)) continue;
    if (!added) return added.error();
    FELTBOG_CHECK(core_->index(*file, added.value()));
    FELTBOG_CHECK(want_chunks(*file, added.value()));
    effects_.push_back({space, std::move(added).value()});
  }
  return {};
}

Result<void> Inbox::want_chunks(const SpaceFile& file, const document::AddEffect& effect) {
  for (const auto& field : effect.fields) {
    if (field.field != field::kContent) continue;
    const auto content = read_attachment_content(file.history, field.document);
    if (!content || content->size > kEagerBytesMax) continue;
    for (const ChunkHash& hash : content->chunks) {
      FELTBOG_CHECK(core_->database->run(
          "INSERT OR IGNORE INTO chunk(space, hash, own) VALUES(?1, ?2, 0)", file.id, hash));
    }
  }
  return {};
}

Result<void> Inbox::set_aside(const SpaceId& space, BytesView encoded, ErrorCode reason) {
  WriterId writer;
  std::uint64_t sequence = 0;
  RunHash hash;
  if (const auto run = ledger::SealedRun::decode(encoded)) {
    writer = run->header.writer();
    sequence = run->header.sequence;
    hash = run->header.hash();
  } else {
    // Not even a header: kept under the hash of its bytes, for whoever has to look into it.
    hash = crypto::hash<RunHash>("set-aside.v1", encoded);
  }
  return core_->database->run(
      "INSERT OR REPLACE INTO run(space, writer, sequence, hash, run, own, sealed_at, set_aside) "
      "VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6, ?7)",
      space, writer, sequence, hash, encoded, core_->environment.clock->wall_time().milliseconds,
      static_cast<std::int64_t>(reason));
}

Result<void> Inbox::retry(const SpaceId& space) {
  std::vector<Bytes> runs;
  {
    FELTBOG_TRY(
        rows, core_->database->prepare("SELECT run FROM run WHERE space = ?1 AND set_aside IS NOT "
                                       "NULL ORDER BY writer, sequence"));
    rows.bind(1, space);
    while (true) {
      FELTBOG_TRY(more, rows.step());
      if (!more) break;
      runs.push_back(to_bytes(rows.bytes(0)));
    }
  }
  for (const Bytes& run : runs) FELTBOG_CHECK(take(space, run));
  return {};
}

}  // namespace feltbog::workspace
