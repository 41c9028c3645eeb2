// SPDX-License-Identifier: Apache-2.0
// The groups of rows the command table is made of, a file each.
#pragma once

#include <span>

#include "core/workspace/command.h"

namespace feltbog::workspace {

std::span<const CommandRow> access_commands();
std::span<const CommandRow> attachment_commands();
std::span<const CommandRow> case_commands();
std::span<const CommandRow> conflict_commands();
std::span<const CommandRow> course_commands();
std::span<const CommandRow> device_commands();
std::span<const CommandRow> dropped_note_commands();
std::span<const CommandRow> erasure_commands();
std::span<const CommandRow> evidence_commands();
std::span<const CommandRow> held_commands();
std::span<const CommandRow> lease_commands();
std::span<const CommandRow> mandate_commands();
std::span<const CommandRow> member_commands();
std::span<const CommandRow> note_commands();
std::span<const CommandRow> organisation_commands();
std::span<const CommandRow> pathway_commands();
std::span<const CommandRow> recovery_commands();
std::span<const CommandRow> status_commands();
std::span<const CommandRow> team_commands();

}  // namespace feltbog::workspace
