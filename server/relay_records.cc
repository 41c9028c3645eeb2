// SPDX-License-Identifier: Apache-2.0
// Reading the membership logs: who may, and how far.
#include <algorithm>

#include "server/relay_store.h"

namespace feltbog::server {
namespace {

std::int64_t log_kind_of(const ledger::LogName& log) {
  return static_cast<std::int64_t>(log ? ledger::LogKind::space : ledger::LogKind::organisation);
}

}  // namespace

Result<ledger::LogHead> RelayStore::organisation_head() {
  FELTBOG_CHECK(state_->refresh());
  return organisation().head();
}

Result<std::vector<SpaceId>> RelayStore::spaces_of(const DeviceId& device) {
  FELTBOG_CHECK(require_active(device));
  const ledger::DeviceEntry* entry = organisation().device(device);
  FELTBOG_TRY(read, database().prepare("SELECT space FROM member WHERE user = ?1"));
  read.bind_all(entry->user);
  std::vector<SpaceId> spaces;
  for (;;) {
    FELTBOG_TRY(found, read.step());
    if (!found) return spaces;
    FELTBOG_TRY(space, read.fixed<SpaceId>(0));
    spaces.push_back(space);
  }
}

bool RelayStore::admits(const DeviceId& device, const SpaceEntry& entry) const {
  return entry.state.admits(device, organisation(), clock_.wall_time());
}

bool RelayStore::reads_log_only(const DeviceId& device, const SpaceEntry& entry) const {
  const auto& organisation = this->organisation();
  return entry.state.recoverable_by(organisation.device(device)->user, organisation) ||
         entry.state.served_by(device, organisation) ||
         (entry.state.admits(device, organisation) && !admits(device, entry));
}

// All spaces are looked at, which few sessions ask for: those of who recovers, or is on duty.
Result<std::vector<SpaceId>> RelayStore::log_only_spaces(const DeviceId& device) {
  FELTBOG_CHECK(require_active(device));
  std::vector<SpaceId> spaces;
  const auto& organisation = this->organisation();
  if (organisation.recovers_with(organisation.device(device)->user) == nullptr &&
      !organisation.on_duty(device, organisation.head().sequence)) {
    return spaces;
  }
  FELTBOG_TRY(read, database().prepare("SELECT space FROM space"));
  for (;;) {
    FELTBOG_TRY(found, read.step());
    if (!found) return spaces;
    FELTBOG_TRY(space, read.fixed<SpaceId>(0));
    FELTBOG_TRY(entry, state_->space(space));
    if (entry != nullptr && reads_log_only(device, *entry)) spaces.push_back(space);
  }
}

Result<sync::SpaceStanding> RelayStore::standing(const DeviceId& device, const SpaceId& space) {
  FELTBOG_CHECK(require_active(device));
  FELTBOG_TRY(entry, state_->space(space));
  if (entry == nullptr) return sync::SpaceStanding{};
  if (admits(device, *entry)) {
    return sync::SpaceStanding{true, false, entry->state.head(), entry->last_position};
  }
  if (!reads_log_only(device, *entry)) return sync::SpaceStanding{};
  return sync::SpaceStanding{false, true, entry->state.head(), 0};
}

// The last record of a space that `reader` may read; a former member reads how they were removed.
Result<std::uint64_t> RelayStore::readable_through(const sync::Admission& reader,
                                                   const SpaceId& space) {
  const Error refused{ErrorCode::not_permitted, "space"};
  if (reader.party != ledger::SessionParty::device || reader.barred) return refused;
  FELTBOG_CHECK(require_active(reader.device));
  FELTBOG_TRY(entry, state_->space(space));
  if (entry == nullptr) return refused;
  if (admits(reader.device, *entry) || reads_log_only(reader.device, *entry))
    return entry->state.head().sequence;
  const ledger::DeviceEntry* device = organisation().device(reader.device);
  const auto& stays = entry->state.memberships(device->user);
  if (stays.empty()) return refused;
  // Who was given the content once is told to destroy it.
  if (entry->state.erased_at() != 0) return entry->state.head().sequence;
  return stays.back().until;
}

Result<std::vector<ledger::RecordItem>> RelayStore::read_records(const sync::Admission& reader,
                                                                 const ledger::LogName& log,
                                                                 std::uint64_t first,
                                                                 const sync::ReadLimits& limits) {
  FELTBOG_CHECK(state_->refresh());
  std::uint64_t last = organisation().head().sequence;
  ledger::LogId id = ledger::log_id(organisation().id());
  if (log) {
    FELTBOG_TRY(through, readable_through(reader, *log));
    last = through;
    id = ledger::log_id(*log);
  }
  std::vector<ledger::RecordItem> items;
  if (first > last) return items;
  FELTBOG_TRY(
      read, database().prepare("SELECT record, wraps FROM record WHERE log_kind = ?1 AND log = ?2 "
                               "AND sequence BETWEEN ?3 AND ?4 ORDER BY sequence"));
  read.bind_all(log_kind_of(log), id, first, last);
  std::size_t bytes = 0;
  while (items.size() < std::max<std::size_t>(limits.items, 1)) {
    FELTBOG_TRY(found, read.step());
    if (!found) break;
    bytes += read.bytes(0).size() + read.bytes(1).size();
    if (!items.empty() && bytes > limits.bytes) break;
    items.push_back({to_bytes(read.bytes(0)), to_bytes(read.bytes(1))});
  }
  return items;
}

}  // namespace feltbog::server
