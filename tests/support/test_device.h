// SPDX-License-Identifier: Apache-2.0
// A device for tests: a memory disk, a clock that stands still until moved, seeded randomness, and
// the workspace on top. Its database is opened by key, without passphrase or Argon2id.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/workspace/workspace.h"
#include "tests/support/memory_disk.h"
#include "tests/support/seeded_random.h"

namespace feltbog::testing {

class ManualClock final : public Clock {
 public:
  WallTime wall_time() override { return wall; }
  Instant instant() override { return now; }
  void advance(std::int64_t milliseconds) {
    wall.milliseconds += milliseconds;
    now.milliseconds += milliseconds;
  }
  WallTime wall{1'793'613'600'000};  // 2026-11-02T11:00 in Copenhagen
  Instant now;
};

class TestDevice {
 public:
  explicit TestDevice(std::uint64_t seed);
  // Closes and opens the database again, as after a restart.
  void reopen();

  // Its files as they are now; and the device as it was then, opened again.
  using Backup = std::map<std::string, Bytes>;
  Backup backup() const;
  void put_back(const Backup& backup);
  // Another device with the same files and the same key to them.
  std::unique_ptr<TestDevice> copy(std::uint64_t seed) const;

  // Runs a row of the command table; the test fails when it does.
  Value call(std::string_view command, Value parameters = {});
  Result<Value> try_call(std::string_view command, Value parameters = {});

  workspace::Workspace& workspace() { return *workspace_; }
  const crypto::Key& key() const { return key_; }
  workspace::Environment environment() { return {&disk, &clock, &random}; }

  MemoryDisk disk;
  ManualClock clock;
  SeededRandom random;

 private:
  TestDevice(std::uint64_t seed, crypto::Key key) : random(seed), key_(std::move(key)) {}
  crypto::Key key_;
  std::unique_ptr<workspace::Workspace> workspace_;
};

// A map from alternating names and values: parameters("case", id, "text", "...").
template <class... Rest>
Value parameters(Rest... rest);
inline void fill_parameters(Value&) {}
template <class T, class... Rest>
void fill_parameters(Value& out, std::string_view name, T value, Rest... rest) {
  out[name] = Value(std::move(value));
  fill_parameters(out, rest...);
}
template <class... Rest>
Value parameters(Rest... rest) {
  Value out = Value::Map{};
  fill_parameters(out, rest...);
  return out;
}

}  // namespace feltbog::testing
