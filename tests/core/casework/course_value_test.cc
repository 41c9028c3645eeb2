// SPDX-License-Identifier: Apache-2.0
#include "core/casework/course_value.h"

#include <doctest/doctest.h>

#include "tests/core/casework/course_story.h"

using namespace feltbog;
using namespace feltbog::casework;
using namespace feltbog::casework::testing;

TEST_CASE("a course as a value carries names, dates and one language's texts") {
  const CourseState state =
      Story().referral("2026-11-17T10:00").call("2026-11-18T10:00").on("2026-11-18");
  const Value value = to_value(state, Language::english);
  CHECK(value["status"].text_or("") == "running");
  CHECK(value["step"].text_or("") == "contact");
  CHECK(value["conflict"].is_null());
  const Value& first = value["deadlines"].items().front();
  CHECK(first["id"].text_or("") == "first_call");
  CHECK(first["due"].text_or("") == "2026-11-24");
  CHECK(first["status"].text_or("") == "met");
  const Value& attempt = value["ladders"].items().front()["attempts"].items().front();
  CHECK(attempt["happened"].text_or("") == "2026-11-18T10:00");
  CHECK(value["ladders"].items().front()["next"].items().front()["rung"].text_or("") == "calls");
  CHECK(value["obligations"].items().front()["owner"].text_or("") == "outreach_worker");
}
