// SPDX-License-Identifier: Apache-2.0
// How people name things: short ids and titles for files and documents, names for users.
#pragma once

#include <string>
#include <string_view>

#include "core/workspace/core.h"

namespace feltbog::workspace {

// The first symbols of the id, enough to type.
std::string short_id(const SpaceId& space);
std::string short_id(const document::DocumentId& document);
std::string short_id(const DeviceId& device);
std::string short_id(const ledger::MandateId& mandate);
// A stable short name for an open conflict of a file.
std::string conflict_id(const SpaceId& space, const document::Conflict& conflict);

// Whether the space is, or was, one of this device's user. Not when they were there by a mandate
// that is over; and others are here as logs alone, for an administrator who used the recovery key
// or a device on duty.
bool is_own(const Core& core, const SpaceLog& log);

// A file by the beginning of its id (at least four symbols) or by its exact title. Errors:
// not_found, ambiguous. The directory is not found this way.
Result<SpaceFile*> find_file(Core& core, std::string_view reference);
// A document of that kind by the beginning of its id, its exact title or name. Errors: as above.
Result<document::DocumentId> find_document(const SpaceFile& file, std::string_view kind,
                                           std::string_view reference);
// A user by name. Errors: not_found, ambiguous.
Result<UserId> find_user(Core& core, std::string_view name);

// A device by the beginning of its id (at least four symbols), or by its user's name: then the one
// that person works with, or where there is none, the one they lost. Errors: not_found, ambiguous.
Result<const ledger::DeviceEntry*> find_device(Core& core, std::string_view reference);
// A team by name. Errors: not_found, ambiguous.
Result<ledger::TeamId> find_team(Core& core, std::string_view name);
// A mandate by the beginning of its id (at least four symbols). Errors: not_found, ambiguous.
Result<const ledger::MandateEntry*> find_mandate(Core& core, std::string_view reference);

// The name the directory gives, or a short id where it gives none.
std::string user_name(Core& core, const UserId& user);
std::string team_name(Core& core, const ledger::TeamId& team);
// Who wrote; zero when the writer is not known here.
UserId author_of(Core& core, const WriterId& writer);
std::string author_name(Core& core, const WriterId& writer);
// A short id of the device that wrote.
std::string device_of(Core& core, const WriterId& writer);

std::string title_of(const SpaceFile& file);
// A text register, or empty.
std::string text_value(const SpaceFile& file, const document::DocumentId& document,
                       std::string_view name);

}  // namespace feltbog::workspace
