// SPDX-License-Identifier: Apache-2.0
// The sentences of sentences.h that are about the contact ladder.
#include <array>

#include "core/casework/explain.h"
#include "core/casework/sentences.h"

namespace feltbog::casework {
namespace {

Text joined(std::initializer_list<Text> parts) {
  Text whole;
  for (const Text& part : parts) {
    whole.da += part.da;
    whole.en += part.en;
  }
  return whole;
}

std::string english_ordinal(int number) {
  const bool teen = number % 100 >= 11 && number % 100 <= 13;
  constexpr std::array<std::string_view, 4> kEndings = {"th", "st", "nd", "rd"};
  const int last = number % 10;
  return std::to_string(number) +
         std::string(teen || last > 3 ? "th" : kEndings[static_cast<std::size_t>(last)]);
}

Text ordinal(int number) { return {std::to_string(number) + '.', english_ordinal(number)}; }

Text number(int count) { return {std::to_string(count), std::to_string(count)}; }

}  // namespace

Text explain_attempt(const AttemptState& attempt, const Rung* rung, const TimeBand* band,
                     const Text& channel, const Text& result) {
  Text sentence = joined({ordinal(attempt.number), {" forsøg", " attempt"}});
  if (rung != nullptr) {
    sentence = joined({sentence,
                       {" (", " ("},
                       rung->label,
                       {" nr. ", " no. "},
                       number(attempt.number_in_rung),
                       {")", ")"}});
  }
  sentence = joined(
      {sentence, {", ", ", "}, channel, {", ", ", "}, weekday_date_text(attempt.happened.date)});
  if (band != nullptr) sentence = joined({sentence, {", ", ", "}, band->label});
  if (!result.da.empty()) sentence = joined({sentence, {": ", ": "}, result});
  if (attempt.follow_up_missing) {
    sentence = joined({sentence, {"; tekstbesked mangler", "; text message missing"}});
  }
  return sentence;
}

Text explain_rung(const Rung& rung, const RungState& state, const std::vector<std::string>& bands) {
  switch (state.status) {
    case RungStatus::skipped:
      return rung.skip_when_field.empty()
                 ? Text{"springes over: ingen er nævnt i henvisningen",
                        "skipped: the referral names nobody"}
                 : Text{"springes over: borgeren er fritaget for Digital Post",
                        "skipped: the citizen is exempt from digital post"};
    case RungStatus::stopped: return {"ikke længere aktuelt", "no longer asked for"};
    case RungStatus::waiting: return {"venter på trinnet før", "waits for the step before it"};
    case RungStatus::done:
    case RungStatus::due: break;
  }
  Text sentence = joined({number(state.made), {" af ", " of "}, number(state.needed)});
  const bool same_time = state.status == RungStatus::due && rung.different_bands > 1 &&
                         state.made >= rung.attempts &&
                         static_cast<int>(bands.size()) < rung.different_bands;
  if (same_time) {
    sentence = joined({sentence,
                       {"; alle i samme tidsrum, så der mangler et opkald på et andet",
                        "; all at the same time of day, so one at another is missing"}});
  }
  if (state.reply_by) {
    sentence = joined({sentence, {"; svarfrist ", "; reply by "}, date_text(*state.reply_by)});
  }
  if (state.due && state.status == RungStatus::due) {
    sentence = joined({sentence, {"; senest ", "; by "}, date_text(*state.due)});
  }
  return sentence;
}

Text explain_next(const Rung& rung, const RungState& state, Date today) {
  Text sentence = rung.label;
  if (state.needed > 1) {
    sentence = joined({sentence,
                       {" nr. ", " no. "},
                       number(state.made + 1),
                       {" af ", " of "},
                       number(state.needed)});
  }
  if (state.not_before && today < *state.not_before) {
    sentence = joined({sentence,
                       {"; tidligst ", "; not before "},
                       date_text(*state.not_before),
                       {", når svarfristen er gået", ", when the time to reply has passed"}});
  }
  if (state.due) sentence = joined({sentence, {"; senest ", "; by "}, date_text(*state.due)});
  return sentence;
}

Text follow_up_instruction(const AttemptState& attempt) {
  return joined({{"Send en tekstbesked efter ", "Send a text message after the "},
                 ordinal(attempt.number),
                 {" forsøg", " attempt"}});
}

Text explain_follow_up(const AttemptState& attempt) {
  return joined({{"hvert opkald følges af en tekstbesked; den efter opkaldet ",
                  "each call is followed by a text message; the one after the call on "},
                 date_text(attempt.happened.date),
                 {" er ikke registreret", " is not recorded"}});
}

Text explain_hand_back(const LadderState& ladder, bool all_tried) {
  Text sentence;
  if (all_tried) sentence = {"alle trin er forsøgt", "every step has been tried"};
  if (ladder.window_from && ladder.window_to) {
    if (all_tried) sentence = joined({sentence, {"; ", "; "}});
    sentence = joined({sentence,
                       {"perioden med forsøg begyndte ", "the period of attempts began on "},
                       date_text(*ladder.window_from),
                       {" og slutter ", " and ends on "},
                       date_text(*ladder.window_to)});
  }
  return sentence;
}

}  // namespace feltbog::casework
