// SPDX-License-Identifier: Apache-2.0
// Help in Danish and English, made from the rows; every command's has its example.
#pragma once

#include <string>

#include "apps/cli/catalogue.h"
#include "core/workspace/command.h"

namespace feltbog::cli {

// All commands, a line each.
std::string help_overview(Language language);
// The commands that start with a word. Empty when there are none.
std::string help_for_group(std::string_view first_word, Language language);
std::string help_for(const workspace::CommandRow& row, Language language);
// "feltbog note write CASE TEXT [OPTIONS]"
std::string usage_line(const workspace::CommandRow& row, Language language);

}  // namespace feltbog::cli
