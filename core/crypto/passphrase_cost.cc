// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/passphrase_cost.h"

#include <algorithm>
#include <optional>

namespace feltbog::crypto {
namespace {

constexpr int kTrials = 2;                   // the shorter counts: the first also warms memory
constexpr std::uint32_t kMemoryStep = 1024;  // a mebibyte

// How long one derivation takes. Nothing when there is not that much memory.
std::optional<std::int64_t> measure(Clock& clock, PassphraseCost cost,
                                    const PassphraseTrial& trial) {
  const Instant start = clock.instant();
  if (!trial(cost).has_value()) return std::nullopt;
  return clock.instant().milliseconds - start.milliseconds;
}

std::uint32_t scaled(std::uint32_t value, std::int64_t by, std::int64_t from, std::uint32_t low,
                     std::uint32_t high) {
  const std::int64_t wanted = std::int64_t{value} * by / from;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(wanted, low, high));
}

}  // namespace

Result<void> try_passphrase_cost(PassphraseCost cost) {
  FELTBOG_TRY(key, key_from_passphrase("calibration", Salt{}, cost));
  static_cast<void>(key);
  return {};
}

PassphraseCost calibrate_passphrase_cost(Clock& clock, PassphraseTarget target,
                                         const PassphraseTrial& trial) {
  PassphraseCost cost = kPassphraseCostFloor;
  std::optional<std::int64_t> shortest;
  for (int i = 0; i < kTrials; ++i) {
    const auto taken = measure(clock, cost, trial);
    if (!taken.has_value()) return cost;
    shortest = std::min(*taken, shortest.value_or(*taken));
  }
  if (*shortest <= 0) return PassphraseCost{};
  const std::uint32_t memory_max =
      std::clamp(target.memory_kibibytes_max, kPassphraseCostFloor.memory_kibibytes,
                 kPassphraseCostCeiling.memory_kibibytes);
  cost.memory_kibibytes = scaled(cost.memory_kibibytes, target.milliseconds, *shortest,
                                 kPassphraseCostFloor.memory_kibibytes, memory_max);
  cost.memory_kibibytes -= cost.memory_kibibytes % kMemoryStep;
  // What there is not is halved; the floor was there a moment ago.
  auto taken = measure(clock, cost, trial);
  while (!taken.has_value() && cost != kPassphraseCostFloor) {
    cost.memory_kibibytes =
        std::max(cost.memory_kibibytes / 2, kPassphraseCostFloor.memory_kibibytes);
    taken = measure(clock, cost, trial);
  }
  if (!taken.has_value() || *taken <= 0) return cost;
  cost.passes = scaled(cost.passes, target.milliseconds, *taken, kPassphraseCostFloor.passes,
                       kPassphraseCostCeiling.passes);
  return cost;
}

}  // namespace feltbog::crypto
