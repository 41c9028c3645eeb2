// SPDX-License-Identifier: Apache-2.0
// Access for a time, as the people see it: emergencies, deputies, hand-overs, teams.
#include <doctest/doctest.h>

#include "core/workspace/core.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

constexpr std::int64_t kHour = 3'600'000;

ErrorCode code_of(const Result<Value>& result) {
  return result ? ErrorCode::internal : result.error().code;
}

// Karen's desk has referred a citizen to Anna, who has written. Bo is not in it.
struct Cases {
  TestOffice office{1};
  TestDevice& desk = office.desk();
  TestDevice& anna = office.add("Anna");
  TestDevice& bo = office.add("Bo");
  std::string id = office.refer({"Anna"});

  Cases() {
    office.sync_all();
    anna.call("note.write", parameters("case", id, "text", "Borgeren sov.", "title", "N"));
    office.sync_all();
  }
  std::string number() {
    return anna.call("case.show", parameters("case", id))["number"].text_or({});
  }
  Value open(std::int64_t hours = 8) {
    return bo.call("emergency.open",
                   parameters("case", number(), "ground", "life_at_risk", "hours", hours));
  }
  void give(const char* until = nullptr) {
    Value given = parameters("to", "Bo");
    if (until != nullptr) given["until"] = until;
    anna.call("handover.give", given);
    office.sync_all();
  }
  bool reads(TestDevice& device, const std::string& reference) {
    const auto shown = device.try_call("case.show", parameters("case", reference));
    return shown.has_value();
  }
  std::string text(TestDevice& device) {
    const auto shown = device.try_call("note.show", parameters("case", id, "note", "N"));
    return shown ? (*shown)["text"].text_or({}) : std::string();
  }
  static std::vector<std::string> names(const Value& rows) {
    std::vector<std::string> out;
    for (const Value& row : rows.items()) out.push_back(row["name"].text_or({}));
    std::sort(out.begin(), out.end());
    return out;
  }
  void pass(std::int64_t hours) { office.advance(hours * kHour); }
};

}  // namespace

TEST_CASE("in an emergency a colleague is let into a case by whoever is online, and all see it") {
  Cases test;
  CHECK_FALSE(test.reads(test.bo, test.id));
  const Value opened = test.open();
  CHECK(opened["name"] == Value("Bo"));
  test.office.sync(test.bo);
  test.office.sync(test.anna);
  test.office.sync(test.bo);
  CHECK(test.text(test.bo) == "Borgeren sov.");
  test.office.sync_all();
  CHECK(test.anna.call("status")["emergencies"] == Value(1));
  CHECK(test.desk.call("status")["emergencies"] == Value(1));
  const Value members = test.anna.call("case.members", parameters("case", test.id));
  bool shown = false;
  for (const Value& row : members.items()) {
    if (row["name"] != Value("Bo")) continue;
    shown = row["ground"] == Value("life_at_risk") && !row["until"].is_null();
  }
  CHECK(shown);
  const Value list = test.desk.call("emergency.list");
  REQUIRE(list.items().size() == 1);
  CHECK(list.items().front()["standing"] == Value("stands"));
  CHECK(list.items().front()["files"] == Value(1));
}

TEST_CASE("a device on duty that is in no case lets a colleague in, and sees nothing itself") {
  Cases test;
  TestDevice& duty = test.office.add("Dorte", "caseworker");
  test.desk.call("duty.set", [] {
    Value given;
    given["device"].push_back("Dorte");
    return given;
  }());
  test.office.sync_all();
  test.office.sync_all();
  CHECK(test.desk.call("duty.list").items().size() == 1);
  test.open();
  test.office.sync(test.bo);
  test.office.sync(duty);
  test.office.sync(test.bo);
  CHECK(test.text(test.bo) == "Borgeren sov.");
  CHECK_FALSE(test.reads(duty, test.id));
  CHECK(duty.call("case.list").items().empty());
  // It may also act for a colleague who calls, from the beginning of the number.
  TestDevice& eva = test.office.add("Eva");
  test.office.sync_all();
  duty.call("emergency.open", parameters("case", test.id, "ground", "urgent_visit", "user", "Eva"));
  test.office.sync(duty);
  test.office.sync(duty);
  test.office.sync(eva);
  CHECK(test.text(eva) == "Borgeren sov.");
}

