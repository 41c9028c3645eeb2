// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/rescue.h"

#include <algorithm>

#include "core/ledger/run_rules.h"

namespace feltbog::ledger {

// Where another barred device holds the key too, nobody could write after that one was barred: the
// head before it is found by going on backwards.
std::optional<RunHeads> heads_before_leaving(const DeviceId& device, const WriterTip& tip,
                                             const OrganisationState& organisation,
                                             const SpaceState& space,
                                             std::uint64_t space_sequence_max) {
  const DeviceEntry* entry = organisation.device(device);
  if (entry == nullptr) return std::nullopt;
  const auto& stays = space.memberships(entry->user);
  const bool is_barred = entry->barred_at != 0;
  const bool is_removed = !stays.empty() && stays.back().until != 0;
  if (!is_barred && !is_removed) return std::nullopt;
  std::uint64_t place = std::min(space.head().sequence, space_sequence_max);
  if (is_removed) place = std::min(place, stays.back().until - 1);
  std::uint64_t seen = is_barred ? entry->barred_at - 1 : organisation.head().sequence;
  for (; seen > 0 && seen >= tip.organisation_sequence; --seen) {
    while (place > 0 && space.cited_at(place) > seen) --place;
    if (place == 0 || place < tip.space_sequence) break;
    RunHeader run;
    run.device = device;
    run.organisation_head = {seen, *organisation.hash_at(seen)};
    run.space_head = {place, *space.hash_at(place)};
    run.epoch = space.epoch_at(place)->number;
    run.key = space.epoch_at(place)->key;
    if (check_author(run, organisation, space)) {
      return RunHeads{run.organisation_head, run.space_head};
    }
  }
  return std::nullopt;
}

}  // namespace feltbog::ledger
