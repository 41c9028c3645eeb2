// SPDX-License-Identifier: Apache-2.0
#include "sync/transport/backoff.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace feltbog;
using namespace feltbog::transport;

namespace {

// Fills with one byte over and over, so that the ends of a range can be asked for.
class ConstantRandom final : public Random {
 public:
  explicit ConstantRandom(std::uint8_t byte) : byte_(byte) {}
  void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, byte_); }

 private:
  std::uint8_t byte_;
};

// Knuth's linear congruence (The Art of Computer Programming, volume 2), its upper bits.
class CountingRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) {
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      byte = static_cast<std::uint8_t>(state_ >> 56);
    }
  }

 private:
  std::uint64_t state_ = 7;
};

}  // namespace

TEST_CASE("each failure waits between half and all of a delay that doubles up to its maximum") {
  Backoff backoff({.first_milliseconds = 1000, .maximum_milliseconds = 10'000});
  CountingRandom random;
  const Instant now{5'000};
  for (const std::int64_t delay : {1000, 2000, 4000, 8000, 10'000, 10'000}) {
    const std::int64_t wait = backoff.failed(now, random).milliseconds - now.milliseconds;
    CHECK(wait >= delay / 2);
    CHECK(wait <= delay);
  }
  CHECK(backoff.failures() == 6);
}

TEST_CASE("after a success the first delay is back") {
  Backoff backoff({.first_milliseconds = 1000, .maximum_milliseconds = 60'000});
  CountingRandom random;
  for (int i = 0; i < 5; ++i) static_cast<void>(backoff.failed({0}, random));
  backoff.succeeded();
  CHECK(backoff.failures() == 0);
  CHECK(backoff.failed({0}, random).milliseconds <= 1000);
}

TEST_CASE("a thousand failures neither overflow nor wait longer than the maximum") {
  Backoff backoff({.first_milliseconds = 500, .maximum_milliseconds = 60'000});
  ConstantRandom random(0xff);
  for (int i = 0; i < 1000; ++i) {
    const Instant next = backoff.failed({0}, random);
    CHECK(next.milliseconds > 0);
    CHECK(next.milliseconds <= 60'000);
  }
}

TEST_CASE("phones that lose the server together come back apart") {
  CountingRandom random;
  std::set<std::int64_t> instants;
  for (int phone = 0; phone < 200; ++phone) {
    Backoff backoff({.first_milliseconds = 10'000, .maximum_milliseconds = 60'000});
    instants.insert(backoff.failed({0}, random).milliseconds);
  }
  CHECK(instants.size() > 50);
}

TEST_CASE("a policy of nothing still waits, so that no loop spins") {
  Backoff backoff({.first_milliseconds = 0, .maximum_milliseconds = 0});
  ConstantRandom random(0);
  CHECK(backoff.failed({100}, random).milliseconds > 100);
}
