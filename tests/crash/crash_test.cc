// SPDX-License-Identifier: Apache-2.0
// A bounded part of what feltbog-crash does at length.
#include <doctest/doctest.h>

#include "tests/crash/unit.h"

using namespace feltbog::crash;

namespace {

void check(const Unit& unit) {
  const Tally tally = run(unit);
  for (const std::string& failure : tally.failures) FAIL_CHECK(failure);
  CHECK(tally.images > 0);
}

}  // namespace

TEST_CASE("after a power cut every workload shows what it was promised") {
  for (Unit unit : short_units()) {
    if (unit.misfortune != Misfortune::power_cut || unit.workload == "passphrase") continue;
    unit.sampling.every *= 13;
    unit.sampling.first = 3;
    unit.sampling.seeds = 1;
    check(unit);
  }
}

TEST_CASE("a second power cut during recovery takes nothing away") {
  check({"notes", Misfortune::double_cut, 0, {.every = 61, .first = 9, .second_every = 31}});
  check({"vacuum-spilling",
         Misfortune::double_cut,
         0,
         {.every = 151, .first = 40, .second_every = 31}});
  check({"slots", Misfortune::double_cut, 0, {.every = 11, .first = 5, .second_every = 7}});
}

TEST_CASE("an error of the disk at any call is reported and survived by every workload") {
  for (const auto kind : {Misfortune::io_error, Misfortune::disk_full, Misfortune::short_read}) {
    check({"small-spilling", kind, 0, {.every = 5}});
    check({"small-readers", kind, 0, {.every = 3}});
    check({"slots", kind, 0, {.every = 3}});
    check({"import", kind, 0, {.every = 97, .first = 7}});
  }
}

TEST_CASE("an allocation that fails is reported and survived") {
  check({"small", Misfortune::no_memory_sqlite, 0, {.every = 23}});
  check({"small", Misfortune::no_memory_new, 0, {.every = 23}});
  check({"small-readers", Misfortune::no_memory_sqlite, 0, {.every = 23, .first = 11}});
  check({"small-readers", Misfortune::no_memory_new, 0, {.every = 23, .first = 11}});
  check({"slots", Misfortune::no_memory_new, 0, {.every = 11}});
}

TEST_CASE("changed, moved and cut bytes are an error or make no difference") {
  for (Unit unit : short_units()) {
    if (unit.misfortune != Misfortune::changed_bytes) continue;
    unit.sampling = {.every = 97, .first = 13};
    if (unit.workload == "slots") unit.sampling = {.every = 7};
    if (unit.workload != "moves") check(unit);
  }
}
