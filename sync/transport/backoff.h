// SPDX-License-Identifier: Apache-2.0
// When to try again after a connection failed: exponential with jitter. It holds no timer; the host
// that owns the connection asks it and waits.
#pragma once

#include <cstdint>

#include "core/base/clock.h"
#include "core/base/random.h"

namespace feltbog::transport {

struct BackoffPolicy {
  std::int64_t first_milliseconds = 500;
  std::int64_t maximum_milliseconds = 60'000;
};

// The delay doubles with each failure up to the maximum. Half of it is fixed and half is drawn, so
// that the phones of a whole office do not return to a restarted server in the same instant, and
// none of them returns at once.
class Backoff {
 public:
  explicit Backoff(BackoffPolicy policy = {}) : policy_(policy) {}

  // A try ended at `now` without success: returns when to try next, at least half a delay away.
  Instant failed(Instant now, Random& random);
  // A session was established: the next failure starts from the first delay again.
  void succeeded() { failures_ = 0; }
  // Failures since the last success.
  std::uint32_t failures() const { return failures_; }

 private:
  BackoffPolicy policy_;
  std::uint32_t failures_ = 0;
};

}  // namespace feltbog::transport
