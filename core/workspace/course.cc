// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/course.h"

#include <algorithm>

#include "core/casework/pathway_loader.h"
#include "core/workspace/naming.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

struct Placed {
  std::uint64_t lamport;
  document::OpId op;
  casework::Event event;
};

casework::Event to_event(Core& core, const document::FieldValue& entry) {
  casework::Event event;
  event.type = entry.value["type"].text_or({});
  event.id = document::to_text(entry.op);
  const auto happened = casework::parse_local_time(entry.value["happened"].text_or({}));
  // An event without a readable time counts as having happened when it was written down.
  event.happened =
      happened ? casework::moment_of(*happened) : casework::moment_of(entry.recorded_at);
  event.recorded = entry.recorded_at;
  event.actor = to_base32(author_of(core, entry.op.change.writer).view());
  event.role = entry.value["role"].text_or({});
  event.fields = entry.value["fields"];
  return event;
}

void add_outcomes(Core& core, const SpaceFile& file, const document::DocumentId& course,
                  std::vector<Placed>& placed) {
  for (const std::string& name : file.history.fields(course)) {
    if (!is_outcome_field(name)) continue;
    for (const auto& candidate : file.history.values(course, name)) {
      casework::Event event = to_event(core, candidate);
      event.type = casework::kOutcomeEvent;
      placed.push_back({candidate.lamport, candidate.op, std::move(event)});
    }
  }
}

void add_log(Core& core, const SpaceFile& file, const document::DocumentId& document,
             std::vector<Placed>& placed) {
  for (const auto& entry : file.history.log(document, field::kEvents)) {
    placed.push_back({entry.lamport, entry.op, to_event(core, entry)});
  }
}

// Each after what its author had seen.
std::vector<casework::Event> in_order(std::vector<Placed> placed) {
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.lamport, a.op) < std::tie(b.lamport, b.op);
  });
  std::vector<casework::Event> events;
  for (Placed& each : placed) events.push_back(std::move(each.event));
  return events;
}

struct PublishedPathway {
  document::DocumentId document;
  std::string id;
  std::int64_t version = 0;
};

std::vector<PublishedPathway> published(Core& core) {
  std::vector<PublishedPathway> out;
  if (!core.joining.directory) return out;
  const auto directory = core.files.open(*core.joining.directory);
  if (!directory) return out;
  for (const auto& info : (*directory)->history.documents_of(kPathwayKind)) {
    const auto version = (*directory)->history.value(info.id, field::kVersion);
    out.push_back({info.id, text_value(**directory, info.id, field::kPathwayId),
                   version ? version->value.integer_or(0) : 0});
  }
  return out;
}

}  // namespace

Value event_value(std::string_view type, casework::LocalTime happened, Value fields) {
  Value out;
  out["type"] = type;
  out["happened"] = casework::to_text(happened);
  out["fields"] = fields.is_null() ? Value(Value::Map{}) : std::move(fields);
  return out;
}

const casework::Pathway* find_pathway(Core& core, std::string_view id, std::int64_t version) {
  const std::string key = std::string(id) + ":" + std::to_string(version);
  if (const auto found = core.pathways.find(key); found != core.pathways.end())
    return &found->second;
  for (const PublishedPathway& each : published(core)) {
    if (each.id != id || each.version != version) continue;
    const auto directory = core.files.open(*core.joining.directory);
    if (!directory) return nullptr;
    auto loaded =
        casework::load_pathway_text(text_value(**directory, each.document, field::kDefinition));
    if (!loaded) return nullptr;
    return &core.pathways.emplace(key, std::move(loaded).value()).first->second;
  }
  return nullptr;
}

std::int64_t newest_version(Core& core, std::string_view id) {
  std::int64_t newest = 0;
  for (const PublishedPathway& each : published(core)) {
    if (each.id == id) newest = std::max(newest, each.version);
  }
  return newest;
}

std::vector<casework::Event> events_of_file(Core& core, const SpaceFile& file) {
  std::vector<Placed> placed;
  add_log(core, file, {}, placed);
  return in_order(std::move(placed));
}

Result<std::vector<Course>> courses_of(Core& core, const SpaceFile& file) {
  std::vector<Course> courses;
  for (const auto& info : file.history.documents_of(kCourseKind)) {
    Course course;
    course.document = info.id;
    if (const auto pinned = file.history.value(info.id, field::kPathway)) {
      course.pathway_id = pinned->value["id"].text_or({});
      course.pathway_version = pinned->value["version"].integer_or(0);
    }
    course.pathway = find_pathway(core, course.pathway_id, course.pathway_version);
    std::vector<Placed> placed;
    // Written in the file itself, by somebody whose device had the file and not yet the course.
    if (courses.empty()) add_log(core, file, {}, placed);
    add_log(core, file, info.id, placed);
    add_outcomes(core, file, info.id, placed);
    course.events = in_order(std::move(placed));
    courses.push_back(std::move(course));
  }
  return courses;
}

Result<Course> course_of(Core& core, const SpaceFile& file) {
  FELTBOG_TRY(courses, courses_of(core, file));
  if (courses.empty()) return Error{ErrorCode::not_found, "course"};
  return std::move(courses.back());
}

casework::CourseState state_of(const Course& course, casework::Date today) {
  if (course.pathway == nullptr) return {};
  return casework::derive(*course.pathway, course.events, today);
}

bool may_act_as(Core& core, const casework::Pathway& pathway,
                const std::vector<std::string>& roles) {
  const ledger::RoleSet held = core.roles();
  if (held.has_any({ledger::Role::supervisor, ledger::Role::administrator})) return true;
  return std::any_of(roles.begin(), roles.end(), [&](const std::string& id) {
    const casework::Role* role = casework::find_role(pathway, id);
    if (role == nullptr) return false;
    const bool for_authority =
        role->side == casework::Side::authority || role->side == casework::Side::board;
    return held.has(for_authority ? ledger::Role::caseworker : ledger::Role::worker);
  });
}

}  // namespace feltbog::workspace
