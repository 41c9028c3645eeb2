// SPDX-License-Identifier: Apache-2.0
// Time for a device without network, by a code over the phone.
#include <doctest/doctest.h>

#include "core/workspace/core.h"
#include "core/workspace/lease.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;
using namespace feltbog::workspace;

namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kDay = 24 * 60 * kMinute;

// Anna's phone has been without network for twenty days; a supervisor and a colleague have not.
struct CallForTime {
  TestOffice office{1};
  TestDevice& anna = office.add("Anna");
  TestDevice& bo = office.add("Bo");
  TestDevice& lis = office.add("Lis", "supervisor");
  std::string id = office.refer({"Anna", "Bo"});

  CallForTime() {
    office.sync_all();
    office.clock().advance(20 * kDay);
    for (TestDevice* device : {&anna, &bo, &lis, &office.desk()}) device->clock.advance(20 * kDay);
    for (TestDevice* device : {&bo, &lis, &office.desk()}) office.sync(*device);
  }
  std::string challenge() { return anna.call("lease.show")["challenge"].text_or(""); }
  Result<Value> ask(TestDevice& giver, std::int64_t days = 7) {
    return giver.try_call("lease.code",
                          parameters("device", "Anna", "challenge", challenge(), "days", days));
  }
  std::string code(std::int64_t days = 7) {
    const auto given = ask(lis, days);
    REQUIRE(given.has_value());
    return (*given)["code"].text_or("");
  }
  ErrorCode extend(const std::string& code) {
    const auto extended = anna.try_call("lease.extend", parameters("code", code));
    return extended ? ErrorCode{} : extended.error().code;
  }
  std::string wrong() {
    std::string out = code();
    out.back() = out.back() == '7' ? '8' : '7';
    return out;
  }
  bool shows() { return anna.try_call("case.show", parameters("case", id)).has_value(); }
};

}  // namespace

TEST_CASE("a supervisor's code gives a lapsed device the days it says, once") {
  CallForTime call;
  REQUIRE_FALSE(call.shows());
  const std::string code = call.code();
  CHECK(call.extend(code) == ErrorCode{});
  CHECK(call.shows());
  CHECK(call.extend(code) == ErrorCode::wrong_code);
  call.anna.reopen();
  CHECK(call.shows());
  call.anna.clock.advance(7 * kDay);
  CHECK(call.shows());
  call.anna.clock.advance(kDay);
  CHECK_FALSE(call.shows());
  CHECK(call.extend(code) == ErrorCode::wrong_code);
}

TEST_CASE("an administrator's device gives codes too, by the device's id, for seven days") {
  CallForTime call;
  const std::string device = call.anna.call("lease.show")["device"].text_or("");
  const Value given = call.office.desk().call(
      "lease.code", parameters("device", device, "challenge", call.challenge()));
  CHECK(given["days"] == Value(7));
  CHECK(given["user"] == Value("Anna"));
  CHECK(call.extend(given["code"].text_or("")) == ErrorCode{});
}

TEST_CASE("each use asks for another code, and a sync ends all that were given") {
  CallForTime call;
  const std::string first = call.challenge();
  const std::string unused = call.code(14);
  CHECK(call.extend(call.code()) == ErrorCode{});
  CHECK(call.challenge() != first);
  CHECK(call.extend(unused) == ErrorCode::wrong_code);
  const std::string late = call.code();
  call.office.sync(call.anna);
  CHECK(call.extend(late) == ErrorCode::wrong_code);
}

TEST_CASE(
    "a worker gives no codes, nobody gives them to themselves or for more than fourteen days") {
  CallForTime call;
  CHECK(call.ask(call.bo).error().code == ErrorCode::not_permitted);
  CHECK(call.ask(call.lis, 15).error().code == ErrorCode::invalid_argument);
  CHECK(call.ask(call.lis, 0).error().code == ErrorCode::invalid_argument);
  CHECK(call.lis.try_call("lease.code", parameters("device", "Lis", "challenge", call.challenge()))
            .error()
            .code == ErrorCode::not_permitted);
}

TEST_CASE("a code made by hand with a worker's keys is no code") {
  CallForTime call;
  Core& bo = call.bo.workspace().core();
  const auto& organisation = bo.membership.organisation();
  const DeviceId anna = call.anna.workspace().core().identity.id;
  const auto made =
      ledger::make_lease_code(organisation.id(), bo.identity, organisation.device(anna)->publics,
                              ledger::parse_lease_challenge(call.challenge()).value(),
                              ledger::lease_grant(call.bo.clock.wall, 7).value());
  CHECK(call.extend(made.value()) == ErrorCode::wrong_code);
}

TEST_CASE("a supervisor this device knows to be barred, or to be one no more, gives it nothing") {
  for (const bool barred : {true, false}) {
    CallForTime call;
    TestDevice& desk = call.office.desk();
    if (barred) {
      desk.call("device.revoke", parameters("device", "Lis"));
    } else {
      desk.call("user.suspend", parameters("name", "Lis"));
    }
    call.office.sync(desk);
    call.office.sync(call.anna);
    call.anna.clock.advance(20 * kDay);
    CHECK_FALSE(call.shows());
    CHECK(call.extend(call.code()) == ErrorCode::wrong_code);
  }
}

