// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/inbox.h"

#include <algorithm>

#include "core/crypto/hash.h"
#include "core/document/change_codec.h"
#include "core/workspace/attachment_content.h"
#include "core/workspace/held_runs.h"
#include "core/workspace/outbox.h"
#include "core/workspace/own_chain.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

// Attachments up to this size are fetched with the file; larger ones when somebody opens them.
constexpr std::uint64_t kEagerBytesMax = 2u * 1024 * 1024;

// Reasons that may pass: a record, a key or an earlier run arrives, room is made, the program is
// updated. A run set aside for another reason stays so.
constexpr ErrorCode kPassing[] = {ErrorCode::missing_dependency,  ErrorCode::missing_key,
                                  ErrorCode::broken_chain,        ErrorCode::not_authorised,
                                  ErrorCode::unsupported_version, ErrorCode::unknown_kind,
                                  ErrorCode::limit_exceeded};

constexpr ErrorCode kNoRoom = ErrorCode::limit_exceeded;

std::string code_list(std::span<const ErrorCode> codes) {
  std::string out;
  for (const ErrorCode code : codes) {
    out += (out.empty() ? "" : ",") + std::to_string(static_cast<int>(code));
  }
  return out;
}

// The name of a run set aside: of all its bytes, so that a forged copy never replaces a genuine
// one.
RunHash name_aside(BytesView encoded) { return crypto::hash<RunHash>("set-aside.v1", encoded); }

// Whether other bytes could still come under the same header and be taken: these were changed on
// the way, or cannot be judged yet. An honest server sends neither.
bool is_spoiled(const Core& core, const SpaceLog* log, BytesView encoded) {
  const auto run = ledger::SealedRun::decode(encoded);
  if (!run) return run.error().code != ErrorCode::unsupported_version;
  if (log == nullptr || !run->body) return true;
  const ledger::RunHeader& header = run->header;
  const ledger::WriterTip claimed{header.sequence - 1, header.previous, header.first_counter, 0, 0};
  const auto verified =
      ledger::verify_run(*run, core.membership.organisation(), log->state, claimed);
  if (verified) return false;
  const ErrorCode code = verified.error().code;
  return code == ErrorCode::bad_signature || code == ErrorCode::corrupt ||
         code == ErrorCode::missing_dependency;
}

// How many runs come before the first spoiled one: that one counts as not delivered, and is asked
// for again.
std::size_t count_unspoiled(const Core& core, const SpaceId& space,
                            std::span<const ledger::RunItem> runs) {
  const SpaceLog* log = core.membership.space(space);
  if (log != nullptr && log->erased()) return runs.size();
  const auto spoiled = std::find_if(runs.begin(), runs.end(), [&](const ledger::RunItem& item) {
    return is_spoiled(core, log, item.run);
  });
  return static_cast<std::size_t>(spoiled - runs.begin());
}

// Merges changes of one writer into the file. False, with memory possibly ahead, when the waiting
// room of the history is full.
bool merge_into(SpaceFile& file, const std::vector<document::Change>& changes,
                std::vector<document::AddEffect>& effects) {
  for (const document::Change& change : changes) {
    auto added = file.history.add(change);
    if (added) {
      file.refused.insert(file.refused.end(), added->rejected.begin(), added->rejected.end());
      effects.push_back(std::move(added).value());
    } else if (added.error().code == ErrorCode::limit_exceeded) {
      return false;
    } else {
      // The run is genuine, but its author's program made a change that no honest one makes. Every
      // replica judges it alike, also after a restart: SpaceFiles::open.
      file.refused.push_back(change.id);
    }
  }
  return true;
}

}  // namespace

