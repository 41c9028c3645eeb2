// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/secret.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

using namespace feltbog;
using namespace feltbog::crypto;

namespace {

bool is_zero(BytesView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

void fill(Key& key) { std::fill(key.bytes().begin(), key.bytes().end(), std::uint8_t{0xab}); }

}  // namespace

TEST_CASE("a new secret is zero, also where an earlier one was kept") {
  for (int round = 0; round < 200; ++round) {
    Key key;
    CHECK(is_zero(key.view()));
    fill(key);
  }
}

TEST_CASE("a secret's bytes are wiped as soon as it is gone") {
  const std::uint8_t* where = nullptr;
  {
    Key key;
    fill(key);
    where = key.view().data();
  }
  // The pages are kept for the next secret, so they may still be looked at.
  CHECK(is_zero({where, Key::kSize}));
}

TEST_CASE("secrets that live at once have pages of their own, more than are kept and of any size") {
  std::vector<Key> keys(300);
  std::vector<Secret<16, struct ShortTag>> others(300);
  std::set<const std::uint8_t*> places;
  for (const auto& key : keys) places.insert(key.view().data());
  for (const auto& other : others) places.insert(other.view().data());
  CHECK(places.size() == 600);
}

TEST_CASE("threads take and release secrets at the same time") {
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (std::uint8_t number = 1; number <= 4; ++number) {
    threads.emplace_back([number, &wrong] {
      for (int round = 0; round < 500; ++round) {
        Key key;
        if (!is_zero(key.view())) ++wrong;
        std::fill(key.bytes().begin(), key.bytes().end(), number);
        const Key copy = key.copy();
        if (!(copy == key)) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}
