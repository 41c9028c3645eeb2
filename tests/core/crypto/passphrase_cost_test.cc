// SPDX-License-Identifier: Apache-2.0
// Calibration of Argon2id against devices of every kind, on a clock that only the trials move.
#include "core/crypto/passphrase_cost.h"

#include <doctest/doctest.h>

#include <vector>

using namespace feltbog;
using namespace feltbog::crypto;

namespace {

// A device on which a pass over a mebibyte takes so many microseconds.
class Device final : public Clock {
 public:
  explicit Device(std::int64_t microseconds_per_mebibyte) : speed_(microseconds_per_mebibyte) {}
  WallTime wall_time() override { return {0}; }
  Instant instant() override { return {microseconds_ / 1000}; }

  Result<void> derive(PassphraseCost cost) {
    tried.push_back(cost);
    if (cost.memory_kibibytes > memory_kibibytes) return ErrorCode::out_of_memory;
    microseconds_ += time_of(cost);
    // The first time memory is touched costs more.
    if (tried.size() == 1) microseconds_ += time_of(cost);
    return {};
  }
  std::int64_t time_of(PassphraseCost cost) const {
    return std::int64_t{cost.memory_kibibytes} * cost.passes * speed_ / 1024;
  }
  PassphraseCost calibrate(PassphraseTarget target = {}) {
    return calibrate_passphrase_cost(*this, target,
                                     [this](PassphraseCost cost) { return derive(cost); });
  }
  std::uint32_t memory_kibibytes = UINT32_MAX;
  std::vector<PassphraseCost> tried;

 private:
  std::int64_t speed_;
  std::int64_t microseconds_ = 0;
};

bool within_bounds(PassphraseCost cost) {
  return cost.memory_kibibytes >= kPassphraseCostFloor.memory_kibibytes &&
         cost.passes >= kPassphraseCostFloor.passes &&
         cost.memory_kibibytes <= kPassphraseCostCeiling.memory_kibibytes &&
         cost.passes <= kPassphraseCostCeiling.passes;
}

}  // namespace

TEST_CASE("whatever the device, the cost is within the bounds, and so is every trial") {
  for (std::int64_t speed = 1; speed < 20'000'000; speed = speed * 5 / 4 + 1) {
    Device device(speed);
    const PassphraseCost cost = device.calibrate();
    CAPTURE(speed);
    CHECK(within_bounds(cost));
    for (const PassphraseCost& tried : device.tried) CHECK(within_bounds(tried));
    CHECK(device.tried.size() <= 3);
    // No longer than asked for, unless the floor alone takes longer.
    if (cost != kPassphraseCostFloor && cost != PassphraseCost{}) {
      CHECK(device.time_of(cost) <= 750'000);
    }
  }
}

TEST_CASE("a device too slow for the floor gets the floor") {
  CHECK(Device(100'000).calibrate() == kPassphraseCostFloor);
}

TEST_CASE("memory grows first, up to what may be used; then passes do") {
  // 1 ms a mebibyte and pass: the floor takes 92 ms, all the memory with two passes 256 ms.
  const PassphraseCost cost = Device(1000).calibrate();
  CHECK(cost.memory_kibibytes == 128 * 1024);
  CHECK(cost.passes == 5);
  // Where it takes 736 ms, only the floor is affordable; where 368, more memory and no pass more.
  CHECK(Device(8000).calibrate() == kPassphraseCostFloor);
  const PassphraseCost middle = Device(4000).calibrate();
  CHECK(middle.memory_kibibytes > kPassphraseCostFloor.memory_kibibytes);
  CHECK(middle.memory_kibibytes < 128 * 1024);
  CHECK(middle.passes == 2);
}

TEST_CASE("a fast device is bounded by the ceilings, whatever is asked for") {
  PassphraseTarget greedy{.milliseconds = 1'000'000, .memory_kibibytes_max = UINT32_MAX};
  CHECK(Device(500).calibrate(greedy) == kPassphraseCostCeiling);
  PassphraseTarget modest{.milliseconds = 1, .memory_kibibytes_max = 0};
  CHECK(Device(500).calibrate(modest) == kPassphraseCostFloor);
}

TEST_CASE("without the memory it takes less of it, and at worst the floor") {
  Device little(1000);
  little.memory_kibibytes = 70'000;
  const PassphraseCost cost = little.calibrate();
  CHECK(cost.memory_kibibytes == 64 * 1024);
  CHECK(cost.passes > 2);
  Device none(1000);
  none.memory_kibibytes = 0;
  CHECK(none.calibrate() == kPassphraseCostFloor);
  // Gone in the middle: halved down to the floor, and no further.
  Device going(1000);
  const PassphraseCost floor = calibrate_passphrase_cost(going, {}, [&](PassphraseCost tried) {
    if (going.tried.size() >= 2) going.memory_kibibytes = 0;
    return going.derive(tried);
  });
  CHECK(floor == kPassphraseCostFloor);
  CHECK(going.tried.size() <= 6);
}

TEST_CASE("a clock that stands still proves nothing, and the usual cost is taken") {
  CHECK(Device(0).calibrate() == PassphraseCost{});
}

TEST_CASE("the trial is Argon2id itself") {
  CHECK(try_passphrase_cost(kPassphraseCostFloor));
  CHECK(try_passphrase_cost({8, 1}).error().code == ErrorCode::malformed);
}
