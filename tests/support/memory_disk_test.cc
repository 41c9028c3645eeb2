// SPDX-License-Identifier: Apache-2.0
#include "tests/support/memory_disk.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace feltbog;
using namespace feltbog::testing;

namespace {

Bytes text(std::string_view content) { return to_bytes(as_bytes(content)); }

void write(Disk& disk, std::string_view path, std::string_view content, bool sync) {
  auto file = disk.open(path, OpenMode::create_or_open).value();
  REQUIRE(file->write(0, as_bytes(content)));
  if (sync) REQUIRE(file->sync());
}

}  // namespace

TEST_CASE("what was not synced is there to read and gone after a power cut") {
  MemoryDisk disk;
  write(disk, "a/x", "durable", true);
  REQUIRE(disk.sync_directory("a/x"));
  write(disk, "a/x", "changed", false);
  CHECK(disk.content("a/x") == text("changed"));
  auto kept = disk.clone();
  CHECK(kept->content("a/x") == text("changed"));
  disk.crash(CrashPolicy::lose_unsynced, 1);
  CHECK(disk.content("a/x") == text("durable"));
}

TEST_CASE("a synced file whose folder was not synced has no name after a power cut") {
  MemoryDisk disk;
  write(disk, "a/x", "1", true);
  write(disk, "b/y", "2", true);
  REQUIRE(disk.sync_directory("b/y"));
  disk.crash(CrashPolicy::lose_entries, 1);
  CHECK(disk.paths() == std::vector<std::string>{"b/y"});
}

TEST_CASE("a rename is all or nothing") {
  MemoryDisk disk;
  write(disk, "x", "old", true);
  REQUIRE(disk.sync_directory("x"));
  REQUIRE(replace_file(disk, "x", as_bytes("new")));
  CHECK(disk.content("x") == text("new"));
  disk.start_recording();
  REQUIRE(replace_file(disk, "x", as_bytes("newer")));
  for (std::uint64_t at = 0; at <= disk.change_count(); ++at) {
    for (const CrashPolicy policy : kCrashPolicies) {
      const Bytes content = disk.image_at(at, policy, at)->content("x");
      CHECK((content == text("new") || content == text("newer")));
      if (at == disk.change_count()) CHECK(content == text("newer"));
    }
  }
}

TEST_CASE("images are the same for the same seed, and differ between seeds") {
  MemoryDisk disk;
  write(disk, "x", std::string(100, 'a'), true);
  REQUIRE(disk.sync_directory("x"));
  disk.start_recording();
  write(disk, "x", std::string(8192, 'b'), false);
  const auto image = [&](std::uint64_t seed) {
    return disk.image_at(disk.change_count(), CrashPolicy::random_sectors, seed)->content("x");
  };
  CHECK(image(5) == image(5));
  CHECK(image(5) != image(6));
  // Whole sectors arrive or do not.
  const Bytes content = image(5);
  for (std::size_t at = 512; at + 512 <= content.size(); at += 512) {
    const auto first = content.begin() + static_cast<std::ptrdiff_t>(at);
    CHECK(std::all_of(first, first + 512, [&](std::uint8_t byte) { return byte == *first; }));
  }
}

TEST_CASE("what a failed sync covered is lost, though a later sync succeeds") {
  MemoryDisk disk;
  auto file = disk.open("x", OpenMode::create_or_open).value();
  REQUIRE(disk.sync_directory("x"));
  REQUIRE(file->write(0, as_bytes("data")));
  disk.inject({.at_call = disk.call_count()});
  CHECK(file->sync().error().code == ErrorCode::io_error);
  CHECK(file->sync());
  CHECK(disk.content("x") == text("data"));
  disk.crash(CrashPolicy::lose_unsynced, 0);
  CHECK(disk.content("x").empty());
  CHECK(disk.has("x"));
}

TEST_CASE("faults meet the calls they are for, once or from then on") {
  MemoryDisk disk;
  write(disk, "x", "12345678", true);
  auto file = disk.open("x", OpenMode::read_write).value();
  Bytes out(8);
  disk.inject({.at_call = disk.call_count(), .kind = FaultKind::short_read});
  CHECK(file->read(0, out).value() == 4);
  CHECK(file->read(0, out).value() == 8);
  disk.inject({.at_call = disk.call_count(), .kind = FaultKind::disk_full, .persistent = true});
  CHECK(file->read(0, out));
  CHECK(file->write(0, as_bytes("abcdefgh")).error().code == ErrorCode::disk_full);
  CHECK(disk.content("x") == text("abcd5678"));
  CHECK(disk.open("new", OpenMode::create_or_open).error().code == ErrorCode::disk_full);
  CHECK(disk.fault_hit());
  disk.clear_faults();
  CHECK(file->write(0, as_bytes("abcdefgh")));
  disk.limit_capacity(8);
  CHECK(file->write(4, as_bytes("12345678")).error().code == ErrorCode::disk_full);
  CHECK(file->write(0, as_bytes("12345678")));
}

TEST_CASE("locks are held until released, and by nobody after a power cut") {
  MemoryDisk disk;
  auto lock = disk.lock("l");
  REQUIRE(lock);
  CHECK(disk.lock("l").error().code == ErrorCode::busy);
  lock->reset();
  auto again = disk.lock("l");
  REQUIRE(again);
  auto file = disk.open("x", OpenMode::create_or_open).value();
  disk.crash(CrashPolicy::keep_all, 0);
  CHECK(disk.lock("l"));
  CHECK(file->write(0, as_bytes("ghost")).error().code == ErrorCode::io_error);
}

TEST_CASE("folders list their own files") {
  MemoryDisk disk;
  for (const char* path : {"a/x", "a/y", "a/b/z", "top"}) write(disk, path, "", true);
  CHECK(disk.list("a").value() == std::vector<std::string>{"x", "y"});
  CHECK(disk.list("a/b/").value() == std::vector<std::string>{"z"});
  CHECK(disk.list("").value() == std::vector<std::string>{"top"});
  REQUIRE(disk.remove("a/x"));
  CHECK(disk.list("a").value() == std::vector<std::string>{"y"});
  CHECK(disk.rename("nothing", "x").error().code == ErrorCode::not_found);
}
