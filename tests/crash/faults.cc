// SPDX-License-Identifier: Apache-2.0
// Playing with faults, and looking at what is left.
#include "tests/crash/faults.h"

#include <new>

#include "tests/crash/paused_disk.h"

namespace feltbog::crash {
namespace {

using testing::CrashPolicy;
using testing::Fault;
using testing::FaultKind;
using testing::MemoryDisk;

// Counts promises without looking: a fault may be in force.
class Counter final : public Witness {
 public:
  void acknowledge(const std::function<Result<State>()>&, bool durable) override {
    ++count;
    if (durable) durable_count = count;
  }
  std::size_t count = 0;
  std::size_t durable_count = 0;
};

std::string_view name_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::io_error: return "I/O error";
    case FaultKind::disk_full: return "disk full";
    case FaultKind::short_read: return "short read";
  }
  return "fault";
}

// One play with a fault, and everything needed to judge it.
struct Play {
  Workload& workload;
  const Recording& recording;
  std::string name;
  Counter counter = {};
  std::unique_ptr<MemoryDisk> disk = recording.before->clone();

  void judge(MemoryDisk& left, std::size_t first, const char* when, Tally& tally) const {
    ++tally.images;
    store::SeededRandom random(tally.images);
    const Recording::Range range{first, std::min(counter.count + 1, recording.promises.size() - 1)};
    auto state = workload.examine(left, random);
    const std::string place = std::string(workload.name()) + ", " + name + ", " + when + ": ";
    if (!state) {
      tally.failures.push_back(place + describe(state.error()));
    } else if (!recording.holds(*state, range)) {
      tally.failures.push_back(place + "the state is none of promises " + std::to_string(first) +
                               " to " + std::to_string(range.last));
    }
  }

  // What the process leaves, and what is left of that when the power goes as well.
  void judge_all(std::uint64_t seed, Tally& tally) const {
    judge(*disk->clone(), counter.count, "process ended", tally);
    for (const CrashPolicy policy : {CrashPolicy::lose_unsynced, CrashPolicy::random_sectors}) {
      judge(*disk->image_at(disk->change_count(), policy, seed), counter.durable_count, "power cut",
            tally);
    }
  }
};

bool is_expected(FaultKind kind, ErrorCode code) {
  switch (kind) {
    case FaultKind::io_error: return code == ErrorCode::io_error;
    case FaultKind::disk_full: return code == ErrorCode::disk_full;
    case FaultKind::short_read:
      return code == ErrorCode::io_error || code == ErrorCode::corrupt ||
             code == ErrorCode::unsupported_version;
  }
  return false;
}

// False when the play made fewer calls than the fault's number, so that no fault met it.
bool play_with(Workload& workload, const Recording& recording, const Fault& fault,
               std::uint64_t seed, Tally& tally) {
  Play play{workload, recording,
            std::string(name_of(fault.kind)) + " at call " + std::to_string(fault.at_call) +
                (fault.persistent ? " and from there on" : "")};
  play.disk->start_recording();
  play.disk->inject(fault);
  store::SeededRandom random(seed + 1);
  auto done = workload.play(*play.disk, random, play.counter);
  if (play.disk->call_count() <= fault.at_call) return false;
  if (!play.disk->fault_hit()) return true;
  ++tally.faults;
  play.disk->clear_faults();
  if (!done && !is_expected(fault.kind, done.error().code)) {
    tally.failures.push_back(std::string(workload.name()) + ", " + play.name + ": reported as " +
                             describe(done.error()));
  }
  play.judge_all(fault.at_call, tally);
  return true;
}

// True when an allocation failed.
bool play_without_memory(Workload& workload, const Recording& recording, Allocator allocator,
                         std::uint64_t at, bool persistent, std::uint64_t seed, Tally& tally) {
  Play play{workload, recording,
            std::string(allocator == Allocator::sqlite ? "SQLite's" : "C++'s") + " allocation " +
                std::to_string(at) + (persistent ? " and all later ones failed" : " failed")};
  play.disk->start_recording();
  PausedDisk paused(*play.disk);
  store::SeededRandom random(seed + 1);
  std::optional<Error> error;
  arm_allocation_fault(allocator, at, persistent);
  try {
    auto done = workload.play(paused, random, play.counter);
    const AllocationPause pause;
    if (!done) error = done.error();
  } catch (const std::bad_alloc&) {
    error = Error{ErrorCode::out_of_memory, {}};
  }
  if (!disarm_allocation_fault()) return false;
  ++tally.faults;
  if (error.has_value() && error->code != ErrorCode::out_of_memory) {
    tally.failures.push_back(std::string(workload.name()) + ", " + play.name + ": reported as " +
                             describe(*error));
  }
  play.judge_all(at, tally);
  return true;
}

}  // namespace

Tally check_disk_faults(Workload& workload, const Recording& recording, FaultKind kind,
                        const Sampling& sampling) {
  Tally tally;
  for (const bool persistent : {false, true}) {
    for (std::uint64_t call = sampling.first;; call += sampling.every) {
      const Fault fault{.at_call = call, .kind = kind, .persistent = persistent};
      if (!play_with(workload, recording, fault, recording.seed, tally)) break;
    }
  }
  return tally;
}

Tally check_allocation_faults(Workload& workload, const Recording& recording, Allocator allocator,
                              const Sampling& sampling,
                              const std::function<void(std::uint64_t)>& about_to) {
  Tally tally;
  for (const bool persistent : {false, true}) {
    if (!persistent && sampling.resume_at % 2 != 0) continue;
    const bool resumes = sampling.resume_at % 2 == (persistent ? 1 : 0);
    const std::uint64_t first = resumes ? sampling.resume_at / 2 : 0;
    for (std::uint64_t at = std::max(first, sampling.first);; at += sampling.every) {
      if (about_to) about_to(at * 2 + (persistent ? 1 : 0));
      if (!play_without_memory(workload, recording, allocator, at, persistent, recording.seed,
                               tally)) {
        break;
      }
    }
  }
  return tally;
}

}  // namespace feltbog::crash
