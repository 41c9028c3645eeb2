// SPDX-License-Identifier: Apache-2.0
// Ids as text, and what makes a change well formed.
#include "core/document/change.h"

#include <doctest/doctest.h>

#include "tests/core/document/generator.h"

namespace feltbog::document {
namespace {

Change sound() {
  Change change;
  change.id = {generator::writer(1), 3};
  change.lamport = 9;
  change.dependencies = {{generator::writer(2), 4}};
  change.ops = {{{}, "body", Insert{0, "Blåbær 🙂"}}};
  return change;
}

ErrorCode refusal(const Change& change) {
  const auto result = check_change(change);
  return result ? ErrorCode::internal : result.error().code;
}

ErrorCode refusal(Action action, std::string field = "body") {
  Change change = sound();
  change.ops = {{{}, std::move(field), std::move(action)}};
  return refusal(change);
}

}  // namespace

TEST_CASE("a document's id has one text form, and comes back from it") {
  CHECK(to_text(DocumentId{}) == "root");
  CHECK(parse_document_id("root").value().is_root());
  const DocumentId id{{generator::writer(7), 12}, 3};
  const std::string text = to_text(id);
  CHECK(text.substr(0, 5) == "12.3-");
  CHECK(parse_document_id(text).value() == id);
  CHECK(parse_change_id(to_text(id.change)).value() == id.change);
  CHECK(parse_op_id(to_text(OpId{id.change, 3})).value() == OpId{id.change, 3});
}

TEST_CASE("an id that is not in its one form is refused") {
  const std::string writer = to_base32(generator::writer(7).view());
  std::string upper = writer;
  for (char& symbol : upper) symbol = static_cast<char>(std::toupper(symbol));
  for (const std::string& text :
       {std::string(), std::string("root "), "12-" + writer, "012.3-" + writer, "12.03-" + writer,
        "12.3-" + upper, "0.0-" + writer, "12.3" + writer, "12.3-" + writer + "0", "-1.3-" + writer,
        "12.9999-" + writer, "99999999999999999999.0-" + writer, std::string("12.3-")}) {
    CAPTURE(text);
    CHECK_FALSE(parse_document_id(text));
  }
}

TEST_CASE("a sound change passes") { CHECK(check_change(sound())); }

TEST_CASE("a change with impossible numbers is refused") {
  Change change = sound();
  change.id.counter = 0;
  CHECK(refusal(change) == ErrorCode::malformed);
  change = sound();
  change.lamport = 2;
  CHECK(refusal(change) == ErrorCode::malformed);
  change = sound();
  change.lamport = kLamportMax + 1;
  CHECK(refusal(change) == ErrorCode::malformed);
  change = sound();
  change.recorded_at.milliseconds = kRecordedAtMax + 1;
  CHECK(refusal(change) == ErrorCode::limit_exceeded);
}

TEST_CASE("dependencies are sorted, each once, and never on oneself") {
  Change change = sound();
  change.dependencies = {change.dependencies[0], change.dependencies[0]};
  CHECK(refusal(change) == ErrorCode::malformed);
  change.dependencies = {{generator::writer(1), 2}};
  CHECK(refusal(change) == ErrorCode::malformed);
  change.dependencies = {{generator::writer(2), 0}};
  CHECK(refusal(change) == ErrorCode::malformed);
}

TEST_CASE("what no decoder would accept is refused when it is made") {
  CHECK(refusal(Insert{0, ""}) == ErrorCode::malformed);
  CHECK(refusal(Insert{0, "\xC3"}) == ErrorCode::malformed);
  CHECK(refusal(Insert{kPositionMax + 1, "a"}) == ErrorCode::limit_exceeded);
  CHECK(refusal(Insert{0, std::string(kTextPerOpBytesMax + 1, 'a')}) == ErrorCode::limit_exceeded);
  CHECK(refusal(Erase{0, 0}) == ErrorCode::malformed);
  CHECK(refusal(Set{Value("\xFF"), {}}) == ErrorCode::malformed);
  CHECK(refusal(Set{Value(Bytes(kValueBytesMax)), {}}) == ErrorCode::limit_exceeded);
  CHECK(refusal(Increment{kAmountMax + 1}) == ErrorCode::limit_exceeded);
  CHECK(refusal(Create{"note"}) == ErrorCode::malformed);
  CHECK(refusal(Insert{0, "a"}, "") == ErrorCode::malformed);
  CHECK(refusal(Insert{0, "a"}, std::string(kNameBytesMax + 1, 'f')) == ErrorCode::limit_exceeded);
  CHECK(refusal(Unknown{8, Bytes{0}}) == ErrorCode::malformed);
  CHECK(refusal(Unknown{77, Bytes{0x82, 1}}) != ErrorCode::internal);
  CHECK(refusal(Unknown{77, Bytes{1, 1}}) == ErrorCode::malformed);
  const OpId id{{generator::writer(3), 1}, 0};
  CHECK(refusal(Remove{{id, id}}) == ErrorCode::malformed);
  CHECK(refusal(PlaceItem{id, {}, Value(1)}) == ErrorCode::malformed);
  CHECK(refusal(PlaceItem{{}, OpId{}, Value(1)}) == ErrorCode::malformed);
  CHECK(refusal(PlaceItem{{}, {}, Value("\xFF")}) != ErrorCode::internal);
  CHECK(refusal(Delete{}) == ErrorCode::malformed);      // with a field
  CHECK(refusal(Delete{}, "") == ErrorCode::malformed);  // of the root
  CHECK(refusal(Restore{{id, id}}, "") == ErrorCode::malformed);
  CHECK(refusal(Mark{2, 2, "strong", Value(true), true}) == ErrorCode::malformed);
  CHECK(refusal(Mark{0, 2, "", Value(true), true}) == ErrorCode::malformed);
  CHECK(refusal(Mark{0, 2, "strong", Value("\xFF"), true}) == ErrorCode::malformed);
  CHECK(refusal(Mark{0, kPositionMax + 1, "strong", Value(), true}) == ErrorCode::limit_exceeded);
  Value deep;
  for (int i = 0; i < 40; ++i) deep = Value(Value::List{deep});
  CHECK(refusal(Append{deep}) == ErrorCode::limit_exceeded);
}

TEST_CASE("a change too large for one run is refused, also when each op is small enough") {
  Change change = sound();
  change.ops.assign(2, {{}, "body", Insert{0, std::string(kTextPerOpBytesMax, 'a')}});
  CHECK(refusal(change) == ErrorCode::limit_exceeded);
  change.ops.assign(kOpsPerChangeMax + 1, {{}, "body", Freeze{}});
  CHECK(refusal(change) == ErrorCode::limit_exceeded);
}

}  // namespace feltbog::document