Result<void> Inbox::store(const SpaceId& space, const ServerIncarnation& incarnation,
                          std::span<const ledger::RunItem> runs, std::uint64_t position) {
  auto stored = core_->durably([&]() -> Result<bool> {
    merged_ = visible_ = false;
    const std::size_t whole = count_unspoiled(*core_, space, runs);
    FELTBOG_TRY(followed, order_->follow(space, incarnation, runs.first(whole),
                                         whole == runs.size() ? position : runs[whole].position));
    if (followed.went_back) FELTBOG_CHECK(offer_again(*core_->database, space));
    const SpaceLog* log = core_->membership.space(space);
    if (log == nullptr || !log->erased()) {
      for (const ledger::RunItem& item : runs) FELTBOG_CHECK(take_chain(space, item.run));
    }
    // What was merged may have made room.
    if (merged_) FELTBOG_CHECK(retry(space, code_list({&kNoRoom, 1})));
    FELTBOG_CHECK(core_->database->run("INSERT OR REPLACE INTO cursor VALUES(?1, ?2, ?3)", space,
                                       incarnation, followed.position));
    return visible_ || followed.went_back || followed.found;
  });
  if (stored) {
    announce();
  } else {
    forget();
  }
  return stored;
}

Result<void> Inbox::store_head(const SpaceId& space, const ServerIncarnation& incarnation,
                               BytesView head) {
  return core_->durably([&] { return order_->check_head(space, incarnation, head); });
}

Result<void> Inbox::keep_evidence_of(EvidenceKind kind, const SpaceId& space, Bytes first,
                                     Bytes second) {
  FELTBOG_TRY(
      kept, keep_evidence(*core_->database, {0, kind, space, core_->environment.clock->wall_time(),
                                             std::move(first), std::move(second)}));
  visible_ = visible_ || kept;
  return {};
}

Result<void> Inbox::judge(const SpaceId& space) { return judge_runs(*core_, space, effects_); }

Result<void> Inbox::judge_all() { return judge_all_runs(*core_, effects_); }

void Inbox::announce() {
  core_->announce(effects_);
  effects_.clear();
}

// The run, and those that were waiting for it in their writer's chain.
Result<void> Inbox::take_chain(const SpaceId& space, Bytes encoded) {
  std::vector<Bytes> next{std::move(encoded)};
  while (!next.empty()) {
    std::optional<ChainPlace> merged;
    for (const Bytes& run : next) {
      FELTBOG_TRY(place, take(space, run));
      if (place) merged = place;
    }
    next.clear();
    if (!merged) break;
    FELTBOG_TRY(followers, waiting_at(space, {merged->writer, merged->sequence + 1}));
    next = std::move(followers);
  }
  return {};
}

// Where the run stands in its chain, if it was merged just now.
Result<std::optional<Inbox::ChainPlace>> Inbox::take(const SpaceId& space, BytesView encoded) {
  const auto aside = [&](ErrorCode reason) -> Result<std::optional<ChainPlace>> {
    FELTBOG_CHECK(set_aside(space, encoded, reason));
    return std::optional<ChainPlace>();
  };
  const auto run = ledger::SealedRun::decode(encoded);
  if (!run) return aside(run.error().code);
  const ledger::RunHeader& header = run->header;
  if (header.space != space) return aside(ErrorCode::malformed);
  FELTBOG_TRY(known, is_merged(header.hash()));
  if (known) {
    FELTBOG_CHECK(core_->database->run("DELETE FROM run WHERE hash = ?1", name_aside(encoded)));
    return std::optional<ChainPlace>();
  }
  if (core_->membership.space(space) == nullptr) return aside(ErrorCode::missing_dependency);
  FELTBOG_TRY(of_copy, is_of_another_copy(*core_, *run));
  if (of_copy) FELTBOG_CHECK(leave_to_copy(*run));
  FELTBOG_TRY(rival, has_rival(header));
  if (rival) {
    FELTBOG_CHECK(keep_fork(*run));
    return aside(ErrorCode::fork_detected);
  }
  FELTBOG_TRY(tip, read_tip(*core_->database, space, header.writer()));
  FELTBOG_TRY(keys, core_->membership.keys(space));
  auto opened = check_and_open(run.value(), tip, *keys);
  if (!opened) return aside(opened.error().code);
  FELTBOG_TRY(merged, merge(*run, encoded, std::move(opened).value()));
  if (!merged) return aside(ErrorCode::limit_exceeded);
  return std::optional<ChainPlace>(ChainPlace{header.writer(), header.sequence});
}

Result<bool> Inbox::is_merged(const RunHash& run) {
  FELTBOG_TRY(row,
              core_->database->prepare("SELECT 1 FROM run WHERE hash = ?1 AND set_aside IS NULL"));
  row.bind(1, run);
  return row.step();
}

