// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

constexpr std::string_view kOutcomePrefix = "outcome:";

document::Schema make_schema() {
  using document::kRootKind;
  using document::Policy;
  document::Schema schema;
  // Facts the law or a person's safety hangs on are multi-value: nobody's version wins unseen.
  schema.field(kRootKind, field::kTitle, Policy::last_writer)
      .field(kRootKind, field::kCitizenName, Policy::multi_value)
      .field(kRootKind, field::kCitizenPhone, Policy::multi_value)
      .field(kRootKind, field::kCitizenAddress, Policy::multi_value)
      .field(kRootKind, field::kWarnings, Policy::set)
      .field(kRootKind, field::kEvents, Policy::log)
      .field(kRootKind, field::kReferrals, Policy::log)
      .field(kRootKind, field::kOrigin, Policy::last_writer)
      .field(kNoteKind, field::kTitle, Policy::last_writer)
      .field(kNoteKind, field::kBody, Policy::text)
      .field(kNoteKind, field::kHappened, Policy::last_writer)
      .field(kNoteKind, field::kAddenda, Policy::log)
      .field(kNoteKind, field::kTakenBack, Policy::set)
      .field(kNoteKind, field::kVisit, Policy::last_writer)
      .field(kCourseKind, field::kPathway, Policy::last_writer)
      .field(kCourseKind, field::kEvents, Policy::log)
      .field(kAttachmentKind, field::kName, Policy::last_writer)
      .field(kAttachmentKind, field::kMediaType, Policy::last_writer)
      .field(kAttachmentKind, field::kContent, Policy::last_writer)
      .field(kPathwayKind, field::kTitle, Policy::last_writer)
      .field(kPathwayKind, field::kPathwayId, Policy::last_writer)
      .field(kPathwayKind, field::kVersion, Policy::last_writer)
      .field(kPathwayKind, field::kDefinition, Policy::last_writer);
  return schema;
}

}  // namespace

std::string outcome_field(std::string_view step, std::int64_t visit) {
  return std::string(kOutcomePrefix) + std::string(step) + ":" + std::to_string(visit);
}

bool is_outcome_field(std::string_view name) { return name.starts_with(kOutcomePrefix); }

std::string user_name_field(std::string_view user_text) { return "name:" + std::string(user_text); }

std::string team_name_field(std::string_view team_text) { return "team:" + std::string(team_text); }

const document::Schema& file_schema() {
  static const document::Schema kSchema = make_schema();
  return kSchema;
}

}  // namespace feltbog::workspace
