// SPDX-License-Identifier: Apache-2.0
// A worker's phone was the only one that could open a case, and is gone.
#include <doctest/doctest.h>

#include "core/workspace/core.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

ErrorCode code_of(const Result<Value>& result) {
  return result ? ErrorCode::internal : result.error().code;
}

struct Orphaned {
  TestOffice office{1};
  TestDevice& desk = office.desk();
  TestDevice& anna = office.add("Anna", "caseworker");
  TestDevice& bo = office.add("Bo");
  std::vector<std::string> codes;
  std::string id;

  Orphaned() {
    codes = make_key();
    id = anna.call("case.new", parameters("citizen", "Opdigtet Borger"))["case"].text_or({});
    anna.call("note.write", parameters("case", id, "text", "Nøglen er hos naboen.", "title", "N"));
    office.sync_all();
  }
  std::vector<std::string> make_key() {
    const Value made = desk.call("recovery.create");
    std::vector<std::string> out;
    for (const char* name : {"code_1", "code_2", "code_3"}) out.push_back(made[name].text_or({}));
    office.sync_all();
    return out;
  }
  Value codes_and(std::size_t one, std::size_t other) const {
    return parameters("code", codes[one], "other_code", codes[other]);
  }
  Result<Value> try_use(TestDevice& device) {
    Value wanted = codes_and(0, 2);
    wanted["reason"] = "devices_lost";
    return device.try_call("recovery.use", wanted);
  }
  Value use() {
    auto used = try_use(desk);
    REQUIRE(used.has_value());
    return *used;
  }
  void lose_anna() {
    desk.call("device.revoke", parameters("device", "Anna"));
    office.sync(desk);
  }
  // Recorded, opened, and fetched.
  void recover() {
    use();
    office.sync(desk);
    use();
    office.sync(desk);
  }
  std::string note(TestDevice& device) {
    return device.call("note.show", parameters("case", id, "note", "N"))["text"].text_or({});
  }
  static std::uint32_t epoch(TestDevice& device, const SpaceId& space) {
    return device.workspace().core().membership.space(space)->state.epoch().number;
  }
};

}  // namespace

TEST_CASE("a case whose only phone is lost is opened with two of three codes") {
  Orphaned test;
  test.lose_anna();
  CHECK(test.desk.call("case.list").items().empty());
  const SpaceId space = TestOffice::space_of(test.anna, test.id);
  CHECK(test.desk.workspace().core().membership.space(space) == nullptr);

  CHECK(test.use()["recorded"] == Value(true));
  // Its log comes in the same session, sealed keys and all; a case it is not, before it is opened.
  test.office.sync(test.desk);
  REQUIRE(test.desk.workspace().core().membership.space(space) != nullptr);
  CHECK(test.desk.call("case.list").items().empty());
  CHECK(test.desk.call("status")["files"] == Value(0));
  CHECK(code_of(test.desk.try_call("case.show", parameters("case", test.id))) ==
        ErrorCode::not_found);

  const Value opened = test.use()["cases_opened"];
  REQUIRE(opened.items().size() == 1);
  CHECK(opened.items()[0] == Value(test.id));
  test.office.sync(test.desk);
  CHECK(test.note(test.desk) == "Nøglen er hos naboen.");
  const Value cases = test.desk.call("case.list");
  REQUIRE(cases.items().size() == 1);
  CHECK(cases.items()[0]["title"] == Value("Opdigtet Borger"));
  CHECK(test.desk.call("search", parameters("words", "naboen")).items().size() == 1);
  test.desk.reopen();
  CHECK(test.note(test.desk) == "Nøglen er hos naboen.");
  // Once more changes nothing.
  CHECK(test.use()["cases_opened"].items().empty());
}

TEST_CASE("nothing is opened before the server shows everybody that the key is used") {
  Orphaned test;
  const std::uint64_t before =
      test.desk.workspace().core().membership.organisation().head().sequence;
  test.use();
  CHECK(test.use()["recorded"] == Value(true));
  CHECK(test.desk.workspace().core().membership.organisation().head().sequence == before + 1);
  CHECK(test.bo.call("status")["recovery"] == Value("set"));
  test.office.sync_all();
  CHECK(test.bo.call("status")["recovery"] == Value("used"));
  const Value shown = test.bo.call("recovery.show");
  REQUIRE(shown["uses"].items().size() == 1);
  CHECK(shown["uses"].items()[0]["by"] == Value("Karen"));
  CHECK(shown["uses"].items()[0]["reason"] == Value("devices_lost"));
  CHECK(shown["uses"].items()[0]["standing"] == Value("active"));
  CHECK(shown["uses"].items()[0]["used_at"] == Value("2026-11-02T11:00"));
}

