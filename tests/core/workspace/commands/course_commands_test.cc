// SPDX-License-Identifier: Apache-2.0
// What happened and what is due, by the shipped pathway.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/core/workspace/forger.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

struct Case {
  TestOffice office{1};
  TestDevice& desk = office.desk();
  TestDevice& anna = office.add("Anna");
  std::string id = office.refer({"Anna"});
  Case() { office.sync_all(); }
  Value shown(TestDevice& device) { return device.call("case.show", parameters("case", id)); }
};

bool is_due(const Value& due, const std::string& name) {
  return std::any_of(due.items().begin(), due.items().end(), [&name](const Value& row) {
    return row["id"].text_or({}).ends_with(":" + name) ||
           row["id"].text_or({}).find(name) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("what is due comes first what is due first, and the same on every device") {
  Case test;
  const Value due = test.anna.call("due");
  REQUIRE(due.items().size() > 1);
  for (std::size_t i = 1; i < due.items().size(); ++i) {
    CHECK(due.items()[i - 1]["due"].text_or("9999") <= due.items()[i]["due"].text_or("9999"));
  }
  const Value at_desk = test.desk.call("due", parameters("case", test.id));
  REQUIRE(at_desk.items().size() == due.items().size());
  for (std::size_t i = 0; i < due.items().size(); ++i) {
    CHECK(at_desk.items()[i]["id"] == due.items()[i]["id"]);
  }
}

TEST_CASE("a first call meets the deadline of the first call") {
  Case test;
  REQUIRE(is_due(test.anna.call("due"), "first_call"));
  test.anna.call("contact.log", parameters("case", test.id, "channel", "phone", "result",
                                           "no_answer", "sms_sent", true));
  CHECK_FALSE(is_due(test.anna.call("due"), "first_call"));
  test.office.sync_all();
  CHECK_FALSE(is_due(test.desk.call("due"), "first_call"));
}

TEST_CASE("a visit with words drafts a note that knows its visit") {
  Case test;
  const Value logged = test.anna.call(
      "visit.log", parameters("case", test.id, "minutes", 35, "text", "Drak kaffe", "title", "N"));
  CHECK(test.anna.call("note.show", parameters("case", test.id, "note", "N"))["text"] ==
        Value("Drak kaffe"));
  const Value timeline = test.shown(test.anna)["timeline"];
  CHECK(std::any_of(timeline.items().begin(), timeline.items().end(), [&](const Value& entry) {
    return entry["id"] == logged["event"] && entry["fields"]["minutes"] == Value(35);
  }));
}

TEST_CASE("what a pathway does not know is recorded all the same") {
  Case test;
  test.anna.call("event.log", parameters("case", test.id, "type", "storm_flood"));
  const Value timeline = test.shown(test.anna)["timeline"];
  CHECK(std::any_of(timeline.items().begin(), timeline.items().end(),
                    [](const Value& entry) { return entry["type"] == Value("storm_flood"); }));
}

TEST_CASE("an outcome moves the course on, and a second thought replaces just the first") {
  Case test;
  test.anna.call("outcome.record", parameters("case", test.id, "outcome", "contact.declined"));
  const Value declined = test.shown(test.anna)["course"];
  test.anna.call("outcome.record", parameters("case", test.id, "outcome", "contact.reached"));
  test.office.sync_all();
  CHECK(test.desk.call("conflicts.list").items().empty());
  CHECK(test.shown(test.desk)["course"] != declined);
  CHECK(test.shown(test.desk)["state_hash"] == test.shown(test.anna)["state_hash"]);
}

TEST_CASE("a query can be asked about another day, and a command cannot be moved by it") {
  Case test;
  const auto later = casework::parse_local_time("2027-03-01T08:00");
  const workspace::CallContext context{casework::Language::english, later.value()};
  const auto due = test.anna.workspace().call("due", {}, context);
  REQUIRE(due.has_value());
  CHECK(std::any_of(due->items().begin(), due->items().end(),
                    [](const Value& row) { return row["status"] == Value("overdue"); }));
  const auto written = test.anna.workspace().call(
      "note.write", parameters("case", test.id, "text", "x", "title", "N"), context);
  REQUIRE(written.has_value());
  CHECK(test.anna.call("note.show", parameters("case", test.id, "note", "N"))["happened"] ==
        Value("2026-11-02T11:00"));
}

TEST_CASE("what is logged before the course has arrived counts once it is there") {
  Case test;
  const std::string id = test.office.refer({"Anna"}, "Bent F");
  test.office.sync(test.desk);
  // Anna's phone gets the file's log, and the link breaks before the first run.
  const SpaceId space = TestOffice::space_of(test.desk, id);
  const auto records = records_on_server(test.office, test.desk, space, 1);
  REQUIRE(test.anna.workspace().replica().store_records(space, 1, records).has_value());
  test.anna.call("contact.log", parameters("case", id, "channel", "phone", "result", "no_answer",
                                           "note", "Ingen svarer"));
  const auto is_shown = [&](TestDevice& device) {
    const Value timeline = device.call("case.show", parameters("case", id))["timeline"];
    return std::any_of(timeline.items().begin(), timeline.items().end(), [](const Value& entry) {
      return entry["fields"]["note"] == Value("Ingen svarer");
    });
  };
  CHECK(is_shown(test.anna));
  test.office.sync_all();
  CHECK(is_shown(test.anna));
  CHECK(is_shown(test.desk));
  CHECK_FALSE(is_due(test.desk.call("due", parameters("case", id)), "first_call"));
}

TEST_CASE("the authority's own file shows what happened in it") {
  Case test;
  const Value opened = test.desk.call("case.new", parameters("citizen", "Bent F"));
  const Value shown = test.desk.call("case.show", parameters("case", opened["case"]));
  REQUIRE(shown["timeline"].items().size() == 1);
  CHECK(shown["timeline"].items().front()["type"] == Value("enquiry_received"));
}

TEST_CASE("only the authority refers, and only to people there are") {
  Case test;
  CHECK(test.anna.try_call("case.new", parameters("citizen", "X")).error().code ==
        ErrorCode::not_permitted);
  const Value request =
      parameters("case", test.id, "pathway", "slagelse-fokus", "to", Value::List{Value("Ingen")});
  CHECK(test.desk.try_call("case.refer", request).error().code == ErrorCode::not_found);
}
