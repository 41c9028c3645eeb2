// SPDX-License-Identifier: Apache-2.0
// The kinds of documents in a file and how each field merges. Names of fields are part of the
// format.
#pragma once

#include <string>
#include <string_view>

#include "core/document/schema.h"

namespace feltbog::workspace {

// Kinds. The root stands for the file itself.
inline constexpr std::string_view kNoteKind = "note";
inline constexpr std::string_view kCourseKind = "course";
inline constexpr std::string_view kAttachmentKind = "attachment";
inline constexpr std::string_view kPathwayKind = "pathway";  // in the directory

namespace field {
// root
inline constexpr std::string_view kTitle = "title";
inline constexpr std::string_view kCitizenName = "citizen_name";
inline constexpr std::string_view kCitizenPhone = "citizen_phone";
inline constexpr std::string_view kCitizenAddress = "citizen_address";
inline constexpr std::string_view kWarnings = "warnings";
inline constexpr std::string_view kEvents = "events";        // root and course: what happened
inline constexpr std::string_view kReferrals = "referrals";  // root of an authority's file
inline constexpr std::string_view kOrigin = "origin";        // root of a provider's file
// note: also kTitle
inline constexpr std::string_view kBody = "body";
inline constexpr std::string_view kHappened = "happened";
inline constexpr std::string_view kAddenda = "addenda";
inline constexpr std::string_view kTakenBack = "taken_back";  // ids of changes to the body
inline constexpr std::string_view kVisit = "visit";           // the event the note belongs to
// course
inline constexpr std::string_view kPathway = "pathway";
// attachment
inline constexpr std::string_view kName = "name";
inline constexpr std::string_view kMediaType = "media_type";
inline constexpr std::string_view kContent = "content";  // size, key and chunks: attachment.h
// pathway: also kTitle
inline constexpr std::string_view kPathwayId = "pathway_id";
inline constexpr std::string_view kVersion = "version";
inline constexpr std::string_view kDefinition = "definition";  // JSON text
}  // namespace field

// The outcome of a step, at its n-th visit. Not declared in the schema, so multi-value by default:
// two outcomes recorded apart are a conflict that somebody entitled settles.
std::string outcome_field(std::string_view step, std::int64_t visit);
// Whether a field name is one of those.
bool is_outcome_field(std::string_view name);
// A user's name in the directory's root.
std::string user_name_field(std::string_view user_text);
std::string team_name_field(std::string_view team_text);

const document::Schema& file_schema();

}  // namespace feltbog::workspace
