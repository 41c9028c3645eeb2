// SPDX-License-Identifier: Apache-2.0
// Emphasis and lists that several people put on one text, told as stories.
#include <doctest/doctest.h>

#include <algorithm>

#include "core/document/line_marks.h"
#include "core/document/saved_history.h"
#include "tests/core/document/scene.h"

namespace feltbog::document {
namespace {

using scene::meet;
using scene::Person;

Mark mark(std::uint64_t start, std::uint64_t end, const char* name, Value value, bool grows) {
  return {start, end, name, std::move(value), grows};
}
Mark strong(std::uint64_t start, std::uint64_t end) {
  return mark(start, end, "strong", true, true);
}
Mark link(std::uint64_t start, std::uint64_t end) {
  return mark(start, end, "link", Value("a"), false);
}
Mark plain(std::uint64_t start, std::uint64_t end, const char* name = "strong") {
  return mark(start, end, name, Value(), true);
}

struct Two {
  Person anna{1};
  Person bo{2};
  void write(const char* text) {
    anna.act({}, "body", Insert{0, text});
    meet({&anna, &bo});
  }
  // The text with [ ] around what is strong and ( ) around links.
  static std::string shown(const Person& person) {
    std::string out = person.body();
    std::vector<MarkRun> runs = person.history.marks({}, "body");
    std::vector<std::pair<std::uint64_t, char>> signs;
    for (const MarkRun& run : runs) {
      signs.emplace_back(run.begin, run.name == "strong" ? '[' : '(');
      signs.emplace_back(run.end, run.name == "strong" ? ']' : ')');
    }
    std::sort(signs.begin(), signs.end());
    for (auto sign = signs.rbegin(); sign != signs.rend(); ++sign) {
      out.insert(static_cast<std::size_t>(sign->first), 1, sign->second);
    }
    return out;
  }
  std::string both() {
    meet({&anna, &bo});
    CHECK(anna.history.canonical_state() == bo.history.canonical_state());
    CHECK(shown(anna) == shown(bo));
    return shown(anna);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Two, "two people's overlapping emphasis is one stretch") {
  write("The fox jumped.");
  anna.act({}, "body", strong(0, 7));
  bo.act({}, "body", strong(4, 14));
  CHECK(both() == "[The fox jumped].");
}

TEST_CASE_FIXTURE(Two,
                  "words another writes inside emphasis are emphasised, and those before it not") {
  write("abcd");
  anna.act({}, "body", strong(1, 3));
  bo.act({}, "body", Insert{2, "--"});
  bo.act({}, "body", Insert{1, "++"});
  CHECK(both() == "a++[b--c]d");
}

TEST_CASE_FIXTURE(Two,
                  "what is typed at the end of emphasis belongs to it, at the end of a link not") {
  write("ab cd");
  anna.act({}, "body", strong(0, 2));
  anna.act({}, "body", link(3, 5));
  anna.act({}, "body", Insert{5, "!"});
  anna.act({}, "body", Insert{2, "?"});
  CHECK(both() == "[ab?] (cd)!");
  bo.act({}, "body", Insert{3, "?"});
  bo.act({}, "body", Insert{7, "!"});
  CHECK(both() == "[ab??] (cd)!!");
}

TEST_CASE_FIXTURE(Two, "emphasis stays on what is left, and on what replaces its end") {
  write("abcdef");
  anna.act({}, "body", link(1, 5));
  bo.act({}, "body", Erase{3, 3});
  bo.act({}, "body", Insert{3, "XY"});
  CHECK(both() == "a(bcXY)");
  anna.act({}, "body", Erase{1, 4});
  anna.act({}, "body", Insert{1, "Z"});
  CHECK(both() == "aZ");
}

TEST_CASE_FIXTURE(
    Two, "of two marks of one name the later one counts, and apart the same on both sides") {
  write("abcdef");
  anna.act({}, "body", strong(0, 6));
  anna.act({}, "body", plain(2, 4));
  CHECK(both() == "[ab]cd[ef]");
  anna.act({}, "body", plain(0, 3));
  bo.act({}, "body", strong(1, 5));
  const std::string merged = both();
  CHECK((merged == "abc[def]" || merged == "a[bcdef]"));
}

TEST_CASE_FIXTURE(Two, "marks beyond the end reach to the end, and those behind it do nothing") {
  write("ab");
  anna.act({}, "body", link(1, 90));
  anna.act({}, "body", strong(2, 90));
  CHECK(both() == "a(b)");
  bo.act({}, "body", Insert{2, "c"});
  CHECK(both() == "a(b)c");
}

TEST_CASE_FIXTURE(Two, "a list line that is split stays two lines of the list") {
  write("mel\næg\ntak");
  bo.act({}, "body", on_lines(bo.body(), mark(1, 5, "list", "bullet", true)));
  CHECK(bo.history.marks({}, "body") == std::vector<MarkRun>{{0, 7, "list", Value("bullet")}});
  anna.act({}, "body", Insert{6, "\nsukker"});
  anna.act({}, "body", Insert{1, "\n"});
  meet({&anna, &bo});
  const auto lines = [&] { return line_marks(bo.body(), bo.history.marks({}, "body"), "list"); };
  CHECK(bo.body() == "m\nel\næg\nsukker\ntak");
  const Value bullet("bullet");
  CHECK(lines() == std::vector<Value>{bullet, bullet, bullet, bullet, Value()});
  bo.act({}, "body", Insert{4, "\n"});
  CHECK(lines() == std::vector<Value>{bullet, bullet, bullet, bullet, bullet, Value()});
  bo.act({}, "body", Erase{bo.history.text_length({}, "body") - 4, 1});
  CHECK(lines() == std::vector<Value>{bullet, bullet, bullet, bullet, bullet});
}

TEST_CASE("a list at the end of a text goes on with what is written there") {
  Person anna{1};
  anna.act({}, "body", Insert{0, "mel\næg"});
  anna.act({}, "body", on_lines(anna.body(), mark(4, 5, "list", "number", false)));
  anna.act({}, "body", Insert{6, "\ntak"});
  const auto lines = line_marks(anna.body(), anna.history.marks({}, "body"), "list");
  CHECK(lines == std::vector<Value>{Value(), Value("number"), Value("number")});
  CHECK(line_marks("", {}, "list") == std::vector<Value>{Value()});
}

TEST_CASE_FIXTURE(Two,
                  "a signed text keeps the marks its signer saw, and later ones are a conflict") {
  write("abcd");
  anna.act({}, "body", strong(0, 2));
  anna.act({}, "body", Freeze{});
  bo.act({}, "body", link(1, 4));
  bo.act({}, "body", plain(0, 4));
  CHECK(both() == "[ab]cd");
  const auto conflicts = anna.history.conflicts();
  REQUIRE(conflicts.size() == 1);
  REQUIRE(conflicts[0].candidates.size() == 2);
  CHECK(conflicts[0].kind == ConflictKind::late_edit);
  CHECK(conflicts[0].candidates[0].value["marked"] == Value("link"));
  CHECK(conflicts[0].candidates[1].value["unmarked"] == Value("strong"));
  anna.act({}, "body", Remove{conflicts[0].ops});
  CHECK(both() == "[ab]cd");
  CHECK(bo.history.conflicts().empty());
}

TEST_CASE_FIXTURE(Two, "a mark taken back leaves what stood there and what others marked since") {
  write("abcdef");
  anna.act({}, "body", mark(0, 3, "link", "a", false));
  const ChangeId marked = anna.act({}, "body", mark(1, 5, "link", "b", false)).id;
  meet({&anna, &bo});
  bo.act({}, "body", strong(2, 4));
  bo.act({}, "body", Insert{3, "-"});
  meet({&anna, &bo});
  const auto back = anna.history.taking_back(marked).value();
  CHECK(back.stands.empty());
  anna.act(back.ops);
  CHECK(both() == "(ab[c)-d]ef");
  anna.act({}, "body", Insert{6, "!"});
  CHECK(both() == "(ab[c)-d]e!f");
}

TEST_CASE_FIXTURE(Two, "words that come back have the marks they had") {
  write("abcdef");
  anna.act({}, "body", link(1, 3));
  const ChangeId erased = anna.act({}, "body", Erase{0, 4}).id;
  CHECK(both() == "ef");
  anna.act(anna.history.taking_back(erased).value().ops);
  CHECK(both() == "a(bc)def");
}

TEST_CASE_FIXTURE(Two, "a masked mark is gone until it is put back") {
  write("abcd");
  const ChangeId marked = anna.act({}, "body", strong(1, 3)).id;
  meet({&anna, &bo});
  const AddEffect effect = bo.history.mask({marked});
  CHECK(effect.fields.size() == 1);
  CHECK(shown(bo) == "abcd");
  (void)bo.history.unmask({marked});
  CHECK(shown(bo) == "a[bc]d");
}

TEST_CASE_FIXTURE(Two, "who marks a text with masked words in it marks what he sees") {
  write("abcd");
  const ChangeId hidden = anna.act({}, "body", Insert{2, "XYZ"}).id;
  meet({&anna, &bo});
  (void)bo.history.mask({hidden});
  bo.act({}, "body", strong(1, 3));
  CHECK(shown(bo) == "a[bc]d");
  bo.act({}, "body", link(2, 9));
  CHECK(shown(bo) == "a[b(c]d)");
  (void)bo.history.unmask({hidden});
  CHECK(shown(bo) == "a[bXYZ(c]d)");
}

TEST_CASE_FIXTURE(Two, "a mark cannot begin or end with a letter whose erasure is masked") {
  write("abcd");
  const ChangeId erased = anna.act({}, "body", Erase{1, 1}).id;
  meet({&anna, &bo});
  (void)bo.history.mask({erased});
  const auto written = [&](const Mark& wanted) {
    Change change = bo.history.begin_change(bo.writer, WallTime{1});
    change.ops.push_back({{}, "body", wanted});
    auto out = bo.history.as_written(std::move(change));
    if (out) CHECK(bo.history.add(std::move(*out)));
    return out ? ErrorCode::internal : out.error().code;
  };
  CHECK(written(strong(1, 3)) == ErrorCode::not_permitted);
  CHECK(written(strong(0, 2)) == ErrorCode::not_permitted);
  CHECK(written(strong(0, 1)) == ErrorCode::internal);
  CHECK(shown(bo) == "[a]bcd");
  CHECK(written(link(0, 3)) == ErrorCode::internal);
  CHECK(shown(bo) == "([a]bc)d");
}

TEST_CASE_FIXTURE(Two, "marks are saved with the history, and marking edits nothing") {
  write("abcd");
  const auto version = anna.history.text_version({}, "body");
  anna.act({}, "body", strong(1, 3));
  CHECK(anna.history.text_version({}, "body") == version);
  REQUIRE(anna.last.fields.size() == 1);
  CHECK(anna.last.fields[0].patches.empty());
  const auto saved = SavedHistory::open(anna.history.save());
  REQUIRE(saved);
  const auto loaded = saved->load(generator::schema());
  REQUIRE(loaded);
  CHECK(loaded->marks({}, "body") == anna.history.marks({}, "body"));
}

}  // namespace feltbog::document
