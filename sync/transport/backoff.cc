// SPDX-License-Identifier: Apache-2.0
// Exponential back-off with jitter on the upper half of each delay.
#include "sync/transport/backoff.h"

#include <algorithm>
#include <array>

namespace feltbog::transport {
namespace {

// Uniform in [0, bound]. The bias of the remainder is below 2^-40 for delays of at most minutes.
std::int64_t draw_up_to(std::int64_t bound, Random& random) {
  std::array<std::uint8_t, 8> bytes{};
  random.fill(bytes);
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return static_cast<std::int64_t>(number % (static_cast<std::uint64_t>(bound) + 1));
}

}  // namespace

Instant Backoff::failed(Instant now, Random& random) {
  std::int64_t delay = std::max<std::int64_t>(policy_.first_milliseconds, 2);
  const std::int64_t maximum = std::max(policy_.maximum_milliseconds, delay);
  for (std::uint32_t i = 0; i < failures_ && delay < maximum; ++i) delay *= 2;
  delay = std::min(delay, maximum);
  // Enough to reach any maximum; stopping there keeps the count from wrapping.
  if (failures_ < 64) ++failures_;
  const std::int64_t fixed = delay / 2;
  return now.after(fixed + draw_up_to(delay - fixed, random));
}

}  // namespace feltbog::transport
