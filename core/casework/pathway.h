// SPDX-License-Identifier: Apache-2.0
// A pathway as data: what a municipality's document says, in values. Loading: pathway_loader.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/casework/calendar.h"
#include "core/casework/condition.h"
#include "core/casework/contact_protocol.h"
#include "core/casework/deadline_rule.h"
#include "core/casework/text.h"

namespace feltbog::casework {

enum class Side { authority, provider, board, citizen, network, partner };
enum class FieldKind { text, date, boolean, integer, choice, list };
enum class Channel { advis, digital_post, letter, sms, phone, internal };
enum class ParallelRule { allowed, warn, forbid };
enum class StepKind { referral, contact, conversation, delivery, review, decision, end };

struct Role {
  std::string id;
  Text label;
  Side side = Side::provider;
  bool queue = false;  // notices go to the team's queue, not to a person
  SourceRef source;
};

struct FieldType {
  std::string id;
  Text label;
  FieldKind kind = FieldKind::text;
  bool expected = false;             // forms ask for it; nothing is refused without it
  std::vector<std::string> choices;  // FieldKind::choice
  std::vector<Text> choice_labels;   // beside `choices`
};

struct EventType {
  std::string id;
  Text label;
  std::vector<std::string> recorded_by;  // roles
  std::vector<FieldType> fields;
  SourceRef source;
};

struct Step {
  std::string id;
  Text label;
  Text citizen_text;  // may be shown to the citizen
  StepKind kind = StepKind::conversation;
  std::string owner;                    // role
  std::vector<std::string> settled_by;  // roles that settle two differing outcomes
  SourceRef source;
};

struct Effect {
  enum class Kind {
    close_course,
    open_obligation,  // target: obligation id
    send_notice,      // target: notice id
    create_document,  // target: document id
    start_service,    // target: service id
    stop_service,
    restart_contact,  // the contact protocol begins again on the day of the outcome
  };
  Kind kind = Kind::close_course;
  std::string target;
};

struct Outcome {
  std::string id;  // "contact.reached": step, full stop, code
  std::string step;
  std::string code;
  Text label;
  std::vector<std::string> decided_by;  // roles
  Condition expects;  // what should be recorded first; only a finding when it is not
  std::vector<Effect> effects;
  std::string next_step;  // empty: the course ends
  SourceRef source;
};

struct Notice {
  std::string id;
  Text label;
  Text body;         // the wording a named person sends; reveals no kind of support
  std::string from;  // role
  std::string to;    // role or queue
  Channel channel = Channel::advis;
  std::vector<std::string> fields;  // minimum disclosure: exactly these
  std::string ground;               // consent scope or legal ground it needs; empty: none
  std::optional<int> acknowledge_days;
  SourceRef source;
};

struct Document {
  std::string id;
  Text label;
  std::vector<Text> sections;
  bool with_citizen = false;
  bool complaint_guidance =
      false;  // carries guidance on complaint or objection, worded by legal basis
  SourceRef source;
};

struct Service {
  std::string id;
  Text label;
  std::string basis;  // "SEL82A"
};

struct ParallelPolicy {
  std::string with;  // basis, "SEL85"
  ParallelRule rule = ParallelRule::allowed;
  Text reason;
  SourceRef source;
};

// A point the document leaves open, and what is chosen until the municipality chooses otherwise.
struct LocalDecision {
  std::string id;  // stable, "F-D1"
  Text question;
  Text choice;
  bool settled = false;  // whether the municipality has confirmed it
  SourceRef source;
};

struct Pathway {
  std::string id;
  int version = 1;
  Text title;
  std::string municipality;
  Date valid_from;
  std::vector<std::string> legal_bases;
  SourceRef source;
  std::vector<ClosingDay> closing_days;
  std::string start_step;
  std::string reopen_step;
  std::vector<Role> roles;
  std::vector<EventType> events;
  std::vector<Step> steps;
  std::vector<Outcome> outcomes;
  std::vector<DeadlineRule> deadlines;
  std::vector<ObligationRule> obligations;
  std::vector<Notice> notices;
  std::vector<Document> documents;
  std::vector<Service> services;
  std::vector<ContactProtocol> contact_protocols;
  std::vector<ParallelPolicy> parallel;
  std::vector<LocalDecision> decisions;
};

// The element with that id, or null. Valid while the pathway is neither moved nor changed.
const Role* find_role(const Pathway& pathway, std::string_view id);
const EventType* find_event_type(const Pathway& pathway, std::string_view id);
const Step* find_step(const Pathway& pathway, std::string_view id);
const Outcome* find_outcome(const Pathway& pathway, std::string_view id);
const DeadlineRule* find_deadline(const Pathway& pathway, std::string_view id);
const ObligationRule* find_obligation(const Pathway& pathway, std::string_view id);
const Notice* find_notice(const Pathway& pathway, std::string_view id);
const LocalDecision* find_decision(const Pathway& pathway, std::string_view id);

}  // namespace feltbog::casework
