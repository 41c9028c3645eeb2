// SPDX-License-Identifier: Apache-2.0
// Notes that several people write in.
#include <doctest/doctest.h>

#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

struct Note {
  TestOffice office{1};
  TestDevice& anna = office.add("Anna");
  TestDevice& bo = office.add("Bo");
  std::string id = office.refer({"Anna", "Bo"});
  Note() {
    office.sync_all();
    anna.call("note.write", parameters("case", id, "text", "Aftalt.", "title", "N"));
    office.sync_all();
  }

  void append(TestDevice& device, const char* words) {
    device.call("note.append", parameters("case", id, "note", "N", "text", words));
  }
  ErrorCode undo(TestDevice& device) {
    const auto done = device.try_call("note.undo", parameters("case", id, "note", "N"));
    return done ? ErrorCode::internal : done.error().code;
  }
  std::string text(TestDevice& device) {
    return device.call("note.show", parameters("case", id, "note", "N"))["text"].text_or({});
  }
};

}  // namespace

TEST_CASE("what one wrote last is taken back, and what others wrote since stays") {
  Note note;
  note.append(note.anna, "Hun var glad.");
  note.append(note.anna, "Nej, ked af det.");
  note.office.sync_all();
  note.append(note.bo, "Ringet op.");
  note.office.sync_all();
  CHECK(note.undo(note.anna) == ErrorCode::internal);
  CHECK(note.text(note.anna) == "Aftalt.\nHun var glad.\nRinget op.");
  CHECK(note.undo(note.anna) == ErrorCode::internal);
  note.office.sync_all();
  CHECK(note.text(note.bo) == "Aftalt.\nRinget op.");
  CHECK(note.undo(note.anna) == ErrorCode::wrong_state);  // a note's beginning goes with the note
  CHECK(note.undo(note.bo) == ErrorCode::internal);
  CHECK(note.undo(note.bo) == ErrorCode::wrong_state);
  note.office.sync_all();
  CHECK(note.text(note.anna) == "Aftalt.");
}

TEST_CASE("a note's history says who wrote when, and shows how it read then") {
  Note note;
  note.append(note.bo, "Ringet op.");
  note.office.sync_all();
  note.anna.call("note.edit",
                 parameters("case", note.id, "note", "N", "text", "Aftalt.\nRinget op kl. 10."));
  note.office.sync_all();
  const Value::List rows =
      note.bo.call("note.history", parameters("case", note.id, "note", "N")).items();
  REQUIRE(rows.size() == 3);
  CHECK(rows[0]["by"] == Value("Anna"));
  CHECK(rows[1]["by"] == Value("Bo"));
  CHECK(rows[1]["added"] == Value(11));
  CHECK(rows[2]["removed"] == Value(0));
  const auto shown = [&](int version) {
    return note.bo.try_call("note.show",
                            parameters("case", note.id, "note", "N", "version", version));
  };
  CHECK(shown(1).value()["text"] == Value("Aftalt."));
  CHECK(shown(2).value()["text"] == Value("Aftalt.\nRinget op."));
  const Value::List parts = shown(2).value()["difference"].items();
  REQUIRE(parts.size() == 3);
  CHECK(parts[1]["text"] == Value(" kl. 10"));
  CHECK(shown(4).error().code == ErrorCode::not_found);
}

TEST_CASE("in a signed note nothing is taken back") {
  Note note;
  note.append(note.anna, "Hun var glad.");
  note.anna.call("note.sign", parameters("case", note.id, "note", "N"));
  CHECK(note.undo(note.anna) == ErrorCode::immutable);
  CHECK(note.text(note.anna) == "Aftalt.\nHun var glad.");
}
