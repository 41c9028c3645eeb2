// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/held_runs.h"

#include <algorithm>

namespace feltbog::workspace {
namespace {

using document::ChangeId;
using ledger::RunStanding;

struct Writer {
  WriterId id;
  DeviceId device;
};

Result<std::vector<Writer>> writers_in(store::Database& database, const SpaceId& space) {
  FELTBOG_TRY(rows, database.prepare("SELECT writer, device FROM writer WHERE space = ?1"));
  rows.bind(1, space);
  std::vector<Writer> out;
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return out;
    FELTBOG_TRY(writer, rows.fixed<WriterId>(0));
    FELTBOG_TRY(device, rows.fixed<DeviceId>(1));
    out.push_back({writer, device});
  }
}

// Whether any run of it can be out of force. Once so, it stays so.
bool has_left(const Core& core, const SpaceLog& log, const DeviceId& device) {
  const auto* entry = core.membership.organisation().device(device);
  if (entry == nullptr || entry->barred_at != 0) return true;
  const auto& stays = log.state.memberships(entry->user);
  return std::any_of(stays.begin(), stays.end(),
                     [](const ledger::Membership& stay) { return stay.until != 0; });
}

// The changes whose runs came into force, or fell out of it.
struct Turned {
  std::vector<ChangeId> in;
  std::vector<ChangeId> out;
};

Result<void> judge_writer(Core& core, const SpaceLog& log, const WriterId& writer, Turned& turned) {
  struct Judged {
    std::int64_t place;
    RunStanding standing;
  };
  std::vector<Judged> judged;
  FELTBOG_TRY(rows, core.database->prepare("SELECT place, run, standing FROM run WHERE space = ?1 "
                                           "AND writer = ?2 AND set_aside IS NULL"));
  rows.bind_all(log.state.id(), writer);
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) break;
    FELTBOG_TRY(run, ledger::SealedRun::decode(rows.bytes(1)));
    const auto before = static_cast<RunStanding>(rows.integer(2));
    const RunStanding now =
        ledger::run_standing(run.header, core.membership.organisation(), log.state);
    if (now == before) continue;
    judged.push_back({rows.integer(0), now});
    if (ledger::counts(before) == ledger::counts(now)) continue;
    const std::vector<ChangeId> changes = changes_in(run.header);
    std::vector<ChangeId>& side = ledger::counts(now) ? turned.in : turned.out;
    side.insert(side.end(), changes.begin(), changes.end());
  }
  for (const Judged& run : judged) {
    FELTBOG_CHECK(core.database->run("UPDATE run SET standing = ?2 WHERE place = ?1", run.place,
                                     static_cast<std::int64_t>(run.standing)));
  }
  return {};
}

}  // namespace

Result<void> judge_runs(Core& core, const SpaceId& space, std::vector<SpaceEffect>& effects) {
  const SpaceLog* log = core.membership.space(space);
  if (log == nullptr || log->state.empty()) return {};
  FELTBOG_TRY(writers, writers_in(*core.database, space));
  std::erase_if(writers,
                [&](const Writer& writer) { return !has_left(core, *log, writer.device); });
  if (writers.empty()) return {};
  // Opened first: what is noted beside the runs by now is what the file shows.
  FELTBOG_TRY(file, core.files.open(space));
  Turned turned;
  for (const Writer& writer : writers) {
    FELTBOG_CHECK(judge_writer(core, *log, writer.id, turned));
  }
  const auto take = [&](document::AddEffect effect) -> Result<void> {
    FELTBOG_CHECK(core.index(*file, effect));
    effects.push_back({space, std::move(effect)});
    return {};
  };
  if (!turned.out.empty()) FELTBOG_CHECK(take(file->history.mask(turned.out)));
  if (!turned.in.empty()) FELTBOG_CHECK(take(file->history.unmask(turned.in)));
  return {};
}

Result<void> judge_all_runs(Core& core, std::vector<SpaceEffect>& effects) {
  std::vector<SpaceId> spaces;
  for (const auto& [id, log] : core.membership.spaces()) spaces.push_back(id);
  for (const SpaceId& space : spaces) FELTBOG_CHECK(judge_runs(core, space, effects));
  return {};
}

Result<std::vector<HeldRun>> held_runs(Core& core) {
  FELTBOG_TRY(rows,
              core.database->prepare("SELECT run, standing FROM run WHERE standing != 0 ORDER "
                                     "BY space, writer, sequence"));
  std::vector<HeldRun> out;
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return out;
    FELTBOG_TRY(run, ledger::SealedRun::decode(rows.bytes(0)));
    const SpaceLog* log = core.membership.space(run.header.space);
    // What somebody looked at counts whatever became of them.
    if (log != nullptr && log->state.kind() == ledger::SpaceKind::access_log) continue;
    out.push_back({std::move(run.header), static_cast<RunStanding>(rows.integer(1))});
  }
}

}  // namespace feltbog::workspace
