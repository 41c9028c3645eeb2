// SPDX-License-Identifier: Apache-2.0
// The lists of units, and running one.
#include "tests/crash/unit.h"

#include "tests/crash/faults.h"
#include "tests/crash/power_cut.h"
#include "tests/crash/tamper.h"

namespace feltbog::crash {
namespace {

constexpr std::pair<Misfortune, const char*> kNames[] = {
    {Misfortune::power_cut, "power-cut"},
    {Misfortune::double_cut, "double-cut"},
    {Misfortune::io_error, "io-error"},
    {Misfortune::disk_full, "disk-full"},
    {Misfortune::short_read, "short-read"},
    {Misfortune::no_memory_sqlite, "no-memory-sqlite"},
    {Misfortune::no_memory_new, "no-memory-new"},
    {Misfortune::changed_bytes, "changed-bytes"},
};

std::unique_ptr<Workload> find_workload(const std::string& name, std::uint64_t seed) {
  if (name == "passphrase") return make_passphrase_workload();
  for (auto list : {make_workloads, make_small_workloads}) {
    for (auto& workload : list(seed)) {
      if (workload->name() == name) return std::move(workload);
    }
  }
  return nullptr;
}

std::vector<std::string> names_of(const std::vector<std::unique_ptr<Workload>>& workloads) {
  std::vector<std::string> out;
  for (const auto& workload : workloads) out.emplace_back(workload->name());
  return out;
}

void add_units(std::vector<Unit>& out, const std::vector<std::string>& workloads,
               std::initializer_list<Misfortune> misfortunes, std::uint64_t round,
               Sampling sampling) {
  for (const std::string& workload : workloads) {
    for (const Misfortune misfortune : misfortunes) {
      out.push_back({workload, misfortune, round, sampling});
    }
  }
}

// Thousands of changes: the others are looked at everywhere, this one here and there.
constexpr const char* kLongPlay = "import-spilling";

// All but the long one.
std::vector<std::string> usual_workloads() {
  std::vector<std::string> out = names_of(make_workloads(0));
  std::erase(out, kLongPlay);
  return out;
}

constexpr auto kDiskFaults = {Misfortune::io_error, Misfortune::disk_full, Misfortune::short_read};
constexpr auto kMemoryFaults = {Misfortune::no_memory_sqlite, Misfortune::no_memory_new};
constexpr const char* kChanges[] = {"main", "log", "slots", "tries", "moves", "cuts"};

Tally run_changes(const Unit& unit) {
  if (unit.workload == "moves") return check_moves();
  if (unit.workload == "cuts") return check_cuts(unit.sampling);
  return check_flips(unit.workload, unit.sampling);
}

}  // namespace

std::string Unit::name() const {
  for (const auto& [kind, text] : kNames) {
    if (kind == misfortune) return workload + "/" + text + "/" + std::to_string(round);
  }
  return workload;
}

std::vector<Unit> short_units() {
  const auto usual = usual_workloads();
  const auto small = names_of(make_small_workloads(0));
  std::vector<Unit> out;
  add_units(out, usual, {Misfortune::power_cut}, 0, {.every = 1, .seeds = 2});
  add_units(out, {"passphrase"}, {Misfortune::power_cut}, 0, {.every = 2});
  add_units(out, {kLongPlay}, {Misfortune::power_cut}, 0, {.every = 61});
  add_units(out, usual, {Misfortune::double_cut}, 0, {.every = 37, .second_every = 23});
  add_units(out, {kLongPlay}, {Misfortune::double_cut}, 0, {.every = 701, .second_every = 97});
  add_units(out, small, kDiskFaults, 0, {.every = 1});
  add_units(out, {"notes", "vacuum"}, kDiskFaults, 0, {.every = 41});
  add_units(out, {kLongPlay}, kDiskFaults, 0, {.every = 701});
  add_units(out, {"small", "small-spilling", "small-readers"}, kMemoryFaults, 0, {.every = 3});
  add_units(out, {"slots"}, {Misfortune::no_memory_new}, 0, {});
  add_units(out, {"notes", "vacuum-spilling", "search"}, kMemoryFaults, 0, {.every = 1999});
  add_units(out, {std::begin(kChanges), std::end(kChanges)}, {Misfortune::changed_bytes}, 0,
            {.every = 5});
  return out;
}

std::vector<Unit> long_units(std::uint64_t round) {
  const auto usual = usual_workloads();
  const auto small = names_of(make_small_workloads(0));
  std::vector<Unit> out;
  add_units(out, usual, {Misfortune::power_cut}, round, {.every = 1, .seeds = 4});
  add_units(out, {"passphrase"}, {Misfortune::power_cut}, round, {.every = 1});
  add_units(out, {kLongPlay}, {Misfortune::power_cut}, round, {.every = 31, .first = round % 31});
  add_units(out, usual, {Misfortune::double_cut}, round,
            {.every = 23, .first = round % 23, .second_every = 7});
  add_units(out, {kLongPlay}, {Misfortune::double_cut}, round,
            {.every = 401, .first = round * 7 % 401, .second_every = 61});
  add_units(out, usual, kDiskFaults, round, {.every = 11, .first = round % 11});
  add_units(out, {kLongPlay}, kDiskFaults, round, {.every = 397, .first = round * 7 % 397});
  add_units(out, {"small", "small-spilling", "small-readers"}, kMemoryFaults, round, {});
  add_units(out, usual, kMemoryFaults, round, {.every = 997, .first = round * 31 % 997});
  // Every byte, once; they do not depend on the round.
  if (round == 0) {
    add_units(out, {std::begin(kChanges), std::end(kChanges)}, {Misfortune::changed_bytes}, 0, {});
  }
  return out;
}

Tally run(const Unit& unit, const std::function<void(std::uint64_t)>& about_to) {
  install_allocation_faults();
  if (unit.misfortune == Misfortune::changed_bytes) return run_changes(unit);
  auto workload = find_workload(unit.workload, unit.round);
  Tally tally;
  if (workload == nullptr) {
    tally.failures.push_back("no workload " + unit.workload);
    return tally;
  }
  auto recording = record(*workload, unit.round * 7919 + 1);
  if (!recording) {
    tally.failures.push_back(unit.name() + ": " + describe(recording.error()));
    return tally;
  }
  switch (unit.misfortune) {
    case Misfortune::power_cut: return check_power_cuts(*workload, *recording, unit.sampling);
    case Misfortune::double_cut: return check_double_cuts(*workload, *recording, unit.sampling);
    case Misfortune::io_error:
      return check_disk_faults(*workload, *recording, testing::FaultKind::io_error, unit.sampling);
    case Misfortune::disk_full:
      return check_disk_faults(*workload, *recording, testing::FaultKind::disk_full, unit.sampling);
    case Misfortune::short_read:
      return check_disk_faults(*workload, *recording, testing::FaultKind::short_read,
                               unit.sampling);
    case Misfortune::no_memory_sqlite:
      return check_allocation_faults(*workload, *recording, Allocator::sqlite, unit.sampling,
                                     about_to);
    case Misfortune::no_memory_new:
      return check_allocation_faults(*workload, *recording, Allocator::operator_new, unit.sampling,
                                     about_to);
    case Misfortune::changed_bytes: break;
  }
  return tally;
}

}  // namespace feltbog::crash