TEST_CASE("without two right codes, or without being an administrator, nothing is opened") {
  Orphaned test;
  const auto says = [&](Value wanted) {
    wanted["reason"] = "ordered";
    return code_of(test.desk.try_call("recovery.use", wanted));
  };
  CHECK(code_of(test.try_use(test.bo)) == ErrorCode::not_permitted);
  CHECK(code_of(test.bo.try_call("recovery.create")) == ErrorCode::not_permitted);
  CHECK(says(test.codes_and(1, 1)) == ErrorCode::invalid_argument);
  CHECK(says(parameters("code", test.codes[0], "other_code", "hvad var det")) ==
        ErrorCode::invalid_argument);
  CHECK(code_of(test.desk.try_call("recovery.use", test.codes_and(0, 1))) ==
        ErrorCode::invalid_argument);  // no reason
  const std::vector<std::string> old = test.codes;
  test.codes = test.make_key();
  CHECK(says(parameters("code", old[0], "other_code", old[1])) == ErrorCode::decryption_failed);
  CHECK(says(parameters("code", test.codes[0], "other_code", old[1])) ==
        ErrorCode::decryption_failed);
  CHECK(test.desk.workspace().core().membership.organisation().recovery_uses().empty());
  TestOffice other(2);
  Value wanted = test.codes_and(0, 1);
  CHECK(code_of(other.desk().try_call("recovery.drill", wanted)) == ErrorCode::wrong_state);
  CHECK(other.desk().call("recovery.show")["set"] == Value(false));
  CHECK(other.desk().call("status")["recovery"] == Value("none"));
}

TEST_CASE("only the cases that are named are opened") {
  Orphaned test;
  const std::string other =
      test.anna.call("case.new", parameters("citizen", "En Anden"))["case"].text_or({});
  test.office.sync_all();
  test.use();
  test.office.sync(test.desk);
  Value wanted = test.codes_and(1, 2);
  wanted["case"].push_back("zzzzzz");
  CHECK(code_of(test.desk.try_call("recovery.use", wanted)) == ErrorCode::not_found);
  wanted["case"] = Value::List{Value(other)};
  const Value used = test.desk.call("recovery.use", wanted);
  REQUIRE(used["cases_opened"].items().size() == 1);
  CHECK(used["cases_opened"].items()[0] == Value(other));
  test.office.sync(test.desk);
  const Value cases = test.desk.call("case.list");
  REQUIRE(cases.items().size() == 1);
  CHECK(cases.items()[0]["title"] == Value("En Anden"));
}

TEST_CASE("who lost every device has the case again on a new one, once somebody opened it") {
  Orphaned test;
  test.lose_anna();
  test.recover();
  TestDevice& again = test.office.add("Anna", "caseworker");
  test.office.sync(test.desk);
  test.office.sync(again);
  CHECK(test.note(again) == "Nøglen er hos naboen.");
  again.call("note.append", parameters("case", test.id, "note", "N", "text", "Tilbage."));
  test.office.sync(again);
  test.office.sync(test.desk);
  CHECK(test.note(test.desk) == "Nøglen er hos naboen.\nTilbage.");
}

TEST_CASE("cases from before are given to the recovery key at their members' next sync") {
  TestOffice office(1);
  TestDevice& anna = office.add("Anna", "caseworker");
  const std::string id =
      anna.call("case.new", parameters("citizen", "Opdigtet Borger"))["case"].text_or({});
  office.sync_all();
  const SpaceId space = TestOffice::space_of(anna, id);
  const auto lacks = [&] {
    const auto& core = anna.workspace().core();
    return core.membership.space(space)->state.lacks_recovery_key(core.membership.organisation());
  };
  CHECK_FALSE(lacks());
  office.desk().call("recovery.create");
  office.sync(office.desk());
  office.sync(anna);
  CHECK_FALSE(lacks());
  const auto& state = anna.workspace().core().membership.space(space)->state;
  CHECK(state.epoch().recovery_keys.size() == 1);
  CHECK(state.epoch().number == 1);
  CHECK(anna.call("status")["all_sent"] == Value(true));
}