// Whether another run stands at this place of the chain, or changes under the same numbers.
Result<bool> Inbox::has_rival(const ledger::RunHeader& header) {
  {
    FELTBOG_TRY(row, core_->database->prepare("SELECT 1 FROM run WHERE space = ?1 AND writer = ?2 "
                                              "AND sequence = ?3 AND set_aside IS NULL"));
    row.bind_all(header.space, header.writer(), header.sequence);
    FELTBOG_TRY(found, row.step());
    if (found) return true;
  }
  FELTBOG_TRY(row, core_->database->prepare(
                       "SELECT first_counter + change_count > ?3 FROM batch WHERE space = ?1 AND "
                       "writer = ?2 ORDER BY first_counter DESC LIMIT 1"));
  row.bind_all(header.space, header.writer(), header.first_counter);
  FELTBOG_TRY(found, row.step());
  return found && row.integer(0) != 0;
}

// This device will go on under another name, so that the run may stand where it stands.
Result<void> Inbox::leave_to_copy(const ledger::SealedRun& run) {
  FELTBOG_CHECK(give_way(*core_, run));
  return keep_evidence_of(EvidenceKind::device_copied, run.header.space, {}, without_body(run));
}

// Proof only if it is signed: anybody can send bytes that claim a place.
Result<void> Inbox::keep_fork(const ledger::SealedRun& run) {
  if (!ledger::check_run_signature(run, core_->membership.organisation())) return {};
  FELTBOG_TRY(row, core_->database->prepare("SELECT run FROM run WHERE space = ?1 AND writer = ?2 "
                                            "AND sequence = ?3 AND set_aside IS NULL"));
  row.bind_all(run.header.space, run.header.writer(), run.header.sequence);
  FELTBOG_TRY(found, row.step());
  if (!found) return {};
  FELTBOG_TRY(held, ledger::SealedRun::decode(row.bytes(0)));
  row.reset();
  return keep_evidence_of(EvidenceKind::device_forked, run.header.space,
                          without_body(std::move(held)), without_body(run));
}

// Every error is about the run: nothing is read or written here.
Result<Inbox::Opened> Inbox::check_and_open(const ledger::SealedRun& run,
                                            const ledger::WriterTip& tip,
                                            const ledger::Keyring& keys) const {
  const auto& organisation = core_->membership.organisation();
  const ledger::SpaceState& state = core_->membership.space(run.header.space)->state;
  FELTBOG_TRY(header, ledger::verify_run(run, organisation, state, tip));
  // Its entries are opened when somebody reads them (access_reading.h).
  if (state.kind() == ledger::SpaceKind::access_log) {
    return Opened{header, ledger::run_standing(header, organisation, state), {}};
  }
  FELTBOG_TRY(payload, ledger::open_run(run, keys));
  FELTBOG_TRY(changes, document::decode_changes(header.writer(), payload));
  if (changes.size() != header.change_count || changes.front().id.counter != header.first_counter) {
    return Error{ErrorCode::malformed, "changes are not those the header names"};
  }
  return Opened{header, ledger::run_standing(header, organisation, state), std::move(changes)};
}

// False when there is no room for changes that have to wait for others; nothing is stored then.
Result<bool> Inbox::merge(const ledger::SealedRun& run, BytesView encoded, Opened opened) {
  const SpaceId space = opened.header.space;
  if (opened.changes.empty()) {
    FELTBOG_CHECK(keep_run(opened, encoded));
    return true;
  }
  FELTBOG_TRY(file, core_->files.open(space));
  std::vector<document::AddEffect> effects;
  // Before it is there nobody sees it come and go.
  if (!ledger::counts(opened.standing)) {
    effects.push_back(file->history.mask(changes_in(opened.header)));
  }
  if (!merge_into(*file, opened.changes, effects)) {
    core_->files.put_away(space);
    return false;
  }
  FELTBOG_TRY(place, keep_run(opened, encoded));
  FELTBOG_CHECK(core_->files.store(space, opened.changes, place));
  for (document::AddEffect& effect : effects) {
    FELTBOG_CHECK(core_->index(*file, effect));
    FELTBOG_CHECK(want_chunks(*file, effect));
    effects_.push_back({space, std::move(effect)});
  }
  FELTBOG_CHECK(order_->check_witness(run));
  merged_ = visible_ = true;
  return true;
}

