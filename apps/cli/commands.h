// SPDX-License-Identifier: Apache-2.0
// Everything that can be typed: the command table's rows and the few commands beside it, which need
// files, passphrases or the network.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/workspace/command.h"

namespace feltbog::cli {

// The commands beside the table, sorted by name. Described like rows of the table; they have no
// `run`.
std::span<const workspace::CommandRow> special_commands();
bool is_special(const workspace::CommandRow& row);

// Both, sorted by name. The rows live as long as the program.
std::vector<const workspace::CommandRow*> all_commands();
// Null when there is none of that name ("note.write").
const workspace::CommandRow* find_any_command(std::string_view name);

// "note.write" as it is typed: "note write".
std::string typed_name(std::string_view name);
// "sms_sent" as it is typed: "--sms-sent".
std::string option_name(std::string_view parameter);
// "reply_by" as it stands in a usage line: "REPLY_BY".
std::string value_name(std::string_view parameter);

}  // namespace feltbog::cli
