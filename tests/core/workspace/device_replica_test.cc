// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/device_replica.h"

#include <doctest/doctest.h>

#include "tests/core/workspace/forger.h"

using namespace feltbog;
using namespace feltbog::testing;
using workspace::Stage;

namespace {

// As many tries as a patient person makes.
bool joins(TestOffice& office, TestDevice& device) {
  for (int tries = 0; tries < 4; ++tries) {
    if (!office.try_sync(device) && device.workspace().stage() == Stage::member) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("an enrolment that is cut at any byte ends in membership") {
  bool complete = false;
  for (std::size_t bytes = 1; !complete; bytes += 211) {
    CAPTURE(bytes);
    TestOffice office(bytes);
    const ledger::Invite invite = office.invite("Anna");
    TestDevice& device = office.add_stranger();
    REQUIRE(device.workspace().accept_invite(invite).has_value());
    office.sync_until(device, bytes);
    complete = device.workspace().stage() == Stage::member;
    if (bytes % 2 == 0) device.reopen();
    REQUIRE(joins(office, device));
    office.sync(office.desk());
    office.sync(device);
    CHECK(device.call("status")["user"] == Value("Anna"));
  }
}

TEST_CASE("a founding that is cut at any byte ends in an organisation") {
  bool complete = false;
  for (std::size_t bytes = 1; !complete; bytes += 37) {
    CAPTURE(bytes);
    TestOffice office(bytes, TestOffice::Unfounded{});
    TestDevice& desk = office.add_stranger();
    REQUIRE(desk.workspace().found_organisation(office.link(), "Karen").has_value());
    office.sync_until(desk, bytes);
    complete = desk.workspace().stage() == Stage::member;
    if (bytes % 2 == 0) desk.reopen();
    REQUIRE(joins(office, desk));
    office.sync(desk);
    CHECK(desk.call("status")["all_sent"] == Value(true));
    CHECK(desk.call("status")["user"] == Value("Karen"));
  }
}

TEST_CASE("a second invite replaces the first, also when the first was half used") {
  TestOffice office(1);
  TestDevice& device = office.add_stranger();
  const ledger::Invite first = office.invite("Anna");
  REQUIRE(device.workspace().accept_invite(first).has_value());
  CHECK(device.workspace().stage() == Stage::enrolling);
  office.sync_until(device, 700);
  REQUIRE(device.workspace().stage() == Stage::enrolling);
  const ledger::Invite second = office.invite("Bo");
  REQUIRE(device.workspace().accept_invite(second).has_value());
  device.reopen();
  REQUIRE(joins(office, device));
  office.sync(office.desk());
  office.sync(device);
  CHECK(device.call("status")["user"] == Value("Bo"));
  CHECK(device.workspace().accept_invite(first).error().code == ErrorCode::wrong_state);
}

TEST_CASE("a log that comes in parts is judged when it is as long as the invite has seen") {
  TestOffice office(1);
  for (const char* name : {"Xenia", "Yrsa", "Zita"}) office.invite(name);
  const ledger::Invite invite = office.invite("Anna");
  TestDevice& device = office.add_stranger();
  REQUIRE(device.workspace().accept_invite(invite).has_value());
  const auto records = records_on_server(office, office.desk(), std::nullopt, 1);
  auto& replica = device.workspace().replica();
  std::uint64_t first = 1;
  for (const auto& record : records) {
    REQUIRE(replica.store_records(std::nullopt, first++, {&record, 1}).has_value());
  }
  REQUIRE(joins(office, device));
}

TEST_CASE("a log of another organisation is refused, and nothing of it stays") {
  TestOffice office(1);
  TestOffice other(2);
  const ledger::Invite invite = office.invite("Anna");
  for (const char* name : {"V", "X", "Y", "Z"}) other.invite(name);
  TestDevice& device = office.add_stranger();
  REQUIRE(device.workspace().accept_invite(invite).has_value());
  const auto records = records_on_server(other, other.desk(), std::nullopt, 1);
  CHECK(device.workspace().replica().store_records(std::nullopt, 1, records).error().code ==
        ErrorCode::wrong_server);
  CHECK(device.workspace().core().membership.organisation().empty());
  REQUIRE(joins(office, device));
}

TEST_CASE("a server with another key is not believed") {
  TestOffice office(1);
  TestOffice impostor(2);
  TestDevice& anna = office.add("Anna");
  const auto real = anna.workspace().revision();
  Wire wire(anna.workspace(), anna.random, impostor.relay(), impostor.random());
  while (wire.turn()) {
  }
  REQUIRE(wire.ended.has_value());
  CHECK(anna.workspace().revision() == real);
}

TEST_CASE("a device that belongs nowhere offers and is given nothing") {
  TestOffice office(1);
  TestDevice& device = office.add_stranger();
  CHECK(device.workspace().stage() == Stage::empty);
  CHECK(office.try_sync(device).has_value());
  CHECK_FALSE(device.workspace().has_local_work());
}

TEST_CASE("a chunk is kept only when it is the one that was asked for") {
  TestOffice office(1);
  TestDevice& anna = office.add("Anna");
  auto& replica = anna.workspace().replica();
  const Bytes bytes{1, 2, 3};
  CHECK(replica.store_chunk({}, ChunkHash{}, bytes).error().code == ErrorCode::malformed);
  CHECK(replica.chunk_bytes({}, ChunkHash{}).error().code == ErrorCode::not_found);
  CHECK(replica.chunk_unavailable({}, ChunkHash{}).has_value());
}

TEST_CASE("a disk that fails at any moment of a command leaves what the command promises") {
  TestOffice office(1);
  TestDevice& desk = office.desk();
  const std::string id = office.refer({"Karen"});
  bool written = false;
  for (std::uint64_t call = 0; !written && call < 300; ++call) {
    CAPTURE(call);
    const auto count = desk.call("note.list", parameters("case", id)).items().size();
    const std::uint64_t at = desk.disk.call_count() + call;
    desk.disk.inject({at, FaultKind::disk_full, false});
    const auto result = desk.try_call("note.write", parameters("case", id, "text", "x"));
    written = result.has_value() && desk.disk.call_count() <= at;  // it needs no more calls
    desk.disk.clear_faults();
    desk.reopen();
    CHECK(desk.call("note.list", parameters("case", id)).items().size() >= count);
    desk.call("status");
  }
}

TEST_CASE("while the disk cannot be read after a failure, the device says so and forgets nothing") {
  TestOffice office(1);
  TestDevice& desk = office.desk();
  const std::string id = office.refer({"Karen"});
  desk.call("note.write", parameters("case", id, "text", "Ord", "title", "N"));
  desk.disk.inject({desk.disk.call_count(), FaultKind::io_error, true});
  CHECK_FALSE(desk.try_call("note.write", parameters("case", id, "text", "x")).has_value());
  CHECK(desk.workspace().stage() == Stage::member);
  desk.disk.clear_faults();
  desk.reopen();
  CHECK(desk.call("note.show", parameters("case", id, "note", "N"))["text"] == Value("Ord"));
}
