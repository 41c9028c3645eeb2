// SPDX-License-Identifier: Apache-2.0
// The inbox of conflicts, by the shipped pathway: who settles what, and what stands afterwards.
#include <doctest/doctest.h>

#include "core/workspace/naming.h"
#include "core/workspace/schema.h"
#include "core/workspace/unit_of_work.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

struct Case {
  TestOffice office{1};
  TestDevice& desk = office.desk();
  TestDevice& anna = office.add("Anna");
  TestDevice& bo = office.add("Bo");
  std::string id = office.refer({"Anna", "Bo"});
  Case() { office.sync_all(); }

  // Two outcomes recorded apart: its conflict, as everybody has it.
  std::string outcome_conflict() {
    anna.call("outcome.record", parameters("case", id, "outcome", "contact.reached"));
    bo.call("outcome.record",
            parameters("case", id, "outcome", "contact.declined", "reason", "Vil ikke"));
    office.sync_all();
    return only_conflict(desk);
  }
  std::string only_conflict(TestDevice& device) {
    const Value list = device.call("conflicts.list");
    REQUIRE(list.items().size() == 1);
    return list.items().front()["id"].text_or({});
  }
  Value note(TestDevice& device) {
    return device.call("note.show", parameters("case", id, "note", "N"));
  }
  // Anna signs "Aftalt.", Bo meanwhile "Aftalt tirsdag.".
  void sign_apart() {
    anna.call("note.write", parameters("case", id, "text", "Aftalt.", "title", "N"));
    office.sync_all();
    anna.call("note.sign", parameters("case", id, "note", "N"));
    bo.call("note.edit", parameters("case", id, "note", "N", "text", "Aftalt tirsdag."));
    bo.call("note.sign", parameters("case", id, "note", "N"));
    office.sync_all();
  }
  // No command deletes a note; another program on the same engine may.
  void delete_note(TestDevice& device) {
    workspace::Core& core = device.workspace().core();
    workspace::SpaceFile* file = workspace::find_file(core, id).value();
    workspace::UnitOfWork work(core);
    work.draft(file->id).value()->delete_document(
        workspace::find_document(*file, workspace::kNoteKind, "N").value());
    REQUIRE(work.commit().has_value());
  }
  std::size_t note_count(TestDevice& device) {
    return device.call("note.list", parameters("case", id)).items().size();
  }
  ErrorCode settle_error(TestDevice& device, Value request) {
    const auto settled = device.try_call("conflicts.settle", std::move(request));
    REQUIRE_FALSE(settled.has_value());
    return settled.error().code;
  }
};

}  // namespace

TEST_CASE("two outcomes recorded apart lie in everybody's inbox, to be settled by the authority") {
  Case test;
  const std::string id = test.outcome_conflict();
  CHECK(test.only_conflict(test.anna) == id);
  for (TestDevice* device : {&test.anna, &test.bo, &test.desk}) {
    const Value shown = device->call("conflicts.show", parameters("conflict", id));
    CHECK(shown["candidates"].items().size() == 2);
    CHECK(shown["yours_to_settle"] == Value(device == &test.desk));
    CHECK(device->call("due").items().size() == test.desk.call("due").items().size());
  }
  CHECK(test.settle_error(test.anna, parameters("conflict", id, "pick", 1)) ==
        ErrorCode::not_permitted);
  CHECK(test.settle_error(test.desk, parameters("conflict", id, "pick", 3)) ==
        ErrorCode::invalid_argument);
  CHECK(test.settle_error(test.desk, parameters("conflict", id)) == ErrorCode::invalid_argument);
  CHECK(test.settle_error(test.desk, parameters("conflict", id, "value", "reached")) ==
        ErrorCode::invalid_argument);
  CHECK(test.settle_error(test.desk, parameters("conflict", "zzzzzz", "pick", 1)) ==
        ErrorCode::not_found);

  test.desk.call("conflicts.settle", parameters("conflict", id, "pick", 2));
  test.office.sync_all();
  std::string step;
  for (TestDevice* device : {&test.anna, &test.bo, &test.desk}) {
    CHECK(device->call("conflicts.list").items().empty());
    const std::string now =
        device->call("case.show", parameters("case", test.id))["course"]["step"].text_or({});
    CHECK((step.empty() || step == now));
    step = now;
  }
}