TEST_CASE("an emergency is over by the clock, on the device at once and for all with a new key") {
  Cases test;
  test.open(2);
  test.office.sync_all();
  test.bo.call("note.append", parameters("case", test.id, "note", "N", "text", "Bo så ind."));
  test.office.sync_all();
  CHECK(test.text(test.anna) == "Borgeren sov.\nBo så ind.");
  test.pass(2);
  CHECK_FALSE(test.reads(test.bo, test.id));
  test.office.sync_all();
  const SpaceId space = TestOffice::space_of(test.anna, test.id);
  const auto& log = *test.anna.workspace().core().membership.space(space);
  CHECK(log.state.epoch().number == 2);
  CHECK(test.anna.call("status")["emergencies"] == Value(0));
  CHECK(test.desk.call("emergency.list").items().front()["standing"] == Value("over"));
  test.anna.call("note.append", parameters("case", test.id, "note", "N", "text", "Nu er det nu."));
  test.office.sync_all();
  CHECK_FALSE(test.reads(test.bo, test.id));
  CHECK(test.text(test.desk) == "Borgeren sov.\nBo så ind.\nNu er det nu.");
}

TEST_CASE(
    "what was written in an emergency and sent too late waits for a person, and is not lost") {
  Cases test;
  test.open(2);
  test.office.sync_all();
  test.bo.call("note.append", parameters("case", test.id, "note", "N", "text", "Bo så ind."));
  test.pass(2);
  test.office.sync(test.anna);
  test.office.sync(test.bo);
  test.office.sync(test.bo);
  CHECK(test.bo.call("status")["all_sent"] == Value(true));
  test.office.sync_all();
  CHECK(test.text(test.desk) == "Borgeren sov.");
  const Value held = test.desk.call("held.list");
  REQUIRE(held.items().size() == 1);
  test.desk.call("held.adopt", parameters("run", held.items().front()["id"].text_or({})));
  test.office.sync_all();
  CHECK(test.text(test.anna) == "Borgeren sov.\nBo så ind.");
}

TEST_CASE(
    "an emergency that is ended early is taken back, and has to be asked for with its reason") {
  Cases test;
  CHECK(code_of(test.bo.try_call("emergency.open",
                                 parameters("case", test.id, "ground", "life_at_risk"))) ==
        ErrorCode::invalid_argument);
  CHECK(code_of(test.bo.try_call("emergency.open",
                                 parameters("case", test.number(), "ground", "curiosity"))) ==
        ErrorCode::invalid_argument);
  CHECK(code_of(test.bo.try_call("emergency.open", parameters("case", test.number(), "ground",
                                                              "life_at_risk", "hours", 73))) ==
        ErrorCode::invalid_argument);
  const std::string mandate = test.open()["id"].text_or({});
  test.office.sync_all();
  REQUIRE(test.reads(test.bo, test.id));
  CHECK(code_of(test.anna.try_call("handover.end", parameters("id", mandate))) ==
        ErrorCode::not_found);
  test.bo.call("emergency.end", parameters("id", mandate));
  CHECK_FALSE(test.reads(test.bo, test.id));
  test.office.sync_all();
  CHECK(test.anna.call("status")["emergencies"] == Value(0));
}

TEST_CASE("a deputy has all cases of a colleague, new ones too, until the day that was named") {
  Cases test;
  const std::string second = test.office.refer({"Anna"}, "Bent F");
  test.office.sync_all();
  test.give("2026-11-05T12:00");
  CHECK(test.reads(test.bo, test.id));
  CHECK(test.reads(test.bo, second));
  const std::string third = test.office.refer({"Anna"}, "Carl F");
  test.office.sync_all();
  CHECK(test.reads(test.bo, third));
  const Value list = test.anna.call("handover.list");
  REQUIRE(list.items().size() == 1);
  CHECK(list.items().front()["files"] == Value(3));
  CHECK(list.items().front()["files_waiting"] == Value(0));
  test.bo.call("note.append", parameters("case", test.id, "note", "N", "text", "Bo var der."));
  test.office.sync_all();
  test.pass(80);
  test.office.sync_all();
  for (const std::string& reference : {test.id, second, third}) {
    CHECK_FALSE(test.reads(test.bo, reference));
    CHECK(test.reads(test.anna, reference));
  }
  CHECK(test.text(test.anna) == "Borgeren sov.\nBo var der.");
}

