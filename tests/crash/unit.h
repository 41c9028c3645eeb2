// SPDX-License-Identifier: Apache-2.0
// One piece of work for feltbog-crash: a workload, a kind of misfortune, a round. Units are
// independent, so that they can run in any process and be counted once.
#pragma once

#include <functional>
#include <string>

#include "tests/crash/recording.h"

namespace feltbog::crash {

enum class Misfortune {
  power_cut,
  double_cut,
  io_error,
  disk_full,
  short_read,
  no_memory_sqlite,
  no_memory_new,
  changed_bytes,  // the workload names the file, or "moves", or "cuts"
};

struct Unit {
  std::string workload;
  Misfortune misfortune = Misfortune::power_cut;
  std::uint64_t round = 0;  // seeds the rows, the nonces and the cuts
  Sampling sampling;

  std::string name() const;  // "notes/power-cut/0", the same in every run
};

// Everything once, sparsely, in a few minutes on two cores.
std::vector<Unit> short_units();
// One round of the long form: power cuts at every change, double cuts and faults sampled at other
// places in every round.
std::vector<Unit> long_units(std::uint64_t round);

// `about_to`: as in check_allocation_faults.
Tally run(const Unit& unit, const std::function<void(std::uint64_t)>& about_to = {});

}  // namespace feltbog::crash