TEST_CASE(
    "a code for another device is no code, and a lapsed or barred device gives or gets none") {
  CallForTime call;
  const Value other =
      call.lis.call("lease.code", parameters("device", "Bo", "challenge", call.challenge()));
  CHECK(call.extend(other["code"].text_or("")) == ErrorCode::wrong_code);
  call.lis.clock.advance(20 * kDay);
  CHECK(call.ask(call.lis).error().code == ErrorCode::lease_lapsed);
  TestDevice& desk = call.office.desk();
  desk.call("device.revoke", parameters("device", "Anna"));
  CHECK(call.ask(desk).error().code == ErrorCode::wrong_state);
}

TEST_CASE(
    "wrong codes make the next one wait, longer each time and over restarts, never for good") {
  CallForTime call;
  for (int tries = 0; tries < 3; ++tries) CHECK(call.extend(call.wrong()) == ErrorCode::wrong_code);
  CHECK(call.extend(call.code()) == ErrorCode::too_many_tries);
  call.anna.reopen();
  CHECK(call.extend(call.code()) == ErrorCode::too_many_tries);
  call.anna.clock.advance(kMinute);
  CHECK(call.extend(call.wrong()) == ErrorCode::wrong_code);
  call.anna.clock.advance(kMinute);
  CHECK(call.extend(call.code()) == ErrorCode::too_many_tries);
  call.anna.clock.advance(kMinute);
  CHECK(call.extend(call.code()) == ErrorCode{});
  // A right one ends the waiting.
  CHECK(call.extend(call.wrong()) == ErrorCode::wrong_code);
  CHECK(call.extend(call.code()) == ErrorCode{});
}

TEST_CASE("a clock set back makes a wait begin anew, over restarts too, and it ends") {
  CallForTime call;
  for (int tries = 0; tries < 3; ++tries) CHECK(call.extend(call.wrong()) == ErrorCode::wrong_code);
  call.anna.clock.wall.milliseconds -= kDay;
  CHECK(call.extend(call.code()) == ErrorCode::too_many_tries);
  call.anna.reopen();
  call.anna.clock.advance(kMinute);
  CHECK(call.extend(call.code()) == ErrorCode{});
}

TEST_CASE("a clock put ahead before the call gains nothing") {
  CallForTime call;
  call.anna.clock.wall.milliseconds += 3650 * kDay;
  CHECK_FALSE(call.shows());
  CHECK(call.extend(call.code()) == ErrorCode{});
  CHECK_FALSE(call.shows());
  call.anna.clock.wall.milliseconds -= 3650 * kDay;
  CHECK(call.extend(call.code()) == ErrorCode{});
  CHECK(call.shows());
  call.anna.clock.advance(8 * kDay);
  CHECK_FALSE(call.shows());
}

TEST_CASE("what is no code is refused without being counted") {
  CallForTime call;
  for (int tries = 0; tries < 5; ++tries) {
    CHECK(call.extend("abcd") == ErrorCode::invalid_argument);
  }
  CHECK(call.extend(call.code()) == ErrorCode{});
}

TEST_CASE("both sides of a code are in the access log") {
  CallForTime call;
  CHECK(call.extend(call.code()) == ErrorCode{});
  for (int round = 0; round < 2; ++round) {
    for (TestDevice* device : {&call.anna, &call.lis, &call.office.desk()}) {
      call.office.sync(*device);
    }
  }
  const Value listed = call.office.desk().call("access-log.list");
  int given = 0;
  int taken = 0;
  for (const Value& row : listed.items()) {
    given += row["action"] == Value("lease.code") && row["user"] == Value("Lis") ? 1 : 0;
    taken += row["action"] == Value("lease.extend") && row["user"] == Value("Anna") ? 1 : 0;
  }
  CHECK(given == 1);
  CHECK(taken == 1);
}

TEST_CASE("administrators alone set the days, within bounds") {
  CallForTime call;
  CHECK(call.lis.try_call("lease.set", parameters("days", 7)).error().code ==
        ErrorCode::not_permitted);
  TestDevice& desk = call.office.desk();
  for (const std::int64_t days : {-1, 91}) {
    CHECK(desk.try_call("lease.set", parameters("days", days)).error().code ==
          ErrorCode::invalid_argument);
  }
  CHECK(desk.call("lease.set", parameters("days", 90))["days"] == Value(90));
  CHECK(desk.call("lease.show")["days"] == Value(90));
}

TEST_CASE("where leases are off there is nothing to show or to extend") {
  CallForTime call;
  TestDevice& desk = call.office.desk();
  desk.call("lease.set", parameters("days", 0));
  CHECK(desk.call("lease.show")["state"] == Value("off"));
  CHECK(desk.call("lease.show")["challenge"].is_null());
  CHECK(desk.call("status")["lease"]["state"] == Value("off"));
  CHECK(desk.try_call("lease.extend", parameters("code", "abcd-abcd-abcd")).error().code ==
        ErrorCode::wrong_state);
}

TEST_CASE("two people read the same code of a device to each other, and another one of another") {
  CallForTime call;
  const Value own = call.anna.call("device.code")["spoken"];
  int same = 0;
  const Value listed = call.office.desk().call("device.list");
  for (const Value& row : listed.items()) {
    CHECK((row["spoken"] == own) == (row["user"] == Value("Anna")));
    same += row["spoken"] == own ? 1 : 0;
  }
  CHECK(same == 1);
}
