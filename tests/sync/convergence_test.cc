// SPDX-License-Identifier: Apache-2.0
// Three devices at random work over connections that come and break: in the end all hold the same,
// and all of what was ever made.
#include <doctest/doctest.h>

#include "tests/sync/world.h"

using namespace feltbog;
using namespace feltbog::tests;

namespace {

constexpr std::size_t kDevices = 3;
constexpr std::uint8_t kSpaces = 3;

class Life {
 public:
  explicit Life(std::uint64_t seed) : world_(seed) {
    for (std::uint8_t number = 1; number <= kDevices; ++number) {
      devices_.push_back(&world_.add_device(number));
    }
    for (std::uint8_t number = 0; number < kSpaces; ++number) {
      world_.add_space(space_number(static_cast<std::uint8_t>(50 + number)), devices_);
    }
    for (MemoryReplica* device : devices_) world_.sync_once(*device);
  }

  void step() {
    MemoryReplica& device = *devices_[world_.random.below(kDevices)];
    const SpaceId space =
        space_number(static_cast<std::uint8_t>(50 + world_.random.below(kSpaces)));
    const std::string text = "item " + std::to_string(++made_);
    switch (world_.random.below(9)) {
      case 0: return device.add_record(space, text);
      case 1: return device.add_record({}, text);
      case 2: return attach(device, space, text);
      case 3: return connect(device);
      case 4: return disconnect(device);
      case 5: return work(device);
      default: texts_.insert(to_bytes(as_bytes(text))); return device.write(space, text);
    }
  }

  void check_convergence() {
    world_.connections.clear();
    // The first round brings everything to the office, the second everywhere.
    for (int round = 0; round < 2; ++round) {
      for (MemoryReplica* device : devices_) world_.sync_once(*device);
    }
    std::set<Bytes> seen;
    for (std::uint8_t number = 0; number < kSpaces; ++number) {
      const SpaceId space = space_number(static_cast<std::uint8_t>(50 + number));
      for (MemoryReplica* device : devices_) {
        CHECK(device->spaces[space].runs == devices_[0]->spaces[space].runs);
        CHECK(device->logs[space].accepted.head() == world_.relay.spaces[space].log.head());
      }
      const auto& runs = devices_[0]->spaces[space].runs;
      CHECK(world_.relay.spaces[space].runs.size() == runs.size());
      seen.insert(runs.begin(), runs.end());
    }
    CHECK(seen == texts_);
    for (MemoryReplica* device : devices_) {
      CHECK_FALSE(device->has_unsent());
      CHECK(device->logs[{}].accepted.head() == world_.relay.organisation_log.head());
      CHECK(device->chunks_wanted.empty());
    }
  }

 private:
  void attach(MemoryReplica& device, const SpaceId& space, std::string_view text) {
    const Bytes chunk = to_bytes(as_bytes(text));
    device.attach(space, chunk);
    for (MemoryReplica* other : devices_) {
      if (other != &device) other->want(space, chunk_hash(chunk));
    }
  }

  Connection* connection_of(const MemoryReplica& device) {
    for (const auto& connection : world_.connections) {
      if (connection->replica == &device) return connection.get();
    }
    return nullptr;
  }

  void connect(MemoryReplica& device) {
    if (connection_of(device) != nullptr) return;
    Connection& connection = world_.connect(device);
    if (world_.random.below(2) == 0) connection.bytes_until_cut = world_.random.below(6'000);
    world_.settle();
  }

  void disconnect(MemoryReplica& device) {
    std::erase_if(world_.connections,
                  [&](const auto& connection) { return connection->replica == &device; });
  }

  void work(MemoryReplica& device) {
    if (Connection* connection = connection_of(device)) world_.local_work(*connection);
  }

  World world_;
  std::vector<MemoryReplica*> devices_;
  std::set<Bytes> texts_;
  int made_ = 0;
};

}  // namespace

TEST_CASE("three devices at random work over breaking connections hold the same in the end") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Life life(seed);
    for (int index = 0; index < 120; ++index) life.step();
    life.check_convergence();
  }
}
