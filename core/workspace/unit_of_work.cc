// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/unit_of_work.h"

#include <algorithm>

#include "core/base/cbor.h"
#include "core/workspace/held_runs.h"
#include "core/workspace/tables.h"

namespace feltbog::workspace {

namespace {

constexpr std::int64_t kSecond = 1000;

// Rounded down, also before 1970.
WallTime whole_seconds(WallTime time) {
  std::int64_t beyond = time.milliseconds % kSecond;
  if (beyond < 0) beyond += kSecond;
  return {time.milliseconds - beyond};
}

}  // namespace

bool UnitOfWork::is_new(const SpaceId& space) const {
  return std::any_of(spaces_.begin(), spaces_.end(),
                     [&space](const NewSpace& made) { return made.space == space; });
}

Result<Draft*> UnitOfWork::draft(const SpaceId& space, std::optional<WallTime> recorded) {
  FELTBOG_CHECK(core_->serving());
  if (const auto found = drafts_.find(space); found != drafts_.end()) return &found->second;
  if (!is_new(space)) {
    const SpaceLog* log = core_->membership.space(space);
    if (log == nullptr) return Error{ErrorCode::not_found, "space"};
    if (log->state.erased_at() != 0) return Error{ErrorCode::erased, "file"};
    if (log->state.role(self_) != ledger::SpaceRole::writer) {
      return Error{ErrorCode::not_permitted, "not a writing member of the file"};
    }
  }
  FELTBOG_TRY(file, core_->files.open(space));
  const WallTime at = whole_seconds(recorded.value_or(core_->environment.clock->wall_time()));
  return &drafts_.emplace(space, Draft(file->history.begin_change(file->writer, at))).first->second;
}

Result<SpaceId> UnitOfWork::create_space(ledger::SpaceKind kind,
                                         std::vector<ledger::Member> members) {
  const auto is_self = [this](const ledger::Member& member) { return member.user == self_; };
  if (std::none_of(members.begin(), members.end(), is_self)) {
    members.push_back({self_, ledger::SpaceRole::writer});
  }
  const auto space = core_->environment.random->make<SpaceId>();
  spaces_.push_back({space, kind, std::move(members)});
  return space;
}

void UnitOfWork::add_members(const SpaceId& space, std::vector<ledger::Member> members) {
  additions_.push_back({space, std::move(members), std::nullopt});
}

void UnitOfWork::join_with(const SpaceId& space, ledger::Keyring keys) {
  additions_.push_back({space, {{self_, ledger::SpaceRole::reader}}, std::move(keys)});
}

void UnitOfWork::remove_members(const SpaceId& space, std::vector<UserId> users) {
  auto& all = removals_[space];
  all.insert(all.end(), users.begin(), users.end());
}

void UnitOfWork::found(ledger::Record organisation_create, const UserId& founder) {
  founding_ = std::move(organisation_create);
  self_ = founder;
}

void UnitOfWork::settle_runs(const SpaceId& space, std::vector<ledger::Verdict> verdicts) {
  auto& all = verdicts_[space];
  all.insert(all.end(), verdicts.begin(), verdicts.end());
}

void UnitOfWork::erase_space(const SpaceId& space, ledger::SpaceErase erasure) {
  erasures_.insert_or_assign(space, erasure);
}

void UnitOfWork::hold_space(const SpaceId& space, bool held) { holds_[space] = held; }

void UnitOfWork::add_record(ledger::OrganisationPayload payload) {
  records_.push_back(std::move(payload));
}

void UnitOfWork::offer_chunks(const SpaceId& space, std::vector<ChunkHash> chunks) {
  auto& offered = chunks_[space];
  offered.insert(offered.end(), chunks.begin(), chunks.end());
}

void UnitOfWork::drop_note(Bytes sealed) { dropped_.push_back(std::move(sealed)); }

void UnitOfWork::take_up_note(std::int64_t id) { taken_up_.push_back(id); }

void UnitOfWork::keep_setting(std::string_view name, Bytes value) {
  settings_.insert_or_assign(std::string(name), std::move(value));
}

void UnitOfWork::keep_result(std::string request, Value result) {
  request_ = std::move(request);
  result_ = std::move(result);
}

bool UnitOfWork::empty() const {
  return !forgets_logs_ && !founding_ && settings_.empty() && records_.empty() && spaces_.empty() &&
         additions_.empty() && removals_.empty() && verdicts_.empty() && erasures_.empty() &&
         holds_.empty() && chunks_.empty() && dropped_.empty() && taken_up_.empty() && !lease_ &&
         std::all_of(drafts_.begin(), drafts_.end(),
                     [](const auto& entry) { return entry.second.empty(); });
}

Result<void> UnitOfWork::commit() {
  if (empty()) return {};
  auto committed = core_->durably([this]() -> Result<bool> {
    FELTBOG_CHECK(write());
    return true;
  });
  if (committed) core_->announce(effects_);
  return committed;
}

Result<void> UnitOfWork::write() {
  FELTBOG_CHECK(write_records());
  FELTBOG_CHECK(write_removals());
  FELTBOG_CHECK(write_verdicts());
  FELTBOG_CHECK(write_keeping());
  FELTBOG_CHECK(write_dropped());
  if (lease_) FELTBOG_CHECK(core_->lease->store(*lease_));
  for (const auto& [space, draft] : drafts_) {
    if (draft.empty()) continue;
    FELTBOG_TRY(effect, write_draft(space, draft));
    effects_.push_back({space, std::move(effect)});
  }
  for (const auto& [space, chunks] : chunks_) {
    for (const ChunkHash& chunk : chunks) {
      FELTBOG_CHECK(core_->database->run(
          "UPDATE chunk SET receipt = NULL WHERE space = ?1 AND hash = ?2", space, chunk));
    }
  }
  for (const auto& [name, value] : settings_) {
    FELTBOG_CHECK(write_setting(*core_->database, name, value));
  }
  return write_result();
}

Result<void> UnitOfWork::write_result() {
  if (request_.empty()) return {};
  FELTBOG_CHECK(core_->database->run("INSERT INTO request(name, result) VALUES(?1, ?2)", request_,
                                     encode_cbor(result_)));
  return core_->database->run(
      "DELETE FROM request WHERE place <= (SELECT max(place) FROM request) - ?1", kRequestsKept);
}

Result<void> UnitOfWork::write_records() {
  Membership& membership = core_->membership;
  Random& random = *core_->environment.random;
  if (forgets_logs_) {
    FELTBOG_CHECK(membership.forget());
    FELTBOG_CHECK(remove_setting(*core_->database, setting::kOffered));
  }
  if (founding_) FELTBOG_CHECK(membership.append(*founding_));
  for (const auto& payload : records_) {
    FELTBOG_TRY(record, ledger::make_record(membership.organisation(), core_->identity, payload));
    FELTBOG_CHECK(membership.append(record));
  }
  for (const NewSpace& made : spaces_) {
    FELTBOG_TRY(space, ledger::create_space(made.space, made.kind, made.members, core_->identity,
                                            membership.organisation(), random));
    FELTBOG_CHECK(membership.append(made.space, space.step));
  }
  for (const Addition& addition : additions_) FELTBOG_CHECK(write_addition(addition));
  return {};
}

Result<void> UnitOfWork::write_addition(const Addition& addition) {
  Membership& membership = core_->membership;
  const SpaceLog* log = membership.space(addition.space);
  if (log == nullptr) return Error{ErrorCode::not_found, "space"};
  FELTBOG_TRY(own, membership.keys(addition.space));
  const ledger::Keyring& keys = addition.keys ? *addition.keys : *own;
  FELTBOG_TRY(step,
              ledger::add_members(log->state, membership.organisation(), keys, addition.members,
                                  core_->identity, *core_->environment.random));
  return membership.append(addition.space, step);
}

Result<void> UnitOfWork::write_removals() {
  Membership& membership = core_->membership;
  for (const auto& [space, users] : removals_) {
    const SpaceLog* log = membership.space(space);
    if (log == nullptr) return Error{ErrorCode::not_found, "space"};
    FELTBOG_TRY(keys, membership.keys(space));
    FELTBOG_TRY(cuts, membership.known_cuts(space, users));
    FELTBOG_TRY(
        made, ledger::remove_members(log->state, membership.organisation(), *keys, users,
                                     std::move(cuts), core_->identity, *core_->environment.random));
    FELTBOG_CHECK(membership.append(space, made.step));
    FELTBOG_CHECK(judge_runs(*core_, space, effects_));
  }
  return {};
}

Result<void> UnitOfWork::write_verdicts() {
  Membership& membership = core_->membership;
  for (const auto& [space, verdicts] : verdicts_) {
    const SpaceLog* log = membership.space(space);
    if (log == nullptr) return Error{ErrorCode::not_found, "space"};
    FELTBOG_TRY(step, ledger::settle_held_runs(log->state, membership.organisation(), verdicts,
                                               core_->identity));
    FELTBOG_CHECK(membership.append(space, step));
    FELTBOG_CHECK(judge_runs(*core_, space, effects_));
  }
  return {};
}

Result<void> UnitOfWork::write_keeping() {
  Membership& membership = core_->membership;
  const auto& organisation = membership.organisation();
  for (const auto& [space, held] : holds_) {
    FELTBOG_TRY(step, ledger::set_legal_hold(membership.space(space)->state, organisation, held,
                                             core_->identity));
    FELTBOG_CHECK(membership.append(space, step));
  }
  for (const auto& [space, erasure] : erasures_) {
    FELTBOG_TRY(step, ledger::erase_space(membership.space(space)->state, organisation, erasure,
                                          core_->identity));
    FELTBOG_CHECK(membership.append(space, step));
  }
  return {};
}

Result<void> UnitOfWork::write_dropped() {
  for (const Bytes& sealed : dropped_) {
    FELTBOG_CHECK(
        core_->database->run("INSERT INTO dropped_note(sealed) VALUES(?1)", BytesView(sealed)));
  }
  for (const std::int64_t id : taken_up_) {
    FELTBOG_CHECK(core_->database->run("DELETE FROM dropped_note WHERE id = ?1", id));
    if (core_->database->changes() != 1) return Error{ErrorCode::not_found, "note"};
  }
  return {};
}

Result<document::AddEffect> UnitOfWork::write_draft(const SpaceId& space, const Draft& draft) {
  FELTBOG_TRY(file, core_->files.open(space));
  FELTBOG_TRY(change, file->history.as_written(draft.change()));
  FELTBOG_CHECK(document::check_change(change));
  FELTBOG_CHECK(core_->files.store(space, std::span(&change, 1), std::nullopt));
  FELTBOG_CHECK(core_->database->run("INSERT OR IGNORE INTO writer VALUES(?1, ?2, ?3)",
                                     file->writer, space, core_->identity.id));
  FELTBOG_TRY(effect, file->history.add(change));
  FELTBOG_CHECK(core_->index(*file, effect));
  return effect;
}

}  // namespace feltbog::workspace
