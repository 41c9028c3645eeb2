// SPDX-License-Identifier: Apache-2.0
#include "core/store/destroy.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "tests/support/memory_disk.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

constexpr std::array<std::string_view, 1> kKeys{"slots."};
constexpr std::array<std::string_view, 1> kKept{"owner.lock"};
constexpr std::array kSlots{"phone/slots.a", "phone/slots.b"};
constexpr std::array kOthers{"phone/feltbog.db", "phone/feltbog.db-wal"};

Bytes content_of(std::string_view path) {
  return Bytes(1500, static_cast<std::uint8_t>(path.back()));
}

std::unique_ptr<MemoryDisk> phone() {
  auto disk = std::make_unique<MemoryDisk>();
  for (const char* path : kSlots) REQUIRE(replace_file(*disk, path, content_of(path)).has_value());
  for (const char* path : kOthers) REQUIRE(replace_file(*disk, path, content_of(path)).has_value());
  REQUIRE(replace_file(*disk, "phone/owner.lock", {}).has_value());
  REQUIRE(replace_file(*disk, "elsewhere/slots.a", content_of("a")).has_value());
  return disk;
}

bool is_whole(const MemoryDisk& disk, const char* path) {
  return disk.has(path) && disk.content(path) == content_of(path);
}

}  // namespace

TEST_CASE("a folder is destroyed but for what is kept, and no other folder is touched") {
  const auto disk = phone();
  REQUIRE(store::destroy_folder(*disk, "phone", kKeys, kKept).has_value());
  CHECK(disk->paths() == std::vector<std::string>{"elsewhere/slots.a", "phone/owner.lock"});
}

TEST_CASE("a power cut while a folder is destroyed leaves all of it, or no key to what is left") {
  const auto disk = phone();
  disk->start_recording();
  REQUIRE(store::destroy_folder(*disk, "phone", kKeys, kKept).has_value());
  bool seen_untouched = false;
  for (std::uint64_t cut = 0; cut <= disk->change_count(); ++cut) {
    for (const CrashPolicy policy : kCrashPolicies) {
      CAPTURE(cut);
      CAPTURE(crash_policy_name(policy));
      const auto image = disk->image_at(cut, policy, cut);
      const auto whole = [&](const char* path) { return is_whole(*image, path); };
      const bool keys_left = std::any_of(kSlots.begin(), kSlots.end(), whole);
      if (keys_left) CHECK(std::all_of(kOthers.begin(), kOthers.end(), whole));
      seen_untouched = seen_untouched || keys_left;
    }
  }
  CHECK(seen_untouched);
}

TEST_CASE("what cannot be removed is told, and does not keep the rest") {
  const auto disk = phone();
  disk->inject({disk->call_count() + 1, FaultKind::io_error, false});
  const auto done = store::destroy_folder(*disk, "phone", kKeys, kKept);
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == ErrorCode::io_error);
  CHECK(disk->paths() == std::vector<std::string>{"elsewhere/slots.a", "phone/owner.lock"});
}
