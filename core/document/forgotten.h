// SPDX-License-Identifier: Apache-2.0
// What stands where words were forgotten. It is in memory and in saved histories only: no letter
// and no value anybody can send, so that what is left of a change is never taken for the change.
#pragma once

#include <string>
#include <string_view>

#include "core/document/change.h"

namespace feltbog::document {

// One for each forgotten letter: a byte that UTF-8 never has, and that counts as a code point.
inline constexpr char kForgottenLetter = '\xFF';

bool has_forgotten(std::string_view text);
// Whether it is UTF-8 but for forgotten letters.
bool is_left_of_utf8(std::string_view text);
// UTF-8, with U+FFFD for each forgotten letter.
std::string readable(std::string text);
// The text without those letters, which are there; positions beyond the end count as the end.
std::string without_letters(std::string_view text, std::uint64_t position, std::uint64_t count);

// Instead of a forgotten value.
Value forgotten_value();
bool is_forgotten(const Value& value);
// Null for a forgotten one.
Value readable(const Value& value);

// The value that may be forgotten, of a Set or an Add; null for any other action.
Value* value_of(Action& action);
const Value* value_of(const Action& action);

bool is_thinned(const Action& action);
bool is_thinned(const Change& change);
// Whether it is what is left of the other; true when both are the same.
bool is_left_of(const Change& left, const Change& whole);
// As if something else had been said where words were forgotten, for check_change().
Action filled(Action action);
Change filled(Change change);

}  // namespace feltbog::document
