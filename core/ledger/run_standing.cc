// SPDX-License-Identifier: Apache-2.0
// Which runs of removed and barred authors count: a function of the run and both logs.
#include <algorithm>

#include "core/ledger/run.h"

namespace feltbog::ledger {
namespace {

bool beyond(const RunHeader& run, const Cut& cut) {
  if (run.sequence != cut.sequence) return run.sequence > cut.sequence;
  // Another run at the very place of the cut: a fork of the chain, of which the cut names one
  // branch.
  return run.hash() != cut.hash;
}

// By the cuts of the record that began this epoch. A writer it does not list is cut before its
// first.
bool beyond_cut_of(const Epoch& epoch, const RunHeader& run) {
  const auto found = epoch.cuts.find(run.writer());
  return found == epoch.cuts.end() || beyond(run, found->second);
}

// Removed by a record the author had not seen. (Added again, they write on: what they seal citing
// the record that added them is judged by later removals only.)
bool held_by_removal(const RunHeader& run, const UserId& user, const SpaceState& space) {
  const auto& stays = space.memberships(user);
  return std::any_of(stays.begin(), stays.end(), [&](const Membership& stay) {
    return stay.until > run.space_head.sequence && beyond_cut_of(*space.epoch_at(stay.until), run);
  });
}

// Barred by a record the author had not seen. The record that barred the device may name the cut;
// if not, the first rotation of the space that knew of it does. Until then nothing is cut.
bool held_by_bar(const RunHeader& run, const DeviceEntry& device,
                 const OrganisationState& organisation, const SpaceState& space) {
  if (device.barred_at == 0) return false;
  if (const Cut* cut = organisation.cut(run.space, run.device, run.incarnation)) {
    return beyond(run, *cut);
  }
  const auto& epochs = space.epochs();
  const auto covering = std::find_if(epochs.begin(), epochs.end(), [&](const Epoch& epoch) {
    return epoch.number > 1 && epoch.organisation_sequence >= device.barred_at;
  });
  return covering != epochs.end() && beyond_cut_of(*covering, run);
}

}  // namespace

RunStanding run_standing(const RunHeader& run, const OrganisationState& organisation,
                         const SpaceState& space) {
  const DeviceEntry* device = organisation.device(run.device);
  const bool held = device == nullptr || held_by_removal(run, device->user, space) ||
                    held_by_bar(run, *device, organisation, space);
  if (!held) return RunStanding::in_force;
  const auto adopted = space.adopted(run.hash());
  if (!adopted) return RunStanding::held_back;
  return *adopted ? RunStanding::adopted : RunStanding::rejected;
}

}  // namespace feltbog::ledger
