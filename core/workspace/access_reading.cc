// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/access_reading.h"

#include <set>

#include "core/ledger/run.h"

namespace feltbog::workspace {
namespace {

constexpr std::size_t kReferenceSymbolsMin = 4;

// Appends a run's entries: as many as its header counts, readable or not.
void open_entries(Core& core, const ledger::SealedRun& run, const ledger::Keyring& keys,
                  std::vector<LoggedAccess>& out) {
  const auto& organisation = core.membership.organisation();
  const AccessWriter writer{organisation.id(), run.header.device};
  LoggedAccess next{run.header.device, organisation.device(run.header.device)->user,
                    run.header.first_counter, std::nullopt};
  const auto payload = ledger::open_run(run, keys);
  const auto entries = payload ? AccessRun::decode(*payload) : Result<AccessRun>(payload.error());
  std::uint32_t left = run.header.change_count;
  if (entries) {
    next.number = entries->first;
    for (const AccessGroup& group : entries->groups) {
      const auto key = unwrap_access_key(group.wraps, writer, core.identity);
      for (const Bytes& sealed : group.entries) {
        if (left-- == 0) return;
        const auto entry = key ? open_access_entry(sealed, *key, writer, next.number)
                               : Result<AccessEntry>(key.error());
        next.entry = entry ? std::optional<AccessEntry>(*entry) : std::nullopt;
        out.push_back(next);
        ++next.number;
      }
    }
  }
  for (next.entry.reset(); left > 0; --left, ++next.number) out.push_back(next);
}

}  // namespace

Result<std::vector<LoggedAccess>> read_access_logs(Core& core) {
  std::vector<LoggedAccess> out;
  for (const auto& [id, log] : core.membership.spaces()) {
    if (log.state.kind() != ledger::SpaceKind::access_log) continue;
    FELTBOG_TRY(keys, core.membership.keys(id));
    FELTBOG_TRY(rows, core.database->prepare("SELECT run FROM run WHERE space = ?1 AND set_aside "
                                             "IS NULL ORDER BY writer, sequence"));
    rows.bind(1, id);
    while (true) {
      FELTBOG_TRY(more, rows.step());
      if (!more) break;
      FELTBOG_TRY(run, ledger::SealedRun::decode(rows.bytes(0)));
      open_entries(core, run, *keys, out);
    }
  }
  return out;
}

Result<SpaceId> find_logged_case(const std::vector<LoggedAccess>& entries,
                                 std::string_view reference) {
  if (reference.size() < kReferenceSymbolsMin) return Error{ErrorCode::invalid_argument, "case"};
  std::set<SpaceId> found;
  for (const LoggedAccess& logged : entries) {
    if (!logged.entry) continue;
    for (const auto& [space, rows] : logged.entry->cases) {
      if (to_base32(space.view()).starts_with(reference)) found.insert(space);
    }
  }
  if (found.empty()) return Error{ErrorCode::not_found, "case"};
  if (found.size() > 1) return Error{ErrorCode::ambiguous, "case"};
  return *found.begin();
}

}  // namespace feltbog::workspace