Result<std::int64_t> Inbox::keep_run(const Opened& opened, BytesView encoded) {
  store::Database& database = *core_->database;
  const ledger::RunHeader& header = opened.header;
  FELTBOG_CHECK(database.run("DELETE FROM run WHERE hash = ?1", name_aside(encoded)));
  FELTBOG_CHECK(
      database.run("INSERT INTO run(space, writer, sequence, hash, run, own, sealed_at, standing) "
                   "VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6, ?7)",
                   header.space, header.writer(), header.sequence, header.hash(), encoded,
                   core_->environment.clock->wall_time().milliseconds,
                   static_cast<std::int64_t>(opened.standing)));
  const std::int64_t place = database.last_insert_id();
  FELTBOG_CHECK(database.run("INSERT OR IGNORE INTO writer VALUES(?1, ?2, ?3)", header.writer(),
                             header.space, header.device));
  return place;
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
  if (const auto run = ledger::SealedRun::decode(encoded)) {
    writer = run->header.writer();
    sequence = run->header.sequence;
  }
  FELTBOG_CHECK(core_->database->run(
      "INSERT INTO run(space, writer, sequence, hash, run, own, sealed_at, set_aside) "
      "VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6, ?7) "
      "ON CONFLICT(hash) DO UPDATE SET set_aside = excluded.set_aside "
      "WHERE set_aside != excluded.set_aside",
      space, writer, sequence, name_aside(encoded), encoded,
      core_->environment.clock->wall_time().milliseconds, static_cast<std::int64_t>(reason)));
  visible_ = visible_ || core_->database->changes() > 0;
  return {};
}

Result<std::vector<Bytes>> Inbox::waiting_at(const SpaceId& space, const ChainPlace& place) {
  FELTBOG_TRY(rows, core_->database->prepare("SELECT run FROM run WHERE space = ?1 AND writer = ?2 "
                                             "AND sequence = ?3 AND set_aside IN (" +
                                             code_list(kPassing) + ") ORDER BY place"));
  rows.bind_all(space, place.writer, place.sequence);
  std::vector<Bytes> out;
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return out;
    out.push_back(to_bytes(rows.bytes(0)));
  }
}

Result<bool> Inbox::retry(const SpaceId& space) { return retry(space, code_list(kPassing)); }

Result<bool> Inbox::retry(const SpaceId& space, const std::string& reasons) {
  std::vector<std::int64_t> places;
  {
    FELTBOG_TRY(rows,
                core_->database->prepare("SELECT place FROM run WHERE space = ?1 AND set_aside IN "
                                         "(" +
                                         reasons + ") ORDER BY writer, sequence, place"));
    rows.bind(1, space);
    while (true) {
      FELTBOG_TRY(more, rows.step());
      if (!more) break;
      places.push_back(rows.integer(0));
    }
  }
  merged_ = false;
  for (const std::int64_t place : places) {
    FELTBOG_TRY(row, core_->database->prepare("SELECT run FROM run WHERE place = ?1"));
    row.bind(1, place);
    FELTBOG_TRY(found, row.step());
    // One before it in its chain may have taken it along.
    if (!found) continue;
    Bytes run = to_bytes(row.bytes(0));
    row.reset();
    FELTBOG_CHECK(take_chain(space, std::move(run)));
  }
  return merged_;
}

Result<bool> Inbox::retry_all() {
  std::vector<SpaceId> spaces;
  {
    FELTBOG_TRY(rows, core_->database->prepare("SELECT DISTINCT space FROM run WHERE set_aside IN "
                                               "(" +
                                               code_list(kPassing) + ")"));
    while (true) {
      FELTBOG_TRY(more, rows.step());
      if (!more) break;
      FELTBOG_TRY(space, rows.fixed<SpaceId>(0));
      spaces.push_back(space);
    }
  }
  bool merged = false;
  for (const SpaceId& space : spaces) {
    FELTBOG_TRY(some, retry(space));
    merged = merged || some;
  }
  return merged;
}

}  // namespace feltbog::workspace