TEST_CASE(
    "an outcome is not recorded past an open conflict, and on top of a settled one replaces it") {
  Case test;
  const std::string id = test.outcome_conflict();
  CHECK(test.anna
            .try_call("outcome.record", parameters("case", test.id, "outcome", "contact.reached"))
            .error()
            .code == ErrorCode::conflict);
  test.desk.call("conflicts.settle", parameters("conflict", id, "pick", 1));
  test.office.sync_all();
  CHECK(test.desk.call("conflicts.list").items().empty());
}

TEST_CASE("what was settled can be looked up with all its values, and settled otherwise") {
  Case test;
  const std::string id = test.outcome_conflict();
  CHECK(test.desk.call("conflicts.list", parameters("settled", true)).items().empty());
  test.desk.call("conflicts.settle", parameters("conflict", id, "pick", 2));
  test.office.sync_all();
  const Value settled = test.anna.call("conflicts.list", parameters("settled", true));
  REQUIRE(settled.items().size() == 1);
  CHECK(settled.items()[0]["id"] == Value(id));
  const Value shown = test.anna.call("conflicts.show", parameters("conflict", id));
  REQUIRE(shown["candidates"].items().size() == 2);
  CHECK(shown["settled"]["value"] == shown["candidates"].items()[1]["value"]);
  CHECK(shown["settled"]["by"] == test.desk.call("status")["user"]);
  CHECK(shown["suggestion"].is_null());
  CHECK(test.settle_error(test.bo, parameters("conflict", id, "pick", 1, "revise", true)) ==
        ErrorCode::not_permitted);
  const auto outcomes = [&] {
    return test.bo.call("case.show", parameters("case", test.id))["course"];
  };
  const Value before = outcomes();
  test.desk.call("conflicts.settle", parameters("conflict", id, "pick", 1, "revise", true));
  test.office.sync_all();
  CHECK(outcomes() != before);
  CHECK(test.bo.call("conflicts.list").items().empty());
}

TEST_CASE("how many conflicts are open, and since when, is told by the status") {
  Case test;
  CHECK(test.desk.call("status")["conflicts"] == Value(0));
  CHECK(test.desk.call("status")["conflicts_since"].is_null());
  const std::string id = test.outcome_conflict();
  const Value shown = test.desk.call("conflicts.show", parameters("conflict", id));
  CHECK(test.desk.call("status")["conflicts"] == Value(1));
  CHECK(test.desk.call("status")["conflicts_since"] == shown["since"]);
}

TEST_CASE("words that meet a signature become an addendum when somebody adds them") {
  for (const bool discard : {false, true}) {
    CAPTURE(discard);
    Case test;
    test.anna.call("note.write", parameters("case", test.id, "text", "Aftalt.", "title", "N"));
    test.office.sync_all();
    test.anna.call("note.sign", parameters("case", test.id, "note", "N"));
    test.bo.call("note.append", parameters("case", test.id, "note", "N", "text", "Husk nøglen"));
    test.office.sync_all();
    CHECK(test.note(test.bo)["text"] == Value("Aftalt."));
    const std::string id = test.only_conflict(test.bo);
    CHECK(test.bo.call("conflicts.show", parameters("conflict", id))["kind"] == Value("late_edit"));
    test.bo.call("conflicts.settle", parameters("conflict", id, "discard", discard));
    test.office.sync_all();
    for (TestDevice* device : {&test.anna, &test.bo, &test.desk}) {
      const Value note = test.note(*device);
      CHECK(note["text"] == Value("Aftalt."));
      CHECK(device->call("conflicts.list").items().empty());
      REQUIRE(note["addenda"].items().size() == (discard ? 0 : 1));
      if (!discard) {
        CHECK(note["addenda"].items().front()["text"].text_or("").find("Husk nøglen") !=
              std::string::npos);
      }
    }
  }
}

