// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/reserved_room.h"

#include <doctest/doctest.h>

#include "tests/support/memory_disk.h"

using namespace feltbog;
using namespace feltbog::testing;
using namespace feltbog::workspace;

TEST_CASE("the room is taken once, given up once, and taken back when there is room again") {
  MemoryDisk disk;
  ReservedRoom room(disk, "room");
  CHECK_FALSE(room.give_up());
  room.take_once();
  CHECK(disk.content("room").size() == kReservedRoomBytes);
  disk.limit_capacity(kReservedRoomBytes);
  CHECK(room.give_up());
  CHECK_FALSE(room.give_up());
  CHECK_FALSE(disk.has("room"));
  CHECK(room.given_up());
  disk.limit_capacity(kReservedRoomBytes - 1);
  CHECK(room.take_back().error().code == ErrorCode::disk_full);
  CHECK(room.given_up());
  CHECK_FALSE(disk.has("room"));
  disk.limit_capacity(kReservedRoomBytes);
  CHECK(room.take_back().has_value());
  CHECK_FALSE(room.given_up());
}

TEST_CASE("room that was taken before is found again, and a part of it is made whole") {
  MemoryDisk disk;
  ReservedRoom(disk, "room").take_once();
  disk.set_content("room", Bytes(100));
  ReservedRoom room(disk, "room");
  room.take_once();
  CHECK(disk.content("room").size() == kReservedRoomBytes);
  const std::uint64_t written = disk.bytes_written();
  ReservedRoom again(disk, "room");
  again.take_once();
  CHECK(disk.bytes_written() == written);
  CHECK(again.give_up());
}

TEST_CASE("a disk without that room is treated as full from the start") {
  MemoryDisk disk;
  disk.limit_capacity(1000);
  ReservedRoom room(disk, "room");
  room.take_once();
  CHECK(room.given_up());
  CHECK_FALSE(room.give_up());
  CHECK(room.take_back().error().code == ErrorCode::disk_full);
}
