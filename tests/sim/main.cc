// SPDX-License-Identifier: Apache-2.0
// Plays worlds, one per seed, and names the seeds whose worlds were not sound.
//
//   feltbog-sim FROM TO               plays these seeds, the last one included
//   feltbog-sim --seconds N [FROM]    plays for about N seconds, from seed 1 unless named
//   feltbog-sim --progress FILE ...   goes on where the file says, and keeps count in it
//   feltbog-sim --trace SEED          plays one and prints all that happened
//
// Exit status: 0 all sound, 1 problems found, 2 wrong usage.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/world.h"

namespace {

using feltbog::sim::Outcome;
using Clock = std::chrono::steady_clock;

struct Plan {
  std::uint64_t first = 1;
  std::optional<std::uint64_t> last;
  std::optional<double> seconds;
  std::string progress;
};

struct Tally {
  std::uint64_t next = 1;
  std::uint64_t worlds = 0;
  std::uint64_t unsound = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t power_cuts = 0;
  std::uint64_t faults = 0;
  std::uint64_t link_cuts = 0;
};

std::optional<Plan> read_plan(const std::vector<std::string>& arguments) {
  Plan plan;
  std::vector<std::uint64_t> seeds;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool takes_value = arguments[i] == "--seconds" || arguments[i] == "--progress";
    if (takes_value && i + 1 == arguments.size()) return std::nullopt;
    if (arguments[i] == "--progress") {
      plan.progress = arguments[++i];
      continue;
    }
    const bool is_seconds = arguments[i] == "--seconds";
    const std::string& number = is_seconds ? arguments[++i] : arguments[i];
    if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos) {
      return std::nullopt;
    }
    if (is_seconds) {
      plan.seconds = std::stod(number);
    } else {
      seeds.push_back(std::stoull(number));
    }
  }
  if (seeds.size() > 2 || (seeds.size() < 2 && !plan.seconds)) return std::nullopt;
  if (!seeds.empty()) plan.first = seeds.front();
  if (seeds.size() == 2) plan.last = seeds.back();
  return plan;
}

Tally read_tally(const Plan& plan) {
  Tally tally;
  tally.next = plan.first;
  std::ifstream in(plan.progress);
  if (!plan.progress.empty() && in) {
    in >> tally.next >> tally.worlds >> tally.unsound >> tally.acknowledged >> tally.power_cuts >>
        tally.faults >> tally.link_cuts;
  }
  return tally;
}

void keep_tally(const Plan& plan, const Tally& tally) {
  if (plan.progress.empty()) return;
  const std::string fresh = plan.progress + ".new";
  std::ofstream(fresh) << tally.next << ' ' << tally.worlds << ' ' << tally.unsound << ' '
                       << tally.acknowledged << ' ' << tally.power_cuts << ' ' << tally.faults
                       << ' ' << tally.link_cuts << '\n';
  std::rename(fresh.c_str(), plan.progress.c_str());
}

void play_one(Tally& tally) {
  feltbog::sim::World world(feltbog::sim::WorldOptions::of(tally.next));
  const Outcome outcome = world.run();
  for (const std::string& problem : outcome.problems) {
    std::cout << "seed " << tally.next << ": " << problem << std::endl;
  }
  ++tally.next;
  ++tally.worlds;
  if (!outcome.problems.empty()) ++tally.unsound;
  tally.acknowledged += outcome.acknowledged;
  tally.power_cuts += outcome.power_cuts;
  tally.faults += outcome.faults;
  tally.link_cuts += outcome.link_cuts;
}

int trace_one(std::uint64_t seed) {
  feltbog::sim::World world(feltbog::sim::WorldOptions::of(seed));
  const Outcome outcome = world.run();
  std::cout << world.trace();
  return outcome.problems.empty() ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  if (arguments.size() == 2 && arguments[0] == "--trace") {
    return trace_one(std::strtoull(arguments[1].c_str(), nullptr, 10));
  }
  const auto plan = read_plan(arguments);
  if (!plan) {
    std::cerr
        << "usage: feltbog-sim FROM TO | --seconds N [FROM] [--progress FILE] | --trace SEED\n";
    return 2;
  }
  Tally tally = read_tally(*plan);
  const Tally before = tally;
  const auto start = Clock::now();
  const auto elapsed = [start] {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  while ((!plan->last || tally.next <= *plan->last) &&
         (!plan->seconds || elapsed() < *plan->seconds)) {
    play_one(tally);
    keep_tally(*plan, tally);
  }
  const std::uint64_t played = tally.worlds - before.worlds;
  std::cout << "seeds " << before.next << " to " << tally.next - 1 << ": " << played
            << " worlds in " << static_cast<std::uint64_t>(elapsed()) << " s, "
            << static_cast<double>(played) / std::max(elapsed(), 0.001) << " per second, "
            << tally.unsound - before.unsound << " unsound\n";
  std::cout << "altogether " << tally.worlds << " worlds: " << tally.acknowledged
            << " acknowledged writings, " << tally.power_cuts << " power cuts, " << tally.faults
            << " disk faults, " << tally.link_cuts << " broken links, " << tally.unsound
            << " unsound\n";
  return tally.unsound == before.unsound ? 0 : 1;
}
