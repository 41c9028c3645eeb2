// SPDX-License-Identifier: Apache-2.0
// What a device does between two power cuts, and how the outcome is read back. Who cuts the power
// is tests/crash/power_cut.h, who breaks the disk tests/crash/faults.h.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/disk.h"
#include "core/base/random.h"

namespace feltbog::crash {

// All that can be read back, as a digest. Equal states hold the same rows.
using State = FixedBytes<32, struct StateTag>;

// Told by a workload when a call that promises something has returned.
class Witness {
 public:
  virtual ~Witness() = default;
  // `read` reads the state of this moment. `durable`: it must survive a power cut from now on;
  // otherwise it may be lost, though only together with everything after it.
  virtual void acknowledge(const std::function<Result<State>()>& read, bool durable) = 0;
};

class Workload {
 public:
  virtual ~Workload() = default;
  virtual std::string_view name() const = 0;
  // What was there before, durable and not part of the play.
  virtual Result<void> prepare(Disk& /*disk*/, Random& /*random*/) { return {}; }
  // Stops at the first error. The same states in the same order at every call.
  virtual Result<void> play(Disk& disk, Random& random, Witness& witness) = 0;
  // After the power came back: opens everything, checks that it is whole, reads it.
  virtual Result<State> examine(Disk& disk, Random& random) = 0;
};

// All workloads; `seed` varies their rows.
std::vector<std::unique_ptr<Workload>> make_workloads(std::uint64_t seed);
// Few allocations and few calls, for faults at every single one of them.
std::vector<std::unique_ptr<Workload>> make_small_workloads(std::uint64_t seed);

std::unique_ptr<Workload> make_slot_workload();
// Slow: a change of passphrase, with Argon2id at every examination.
std::unique_ptr<Workload> make_passphrase_workload();

}  // namespace feltbog::crash