TEST_CASE("of two texts signed apart one stands, and the other's words are added once") {
  Case test;
  test.sign_apart();
  for (int settled = 0; settled < 2; ++settled) {
    const Value open = test.desk.call("conflicts.list");
    for (const Value& row : open.items()) {
      test.desk.call("conflicts.settle", parameters("conflict", row["id"], "discard",
                                                    row["kind"] == Value("late_edit")));
    }
  }
  test.office.sync_all();
  CHECK(test.desk.call("conflicts.list").items().empty());
  const Value note = test.note(test.bo);
  CHECK(note["text"] == Value("Aftalt."));
  REQUIRE(note["addenda"].items().size() == 1);
  CHECK(note["addenda"].items().front()["text"] == Value("Aftalt tirsdag."));
}

TEST_CASE("a note that was deleted while somebody wrote in it is kept until that is settled") {
  for (const bool discard : {false, true}) {
    CAPTURE(discard);
    Case test;
    test.anna.call("note.write", parameters("case", test.id, "text", "Aftalt.", "title", "N"));
    test.office.sync_all();
    test.anna.call("note.append", parameters("case", test.id, "note", "N", "text", "Husk nøglen."));
    test.delete_note(test.bo);
    CHECK(test.note_count(test.bo) == 0);
    test.office.sync_all();
    CHECK(test.note(test.bo)["text"] == Value("Aftalt.\nHusk nøglen."));
    const std::string conflict = test.only_conflict(test.desk);
    const Value shown = test.desk.call("conflicts.show", parameters("conflict", conflict));
    CHECK(shown["kind"] == Value("deletion"));
    CHECK(shown["candidates"].items()[0]["by"] == Value("Bo"));
    CHECK(test.settle_error(test.bo, parameters("conflict", conflict)) == ErrorCode::not_permitted);
    test.desk.call("conflicts.settle", parameters("conflict", conflict, "discard", discard));
    test.office.sync_all();
    for (TestDevice* device : {&test.anna, &test.bo, &test.desk}) {
      CHECK(test.note_count(*device) == (discard ? 0 : 1));
      CHECK(device->call("conflicts.list").items().empty());
    }
  }
}

TEST_CASE("texts to choose between are shown with what distinguishes them, word by word") {
  Case test;
  test.sign_apart();
  const Value open = test.desk.call("conflicts.list");
  for (const Value& row : open.items()) {
    if (row["kind"] != Value("signings")) continue;
    const Value shown = test.desk.call("conflicts.show", parameters("conflict", row["id"]));
    REQUIRE(shown["candidates"].items().size() == 2);
    CHECK(shown["candidates"].items()[0]["difference"].is_null());
    const Value::List parts = shown["candidates"].items()[1]["difference"].items();
    REQUIRE(parts.size() == 3);
    CHECK(parts[1]["text"] == Value(" tirsdag"));
    CHECK(parts[1]["only"] == Value("this"));
    return;
  }
  FAIL("no conflict of two signings");
}

TEST_CASE("a conflict settled on two devices at once is settled") {
  Case test;
  const std::string id = test.outcome_conflict();
  TestDevice& bodil = test.office.add("Bodil", "supervisor");
  test.office.sync_all();
  test.desk.call("conflicts.settle", parameters("conflict", id, "pick", 1));
  test.office.sync_all();
  CHECK(bodil.call("conflicts.list").items().empty());
  // Who still sees it open does not overturn it unawares.
  CHECK(test.settle_error(test.desk, parameters("conflict", id, "pick", 2)) ==
        ErrorCode::wrong_state);
}
