// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/lease.h"

#include <doctest/doctest.h>

#include "core/workspace/attachment.h"
#include "core/workspace/command.h"
#include "core/workspace/core.h"
#include "core/workspace/editor.h"
#include "core/workspace/watch.h"
#include "tests/support/relay_in_between.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;
using namespace feltbog::workspace;

namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kYear = 365 * kDay;

// A worker's phone with a case, just synced; its clock and the server's show the same.
struct Phone {
  TestOffice office{1};
  TestDevice& anna = office.add("Anna");
  std::string id = office.refer({"Anna"});

  Phone() { office.sync_all(); }
  LeaseStanding standing() { return anna.workspace().core().lease->standing(); }
  LeaseState state() { return standing().state; }
  bool shows() {
    const auto shown = anna.try_call("case.show", parameters("case", id));
    if (!shown) CHECK(shown.error().code == ErrorCode::lease_lapsed);
    return shown.has_value();
  }
  // Both clocks, as time passes.
  void pass(std::int64_t milliseconds) {
    anna.clock.advance(milliseconds);
    office.clock().advance(milliseconds);
  }
};

// Signs another time than it is.
class LyingRelay : public RelayInBetween {
 public:
  LyingRelay(sync::Relay& honest, WallTime time) : RelayInBetween(honest), time_(time) {}
  WallTime time() override { return time_; }

 private:
  WallTime time_;
};

}  // namespace

TEST_CASE("every row says whether it is done while the lease has lapsed, and few are") {
  std::vector<std::string_view> done;
  for (const CommandRow* row : command_table()) {
    CAPTURE(row->name);
    CHECK(row->while_lapsed != WhileLapsed::unsaid);
    if (row->while_lapsed == WhileLapsed::done) done.push_back(row->name);
  }
  CHECK(done == std::vector<std::string_view>{"device.code", "device.list", "lease.extend",
                                              "lease.show", "note.drop", "status"});
}

TEST_CASE("a lapsed device refuses every row but those, whoever asks") {
  Phone phone;
  for (TestDevice* device : {&phone.anna, &phone.office.desk()}) {
    device->clock.advance(15 * kDay);
    for (const CommandRow* row : command_table()) {
      CAPTURE(row->name);
      Value given = Value::Map{};
      for (const Parameter& parameter : row->parameters) {
        if (parameter.presence == Presence::optional) continue;
        Value& value = given[parameter.name];
        if (parameter.type == ParameterType::text) value = "abcd";
        if (parameter.type == ParameterType::integer) value = 1;
        if (parameter.type == ParameterType::boolean) value = true;
        if (parameter.type == ParameterType::text_list) value = Value::List{};
        if (parameter.type == ParameterType::record) value = Value::Map{};
        if (parameter.type == ParameterType::bytes) value = Bytes();
        if (parameter.type == ParameterType::date) value = "2026-11-17";
        if (parameter.type == ParameterType::moment) value = "2026-11-17T10:30";
      }
      const auto answer = device->try_call(row->name, given);
      const bool refused = !answer && answer.error().code == ErrorCode::lease_lapsed;
      CHECK(refused == (row->while_lapsed != WhileLapsed::done));
    }
  }
}

TEST_CASE("each complete session renews the lease, also one that brings nothing") {
  Phone phone;
  phone.pass(13 * kDay);
  CHECK(phone.state() == LeaseState::ends_soon);
  CHECK(phone.shows());
  phone.office.sync(phone.anna);
  CHECK(phone.state() == LeaseState::running);
  CHECK(phone.standing().until.milliseconds == phone.anna.clock.wall.milliseconds + 14 * kDay);
  phone.office.sync(phone.anna);
  phone.pass(15 * kDay);
  CHECK_FALSE(phone.shows());
  phone.office.sync(phone.anna);
  CHECK(phone.shows());
}

TEST_CASE("a session that is broken off renews nothing") {
  Phone phone;
  phone.pass(15 * kDay);
  for (const std::size_t bytes : {0U, 100U, 140U}) {
    CAPTURE(bytes);
    phone.office.sync_until(phone.anna, bytes);
    CHECK_FALSE(phone.shows());
  }
}

TEST_CASE("a session that stays renews the lease with what the server receipts") {
  Phone phone;
  Wire wire(phone.anna.workspace(), phone.anna.random, phone.office.relay(), phone.office.random());
  while (wire.turn()) {
  }
  phone.pass(10 * kDay);
  phone.anna.call("note.write", parameters("case", phone.id, "text", "Set."));
  wire.tell_local_work();
  while (wire.turn()) {
  }
  phone.pass(10 * kDay);
  CHECK(phone.state() == LeaseState::running);
}

