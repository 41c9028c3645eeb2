// SPDX-License-Identifier: Apache-2.0
// JSON (RFC 8259) for people and the desk. The only includer of nlohmann/json.
#pragma once

#include <string>
#include <string_view>

#include "core/base/value.h"

namespace feltbog {

enum class JsonForm { compact, indented };

// Byte strings become lower-case hexadecimal text; integers beyond 53 bits become decimal text,
// because many JSON readers would round them.
std::string to_json(const Value& value, JsonForm form = JsonForm::compact);

// Errors: malformed (with the byte offset; also for a number that is not a whole 64-bit one, a
// doubled key and text that is not UTF-8), limit_exceeded (nesting deeper than 32).
Result<Value> parse_json(std::string_view text);

}  // namespace feltbog