TEST_CASE("a caseload is handed over for good in one act, also when its worker is gone") {
  Cases test;
  Value given = parameters("to", "Bo");
  given["from"] = "Anna";
  test.desk.call("handover.give", given);
  test.desk.call("user.suspend", parameters("name", "Anna"));
  test.office.sync(test.desk);
  test.office.sync(test.desk);
  test.office.sync(test.bo);
  CHECK(test.text(test.bo) == "Borgeren sov.");
  test.pass(2000);
  test.office.sync(test.desk);
  test.office.sync(test.bo);
  CHECK(test.reads(test.bo, test.id));
}

TEST_CASE("nobody hands on a caseload that is not theirs to hand on") {
  Cases test;
  Value given = parameters("to", "Bo");
  given["from"] = "Anna";
  CHECK(code_of(test.bo.try_call("handover.give", given)) == ErrorCode::not_authorised);
  CHECK(code_of(test.anna.try_call("handover.give", parameters("to", "Anna"))) ==
        ErrorCode::invalid_argument);
  CHECK(code_of(test.anna.try_call("handover.give",
                                   parameters("to", "Bo", "until", "2020-01-01T12:00"))) ==
        ErrorCode::invalid_argument);
}

TEST_CASE("a device whose clock runs ahead takes nobody out, and its session comes to an end") {
  Cases test;
  test.open(2);
  test.office.sync_all();
  test.anna.clock.advance(5 * kHour);
  test.office.sync(test.anna);
  test.office.sync(test.anna);
  CHECK(test.reads(test.bo, test.id));
  CHECK(test.desk.call("status")["emergencies"] == Value(1));
}

TEST_CASE("two members who carry out the same mandate at once make one record of it") {
  Cases test;
  test.open();
  test.office.sync(test.bo);
  // Both learn of it before either has been told what the other made.
  test.office.sync_until(test.anna, 2000);
  test.office.sync(test.desk);
  test.office.sync(test.anna);
  test.office.sync_all();
  const SpaceId space = TestOffice::space_of(test.desk, test.id);
  const auto& desk = test.desk.workspace().core().membership.space(space)->state;
  CHECK(desk.head() == test.anna.workspace().core().membership.space(space)->state.head());
  CHECK(test.reads(test.bo, test.id));
}

TEST_CASE("what is seen in an emergency stands in the access log with its ground") {
  Cases test;
  TestDevice& rita = test.office.add("Rita", "auditor");
  test.office.sync_all();
  test.open();
  test.office.sync_all();
  test.bo.call("note.show", parameters("case", test.id, "note", "N"));
  test.office.sync_all();
  const Value rows = rita.call("access-log.list");
  bool found = false;
  for (const Value& row : rows.items()) {
    found = found || row["purpose"].text_or({}) == "emergency: life_at_risk";
  }
  CHECK(found);
}

TEST_CASE("a new case reaches all of a team") {
  Cases test;
  Value team = parameters("name", "Udegruppen");
  team["member"].push_back("Anna");
  team["member"].push_back("Bo");
  CHECK(code_of(test.anna.try_call("team.set", team)) == ErrorCode::not_permitted);
  test.desk.call("team.set", team);
  test.office.sync_all();
  const Value list = test.anna.call("team.list");
  REQUIRE(Cases::names(list) == std::vector<std::string>{"Udegruppen"});
  CHECK(list.items().front()["members"].items().size() == 2);
  const Value opened = test.desk.call("case.new", parameters("citizen", "Dan F"));
  const Value made =
      test.desk.call("case.refer", parameters("case", opened["case"].text_or({}), "pathway",
                                              "slagelse-fokus", "team", "Udegruppen"));
  test.office.sync_all();
  CHECK(test.reads(test.anna, made["case"].text_or({})));
  CHECK(test.reads(test.bo, made["case"].text_or({})));
  test.desk.call("team.set", parameters("name", "Udegruppen"));
  test.office.sync_all();
  CHECK(test.anna.call("team.list").items().empty());
  CHECK(test.anna.workspace().core().membership.organisation().teams().size() == 1);
}
