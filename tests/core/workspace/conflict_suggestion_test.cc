// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/conflict_suggestion.h"

#include <doctest/doctest.h>

using namespace feltbog;
using document::Conflict;
using document::ConflictKind;

namespace {

Conflict between(std::vector<std::pair<Value, std::int64_t>> values) {
  Conflict out;
  for (auto& [value, recorded] : values) {
    out.candidates.push_back({{}, std::move(value), 1, WallTime{recorded}});
  }
  return out;
}

Value event(const char* happened) {
  Value out;
  out["happened"] = happened;
  return out;
}

void suggests(const Conflict& conflict, std::size_t pick, std::string_view why) {
  const auto suggestion = workspace::suggestion_for(conflict);
  CHECK(suggestion.pick == pick);
  CHECK(suggestion.why == why);
}

}  // namespace

TEST_CASE("of two events the one that happened last is suggested, whenever it was written down") {
  suggests(between({{event("2026-11-17T14:00"), 1}, {event("2026-11-16T09:00"), 2}}), 1,
           "newest_event");
}

TEST_CASE("of two events at the same time the one written last is suggested") {
  suggests(between({{event("2026-11-17T14:00"), 1}, {event("2026-11-17T14:00"), 2}}), 2,
           "newest_value");
}

TEST_CASE("of texts the one that has all others in it is suggested") {
  suggests(between({{Value("Kirkegade 4, 2. tv."), 1}, {Value("Kirkegade 4"), 2}}), 1,
           "holds_the_others");
}

TEST_CASE("of values that say something else the one written last is suggested") {
  suggests(between({{Value("Kirkegade 4"), 5}, {Value("Havnen 2"), 2}}), 1, "newest_value");
  suggests(between({{Value("Kirkegade 4"), 5}, {Value(), 7}}), 2, "newest_value");
}

TEST_CASE("where words could get lost, keeping them is suggested") {
  for (const ConflictKind kind : {ConflictKind::late_edit, ConflictKind::deletion}) {
    Conflict conflict = between({{Value("Husk"), 1}});
    conflict.kind = kind;
    suggests(conflict, 0, "keeps_all_words");
  }
  Conflict signings = between({{Value("Aftalt."), 1}, {Value("Aftalt tirsdag."), 2}});
  signings.kind = ConflictKind::signings;
  suggests(signings, 1, "keeps_all_words");
}
