// SPDX-License-Identifier: Apache-2.0
// Who belongs to a case, and what it means to come and go.
#include <doctest/doctest.h>

#include <map>

#include "core/workspace/core.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

ErrorCode code_of(const Result<Value>& result) {
  return result ? ErrorCode::internal : result.error().code;
}

// A provider's file of Karen's and Anna's, in which Anna has written. Bo is not in it.
struct Shared {
  TestOffice office{1};
  TestDevice& desk = office.desk();
  TestDevice& anna = office.add("Anna");
  TestDevice& bo = office.add("Bo");
  std::string id = office.refer({"Anna"});

  Shared() {
    office.sync_all();
    anna.call("note.write", parameters("case", id, "text", "Borgeren sov.", "title", "N"));
    office.sync_all();
  }
  Result<Value> add(TestDevice& device, const char* name, const char* role = "writer") {
    return device.try_call("case.add-member", parameters("case", id, "user", name, "role", role));
  }
  Result<Value> remove(TestDevice& device, const char* name) {
    return device.try_call("case.remove-member", parameters("case", id, "user", name));
  }
  Result<Value> append(TestDevice& device, const char* words) {
    return device.try_call("note.append", parameters("case", id, "note", "N", "text", words));
  }
  // With a purpose, for those who are no members any more.
  Result<Value> look(TestDevice& device, std::string_view command, Value given) {
    return device.workspace().call(command, given,
                                   {casework::Language::english, std::nullopt, {}, "Tilsyn"});
  }
  std::string text(TestDevice& device) {
    const auto shown = look(device, "note.show", parameters("case", id, "note", "N"));
    REQUIRE(shown.has_value());
    return (*shown)["text"].text_or({});
  }
  Value members(TestDevice& device) {
    auto shown = look(device, "case.members", parameters("case", id));
    REQUIRE(shown.has_value());
    return std::move(shown).value();
  }
  std::uint32_t epoch(TestDevice& device) {
    const SpaceId space = TestOffice::space_of(device, id);
    return device.workspace().core().membership.space(space)->state.epoch().number;
  }
};

}  // namespace

TEST_CASE("the members of a case are shown with what they may do and how many devices they have") {
  Shared test;
  REQUIRE(test.add(test.desk, "Bo", "reader").has_value());
  const Value rows = test.members(test.desk);
  REQUIRE(rows.items().size() == 3);
  std::map<std::string, Value> by_name;
  for (const Value& row : rows.items()) by_name[row["name"].text_or({})] = row;
  CHECK(by_name["Karen"]["self"] == Value(true));
  CHECK(by_name["Karen"]["since_record"] == Value(1));
  CHECK(by_name["Anna"]["case_role"] == Value("writer"));
  CHECK(by_name["Bo"]["case_role"] == Value("reader"));
  CHECK(by_name["Bo"]["since_record"] == Value(2));
  CHECK(by_name["Bo"]["devices"] == Value(1));
  CHECK(by_name["Bo"]["devices_waiting"] == Value(0));
}

TEST_CASE("who is added has all that was written before, and as a reader writes nothing") {
  Shared test;
  REQUIRE(test.add(test.desk, "Bo", "reader").has_value());
  test.office.sync_all();
  CHECK(test.text(test.bo) == "Borgeren sov.");
  CHECK(code_of(test.append(test.bo, "Og vågnede.")) == ErrorCode::not_permitted);
}

TEST_CASE("who is removed keeps what they had and reads nothing new, and their words stay") {
  Shared test;
  REQUIRE(test.remove(test.desk, "Anna").has_value());
  test.office.sync_all();
  CHECK(test.epoch(test.desk) == 2);
  REQUIRE(test.append(test.desk, "Og vågnede.").has_value());
  test.office.sync_all();
  CHECK(test.text(test.desk) == "Borgeren sov.\nOg vågnede.");
  CHECK(test.text(test.anna) == "Borgeren sov.");
  CHECK(code_of(test.append(test.anna, "Jeg også.")) == ErrorCode::not_permitted);
  CHECK(test.desk.call("held.list").items().empty());
  CHECK(test.desk.call("status")["all_sent"] == Value(true));
  const Value rows = test.members(test.anna);
  REQUIRE(rows.items().size() == 1);
  CHECK(rows.items()[0]["name"] == Value("Karen"));
}

