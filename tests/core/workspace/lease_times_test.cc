// SPDX-License-Identifier: Apache-2.0
// When a lease runs, as a function of what is kept of it. The device's own: lease_test.cc.
#include <doctest/doctest.h>

#include "core/workspace/lease.h"

using namespace feltbog;
using namespace feltbog::workspace;

namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kYear = 365 * kDay;
constexpr WallTime kSigned{20'000 * kDay};

WallTime after(std::int64_t milliseconds) { return {kSigned.milliseconds + milliseconds}; }

LeaseTimes seen(std::int64_t later) { return {kSigned, {}, after(later), 0, 0, {}}; }

LeaseState state_of(const LeaseTimes& times, std::uint64_t days = 14) {
  return lease_standing(times, days).state;
}

}  // namespace

TEST_CASE("a lease runs, ends soon in its last three days, and lapses at its end") {
  CHECK(state_of(seen(0)) == LeaseState::running);
  CHECK(state_of(seen(11 * kDay - 1)) == LeaseState::running);
  CHECK(state_of(seen(11 * kDay)) == LeaseState::ends_soon);
  CHECK(state_of(seen(14 * kDay - 1)) == LeaseState::ends_soon);
  CHECK(state_of(seen(14 * kDay)) == LeaseState::lapsed);
  CHECK(lease_standing(seen(0), 14).until == after(14 * kDay));
}

TEST_CASE("a short lease warns in its last quarter") {
  CHECK(state_of(seen(18 * kHour - 1), 1) == LeaseState::running);
  CHECK(state_of(seen(18 * kHour), 1) == LeaseState::ends_soon);
  CHECK(state_of(seen(24 * kHour), 1) == LeaseState::lapsed);
}

TEST_CASE("there is no lease where the organisation wants none, or before the first session") {
  CHECK(state_of(seen(kYear), 0) == LeaseState::off);
  CHECK(state_of(LeaseTimes{{}, {}, after(kYear), 0, 0, {}}) == LeaseState::off);
}

TEST_CASE("a session sets the lease to what the server signed, and forgets a clock once ahead") {
  LeaseTimes ahead = seen(10 * kYear);
  ahead.codes_used = 3;
  ahead.wrong_codes = 5;
  const LeaseTimes next = renewed(ahead, after(kDay), after(kDay));
  CHECK(next == LeaseTimes{after(kDay), {}, after(kDay), 3, 0, {}});
}

TEST_CASE("a server whose clock went back neither renews nor shortens a lease") {
  CHECK(renewed(seen(kDay), after(-kYear), after(kDay)) == seen(kDay));
}

TEST_CASE("a server whose clock was ahead is put right by its next true time") {
  LeaseTimes lied{after(10 * kYear), {}, after(10 * kYear), 0, 0, {}};
  CHECK(renewed(lied, after(kDay), after(kDay)).from == after(kDay));
}

TEST_CASE("a code's days count from its giver's day, whatever the asker's clock once said") {
  const ledger::LeaseGrant grant{20'020, 7};
  for (const std::int64_t was : {20 * kDay, 25 * kDay, 10 * kYear}) {
    const LeaseTimes next = extended(seen(was), grant);
    CHECK(lease_standing(next, 14).until == after(28 * kDay));
    CHECK(state_of(next) == LeaseState::running);
    CHECK(next.codes_used == 1);
  }
  // An old code found again is over when its days are.
  LeaseTimes late = extended(seen(20 * kDay), grant);
  late.seen = after(28 * kDay);
  CHECK(state_of(late) == LeaseState::lapsed);
}

TEST_CASE("a code never shortens a lease") {
  CHECK(lease_standing(extended(seen(kDay), {20'001, 1}), 14).until == after(14 * kDay));
}

TEST_CASE("three wrong codes cost nothing, then the wait doubles up to an hour") {
  LeaseTimes times = seen(0);
  times.wrong_at = after(0);
  struct Wait {
    std::uint64_t wrong;
    std::int64_t minutes;
  };
  for (const Wait& wait :
       {Wait{0, 0}, {2, 0}, {3, 1}, {4, 2}, {5, 4}, {8, 32}, {9, 60}, {1000, 60}}) {
    CAPTURE(wait.wrong);
    times.wrong_codes = wait.wrong;
    CHECK(times.wait(after(0)) == wait.minutes * 60'000);
    CHECK(times.wait(after(wait.minutes * 60'000)) == 0);
  }
}

TEST_CASE("what is kept of a lease is read back, and nothing else is") {
  const LeaseTimes times{after(1), after(2), after(3), 4, 5, after(6)};
  const Bytes encoded = times.encode();
  CHECK(LeaseTimes::decode(encoded).value() == times);
  for (std::size_t size = 0; size < encoded.size(); ++size) {
    CHECK_FALSE(LeaseTimes::decode(BytesView(encoded).first(size)));
  }
}
