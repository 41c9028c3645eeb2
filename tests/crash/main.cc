// SPDX-License-Identifier: Apache-2.0
// feltbog-crash: plays workloads, cuts the power, breaks the disk, takes the memory away, and
// counts what it looked at. Each unit runs in a process of its own, so that a program that dies is
// a finding and not the end.
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "tests/crash/unit.h"

namespace {

using feltbog::crash::Tally;
using feltbog::crash::Unit;

constexpr std::uint64_t kLongImages = 100'000;
constexpr int kDeathsMax = 40;  // of one unit, after which it is given up
constexpr std::size_t kReportMax = 1 << 16;

struct Options {
  bool is_long = false;
  std::uint64_t images = kLongImages;
  std::string progress;  // file of the units done, for the long form
  std::string only;      // units whose name contains this
  unsigned jobs = 2;
};

// What a process that runs a unit leaves behind, whatever becomes of it.
struct Shared {
  std::uint64_t at = 0;  // the play under way, where plays are numbered
  std::uint64_t images = 0;
  std::uint64_t faults = 0;
  std::uint64_t failures = 0;
  char report[kReportMax] = {};
};

struct Running {
  Unit unit;
  Shared* shared = nullptr;
  int deaths = 0;
};

void keep(Shared& shared, const Tally& tally) {
  shared.images = tally.images;
  shared.faults = tally.faults;
  shared.failures = tally.failures.size();
  std::string text;
  for (const std::string& failure : tally.failures) text += failure + "\n";
  std::strncpy(shared.report, text.c_str(), kReportMax - 1);
}

// In the child.
[[noreturn]] void work(const Running& running) {
  // Whoever stops the program stops this too.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto about_to = [&](std::uint64_t number) { running.shared->at = number; };
  keep(*running.shared, run(running.unit, about_to));
  std::fflush(stdout);
  ::_exit(0);
}

class Runner {
 public:
  explicit Runner(Options options) : options_(std::move(options)) { read_progress(); }

  // Runs the units that are not done yet.
  void run_all(const std::vector<Unit>& units) {
    for (const Unit& unit : units) {
      if (done_.count(unit.name()) != 0) continue;
      if (unit.name().find(options_.only) == std::string::npos) continue;
      while (running_.size() >= options_.jobs) wait_for_one();
      start({unit, allocate(), 0});
    }
    while (!running_.empty()) wait_for_one();
  }

  bool is_enough() const { return images_ >= options_.images; }
  std::uint64_t failures() const { return failures_; }
  void print_sum() const {
    std::printf("%llu images and %llu faults checked, %llu failures\n", number(images_),
                number(faults_), number(failures_));
  }

 private:
  static unsigned long long number(std::uint64_t value) { return value; }

  static Shared* allocate() {
    void* memory =
        ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    return new (memory) Shared;
  }

  void start(Running running) {
    std::fflush(stdout);
    const pid_t child = ::fork();
    if (child == 0) work(running);
    if (child < 0) std::abort();
    running_.emplace(child, std::move(running));
  }

  void wait_for_one() {
    int status = 0;
    const pid_t child = ::waitpid(-1, &status, 0);
    const auto found = running_.find(child);
    if (found == running_.end()) return;
    Running running = std::move(found->second);
    running_.erase(found);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      std::printf("%s: the program died (status %d) in play %llu\n", running.unit.name().c_str(),
                  status, number(running.shared->at));
      count(0, 0, 1);
      // The rest of the unit behind the play that was deadly, where plays are numbered.
      running.unit.sampling.resume_at = running.shared->at + 2 * running.unit.sampling.every;
      if (running.shared->at > 0 && ++running.deaths < kDeathsMax) {
        start(std::move(running));
        return;
      }
    }
    finish(running);
    ::munmap(running.shared, sizeof(Shared));
  }

  // Keeps what a unit has counted.
  void finish(const Running& running) {
    const Shared& shared = *running.shared;
    std::printf("%-40s %8llu images %8llu faults %4llu failures\n", running.unit.name().c_str(),
                number(shared.images), number(shared.faults), number(shared.failures));
    if (shared.report[0] != 0) std::fputs(shared.report, stdout);
    count(shared.images, shared.faults, shared.failures);
    done_.insert(running.unit.name());
    // A unit that failed is done again by the next run.
    if (options_.progress.empty() || shared.failures != 0 || running.deaths != 0) return;
    std::ofstream(options_.progress, std::ios::app)
        << running.unit.name() << ' ' << shared.images << ' ' << shared.faults << '\n';
  }

  void count(std::uint64_t images, std::uint64_t faults, std::uint64_t failures) {
    images_ += images;
    faults_ += faults;
    failures_ += failures;
  }

  void read_progress() {
    if (options_.progress.empty()) return;
    std::ifstream file(options_.progress);
    std::string name;
    std::uint64_t images = 0;
    std::uint64_t faults = 0;
    while (file >> name >> images >> faults) {
      if (done_.insert(name).second) count(images, faults, 0);
    }
    if (!done_.empty()) {
      std::printf("%zu units were done before: ", done_.size());
      print_sum();
    }
  }

  Options options_;
  std::set<std::string> done_;
  std::map<pid_t, Running> running_;
  std::uint64_t images_ = 0;
  std::uint64_t faults_ = 0;
  std::uint64_t failures_ = 0;
};

int usage() {
  std::fputs(
      "usage: feltbog-crash --short | --long [--images N] [--progress FILE]\n"
      "                     [--only UNIT] [--jobs N]\n",
      stderr);
  return 2;
}

bool parse(int count, char** arguments, Options& out) {
  bool form_given = false;
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    if (name == "--short" || name == "--long") {
      form_given = true;
      out.is_long = name == "--long";
      continue;
    }
    if (i + 1 >= count) return false;
    const std::string value = arguments[++i];
    const std::uint64_t number = std::strtoull(value.c_str(), nullptr, 10);
    if (name == "--progress") {
      out.progress = value;
    } else if (name == "--only") {
      out.only = value;
    } else if (name == "--images" && number > 0) {
      out.images = number;
    } else if (name == "--jobs" && number > 0 && number <= 64) {
      out.jobs = static_cast<unsigned>(number);
    } else {
      return false;
    }
  }
  return form_given;
}

}  // namespace

int main(int argument_count, char** arguments) {
  Options options;
  if (!parse(argument_count, arguments, options)) return usage();
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  Runner runner(options);
  if (!options.is_long) runner.run_all(feltbog::crash::short_units());
  for (std::uint64_t round = 0; options.is_long && !runner.is_enough(); ++round) {
    runner.run_all(feltbog::crash::long_units(round));
    if (runner.failures() > 0) break;
  }
  runner.print_sum();
  return runner.failures() == 0 ? 0 : 1;
}