TEST_CASE("what somebody sent before hearing of the removal, unseen by who removed them, is held") {
  Shared test;
  REQUIRE(test.append(test.anna, "Nøglen er væk.").has_value());
  test.office.sync(test.anna);
  REQUIRE(test.remove(test.desk, "Anna").has_value());  // has not synced since
  test.office.sync_all();
  CHECK(test.text(test.desk) == "Borgeren sov.");
  const Value held = test.desk.call("held.list");
  REQUIRE(held.items().size() == 1);
  test.desk.call("held.adopt", parameters("run", held.items()[0]["id"].text_or({})));
  CHECK(test.text(test.desk) == "Borgeren sov.\nNøglen er væk.");
}

TEST_CASE("who is added again writes on") {
  Shared test;
  REQUIRE(test.remove(test.desk, "Anna").has_value());
  test.office.sync_all();
  REQUIRE(test.add(test.desk, "Anna").has_value());
  test.office.sync_all();
  REQUIRE(test.append(test.anna, "Og vågnede.").has_value());
  test.office.sync_all();
  CHECK(test.text(test.desk) == "Borgeren sov.\nOg vågnede.");
}

TEST_CASE("only who may changes who belongs to a case, and says clearly what is wrong") {
  Shared test;
  CHECK(code_of(test.add(test.anna, "Bo")) == ErrorCode::not_authorised);
  CHECK(code_of(test.remove(test.anna, "Karen")) == ErrorCode::not_authorised);
  CHECK(code_of(test.add(test.desk, "Anna")) == ErrorCode::already_exists);
  CHECK(code_of(test.add(test.desk, "Nobody")) == ErrorCode::not_found);
  CHECK(code_of(test.add(test.desk, "Bo", "owner")) == ErrorCode::invalid_argument);
  CHECK(code_of(test.remove(test.desk, "Bo")) == ErrorCode::not_found);
  CHECK(code_of(test.remove(test.desk, "Karen")) == ErrorCode::invalid_argument);
  CHECK(code_of(test.add(test.bo, "Bo")) == ErrorCode::not_found);
  CHECK(test.epoch(test.desk) == 1);
}

TEST_CASE("of two who take people out at once, both have their way") {
  Shared test;
  TestDevice& carl = test.office.add("Carl", "caseworker");
  REQUIRE(test.add(test.desk, "Carl").has_value());
  REQUIRE(test.add(test.desk, "Bo").has_value());
  test.office.sync_all();
  REQUIRE(test.remove(test.desk, "Anna").has_value());
  REQUIRE(test.remove(carl, "Bo").has_value());
  test.office.sync_all();
  for (TestDevice* device : {&test.desk, &carl}) {
    CHECK(test.members(*device).items().size() == 2);
    CHECK(test.epoch(*device) == 3);
    CHECK(device->call("status")["all_sent"] == Value(true));
  }
  REQUIRE(test.append(carl, "Og vågnede.").has_value());
  test.office.sync_all();
  CHECK(test.text(test.desk) == "Borgeren sov.\nOg vågnede.");
  CHECK(test.text(test.bo) == "Borgeren sov.");
}

TEST_CASE("of two who take the same person out, it is done once") {
  Shared test;
  TestDevice& carl = test.office.add("Carl", "caseworker");
  REQUIRE(test.add(test.desk, "Carl").has_value());
  test.office.sync_all();
  REQUIRE(test.remove(test.desk, "Anna").has_value());
  REQUIRE(test.remove(carl, "Anna").has_value());
  test.office.sync_all();
  for (TestDevice* device : {&test.desk, &carl}) {
    CHECK(test.epoch(*device) == 2);
    CHECK(device->call("status")["all_sent"] == Value(true));
  }
}

TEST_CASE(
    "what a member had not sent when they were taken out is handed in and waits for a person") {
  Shared test;
  REQUIRE(test.add(test.desk, "Bo").has_value());
  test.office.sync_all();
  REQUIRE(test.append(test.bo, "Bo så ind.").has_value());
  REQUIRE(test.remove(test.desk, "Bo").has_value());
  test.office.sync(test.desk);
  test.office.sync(test.bo);
  test.office.sync(test.bo);
  CHECK(test.bo.call("status")["all_sent"] == Value(true));
  test.office.sync_all();
  CHECK(test.text(test.desk) == "Borgeren sov.");
  const Value held = test.desk.call("held.list");
  REQUIRE(held.items().size() == 1);
  test.desk.call("held.adopt", parameters("run", held.items().front()["id"].text_or({})));
  test.office.sync_all();
  CHECK(test.text(test.desk) == "Borgeren sov.\nBo så ind.");
  CHECK(test.text(test.anna) == "Borgeren sov.\nBo så ind.");
}
