// SPDX-License-Identifier: Apache-2.0
// Search, and the honest answer to "has everything left this device?".
#include <algorithm>

#include "core/workspace/access_log.h"
#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/device_replica.h"
#include "core/workspace/dropped_notes.h"
#include "core/workspace/lease.h"
#include "core/workspace/naming.h"
#include "core/workspace/schema.h"
#include "core/workspace/search_index.h"

namespace feltbog::workspace {
namespace {

constexpr std::size_t kHitsMax = 100;

Result<Value> search(Call& call) {
  FELTBOG_TRY(hits, search_text(*call.core().database, call.text("words"), kHitsMax));
  call.searched_for(call.text("words"));
  Value rows = Value::List{};
  for (const SearchHit& hit : hits) {
    FELTBOG_TRY(file, call.core().files.open(hit.space));
    call.shows(hit.space);
    Value row;
    row["id"] = short_id(hit.space) + ":" + document::to_text(hit.document);
    row["case"] = short_id(hit.space);
    row["title"] = title_of(*file);
    row["kind"] = hit.kind;
    if (!hit.document.is_root()) row["document"] = short_id(hit.document);
    row["excerpt"] = hit.excerpt;
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<std::int64_t> one_number(Core& core, std::string_view sql) {
  FELTBOG_TRY(row, core.database->prepare(sql));
  FELTBOG_TRY(found, row.step());
  return found ? row.integer(0) : 0;
}

std::string_view stage_name(Stage stage) {
  switch (stage) {
    case Stage::empty: return "empty";
    case Stage::founding: return "founding";
    case Stage::enrolling: return "enrolling";
    case Stage::member: return "member";
    case Stage::revoked: return "revoked";
  }
  return "unknown";
}

// Counted from the log itself: only what the server has signed for counts as gone out.
Result<Value> unsent(Core& core) {
  Value out;
  FELTBOG_TRY(changes,
              one_number(core,
                         "SELECT total(change_count) FROM batch LEFT JOIN run ON run.place = "
                         "batch.run WHERE batch.run IS NULL OR (own = 1 AND receipt IS NULL)"));
  FELTBOG_TRY(oldest,
              one_number(core,
                         "SELECT coalesce(min(recorded_at), 0) FROM batch LEFT JOIN run ON "
                         "run.place = batch.run WHERE batch.run IS NULL OR (own = 1 AND receipt IS "
                         "NULL)"));
  FELTBOG_TRY(chunks,
              one_number(core, "SELECT count(*) FROM chunk WHERE own = 1 AND receipt IS NULL"));
  out["changes"] = changes;
  out["attachment_chunks"] = chunks;
  out["membership_records"] = core.membership.waiting_count() + core.membership.refused_count();
  FELTBOG_TRY(entries, core.access->waiting());
  out["access_entries"] = entries;
  if (changes > 0) out["since"] = casework::to_text(casework::to_copenhagen({oldest}));
  return out;
}

// How many runs or chunks, by the error that keeps them.
Result<Value> count_by_code(Core& core, std::string_view sql) {
  FELTBOG_TRY(rows, core.database->prepare(sql));
  Value out = Value::Map{};
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return out;
    out[std::string(error_name(static_cast<ErrorCode>(rows.integer(0))))] = rows.integer(1);
  }
}

// What the server would not take, and what came that cannot be used: nothing of it is lost, and
// somebody should know.
Result<void> add_obstacles(Core& core, Value& out) {
  FELTBOG_TRY(refused, count_by_code(core,
                                     "SELECT refused, count(*) FROM run WHERE own = 1 AND receipt "
                                     "IS NULL AND refused IS NOT NULL GROUP BY refused"));
  FELTBOG_TRY(chunks, count_by_code(core,
                                    "SELECT refused, count(*) FROM chunk WHERE own = 1 AND receipt "
                                    "IS NULL AND refused IS NOT NULL GROUP BY refused"));
  FELTBOG_TRY(aside, one_number(core, "SELECT count(*) FROM run WHERE set_aside IS NOT NULL"));
  FELTBOG_TRY(reasons, count_by_code(core,
                                     "SELECT set_aside, count(*) FROM run WHERE set_aside IS NOT "
                                     "NULL GROUP BY set_aside"));
  out["runs_refused"] = std::move(refused);
  out["attachment_chunks_refused"] = std::move(chunks);
  out["membership_records_refused"] = core.membership.refused_count();
  out["runs_set_aside"] = aside;
  out["set_aside_reasons"] = std::move(reasons);
  return {};
}

// Who is in the file for an emergency now. Everybody in it shall see that.
std::int64_t count_emergencies(const Core& core, const SpaceLog& log) {
  std::int64_t count = 0;
  for (const ledger::Member& member : log.state.members()) {
    const auto* entry = log.state.mandate_of(member.user, core.membership.organisation());
    if (entry != nullptr && ledger::is_emergency(entry->mandate.ground)) ++count;
  }
  return count;
}

// Files, their conflicts, and changes that came and have no effect: dishonest ones, and those whose
// past is not here.
Result<void> add_files(Core& core, Value& out) {
  std::int64_t files = 0;
  std::size_t conflicts = 0;
  std::optional<WallTime> oldest;
  std::size_t refused = 0;
  std::size_t waiting = 0;
  std::int64_t emergencies = 0;
  for (const auto& [id, log] : core.membership.spaces()) {
    if (!is_own(core, log)) continue;
    FELTBOG_TRY(file, core.files.open(id));
    for (const document::Conflict& conflict : file->history.conflicts()) {
      ++conflicts;
      for (const document::FieldValue& candidate : conflict.candidates) {
        oldest = std::min(oldest.value_or(candidate.recorded_at), candidate.recorded_at);
      }
    }
    refused += file->refused.size();
    waiting += file->history.held_count();
    if (ledger::is_file(log.state.kind()) && !log.erased()) ++files;
    emergencies += count_emergencies(core, log);
  }
  out["files"] = files;
  out["emergencies"] = emergencies;
  out["conflicts"] = conflicts;
  if (oldest) out["conflicts_since"] = casework::to_text(casework::to_copenhagen(*oldest));
  out["changes_refused"] = refused;
  out["changes_waiting"] = waiting;
  return {};
}

// That somebody opened cases with the recovery key, everybody shall see, until another is made.
std::string_view recovery_standing(const ledger::OrganisationState& organisation) {
  const ledger::RecoveryKeyEntry* key = organisation.recovery_key();
  if (key == nullptr) return "none";
  const auto& uses = organisation.recovery_uses();
  const bool used =
      std::any_of(uses.begin(), uses.end(), [key](const auto& use) { return use.key == key->id; });
  return used ? "used" : "set";
}

Result<Value> status(Call& call) {
  Core& core = call.core();
  Value out;
  out["stage"] = stage_name(core.stage());
  if (!core.membership.organisation().empty()) out["user"] = user_name(core, core.user());
  out["device"] = to_base32(core.identity.id.view());
  out["recovery"] = recovery_standing(core.membership.organisation());
  out["lease"] = lease_value(core.lease->standing());
  FELTBOG_TRY(dropped, core.dropped->count());
  out["dropped_notes"] = dropped;
  FELTBOG_TRY(not_sent, unsent(core));
  out["all_sent"] = not_sent["changes"] == Value(0) && not_sent["attachment_chunks"] == Value(0) &&
                    not_sent["membership_records"] == Value(0);
  out["not_sent"] = std::move(not_sent);
  FELTBOG_CHECK(add_files(core, out));
  FELTBOG_CHECK(add_obstacles(core, out));
  FELTBOG_TRY(evidence, one_number(core, "SELECT count(*) FROM evidence"));
  out["evidence"] = evidence;
  FELTBOG_TRY(wanted, one_number(core, "SELECT count(*) FROM chunk WHERE bytes IS NULL"));
  out["attachment_chunks_wanted"] = wanted;
  out["revision"] = core.revision;
  return out;
}

constexpr Parameter kSearchParameters[] = {
    {"words",
     ParameterType::text,
     Presence::positional,
     {"Words that must all occur", "Ord der alle skal forekomme"}}};
constexpr Column kSearchColumns[] = {{"case", {"Case", "Sag"}},
                                     {"title", {"Title", "Titel"}},
                                     {"kind", {"Kind", "Art"}},
                                     {"excerpt", {"Found", "Fundet"}}};

constexpr CommandRow kRows[] = {
    {"search",
     Shape::query,
     1,
     {"Search all words on this device", "Søg i al tekst på denne enhed"},
     "feltbog search køkken",
     kSearchParameters,
     kSearchColumns,
     Entitlement::anyone,
     AccessClass::search,
     true,
     false,
     search,
     WhileLapsed::refused},
    {"status",
     Shape::query,
     1,
     {"What is on this device, and what has not left it",
      "Hvad der er på enheden, og hvad der ikke er sendt"},
     "feltbog status",
     {},
     {},
     Entitlement::anyone,
     AccessClass::none,
     true,
     false,
     status,
     WhileLapsed::done},
};

}  // namespace

std::span<const CommandRow> status_commands() { return kRows; }

}  // namespace feltbog::workspace
