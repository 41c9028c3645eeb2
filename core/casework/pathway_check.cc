// SPDX-License-Identifier: Apache-2.0
#include "core/casework/pathway_check.h"

#include <algorithm>
#include <set>

#include "core/casework/event.h"

namespace feltbog::casework {
namespace {

template <class Element>
const Element* find_by_id(const std::vector<Element>& elements, std::string_view id) {
  const auto found = std::find_if(elements.begin(), elements.end(),
                                  [&](const Element& element) { return element.id == id; });
  return found == elements.end() ? nullptr : &*found;
}

std::string indexed(std::string_view list, std::size_t index) {
  return std::string(list) + '[' + std::to_string(index) + ']';
}

// Walks the pathway and keeps the first name that stands for nothing.
class Checker {
 public:
  explicit Checker(const Pathway& pathway) : pathway_(pathway) {}

  Result<void> run() {
    unique_ids();
    step("start_step", pathway_.start_step);
    step("reopen_step", pathway_.reopen_step);
    events();
    steps();
    outcomes();
    deadlines();
    obligations();
    notices();
    protocols();
    if (!first_.empty()) return Error{ErrorCode::malformed, first_};
    return {};
  }

 private:
  void fail(const std::string& place, std::string_view what) {
    if (first_.empty()) first_ = place + ": " + std::string(what);
  }
  void known(bool found, const std::string& place, std::string_view kind, const std::string& id) {
    if (!found) fail(place, "there is no " + std::string(kind) + " '" + id + "'");
  }

  template <class Element>
  void unique(std::string_view list, const std::vector<Element>& elements) {
    std::set<std::string_view> seen;
    for (std::size_t index = 0; index < elements.size(); ++index) {
      if (!seen.insert(elements[index].id).second) {
        fail(indexed(list, index), "the id '" + elements[index].id + "' is used twice");
      }
    }
  }
  void unique_ids() {
    unique("roles", pathway_.roles);
    unique("events", pathway_.events);
    unique("steps", pathway_.steps);
    unique("outcomes", pathway_.outcomes);
    unique("deadlines", pathway_.deadlines);
    unique("obligations", pathway_.obligations);
    unique("notices", pathway_.notices);
    unique("documents", pathway_.documents);
    unique("services", pathway_.services);
    unique("contact_protocols", pathway_.contact_protocols);
    unique("decisions", pathway_.decisions);
  }

  void role(const std::string& place, const std::string& id) {
    known(find_role(pathway_, id) != nullptr, place, "role", id);
  }
  void roles(const std::string& place, const std::vector<std::string>& ids) {
    if (ids.empty()) fail(place, "is empty");
    for (const std::string& id : ids) role(place, id);
  }
  void step(const std::string& place, const std::string& id) {
    known(find_step(pathway_, id) != nullptr, place, "step", id);
  }
  void deadline(const std::string& place, const std::string& id) {
    known(id.empty() || find_deadline(pathway_, id) != nullptr, place, "deadline", id);
  }
  void decisions(const std::string& place, const std::vector<std::string>& ids) {
    for (const std::string& id : ids) {
      known(find_decision(pathway_, id) != nullptr, place + ".decisions", "decision", id);
    }
  }
  void field(const std::string& place, const std::string& event, const std::string& id) {
    const EventType* type = find_event_type(pathway_, event);
    if (type == nullptr) return known(false, place, "event", event);
    if (id.empty()) return;
    known(find_by_id(type->fields, id) != nullptr, place, "field of " + event, id);
  }
  void match(const std::string& place, const EventMatch& match) {
    field(place, match.event, "");
    const std::string where = place + ".where";
    for (const auto& [name, values] : match.where) {
      field(where, match.event, name);
      const EventType* type = find_event_type(pathway_, match.event);
      const FieldType* asked = type == nullptr ? nullptr : find_by_id(type->fields, name);
      if (asked == nullptr || asked->kind != FieldKind::choice) continue;
      for (const Value& value : values) {
        const auto& choices = asked->choices;
        known(std::find(choices.begin(), choices.end(), value.text_or("")) != choices.end(),
              std::string(where).append(".").append(name), "choice", value.text_or("(no text)"));
      }
    }
  }
  void condition(const std::string& place, const Condition& condition) {
    using Kind = Condition::Kind;
    if (condition.kind == Kind::has) match(place, condition.match);
    if (condition.kind == Kind::entered) step(place, condition.names.front());
    if (condition.kind == Kind::outcome) {
      if (condition.names.empty()) fail(place, "names no outcome");
      for (const std::string& id : condition.names) {
        known(find_outcome(pathway_, id) != nullptr, place, "outcome", id);
      }
    }
    for (const Condition& child : condition.children) this->condition(place, child);
  }

  void events() {
    for (std::size_t index = 0; index < pathway_.events.size(); ++index) {
      roles(indexed("events", index) + ".recorded_by", pathway_.events[index].recorded_by);
    }
  }
  void steps() {
    for (std::size_t index = 0; index < pathway_.steps.size(); ++index) {
      const std::string place = indexed("steps", index);
      role(place + ".owner", pathway_.steps[index].owner);
      roles(place + ".settled_by", pathway_.steps[index].settled_by);
    }
  }

