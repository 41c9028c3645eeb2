// SPDX-License-Identifier: Apache-2.0
// Making images and looking at them.
#include "tests/crash/power_cut.h"

namespace feltbog::crash {
namespace {

using testing::CrashPolicy;
using testing::kCrashPolicies;
using testing::MemoryDisk;

bool has_choice(CrashPolicy policy) {
  return policy == CrashPolicy::keep_prefix || policy == CrashPolicy::random_sectors ||
         policy == CrashPolicy::garbage_sectors;
}

struct Cut {
  std::uint64_t changes = 0;
  CrashPolicy policy = CrashPolicy::keep_all;
  std::uint64_t seed = 0;

  std::string name() const {
    return "cut after change " + std::to_string(changes) + ", " +
           std::string(testing::crash_policy_name(policy)) + " seed " + std::to_string(seed);
  }
  std::unique_ptr<MemoryDisk> image_of(const MemoryDisk& disk) const {
    return disk.image_at(changes, policy, seed);
  }
};

// Calls `body(cut)` for every sampled change and every policy.
template <class Body>
void for_each_cut(std::uint64_t change_count, const Sampling& sampling, Body body) {
  for (std::uint64_t changes = sampling.first; changes <= change_count; changes += sampling.every) {
    for (const CrashPolicy policy : kCrashPolicies) {
      for (std::uint64_t seed = 0; seed < (has_choice(policy) ? sampling.seeds : 1); ++seed) {
        body(Cut{changes, policy, (sampling.first + seed) * 1'000'003 + changes});
      }
    }
  }
}

void check_image(Workload& workload, const Recording& recording, MemoryDisk& image,
                 Recording::Range range, const std::string& name, Tally& tally) {
  ++tally.images;
  store::SeededRandom random(tally.images);
  auto state = workload.examine(image, random);
  const std::string place = std::string(workload.name()) + ", " + name + ": ";
  if (!state) {
    tally.failures.push_back(place + describe(state.error()));
  } else if (!recording.holds(*state, range)) {
    tally.failures.push_back(place + "the state is none of promises " +
                             std::to_string(range.first) + " to " + std::to_string(range.last));
  }
}

// After the first recovery: the state it showed and the changes it made.
void check_second_cuts(Workload& workload, const Recording& recording, const Cut& first,
                       const Sampling& sampling, Tally& tally) {
  auto disk = first.image_of(*recording.disk);
  disk->start_recording();
  store::SeededRandom random(first.seed);
  auto seen = workload.examine(*disk, random);
  ++tally.images;
  if (!seen) {
    tally.failures.push_back(std::string(workload.name()) + ", " + first.name() + ": " +
                             describe(seen.error()));
    return;
  }
  const std::uint64_t count = disk->change_count();
  const auto range = recording.range_at(first.changes);
  for (std::uint64_t changes = 0; changes < count; changes += sampling.second_every) {
    for (const CrashPolicy policy : kCrashPolicies) {
      const Cut second{changes, policy, first.seed + changes};
      check_image(workload, recording, *second.image_of(*disk), range,
                  first.name() + ", then " + second.name(), tally);
    }
  }
  for (const CrashPolicy policy : kCrashPolicies) {
    const Cut last{count, policy, first.seed};
    store::SeededRandom again(first.seed + 1);
    auto state = workload.examine(*last.image_of(*disk), again);
    ++tally.images;
    if (!state || *state != *seen) {
      tally.failures.push_back(std::string(workload.name()) + ", " + first.name() +
                               ": what was seen after recovery is gone, " + last.name());
    }
  }
}

}  // namespace

Tally check_power_cuts(Workload& workload, const Recording& recording, const Sampling& sampling) {
  Tally tally;
  for_each_cut(recording.disk->change_count(), sampling, [&](const Cut& cut) {
    check_image(workload, recording, *cut.image_of(*recording.disk),
                recording.range_at(cut.changes), cut.name(), tally);
  });
  return tally;
}

Tally check_double_cuts(Workload& workload, const Recording& recording, const Sampling& sampling) {
  Tally tally;
  for_each_cut(recording.disk->change_count(), sampling, [&](const Cut& cut) {
    check_second_cuts(workload, recording, cut, sampling, tally);
  });
  return tally;
}

}  // namespace feltbog::crash
