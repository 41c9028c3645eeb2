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

TEST_CASE("words are marked by naming them, and what others marked is seen by all") {
  Note note;
  note.append(note.anna, "mel\næg");
  note.office.sync_all();
  const auto mark = [&](TestDevice& device, const Value& how) {
    const auto done = device.try_call("note.mark", how);
    return done ? ErrorCode::internal : done.error().code;
  };
  const auto named = [&](const char* name, const char* words) {
    return parameters("case", note.id, "note", "N", "name", name, "words", words);
  };
  CHECK(mark(note.anna, named("strong", "Aftalt")) == ErrorCode::internal);
  CHECK(mark(note.bo, named("list", "el\næ")) == ErrorCode::internal);
  note.office.sync_all();
  const Value shown = note.anna.call("note.show", parameters("case", note.id, "note", "N"));
  REQUIRE(shown["marks"].items().size() == 2);
  CHECK(shown["marks"].items()[0]["name"] == Value("strong"));
  CHECK(shown["marks"].items()[0]["end"] == Value(6));
  CHECK(shown["marks"].items()[1]["begin"] == Value(8));
  CHECK(shown["marks"].items()[1]["end"] == Value(14));
  CHECK(shown["marks"].items()[1]["value"] == Value("bullet"));
  Value away = named("strong", "Aftalt");
  away["remove"] = true;
  CHECK(mark(note.bo, away) == ErrorCode::internal);
  CHECK(note.undo(note.anna) == ErrorCode::internal);
  CHECK(mark(note.bo, named("strong", "findes ikke")) == ErrorCode::not_found);
  CHECK(mark(note.bo, named("strong", "l")) == ErrorCode::ambiguous);
  CHECK(mark(note.bo, named("", "mel")) == ErrorCode::invalid_argument);
  note.office.sync_all();
  const Value after = note.bo.call("note.show", parameters("case", note.id, "note", "N"));
  CHECK(after["marks"].items().size() == 1);
}

TEST_CASE("a stretch to mark is given once, in words or in numbers within the note") {
  Note note;
  const auto mark = [&](std::int64_t from, std::int64_t to, const char* words) {
    Value how = parameters("case", note.id, "note", "N", "name", "strong");
    if (from >= 0) how["from"] = from;
    if (to >= 0) how["to"] = to;
    if (*words != 0) how["words"] = words;
    const auto done = note.anna.try_call("note.mark", how);
    return done ? ErrorCode::internal : done.error().code;
  };
  CHECK(mark(0, 3, "") == ErrorCode::internal);
  CHECK(mark(-1, -1, "") == ErrorCode::invalid_argument);
  CHECK(mark(0, -1, "") == ErrorCode::invalid_argument);
  CHECK(mark(0, 3, "Aft") == ErrorCode::invalid_argument);
  CHECK(mark(3, 3, "") == ErrorCode::invalid_argument);
  CHECK(mark(0, 99, "") == ErrorCode::invalid_argument);
  note.anna.call("note.sign", parameters("case", note.id, "note", "N"));
  CHECK(mark(0, 3, "") == ErrorCode::immutable);
}
