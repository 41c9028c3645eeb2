// SPDX-License-Identifier: Apache-2.0
// Results made to be read: lists as tables, records as labels and values.
#pragma once

#include <string>

#include "apps/cli/catalogue.h"
#include "apps/cli/terminal.h"
#include "core/base/value.h"

namespace feltbog::cli {

// `row` says which columns a list has.
std::string render_result(const workspace::CommandRow& row, const Value& result, Language language,
                          const Terminal& terminal);

// A value of a field on one line. Dates and local times are shown as they are written in the
// language's country.
std::string render_cell(std::string_view field, const Value& value, Language language);

// "17.11.2026" and "17.11.2026 10:30" in Danish, "17 Nov 2026" and "17 Nov 2026 10:30" in English;
// any other text as it is.
std::string render_date(std::string_view text, Language language);

}  // namespace feltbog::cli