TEST_CASE("a drill shows that two codes would open what is here, and opens nothing") {
  Orphaned test;
  test.office.refer({"Bo"});
  const auto& core = test.desk.workspace().core();
  const ledger::LogHead before = core.membership.organisation().head();
  const auto spaces = core.membership.spaces().size();
  CHECK_FALSE(test.desk.call("recovery.show").map()->contains("last_drill"));
  const Value drilled = test.desk.call("recovery.drill", test.codes_and(2, 1));
  CHECK(drilled["passed"] == Value(true));
  CHECK(drilled["spaces_opened"] == Value(static_cast<std::int64_t>(spaces)));
  CHECK(drilled["spaces_not_reached"] == Value(0));
  CHECK(core.membership.organisation().head() == before);
  CHECK(core.membership.organisation().recovery_uses().empty());
  CHECK(test.desk.call("recovery.show")["last_drill"] == Value("2026-11-02T11:00"));
  // Of the key that was tried, not of the next one.
  const std::vector<std::string> old = test.codes;
  const Value made = test.desk.call("recovery.create");
  CHECK_FALSE(test.desk.call("recovery.show").map()->contains("last_drill"));
  CHECK(code_of(test.desk.try_call("recovery.drill", test.codes_and(0, 1))) ==
        ErrorCode::decryption_failed);
  const Value early = test.desk.call(
      "recovery.drill",
      parameters("code", made["code_1"].text_or({}), "other_code", made["code_2"].text_or({})));
  CHECK(early["spaces_opened"] == Value(0));
  CHECK(early["spaces_not_reached"] == Value(static_cast<std::int64_t>(spaces)));
}

TEST_CASE("a drill that finds a key missing says so and does not count") {
  Orphaned test;
  auto& core = test.desk.workspace().core();
  REQUIRE(core.database->run("UPDATE space_record SET wraps = x''").has_value());
  const Value drilled = test.desk.call("recovery.drill", test.codes_and(0, 1));
  CHECK(drilled["passed"] == Value(false));
  CHECK(drilled["spaces_not_opened"] == Value(1));  // the directory
  CHECK_FALSE(test.desk.call("recovery.show").map()->contains("last_drill"));
}

TEST_CASE("another recovery key ends the use, and members make new keys that the first opens not") {
  Orphaned test;
  test.recover();
  const SpaceId space = TestOffice::space_of(test.anna, test.id);
  CHECK(Orphaned::epoch(test.anna, space) == 1);
  const std::string later =
      test.anna.call("case.new", parameters("citizen", "En Anden"))["case"].text_or({});
  test.make_key();
  test.office.sync_all();
  CHECK(test.bo.call("status")["recovery"] == Value("set"));
  CHECK(test.bo.call("recovery.show")["uses"].items()[0]["standing"] == Value("ended"));
  for (TestDevice* device : {&test.desk, &test.anna}) CHECK(Orphaned::epoch(*device, space) == 2);
  // What was recovered stays; what was not is out of reach.
  CHECK(test.note(test.desk) == "Nøglen er hos naboen.");
  const SpaceId other = TestOffice::space_of(test.anna, later);
  CHECK(test.desk.workspace().core().membership.space(other) == nullptr);
  // And work goes on.
  test.anna.call("note.append", parameters("case", test.id, "note", "N", "text", "Videre."));
  test.office.sync_all();
  CHECK(test.note(test.desk) == "Nøglen er hos naboen.\nVidere.");
  CHECK(test.anna.call("status")["all_sent"] == Value(true));
}

TEST_CASE("codes are not kept for a repetition of the request") {
  Orphaned test;
  const auto create = [&] {
    const auto made = test.desk.workspace().call("recovery.create", {},
                                                 {casework::Language::english, std::nullopt, "r"});
    REQUIRE(made.has_value());
    return (*made)["code_1"].text_or({});
  };
  const std::string first = create();
  CHECK_FALSE(first.empty());
  CHECK(create() != first);
}
