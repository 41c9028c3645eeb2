// SPDX-License-Identifier: Apache-2.0
#include "core/casework/sentences.h"

#include "core/casework/explain.h"

namespace feltbog::casework {
namespace {

// Joins texts and pairs of words, each language on its own.
class Sentence {
 public:
  Sentence& add(const Text& text) { return add(text.da, text.en); }
  Sentence& add(std::string_view da, std::string_view en) {
    text_.da += da;
    text_.en += en;
    return *this;
  }
  Text take() { return std::move(text_); }

 private:
  Text text_;
};

// The year is left out where the sentence has named it.
Text date_beside(Date date, std::optional<Date> named) {
  const bool same_year = named && civil(*named).year == civil(date).year;
  return same_year ? date_text_without_year(date) : date_text(date);
}

Text bare_weekday_date(Date date, std::optional<Date> named) {
  const Text day = weekday_text(weekday(date));
  const Text rest = date_beside(date, named);
  return {day.da + ' ' + rest.da, day.en + ' ' + rest.en};
}

void add_span(const DeadlineRule& rule, const DeadlineState& state, Sentence& sentence) {
  sentence.add(rule.subject);
  if (rule.roll == Roll::maximum) {
    sentence.add(": sidste dag er ", ": the last day is ").add(date_text(*state.due));
  } else if (state.earliest && state.latest) {
    sentence.add(" tidligst ", " from ").add(date_text(*state.earliest));
    sentence.add(" og senest ", " to ").add(date_text(*state.latest));
    if (state.target) {
      sentence.add(", helst ", ", ideally ").add(date_beside(*state.target, state.latest));
    }
  } else {
    sentence.add(" senest ", " by ").add(date_text(*state.due));
  }
}

void add_reason(const DeadlineRule& rule, const DeadlineState& state, const DeadlineFacts& facts,
                Sentence& sentence) {
  if (facts.stated) {
    sentence.add(": datoen er sat, da ", ": the date was set when ").add(rule.anchor_label);
    sentence.add(" blev registreret ", " was recorded, on ");
    sentence.add(date_beside(*state.anchor, state.due));
    return;
  }
  sentence.add(": ", ": ").add(period_text(rule.period));
  if (facts.restarted) {
    sentence.add(" fra den dag kontakten blev genoptaget, ", " from the day contact began again, ");
  } else {
    sentence.add(" fra ", " from ").add(rule.anchor_label).add(" ", " on ");
  }
  sentence.add(date_beside(*state.anchor, state.due));
}

void add_roll(const DeadlineRule& rule, const DeadlineState& state, const DeadlineFacts& facts,
              Sentence& sentence) {
  if (rule.roll == Roll::maximum) {
    sentence.add("; en grænse flyttes ikke", "; a limit is never moved");
    return;
  }
  const bool moved =
      facts.computed && !facts.stated && !rule.latest && *facts.computed != *state.due;
  if (!moved) return;
  const bool forward = *facts.computed < *state.due;
  sentence.add(forward ? "; rykket frem fra " : "; rykket tilbage fra ",
               forward ? "; moved forward from " : "; moved back from ");
  sentence.add(bare_weekday_date(*facts.computed, state.due));
  const bool weekend = weekday(*facts.computed) >= Weekday::saturday;
  if (!weekend && facts.closed_because) {
    sentence.add(" (", " (").add(*facts.closed_because).add(")", ")");
  }
}

void add_status(const DeadlineState& state, Date today, Sentence& sentence) {
  switch (state.status) {
    case DeadlineStatus::met:
      if (!state.met_on) return;
      sentence.add("; opfyldt ", "; met on ").add(date_beside(*state.met_on, state.due));
      return;
    case DeadlineStatus::met_late:
      if (!state.met_on) return;
      sentence.add("; først opfyldt ", "; met late, on ")
          .add(date_beside(*state.met_on, state.due));
      return;
    case DeadlineStatus::due_today: sentence.add("; det er i dag", "; that is today"); return;
    case DeadlineStatus::overdue: {
      const int days = days_between(*state.due, today);
      const Text late = period_text({days, Unit::day});
      sentence.add("; overskredet med ", "; overdue by ").add(late);
      return;
    }
    case DeadlineStatus::stopped:
      sentence.add("; ikke længere aktuelt", "; no longer asked for");
      return;
    case DeadlineStatus::undetermined:
      sentence.add("; uafklaret, til udfaldet er afgjort",
                   "; undetermined until the outcome is settled");
      return;
    case DeadlineStatus::upcoming:
    case DeadlineStatus::due_soon: return;
  }
}

void add_decisions(const Pathway& pathway, const DeadlineRule& rule, Sentence& sentence) {
  for (const std::string& id : rule.decisions) {
    const LocalDecision* decision = find_decision(pathway, id);
    if (decision == nullptr) continue;
    sentence.add("; ", "; ").add(decision->choice);
    if (decision->settled) {
      sentence.add(", som kommunen har valgt (", ", as the municipality has chosen (");
    } else {
      sentence.add(" (ikke afgjort lokalt endnu, ", " (not settled locally yet, ");
    }
    sentence.add(id + ')', id + ')');
  }
}

Text explain_missing(const Pathway& pathway, const DeadlineRule& rule, const DeadlineState& state) {
  Sentence sentence;
  sentence.add(rule.subject);
  if (state.status == DeadlineStatus::stopped) {
    return sentence.add(": ikke aktuelt", ": not asked for").take();
  }
  if (state.anchor) {
    sentence.add(": fristen er ikke fastsat lokalt; regnes fra ",
                 ": not settled locally; counted from ");
    sentence.add(rule.anchor_label).add(" ", " on ").add(date_text(*state.anchor));
    add_status(state, *state.anchor, sentence);
  } else {
    sentence.add(": kan ikke beregnes endnu, for ", ": cannot be computed yet, because ");
    sentence.add(rule.anchor_label).add(" er ikke registreret", " is not recorded");
  }
  if (rule.unsettled) add_decisions(pathway, rule, sentence);
  return sentence.take();
}

}  // namespace

Text explain_deadline(const Pathway& pathway, const DeadlineRule& rule, const DeadlineState& state,
                      const DeadlineFacts& facts) {
  if (!state.due) return explain_missing(pathway, rule, state);
  Sentence sentence;
  add_span(rule, state, sentence);
  add_reason(rule, state, facts, sentence);
  add_roll(rule, state, facts, sentence);
  if (rule.hardness == Hardness::aim) sentence.add("; ", "; ").add(hardness_text(rule.hardness));
  if (facts.before_correction) {
    sentence.add("; rettet fra ", "; corrected from ");
    sentence.add(date_beside(*facts.before_correction, state.due));
  }
  add_status(state, facts.today, sentence);
  add_decisions(pathway, rule, sentence);
  return sentence.take();
}

Text explain_obligation(const ObligationState& state, const Role* owner,
                        const DeadlineState* deadline) {
  Sentence sentence;
  if (owner != nullptr) sentence.add(owner->label).add(": ", ": ");
  if (state.done && state.done_on) {
    return sentence.add("udført ", "done on ").add(date_text(*state.done_on)).take();
  }
  if (state.undetermined) {
    return sentence
        .add("afventer, at udfaldet bliver afgjort", "waits until the outcome is settled")
        .take();
  }
  if (deadline != nullptr) return sentence.add(deadline->explanation).take();
  if (state.opened) sentence.add("siden ", "since ").add(date_text(*state.opened));
  return sentence.add("; dokumentet giver ingen frist", "; the document gives no date").take();
}

Text explain_conflict(const Pathway& pathway, const OutcomeConflict& conflict) {
  Sentence sentence;
  sentence.add("forskellige udfald er registreret hver for sig: ",
               "different outcomes were recorded apart: ");
  bool first = true;
  for (const DecidedOutcome& candidate : conflict.candidates) {
    const Outcome* outcome = find_outcome(pathway, candidate.outcome);
    if (!first) sentence.add("; ", "; ");
    first = false;
    if (outcome != nullptr) sentence.add(outcome->label);
    sentence.add(" (", " (").add(date_text(candidate.date)).add(")", ")");
  }
  return sentence
      .add("; forløbet er uafklaret, til et af dem er valgt",
           "; the course is undetermined until one of them is chosen")
      .take();
}

Text finding_text(std::string_view code, const Text& label, std::optional<Date> date) {
  Sentence sentence;
  if (!label.da.empty()) sentence.add(label).add(": ", ": ");
  if (code == "correction_of_unknown") {
    sentence.add("en rettelse gælder noget, der ikke er registreret her",
                 "a correction is about something that is not recorded here");
  } else if (code == "unknown_outcome") {
    sentence.add("udfaldet findes ikke i forløbsbeskrivelsen", "the pathway has no such outcome");
  } else if (code == "role_not_entitled") {
    sentence.add("registreret i en rolle, der ikke afgør dette udfald",
                 "recorded in a role that does not decide this outcome");
  } else if (code == "outcome_outside_step") {
    sentence.add("registreret for et trin, forløbet ikke er nået til",
                 "recorded for a step the course has not reached");
  } else if (code == "expected_missing") {
    sentence.add("noget, som udfaldet forudsætter, er ikke registreret",
                 "something this outcome expects is not recorded");
  } else if (code == "beyond_maximum") {
    sentence.add("registreret efter sidste dag; grundlaget skal afklares",
                 "recorded after the last day; its basis is to be clarified");
  } else if (code == "no_ground") {
    sentence.add("kontakt til andre uden registreret samtykke eller hjemmel",
                 "contact with others without recorded consent or legal ground");
  }
  if (date) sentence.add(" (", " (").add(date_text(*date)).add(")", ")");
  return sentence.take();
}

}  // namespace feltbog::casework
