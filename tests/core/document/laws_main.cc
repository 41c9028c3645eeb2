// SPDX-License-Identifier: Apache-2.0
// Tries every law of merging on one random history after another, and names the seeds that break
// one.
//
//   feltbog-laws SECONDS             for about so long, from seed 1
//   feltbog-laws SECONDS PROGRESS    goes on where the file says, and keeps count in it
//   feltbog-laws --seed N            one history
//
// Exit status: 0 all hold, 1 one is broken, 2 wrong usage.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/core/document/laws.h"

namespace {

using namespace feltbog::document;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kStretch = 4096;  // seeds tried before the count is kept
constexpr std::uint64_t kShare = 16;      // of them a thread takes at a time

// Most are small: they break most laws that can be broken, in the least time.
std::size_t steps_of(std::uint64_t seed) {
  if (seed % 512 == 0) return 80;
  if (seed % 32 == 0) return 16 + seed / 32 % 25;
  return 4 + seed % 7;
}

std::vector<Change> history_of(std::uint64_t seed) {
  generator::Options options;
  options.steps = steps_of(seed);
  options.text_only = seed % 3 == 0;
  options.latecomer = seed % 5 == 0;
  return generator::changes(seed, laws::options_of(seed / 3, options));
}

// What is broken by that history, or nothing.
std::string try_all(std::uint64_t seed) {
  const laws::Story story(history_of(seed));
  for (const laws::Law& law : laws::all()) {
    const std::string broken = laws::broken_by(law, story);
    if (!broken.empty()) return "seed " + std::to_string(seed) + ": " + broken;
  }
  return {};
}

struct Tally {
  std::uint64_t next = 1;  // every seed before has been tried
  std::uint64_t broken = 0;
};

class Trial {
 public:
  Trial(double seconds, std::string progress) : progress_(std::move(progress)) {
    end_ = Clock::now() +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    std::ifstream in(progress_);
    if (!progress_.empty() && in) in >> tally_.next >> tally_.broken;
  }

  int run() {
    const Tally before = tally_;
    const auto start = Clock::now();
    while (Clock::now() < end_) {
      for (const auto& [seed, broken] : try_stretch()) {
        ++tally_.broken;
        std::cout << broken << std::endl;
      }
      tally_.next += kStretch;
      keep();
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    const std::uint64_t tried = tally_.next - before.next;
    std::cout << "seeds " << before.next << " to " << tally_.next - 1 << ": " << tried
              << " histories in " << static_cast<std::uint64_t>(seconds) << " s, "
              << tally_.broken - before.broken << " break a law\n"
              << "altogether " << tally_.next - 1 << " histories, " << laws::all().size()
              << " laws, " << tally_.broken << " broken\n";
    return tally_.broken == before.broken ? 0 : 1;
  }

 private:
  // What is broken, by seed: all threads work on one stretch, so that none is left out when stopped
  // and their number makes no difference.
  std::map<std::uint64_t, std::string> try_stretch() const {
    std::map<std::uint64_t, std::string> out;
    std::mutex adding;
    std::atomic<std::uint64_t> next = tally_.next;
    const auto work = [&, end = tally_.next + kStretch] {
      for (std::uint64_t from = next.fetch_add(kShare); from < end; from = next.fetch_add(kShare)) {
        for (std::uint64_t seed = from; seed < from + kShare; ++seed) {
          std::string broken = try_all(seed);
          if (broken.empty()) continue;
          const std::lock_guard lock(adding);
          out.emplace(seed, std::move(broken));
        }
      }
    };
    std::vector<std::jthread> workers;
    for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i) workers.emplace_back(work);
    work();
    workers.clear();
    return out;
  }

  void keep() const {
    if (progress_.empty()) return;
    const std::string fresh = progress_ + ".new";
    std::ofstream(fresh) << tally_.next << ' ' << tally_.broken << '\n';
    std::rename(fresh.c_str(), progress_.c_str());
  }

  std::string progress_;
  Clock::time_point end_;
  Tally tally_;
};

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  if (arguments.size() == 2 && arguments[0] == "--seed" && is_number(arguments[1])) {
    const std::string broken = try_all(std::stoull(arguments[1]));
    std::cout << (broken.empty() ? "every law holds\n" : broken);
    return broken.empty() ? 0 : 1;
  }
  if (arguments.empty() || arguments.size() > 2 || !is_number(arguments[0])) {
    std::cerr << "usage: feltbog-laws SECONDS [PROGRESS] | --seed N\n";
    return 2;
  }
  return Trial(std::stod(arguments[0]), arguments.size() == 2 ? arguments[1] : "").run();
}
