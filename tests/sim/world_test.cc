// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/world.h"

#include <doctest/doctest.h>

using namespace feltbog;

namespace {

sim::Outcome play(const sim::WorldOptions& options) {
  sim::World world(options);
  return world.run();
}

void require_sound(const sim::Outcome& outcome, std::uint64_t seed) {
  CAPTURE(seed);
  for (const std::string& problem : outcome.problems) FAIL_CHECK(problem);
}

}  // namespace

TEST_CASE("a note typed on one phone appears on the other") {
  sim::WorldOptions calm;
  calm.link_cut = calm.device_power_cut = calm.server_power_cut = calm.disk_fault = 0;
  const auto outcome = play(calm);
  require_sound(outcome, calm.seed);
  CHECK(outcome.acknowledged > 10);
}

TEST_CASE("power cuts, broken links and failing disks lose nothing that was acknowledged") {
  std::size_t cuts = 0;
  std::size_t faults = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    sim::WorldOptions options;
    options.seed = seed;
    options.workers = 2 + static_cast<int>(seed % 3);
    const auto outcome = play(options);
    require_sound(outcome, seed);
    cuts += outcome.power_cuts;
    faults += outcome.faults;
  }
  CHECK(cuts > 10);
  CHECK(faults > 10);
}

TEST_CASE("one seed plays one world") {
  sim::WorldOptions options;
  options.seed = 4711;
  options.steps = 120;
  CHECK(play(options).trace == play(options).trace);
}