TEST_CASE("a clock set back never lengthens a lease, whether the program stops in between or not") {
  for (const bool restarts : {false, true}) {
    CAPTURE(restarts);
    Phone phone;
    const WallTime until = phone.standing().until;
    for (const std::int64_t turn : {10 * kDay, -30 * kDay, 25 * kDay, -10 * kYear, 10 * kYear}) {
      phone.anna.clock.wall.milliseconds += turn;
      CHECK(phone.standing().until == until);
      if (restarts) phone.anna.reopen();
    }
    phone.anna.clock.wall = {until.milliseconds};
    CHECK_FALSE(phone.shows());
    phone.anna.clock.wall.milliseconds -= 30 * kDay;
    if (restarts) phone.anna.reopen();
    CHECK_FALSE(phone.shows());
  }
}

TEST_CASE("a clock that was ahead once lapses the lease until a session, and no longer") {
  Phone phone;
  phone.anna.clock.wall.milliseconds += 10 * kYear;
  CHECK_FALSE(phone.shows());
  phone.anna.clock.wall.milliseconds -= 10 * kYear;
  phone.anna.reopen();
  CHECK_FALSE(phone.shows());
  phone.office.sync(phone.anna);
  CHECK(phone.shows());
}

TEST_CASE(
    "a server that lies about the time takes no time away, and gives it only until it tells "
    "the truth") {
  Phone phone;
  const WallTime until = phone.standing().until;
  const WallTime now = phone.anna.clock.wall;
  LyingRelay back(phone.office.relay(), {now.milliseconds - 5 * kYear});
  REQUIRE_FALSE(phone.office.try_sync(phone.anna, back));
  CHECK(phone.standing().until == until);
  LyingRelay ahead(phone.office.relay(), {now.milliseconds + 5 * kYear});
  REQUIRE_FALSE(phone.office.try_sync(phone.anna, ahead));
  CHECK(phone.standing().until.milliseconds == now.milliseconds + 5 * kYear + 14 * kDay);
  phone.office.sync(phone.anna);
  CHECK(phone.standing().until == until);
}

TEST_CASE("a device that was barred is not given more time") {
  Phone phone;
  phone.office.desk().call("device.revoke", parameters("device", "Anna"));
  phone.office.sync(phone.office.desk());
  phone.pass(kDay);
  const auto challenge = phone.anna.workspace().core().lease->challenge();
  REQUIRE(phone.office.try_sync(phone.anna)->code == ErrorCode::revoked);
  // It changes with the lease.
  CHECK(phone.anna.workspace().core().lease->challenge() == challenge);
}

TEST_CASE("the organisation's days hold as soon as they are known here") {
  Phone phone;
  phone.office.desk().call("lease.set", parameters("days", 30));
  phone.office.sync(phone.office.desk());
  phone.office.sync(phone.anna);
  phone.pass(20 * kDay);
  CHECK(phone.state() == LeaseState::running);
  phone.office.desk().clock.wall = phone.anna.clock.wall;
  phone.office.sync(phone.office.desk());
  phone.office.desk().call("lease.set", parameters("days", 0));
  phone.office.sync(phone.office.desk());
  phone.office.sync(phone.anna);
  phone.pass(kYear);
  CHECK(phone.state() == LeaseState::off);
  CHECK(phone.shows());
}

TEST_CASE("views, texts and attachments that are open are refused once the lease has lapsed") {
  Phone phone;
  phone.anna.call("note.write", parameters("case", phone.id, "text", "Set.", "title", "N"));
  auto writer = AttachmentWriter::open(phone.anna.workspace(), phone.id, "foto", "image/png");
  REQUIRE(writer.has_value());
  REQUIRE((*writer)->write(Bytes(9, 3)).has_value());
  REQUIRE((*writer)->finish().has_value());
  auto editor = Editor::open(phone.anna.workspace(), phone.id, "N", TextUnit::utf8);
  auto reader = AttachmentReader::open(phone.anna.workspace(), phone.id, "foto");
  auto watch = Watch::open(phone.anna.workspace(), "note.list", parameters("case", phone.id), {});
  auto status = Watch::open(phone.anna.workspace(), "status", {}, {});
  REQUIRE((editor && reader && watch && status));
  REQUIRE(watch->poll().has_value());
  REQUIRE(status->poll().has_value());
  CHECK_FALSE(status->poll().value().has_value());
  phone.anna.clock.advance(15 * kDay);
  const auto lapsed = [](const auto& result) {
    return !result && result.error().code == ErrorCode::lease_lapsed;
  };
  CHECK(lapsed(watch->poll()));
  CHECK(lapsed((*reader)->read(0, 9)));
  CHECK(lapsed((*editor)->splice(0, 0, 0, "a")));
  CHECK(lapsed((*editor)->mark(0, 0, 1, "strong", Value(true))));
  CHECK(lapsed((*editor)->marks()));
  CHECK(lapsed((*editor)->update_since(0)));
  CHECK(lapsed((*editor)->cursor_now(0, 0)));
  const auto told = status->poll();
  REQUIRE((told && *told));
  CHECK((**told)["rows"].items().front()["lease"]["state"] == Value("lapsed"));
}