  void effect(const std::string& place, const Effect& effect) {
    using Kind = Effect::Kind;
    const auto target = [&](const auto& list, std::string_view kind) {
      known(find_by_id(list, effect.target) != nullptr, place, kind, effect.target);
    };
    switch (effect.kind) {
      case Kind::open_obligation: return target(pathway_.obligations, "obligation");
      case Kind::send_notice: return target(pathway_.notices, "notice");
      case Kind::create_document: return target(pathway_.documents, "document");
      case Kind::start_service:
      case Kind::stop_service: return target(pathway_.services, "service");
      case Kind::close_course:
      case Kind::restart_contact:
        if (!effect.target.empty()) fail(place, "takes no target");
    }
  }
  void outcomes() {
    for (const Outcome& outcome : pathway_.outcomes) {
      const std::string place = "outcome " + outcome.id;
      roles(place + ".decided_by", outcome.decided_by);
      condition(place + ".expects", outcome.expects);
      for (const Effect& each : outcome.effects) effect(place + ".effects", each);
      const bool closes =
          std::any_of(outcome.effects.begin(), outcome.effects.end(),
                      [](const Effect& each) { return each.kind == Effect::Kind::close_course; });
      if (closes != outcome.next_step.empty()) {
        fail(place, "either closes the course or names a next step");
      }
      if (!outcome.next_step.empty()) step(place + ".next_step", outcome.next_step);
    }
  }

  void deadlines() {
    for (std::size_t index = 0; index < pathway_.deadlines.size(); ++index) {
      const DeadlineRule& rule = pathway_.deadlines[index];
      const std::string place = indexed("deadlines", index);
      if (rule.anchor.step.empty()) {
        match(place + ".anchor", rule.anchor.match);
        field(place + ".anchor.field", rule.anchor.match.event, rule.anchor.field);
        field(place + ".due_field", rule.anchor.match.event, rule.due_field);
      } else {
        step(place + ".anchor.step", rule.anchor.step);
      }
      if (!rule.restarts_with.empty()) step(place + ".restarts_with", rule.restarts_with);
      condition(place + ".met_by", rule.met_by);
      condition(place + ".stopped_by", rule.stopped_by);
      for (const std::string& id : rule.flags) field(place + ".flags", id, "");
      decisions(place, rule.decisions);
      if (rule.unsettled && rule.decisions.empty())
        fail(place, "an unsettled one names a decision");
    }
  }
  void obligations() {
    for (std::size_t index = 0; index < pathway_.obligations.size(); ++index) {
      const ObligationRule& rule = pathway_.obligations[index];
      const std::string place = indexed("obligations", index);
      role(place + ".owner", rule.owner);
      condition(place + ".opened_by", rule.opened_by);
      condition(place + ".done_when", rule.done_when);
      condition(place + ".lapses_when", rule.lapses_when);
      deadline(place + ".due_deadline", rule.due_deadline);
    }
  }
  void notices() {
    for (std::size_t index = 0; index < pathway_.notices.size(); ++index) {
      const std::string place = indexed("notices", index);
      role(place + ".from", pathway_.notices[index].from);
      role(place + ".to", pathway_.notices[index].to);
    }
  }

  void rung(const std::string& place, const ContactProtocol& protocol, const Rung& rung) {
    const std::string attempt(kContactAttemptEvent);
    field(place + ".required_field", attempt, rung.required_field);
    field(place + ".skip_when_field", protocol.start_event, rung.skip_when_field);
    field(place + ".per_item_of", protocol.start_event, rung.per_item_of);
    for (const std::string& ground : rung.grounds) field(place + ".grounds", attempt, ground);
    for (const std::string& channel : rung.channels) {
      match(place + ".channels", {attempt, {{"channel", {Value(channel)}}}});
    }
    deadline(place + ".due_deadline", rung.due_deadline);
    decisions(place, rung.decisions);
  }
  void protocols() {
    for (std::size_t index = 0; index < pathway_.contact_protocols.size(); ++index) {
      const ContactProtocol& protocol = pathway_.contact_protocols[index];
      const std::string place = indexed("contact_protocols", index);
      field(place + ".start_event", protocol.start_event, "");
      step(place + ".step", protocol.step);
      deadline(place + ".window_deadline", protocol.window_deadline);
      decisions(place, protocol.decisions);
      unique(place + ".rungs", protocol.rungs);
      for (const std::string& result : protocol.success_results) {
        match(place + ".success_results",
              {std::string(kContactAttemptEvent), {{"result", {Value(result)}}}});
      }
      for (const std::string& event : protocol.success_events) field(place, event, "");
      for (std::size_t number = 0; number < protocol.rungs.size(); ++number) {
        rung(indexed(place + ".rungs", number), protocol, protocol.rungs[number]);
      }
    }
  }

  const Pathway& pathway_;
  std::string first_;
};

}  // namespace

Result<void> check_pathway(const Pathway& pathway) { return Checker(pathway).run(); }

const Role* find_role(const Pathway& pathway, std::string_view id) {
  return find_by_id(pathway.roles, id);
}
const EventType* find_event_type(const Pathway& pathway, std::string_view id) {
  return find_by_id(pathway.events, id);
}
const Step* find_step(const Pathway& pathway, std::string_view id) {
  return find_by_id(pathway.steps, id);
}
const Outcome* find_outcome(const Pathway& pathway, std::string_view id) {
  return find_by_id(pathway.outcomes, id);
}
const DeadlineRule* find_deadline(const Pathway& pathway, std::string_view id) {
  return find_by_id(pathway.deadlines, id);
}
const ObligationRule* find_obligation(const Pathway& pathway, std::string_view id) {
  return find_by_id(pathway.obligations, id);
}
const Notice* find_notice(const Pathway& pathway, std::string_view id) {
  return find_by_id(pathway.notices, id);
}
const LocalDecision* find_decision(const Pathway& pathway, std::string_view id) {
  return find_by_id(pathway.decisions, id);
}

}  // namespace feltbog::casework
