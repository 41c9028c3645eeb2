// SPDX-License-Identifier: Apache-2.0
// What the tests of the store share: a seeded random source, keys, opening on a memory disk.
#pragma once

#include <memory>
#include <string>

#include "core/base/random.h"
#include "core/store/database.h"
#include "tests/support/memory_disk.h"

namespace feltbog::store {

// Repeats from its seed. Good enough for nonces of tests, nothing else.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(next() >> 24);
  }
  // SplitMix64.
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

constexpr const char* kPath = "device/store.db";
constexpr const char* kLogPath = "device/store.db-wal";

inline crypto::Key test_key(std::uint8_t fill = 7) {
  crypto::Key key;
  for (auto& byte : key.bytes()) byte = fill;
  return key;
}

inline Result<std::unique_ptr<Database>> open_store(Disk& disk, Random& random,
                                                    DatabaseOptions options = {}) {
  return Database::open(disk, kPath, test_key(), random, options);
}

// The first column of the first row, for looking at results.
inline std::int64_t integer_of(Database& database, std::string_view sql) {
  auto statement = database.prepare(sql);
  if (!statement) return -1;
  auto row = statement->step();
  return row && *row ? statement->integer(0) : -1;
}

inline bool contains(BytesView haystack, std::string_view needle) {
  return as_text(haystack).find(needle) != std::string_view::npos;
}

}  // namespace feltbog::store
