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
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/core/document/laws.h"

namespace {

using namespace feltbog::document;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kShare = 256;  // seeds a thread takes at a time

// Most are small, which finds most in the least time; one in 64 is large.
std::vector<Change> history_of(std::uint64_t seed) {
  generator::Options options;
  options.steps = seed % 64 == 0 ? 80 : 6 + seed % 17;
  options.text_only = seed % 3 == 0;
  return generator::changes(seed, laws::options_of(seed / 3, options));
}

// What is broken by that history, or nothing.
std::string try_all(std::uint64_t seed) {
  const std::vector<Change> changes = history_of(seed);
  for (const laws::Law& law : laws::all()) {
    const std::string broken = laws::broken_by(law, changes);
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

  // All threads work on one stretch of seeds after another, so that none is left out when stopped.
  int run() {
    const Tally before = tally_;
    const auto start = Clock::now();
    const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
    while (Clock::now() < end_) {
      std::vector<std::jthread> workers;
      for (unsigned i = 0; i < threads; ++i) {
        workers.emplace_back([this, from = tally_.next + i * kShare] { try_from(from); });
      }
      workers.clear();
      tally_.next += threads * kShare;
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
  void try_from(std::uint64_t seed) {
    for (std::uint64_t end = seed + kShare; seed < end; ++seed) {
      const std::string broken = try_all(seed);
      if (broken.empty()) continue;
      const std::lock_guard lock(told_);
      ++tally_.broken;
      std::cout << broken << std::endl;
    }
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
  std::mutex told_;
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
