// SPDX-License-Identifier: Apache-2.0
// Playing a workload and keeping what it was promised.
#include "tests/crash/recording.h"

#include <algorithm>

namespace feltbog::crash {
namespace {

using testing::MemoryDisk;

class PromiseKeeper final : public Witness {
 public:
  PromiseKeeper(MemoryDisk& disk, std::vector<Recording::Promise>& out) : disk_(disk), out_(out) {}
  void acknowledge(const std::function<Result<State>()>& read, bool durable) override {
    const std::uint64_t changes = disk_.change_count();
    auto state = read();
    if (!state) {
      error = state.error();
    } else {
      out_.push_back({changes, *state, durable});
    }
  }
  std::optional<Error> error;

 private:
  MemoryDisk& disk_;
  std::vector<Recording::Promise>& out_;
};

}  // namespace

void Tally::add(const Tally& other) {
  images += other.images;
  faults += other.faults;
  failures.insert(failures.end(), other.failures.begin(), other.failures.end());
}

Result<Recording> record(Workload& workload, std::uint64_t seed) {
  Recording out;
  out.seed = seed;
  store::SeededRandom random(seed);
  out.disk = std::make_unique<MemoryDisk>();
  FELTBOG_CHECK(workload.prepare(*out.disk, random));
  out.before = out.disk->clone();
  FELTBOG_TRY(initial, workload.examine(*out.before->clone(), random));
  out.promises.push_back({0, initial, true});
  // The play starts from the same random numbers whenever it is repeated, with or without faults.
  store::SeededRandom play_random(seed + 1);
  out.disk->start_recording();
  PromiseKeeper keeper(*out.disk, out.promises);
  FELTBOG_CHECK(workload.play(*out.disk, play_random, keeper));
  if (keeper.error.has_value()) return *keeper.error;
  return out;
}

Recording::Range Recording::range_at(std::uint64_t changes) const {
  Range range;
  for (std::size_t i = 0; i < promises.size() && promises[i].changes <= changes; ++i) {
    if (promises[i].durable) range.first = i;
    range.last = i;
  }
  range.last = std::min(range.last + 1, promises.size() - 1);
  return range;
}

bool Recording::holds(const State& state, Range range) const {
  return std::any_of(promises.begin() + static_cast<std::ptrdiff_t>(range.first),
                     promises.begin() + static_cast<std::ptrdiff_t>(range.last) + 1,
                     [&](const Promise& promise) { return promise.state == state; });
}

std::string describe(const Error& error) {
  return std::string(error_name(error.code)) + " (" + error.detail + ")";
}

}  // namespace feltbog::crash
