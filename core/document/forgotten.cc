// SPDX-License-Identifier: Apache-2.0
#include "core/document/forgotten.h"

#include <algorithm>

#include "core/base/utf8.h"

namespace feltbog::document {
namespace {

constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

// The text as the other one is left: without the letters that are forgotten there.
std::string like(std::string_view text, std::string_view left) {
  std::string out;
  while (!text.empty()) {
    const std::size_t next = byte_offset_of(text, 1);
    const bool forgotten = !left.empty() && left.front() == kForgottenLetter;
    out += forgotten ? std::string_view(&kForgottenLetter, 1) : text.substr(0, next);
    text.remove_prefix(next);
    left.remove_prefix(left.empty() ? 0 : byte_offset_of(left, 1));
  }
  return out;
}

}  // namespace

bool has_forgotten(std::string_view text) {
  return text.find(kForgottenLetter) != std::string_view::npos;
}

bool is_left_of_utf8(std::string_view text) {
  std::string filled(text);
  std::replace(filled.begin(), filled.end(), kForgottenLetter, '?');
  return is_utf8(filled);
}

std::string readable(std::string text) {
  if (!has_forgotten(text)) return text;
  std::string out;
  for (const char byte : text) {
    if (byte == kForgottenLetter)
      out += kReplacementCharacter;
    else
      out += byte;
  }
  return out;
}

std::string without_letters(std::string_view text, std::uint64_t position, std::uint64_t count) {
  const std::size_t begin = byte_offset_of(text, static_cast<std::size_t>(position));
  const std::string_view rest = text.substr(begin);
  const std::string_view gone =
      rest.substr(0, byte_offset_of(rest, static_cast<std::size_t>(count)));
  std::string out(text.substr(0, begin));
  out.append(count_code_points(gone), kForgottenLetter);
  out += rest.substr(gone.size());
  return out;
}

Value forgotten_value() { return Value(std::string(1, kForgottenLetter)); }

bool is_forgotten(const Value& value) {
  return value.text() != nullptr && has_forgotten(*value.text());
}

Value readable(const Value& value) { return is_forgotten(value) ? Value() : value; }

Value* value_of(Action& action) {
  if (auto* set = std::get_if<Set>(&action)) return &set->value;
  auto* added = std::get_if<Add>(&action);
  return added == nullptr ? nullptr : &added->value;
}

const Value* value_of(const Action& action) {
  if (const auto* set = std::get_if<Set>(&action)) return &set->value;
  const auto* added = std::get_if<Add>(&action);
  return added == nullptr ? nullptr : &added->value;
}

bool is_thinned(const Action& action) {
  if (const auto* insert = std::get_if<Insert>(&action)) return has_forgotten(insert->text);
  const Value* value = value_of(action);
  return value != nullptr && is_forgotten(*value);
}

bool is_thinned(const Change& change) {
  return std::any_of(change.ops.begin(), change.ops.end(),
                     [](const Op& op) { return is_thinned(op.action); });
}

bool is_left_of(const Change& left, const Change& whole) {
  if (left.ops.size() != whole.ops.size()) return false;
  Change out = whole;
  for (std::size_t i = 0; i < out.ops.size(); ++i) {
    if (!is_thinned(left.ops[i].action)) continue;
    Action& action = out.ops[i].action;
    const auto* insert = std::get_if<Insert>(&left.ops[i].action);
    if (auto* whole_insert = std::get_if<Insert>(&action); whole_insert && insert)
      whole_insert->text = like(whole_insert->text, insert->text);
    if (Value* value = value_of(action); value != nullptr && insert == nullptr)
      *value = forgotten_value();
  }
  return out == left;
}

Action filled(Action action) {
  if (!is_thinned(action)) return action;
  if (auto* insert = std::get_if<Insert>(&action))
    std::replace(insert->text.begin(), insert->text.end(), kForgottenLetter, '?');
  else
    *value_of(action) = Value();
  return action;
}

Change filled(Change change) {
  for (Op& op : change.ops) op.action = filled(std::move(op.action));
  return change;
}

}  // namespace feltbog::document
