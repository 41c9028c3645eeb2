// SPDX-License-Identifier: Apache-2.0
// What a person is told when something went wrong, in Danish and English.
#pragma once

#include <optional>
#include <string>

#include "apps/cli/catalogue.h"
#include "core/base/value.h"

namespace feltbog::cli {

// The code's sentence in Danish; nothing when the list lacks it (a test sees to it that it never
// does).
std::optional<std::string_view> danish_error_text(ErrorCode code);
// "The server cannot be reached. What you write is kept here. (connect errno 111)"
std::string error_message(Language language, const Error& error);
// The code's own, but for a device that was wiped: it has one to itself.
int exit_status(const Error& error);
// {"error": {"code", "name", "detail", "message", "exit_status"}}
Value error_json(Language language, const Error& error);

}  // namespace feltbog::cli
