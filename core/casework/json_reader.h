// SPDX-License-Identifier: Apache-2.0
// Reads a Value by a fixed shape and remembers the first thing that is wrong, with its place. After
// an error every read gives a default, so that a loader reads straight on and asks once at the end.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/value.h"
#include "core/casework/date.h"
#include "core/casework/text.h"

namespace feltbog::casework {

// The first error of one reading; later ones are consequences and dropped.
class ReadErrors {
 public:
  void add(ErrorCode code, std::string detail) {
    if (!first_) first_ = Error{code, std::move(detail)};
  }
  const std::optional<Error>& first() const { return first_; }

 private:
  std::optional<Error> first_;
};

// A place in the JSON. Cheap to copy; refers to the value and the errors, which outlive it.
class JsonReader {
 public:
  JsonReader(const Value& value, std::string path, ReadErrors& errors)
      : value_(&value), path_(std::move(path)), errors_(&errors) {}

  const std::string& path() const { return path_; }
  const Value& value() const { return *value_; }
  bool exists() const { return !value_->is_null(); }
  bool has(std::string_view key) const { return !(*value_)[key].is_null(); }

  // The entry of a map, which may be absent; reading an absent one as anything is an error.
  JsonReader at(std::string_view key) const;
  // Requires a map with no keys but these.
  void only(std::initializer_list<std::string_view> keys) const;
  void fail(std::string_view what) const;
  void fail(ErrorCode code, std::string_view what) const;

  std::string text() const;           // not empty, at most kTextMax bytes
  std::string text_or_empty() const;  // "" when absent
  std::string id() const;             // text of a-z, A-Z, 0-9, '_', '-', '.', ':'
  std::string id_or_empty() const;
  bool flag() const;  // false when absent
  int integer(int least, int most) const;
  Text both_languages() const;  // {"da": ..., "en": ...}
  Date date() const;
  std::vector<JsonReader> items() const;           // a list of at most kItemsMax
  std::vector<JsonReader> optional_items() const;  // none when absent
  std::vector<std::string> ids() const;            // a list of ids; none when absent

  // The value that the name stands for in a table of names.
  template <class Enum>
  Enum choice(std::span<const std::pair<std::string_view, Enum>> names) const {
    const std::string name = text();
    for (const auto& [known, meaning] : names) {
      if (known == name) return meaning;
    }
    fail("'" + clipped(name) + "' is not one of the names allowed here");
    return names.front().second;
  }

  static constexpr std::size_t kTextMax = 4000;
  static constexpr std::size_t kIdMax = 60;
  static constexpr std::size_t kItemsMax = 200;
  // For error details: what a file's author wrote, at most kIdMax bytes of it.
  static std::string clipped(std::string_view text) { return std::string(text.substr(0, kIdMax)); }

 private:
  const Value* value_;
  std::string path_;
  ReadErrors* errors_;
};

}  // namespace feltbog::casework
