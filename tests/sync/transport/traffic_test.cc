// SPDX-License-Identifier: Apache-2.0
#include "sync/transport/traffic.h"

#include <doctest/doctest.h>

#include "tests/support/memory_disk.h"

using namespace feltbog;
using namespace feltbog::transport;

TEST_CASE("a recording holds both directions in order, and a second one goes on behind it") {
  testing::MemoryDisk disk;
  {
    auto sink = FileTrafficSink::open(disk, "/traffic");
    REQUIRE(sink.has_value());
    (*sink)->sent(as_bytes("out "));
    (*sink)->received(as_bytes("in "));
  }
  auto sink = FileTrafficSink::open(disk, "/traffic");
  REQUIRE(sink.has_value());
  (*sink)->sent(as_bytes("again"));
  CHECK(as_text(disk.content("/traffic")) == "out in again");
  CHECK_FALSE((*sink)->failed());
}

TEST_CASE("a full disk ends the recording and says so") {
  testing::MemoryDisk disk;
  disk.limit_capacity(4);
  auto sink = FileTrafficSink::open(disk, "/traffic");
  REQUIRE(sink.has_value());
  (*sink)->sent(as_bytes("more than four"));
  CHECK((*sink)->failed());
  (*sink)->sent(as_bytes("x"));
  CHECK((*sink)->failed());
}
