// SPDX-License-Identifier: Apache-2.0
#include "core/casework/walk.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/casework/sentences.h"

namespace feltbog::casework {
namespace {

using StepVisit = std::pair<std::string, int>;

int visit_of(const Event& event) {
  constexpr std::int64_t kVisitMax = 1'000'000;
  const std::int64_t visit = event.fields["visit"].integer_or(1);
  return static_cast<int>(std::clamp<std::int64_t>(visit, 1, kVisitMax));
}

class Walker {
 public:
  Walker(const Pathway& pathway, const Facts& facts) : pathway_(pathway), facts_(facts) {}

  Walk run() {
    sort_candidates();
    if (facts_.events.empty() && facts_.outcomes.empty()) return std::move(walk_);
    walk_.status = CourseStatus::running;
    enter(pathway_.start_step, first_moment(), false);
    while (follow_outcome() || reopen()) {
    }
    report_unplaced();
    return std::move(walk_);
  }

 private:
  void sort_candidates() {
    for (const Fact& fact : facts_.outcomes) {
      const Event& event = fact.event;
      const Outcome* outcome = find_outcome(pathway_, event.fields["outcome"].text_or(""));
      if (outcome == nullptr) {
        find("unknown_outcome", event, event.fields["outcome"].text_or(""));
        continue;
      }
      const bool entitled =
          event.role.empty() || std::find(outcome->decided_by.begin(), outcome->decided_by.end(),
                                          event.role) != outcome->decided_by.end();
      if (!entitled) find("role_not_entitled", event, "", &outcome->label);
      candidates_[{outcome->step, visit_of(event)}].push_back({outcome, visit_of(event), event});
    }
  }

  Moment first_moment() const {
    if (facts_.events.empty()) return facts_.outcomes.front().event.happened;
    return facts_.events.front().event.happened;
  }

  void enter(const std::string& step, const Moment& at, bool restarts_contact) {
    walk_.entries.push_back({step, ++visits_[step], at, restarts_contact});
  }

  // One step further, by the outcome decided for the current step. Each call uses up a candidate,
  // so that a circle in the pathway ends with the recorded outcomes.
  bool follow_outcome() {
    if (walk_.status != CourseStatus::running) return false;
    const StepEntry& current = walk_.entries.back();
    const auto found = candidates_.find({current.step, current.visit});
    if (found == candidates_.end()) return false;
    std::vector<Decided> here = std::move(found->second);
    candidates_.erase(found);
    const bool agreed = std::all_of(here.begin(), here.end(), [&](const Decided& candidate) {
      return candidate.outcome == here.front().outcome;
    });
    if (!agreed) {
      walk_.status = CourseStatus::conflict;
      walk_.candidates = std::move(here);
      return false;
    }
    apply(here.front());
    return true;
  }

  void apply(const Decided& decided) {
    const Outcome& outcome = *decided.outcome;
    walk_.decided.push_back(decided);
    if (outcome.next_step.empty()) {
      walk_.status = CourseStatus::ended;
      walk_.ended = decided.event.happened;
      return;
    }
    enter(outcome.next_step, decided.event.happened,
          has_effect(outcome, Effect::Kind::restart_contact));
  }

  // A course that ended begins again with the first reopening after its end.
  bool reopen() {
    if (walk_.status != CourseStatus::ended) return false;
    const auto next =
        std::find_if(facts_.events.begin(), facts_.events.end(), [this](const Fact& fact) {
          return fact.event.type == kReopenedEvent && fact.event.happened.utc >= walk_.ended->utc &&
                 !used_reopenings_.contains(fact.event.id);
        });
    if (next == facts_.events.end()) return false;
    const Event& event = next->event;
    used_reopenings_.insert(event.id);
    walk_.status = CourseStatus::running;
    walk_.ended.reset();
    walk_.reopened = event.happened;
    enter(pathway_.reopen_step, event.happened, true);
    return true;
  }

  void report_unplaced() {
    for (const auto& [place, unplaced] : candidates_) {
      for (const Decided& candidate : unplaced) {
        find("outcome_outside_step", candidate.event, "", &candidate.outcome->label);
      }
    }
  }

  void find(std::string_view code, const Event& event, const std::string& id,
            const Text* label = nullptr) {
    walk_.findings.push_back(
        {std::string(code), event.id,
         finding_text(code, label != nullptr ? *label : Text{id, id}, event.happened.local.date)});
  }

  const Pathway& pathway_;
  const Facts& facts_;
  Walk walk_;
  std::map<StepVisit, std::vector<Decided>> candidates_;
  std::map<std::string, int> visits_;
  std::set<std::string> used_reopenings_;
};

}  // namespace

Walk walk_steps(const Pathway& pathway, const Facts& facts) { return Walker(pathway, facts).run(); }

bool has_effect(const Outcome& outcome, Effect::Kind kind) {
  return std::any_of(outcome.effects.begin(), outcome.effects.end(),
                     [&](const Effect& effect) { return effect.kind == kind; });
}

}  // namespace feltbog::casework
