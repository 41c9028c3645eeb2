// SPDX-License-Identifier: Apache-2.0
// The recovery key: making it and handing out its codes, trying whether it works, and using it when
// everybody who could open a file is gone.
#include <algorithm>

#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/naming.h"
#include "core/workspace/recovery.h"
#include "core/workspace/tables.h"

namespace feltbog::workspace {
namespace {

constexpr std::size_t kReferenceSymbolsMin = 4;

constexpr Words kHandOut{
    "Give each custodian one code, on paper, and keep none. They are shown only now. Then sync, "
    "and "
    "try two of them: recovery drill",
    "Giv hver kodeholder én kode, på papir, og behold ingen. De vises kun nu. Synkronisér "
    "derefter, og "
    "prøv to af dem: recovery drill"};
constexpr Words kRecorded{
    "That the recovery key is used is recorded, for everybody to see. Sync, then give the same "
    "command again",
    "Det er noteret, synligt for alle, at genoprettelsesnøglen bruges. Synkronisér, og giv den "
    "samme kommando igen"};
constexpr Words kOpened{
    "Sync to fetch what is in the cases. When you are done: recovery create, since these codes "
    "have "
    "been seen",
    "Synkronisér for at hente det der står i sagerne. Når du er færdig: recovery create, for "
    "koderne er nu set"};
constexpr Words kNothing{"There is no case here that it opens and you are not a member of",
                         "Her er ingen sag som den åbner og du ikke er medlem af"};

Result<Value> recovery_create(Call& call) {
  Core& core = call.core();
  const auto& organisation = core.membership.organisation();
  if (core.membership.organisation_accepted() == 0) {
    return Error{ErrorCode::wrong_state, "the organisation is not on the server yet"};
  }
  const ledger::NewRecoveryKey made =
      ledger::make_recovery_key(organisation.id(), *core.environment.random);
  call.work().add_record(ledger::RecoveryKeySet{made.publics, made.custody});
  call.show_once();
  Value out;
  out["recovery_key"] = short_id(ledger::recovery_key_id(made.publics));
  for (std::size_t number = 0; number < ledger::kCustodians; ++number) {
    out["code_" + std::to_string(number + 1)] = ledger::to_text(made.codes[number]);
  }
  out["next"] = call.say(kHandOut);
  return out;
}

// The user's use of the recovery key in force; null when there is none.
const ledger::RecoveryUseEntry* own_use(const Core& core, const ledger::RecoveryKeyId& key) {
  const auto& uses = core.membership.organisation().recovery_uses();
  const auto found = std::find_if(uses.begin(), uses.end(), [&](const auto& use) {
    return use.user == core.user() && use.key == key;
  });
  return found == uses.end() ? nullptr : &*found;
}

Result<Value> record_use(Call& call, const ledger::RecoveryKey& key) {
  Core& core = call.core();
  if (own_use(core, key.id) == nullptr) {
    const auto reason = ledger::recovery_reason_from_name(call.text("reason"));
    if (!reason) return Error{ErrorCode::invalid_argument, "reason"};
    call.work().add_record(ledger::make_recovery_use(core.membership.organisation(),
                                                     core.identity.id, key, *reason,
                                                     core.environment.clock->wall_time()));
  }
  Value out;
  out["recovery_key"] = short_id(key.id);
  out["recorded"] = true;
  out["next"] = call.say(kRecorded);
  return out;
}

// Those named, or all.
Result<std::vector<SpaceId>> files_wanted(Call& call) {
  const std::vector<SpaceId> all = recoverable_spaces(call.core());
  if (!call.has("case")) return all;
  std::vector<SpaceId> out;
  for (const Value& name : call.parameters()["case"].items()) {
    const std::string& reference = *name.text();
    const auto matches = [&](const SpaceId& id) {
      return reference.size() >= kReferenceSymbolsMin &&
             to_base32(id.view()).starts_with(reference);
    };
    const auto found = std::find_if(all.begin(), all.end(), matches);
    if (found == all.end()) return Error{ErrorCode::not_found, "file"};
    if (std::count_if(all.begin(), all.end(), matches) > 1) {
      return Error{ErrorCode::ambiguous, "file"};
    }
    if (std::find(out.begin(), out.end(), *found) == out.end()) out.push_back(*found);
  }
  return out;
}

Result<Value> open_files(Call& call, const ledger::RecoveryKey& key) {
  FELTBOG_TRY(wanted, files_wanted(call));
  Value opened = Value::List{};
  Value closed = Value::List{};
  for (const SpaceId& id : wanted) {
    if (call.core().membership.space(id)->state.role(call.core().user())) continue;
    auto keys = keys_by_recovery(call.core(), id, key);
    (keys ? opened : closed).push_back(short_id(id));
    if (keys) call.work().join_with(id, std::move(*keys));
  }
  Value out;
  out["recovery_key"] = short_id(key.id);
  out["next"] = call.say(opened.items().empty() ? kNothing : kOpened);
  out["cases_opened"] = std::move(opened);
  out["cases_not_opened"] = std::move(closed);
  return out;
}

// First the record, and nothing is opened before the server shows it to everybody.
Result<Value> recovery_use(Call& call) {
  FELTBOG_TRY(key,
              bring_back_recovery_key(call.core(), call.text("code"), call.text("other_code")));
  const ledger::RecoveryUseEntry* use = own_use(call.core(), key.id);
  const bool stands =
      use != nullptr && use->sequence <= call.core().membership.organisation_accepted();
  return stands ? open_files(call, key) : record_use(call, key);
}

// Opens the keys of all spaces that are here, and forgets them again.
Result<Value> recovery_drill(Call& call) {
  Core& core = call.core();
  FELTBOG_TRY(key, bring_back_recovery_key(core, call.text("code"), call.text("other_code")));
  std::int64_t opened = 0;
  std::int64_t not_opened = 0;
  std::int64_t not_reached = 0;
  for (const auto& [id, log] : core.membership.spaces()) {
    if (log.state.lacks_recovery_key(core.membership.organisation())) {
      ++not_reached;
    } else {
      ++(keys_by_recovery(core, id, key) ? opened : not_opened);
    }
  }
  if (not_opened == 0) {
    call.work().keep_setting(setting::kRecoveryDrill,
                             encode_drill(key.id, core.environment.clock->wall_time()));
  }
  Value out;
  out["recovery_key"] = short_id(key.id);
  out["passed"] = not_opened == 0;
  out["spaces_opened"] = opened;
  out["spaces_not_opened"] = not_opened;
  out["spaces_not_reached"] = not_reached;
  return out;
}

Value describe(Core& core, const ledger::RecoveryUseEntry& use) {
  const ledger::RecoveryKeyEntry* present = core.membership.organisation().recovery_key();
  Value out;
  out["by"] = user_name(core, use.user);
  out["reason"] = ledger::recovery_reason_name(use.reason);
  out["used_at"] = casework::to_text(casework::to_copenhagen(use.at));
  out["recovery_key"] = short_id(use.key);
  out["standing"] = present->id == use.key ? "active" : "ended";
  return out;
}

Result<Value> recovery_show(Call& call) {
  Core& core = call.core();
  const auto& organisation = core.membership.organisation();
  Value out;
  const ledger::RecoveryKeyEntry* key = organisation.recovery_key();
  out["set"] = key != nullptr;
  if (key == nullptr) return out;
  out["recovery_key"] = short_id(key->id);
  out["set_by"] = user_name(core, organisation.device(key->set_by)->user);
  std::int64_t lacking = 0;
  for (const auto& [id, log] : core.membership.spaces()) {
    if (log.state.lacks_recovery_key(organisation)) ++lacking;
  }
  out["spaces_not_reached"] = lacking;
  FELTBOG_TRY(drill, last_drill(core));
  if (drill) out["last_drill"] = casework::to_text(casework::to_copenhagen(*drill));
  Value uses = Value::List{};
  for (const auto& use : organisation.recovery_uses()) uses.push_back(describe(core, use));
  out["uses"] = std::move(uses);
  return out;
}

constexpr Parameter kCode{"code",
                          ParameterType::text,
                          Presence::positional,
                          {"One custodian's code", "Den ene kodeholders kode"}};
constexpr Parameter kOtherCode{"other_code",
                               ParameterType::text,
                               Presence::positional,
                               {"Another custodian's code", "En anden kodeholders kode"}};
constexpr Parameter kDrillParameters[] = {kCode, kOtherCode};
constexpr Parameter kUseParameters[] = {
    kCode,
    kOtherCode,
    {"reason",
     ParameterType::text,
     Presence::optional,
     {"devices_lost, members_gone or ordered: why; needed the first time",
      "devices_lost, members_gone eller ordered: hvorfor; skal gives første gang"}},
    {"case",
     ParameterType::text_list,
     Presence::optional,
     {"The beginning of a case's id (otherwise all)", "Begyndelsen af en sags id (ellers alle)"}}};

constexpr CommandRow kRows[] = {
    {"recovery.create",
     Shape::command,
     1,
     {"Make a recovery key for all cases, in the place of the one before, and show its three codes "
      "once",
      "Lav en genoprettelsesnøgle til alle sager, i stedet for den forrige, og vis dens tre koder "
      "én "
      "gang"},
     "feltbog recovery create",
     {},
     {},
     Entitlement::administrators,
     AccessClass::none,
     false,
     false,
     recovery_create,
     WhileLapsed::refused},
    {"recovery.drill",
     Shape::command,
     1,
     {"Try whether two codes would open the cases, without opening any",
      "Prøv om to koder ville åbne sagerne, uden at åbne nogen"},
     "feltbog recovery drill @code-1.txt @code-2.txt",
     kDrillParameters,
     {},
     Entitlement::administrators,
     AccessClass::none,
     true,
     false,
     recovery_drill,
     WhileLapsed::refused},
    {"recovery.show",
     Shape::query,
     1,
     {"The recovery key, and who used it", "Genoprettelsesnøglen, og hvem der har brugt den"},
     "feltbog recovery show",
     {},
     {},
     Entitlement::anyone,
     AccessClass::none,
     true,
     false,
     recovery_show,
     WhileLapsed::refused},
    {"recovery.use",
     Shape::command,
     1,
     {"Open cases that nobody can open any more; everybody sees that it was done",
      "Åbn sager som ingen længere kan åbne; alle kan se at det er gjort"},
     "feltbog recovery use @code-1.txt @code-2.txt --reason devices_lost",
     kUseParameters,
     {},
     Entitlement::administrators,
     AccessClass::none,
     true,
     false,
     recovery_use,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> recovery_commands() { return kRows; }

}  // namespace feltbog::workspace
