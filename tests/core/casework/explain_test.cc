// SPDX-License-Identifier: Apache-2.0
#include "core/casework/explain.h"

#include <doctest/doctest.h>

#include "tests/core/casework/course_story.h"

using namespace feltbog;
using namespace feltbog::casework;
using namespace feltbog::casework::testing;

namespace {

bool begins(const std::string& text, std::string_view with) { return text.starts_with(with); }

}  // namespace

TEST_CASE("dates and periods are words people use") {
  CHECK(date_text(day("2026-11-24")) == Text{"24. november 2026", "24 November 2026"});
  CHECK(weekday_date_text(day("2026-11-18")) ==
        Text{"onsdag 18. november 2026", "Wednesday 18 November 2026"});
  CHECK(period_text({1, Unit::week}) == Text{"en uge", "one week"});
  CHECK(period_text({14, Unit::day}) == Text{"14 dage", "14 days"});
  CHECK(period_text({3, Unit::working_day}) == Text{"3 arbejdsdage", "3 working days"});
  CHECK(period_text({6, Unit::month}) == Text{"6 måneder", "6 months"});
}

TEST_CASE("a deadline says what is due when, and why") {
  const CourseState state = Story().referral("2026-11-17T10:00").on("2026-11-18");
  const Text& first = deadline(state, "first_call").explanation;
  CHECK(begins(first.da,
               "første opkald senest 24. november 2026: en uge fra henvisningen 17. november"));
  CHECK(begins(first.en,
               "first call by 24 November 2026: one week from the referral on 17 November"));
  CHECK(first.da.ends_with("(ikke afgjort lokalt endnu, F-D8)"));
}

TEST_CASE("a limit names its last day and says that it is not moved") {
  const CourseState state = Story()
                                .referral("2026-11-02T10:00")
                                .event("intro_started", "2026-11-24T10:00")
                                .on("2026-11-24");
  const Text& limit = deadline(state, "course_limit").explanation;
  CHECK(begins(limit.en,
               "the offer: the last day is 15 March 2027: 16 weeks from the first attendance on "
               "24 November 2026; a limit is never moved"));
  CHECK(begins(
      limit.da,
      "tilbuddet: sidste dag er 15. marts 2027: 16 uger fra første fremmøde 24. november 2026; "
      "en grænse flyttes ikke"));
}

TEST_CASE("a date that cannot be computed says what is missing") {
  const CourseState state = Story().referral("2026-11-02T10:00").on("2026-11-03");
  CHECK(
      begins(deadline(state, "intro_end").explanation.da,
             "valg af tovholder og læringsforløb: kan ikke beregnes endnu, for første fremmøde er "
             "ikke registreret"));
}

TEST_CASE("a municipality's own choice is named as such") {
  Pathway pathway = fokus();
  for (LocalDecision& decision : pathway.decisions) decision.settled = true;
  const CourseState state =
      derive(pathway, Story().referral("2026-11-17T10:00").events, day("2026-11-18"));
  CHECK(deadline(state, "first_call")
            .explanation.en.ends_with(
                "ends on a working day, as the municipality has chosen (F-D8)"));
}

TEST_CASE("every state and hardness has a word in both languages") {
  for (int status = 0; status <= static_cast<int>(DeadlineStatus::undetermined); ++status) {
    const Text text = status_text(static_cast<DeadlineStatus>(status));
    CHECK_FALSE(text.da.empty());
    CHECK_FALSE(text.en.empty());
  }
  for (int hardness = 0; hardness <= static_cast<int>(Hardness::aim); ++hardness) {
    CHECK_FALSE(hardness_text(static_cast<Hardness>(hardness)).da.empty());
  }
}
