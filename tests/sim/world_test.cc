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
  const auto calm = sim::WorldOptions::calm();
  const auto outcome = play(calm);
  require_sound(outcome, calm.seed);
  CHECK(outcome.acknowledged > 10);
}

TEST_CASE("power cuts, broken links and failing disks lose nothing that was acknowledged") {
  std::size_t cuts = 0;
  std::size_t faults = 0;
  std::size_t photos = 0;
  std::size_t settled = 0;
  std::size_t newcomers = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const auto outcome = play(sim::WorldOptions::of(seed));
    require_sound(outcome, seed);
    cuts += outcome.power_cuts;
    faults += outcome.faults;
    photos += outcome.photos;
    settled += outcome.conflicts_settled;
    newcomers += outcome.newcomers;
  }
  // A world in which nothing happens proves nothing.
  CHECK(cuts > 10);
  CHECK(faults > 10);
  CHECK(photos > 10);
  CHECK(settled > 3);
  CHECK(newcomers > 3);
}

TEST_CASE("one seed plays one world") {
  sim::WorldOptions options;
  options.seed = 4711;
  options.steps = 120;
  CHECK(play(options).trace == play(options).trace);
}
