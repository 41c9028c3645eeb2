// SPDX-License-Identifier: Apache-2.0
#include "core/base/value.h"

#include <limits>

namespace feltbog {

Value::Value(std::uint64_t value) : state_(static_cast<std::int64_t>(value)) {
  FELTBOG_ASSERT(value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

const Value& Value::operator[](std::string_view key) const {
  static const Value kNull;
  const Map* entries = map();
  if (entries == nullptr) return kNull;
  const auto found = entries->find(key);
  return found != entries->end() ? found->second : kNull;
}

Value& Value::operator[](std::string_view key) {
  if (is_null()) state_ = Map{};
  Map* entries = map();
  FELTBOG_ASSERT(entries != nullptr);
  return entries->try_emplace(std::string(key)).first->second;
}

void Value::push_back(Value value) {
  if (is_null()) state_ = List{};
  List* entries = list();
  FELTBOG_ASSERT(entries != nullptr);
  entries->push_back(std::move(value));
}

std::string Value::text_or(std::string_view otherwise) const {
  const std::string* found = text();
  return found != nullptr ? *found : std::string(otherwise);
}

std::int64_t Value::integer_or(std::int64_t otherwise) const {
  const std::int64_t* found = integer();
  return found != nullptr ? *found : otherwise;
}

bool Value::boolean_or(bool otherwise) const {
  const bool* found = boolean();
  return found != nullptr ? *found : otherwise;
}

const Value::List& Value::items() const {
  static const List kNone;
  const List* found = list();
  return found != nullptr ? *found : kNone;
}

}  // namespace feltbog
