// SPDX-License-Identifier: Apache-2.0
#include "core/casework/json_reader.h"

#include <algorithm>

namespace feltbog::casework {
namespace {

bool is_id_character(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '_' || character == '-' ||
         character == '.' || character == ':';
}

}  // namespace

JsonReader JsonReader::at(std::string_view key) const {
  const std::string place = path_.empty() ? std::string(key) : path_ + '.' + std::string(key);
  return JsonReader((*value_)[key], place, *errors_);
}

void JsonReader::only(std::initializer_list<std::string_view> keys) const {
  const Value::Map* entries = value_->map();
  if (entries == nullptr) return fail(exists() ? "must be an object" : "is missing");
  for (const auto& [key, entry] : *entries) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      return fail("has the unknown key '" + clipped(key) + "'");
    }
  }
}

void JsonReader::fail(std::string_view what) const { fail(ErrorCode::malformed, what); }

void JsonReader::fail(ErrorCode code, std::string_view what) const {
  errors_->add(code, (path_.empty() ? "the file" : path_) + ": " + std::string(what));
}

std::string JsonReader::text() const {
  const std::string* found = value_->text();
  if (found == nullptr) {
    fail(exists() ? "must be text" : "is missing");
    return {};
  }
  if (found->empty()) fail("is empty");
  if (found->size() > kTextMax) {
    fail(ErrorCode::limit_exceeded, "is longer than " + std::to_string(kTextMax) + " bytes");
    return {};
  }
  return *found;
}

std::string JsonReader::text_or_empty() const { return exists() ? text() : std::string(); }

std::string JsonReader::id() const {
  std::string found = text();
  if (found.size() > kIdMax) fail(ErrorCode::limit_exceeded, "is too long for an id");
  if (!std::all_of(found.begin(), found.end(), is_id_character)) {
    fail("an id has letters a-z, digits and _ - . : only");
  }
  return found;
}

std::string JsonReader::id_or_empty() const { return exists() ? id() : std::string(); }

bool JsonReader::flag() const {
  if (!exists()) return false;
  const bool* found = value_->boolean();
  if (found == nullptr) fail("must be true or false");
  return found != nullptr && *found;
}

int JsonReader::integer(int least, int most) const {
  const std::int64_t* found = value_->integer();
  if (found == nullptr) {
    fail(exists() ? "must be a whole number" : "is missing");
    return least;
  }
  if (*found < least || *found > most) {
    fail("must be from " + std::to_string(least) + " to " + std::to_string(most));
    return least;
  }
  return static_cast<int>(*found);
}

Text JsonReader::both_languages() const {
  only({"da", "en"});
  return Text{at("da").text(), at("en").text()};
}

Date JsonReader::date() const {
  const auto parsed = parse_date(text());
  if (!parsed) fail(parsed.error().detail);
  return parsed ? *parsed : Date{};
}

std::vector<JsonReader> JsonReader::items() const {
  const Value::List* list = value_->list();
  if (list == nullptr) {
    fail(exists() ? "must be a list" : "is missing");
    return {};
  }
  if (list->size() > kItemsMax) {
    fail(ErrorCode::limit_exceeded, "has more than " + std::to_string(kItemsMax) + " items");
    return {};
  }
  std::vector<JsonReader> readers;
  for (std::size_t index = 0; index < list->size(); ++index) {
    readers.emplace_back((*list)[index], path_ + '[' + std::to_string(index) + ']', *errors_);
  }
  return readers;
}

std::vector<JsonReader> JsonReader::optional_items() const {
  return exists() ? items() : std::vector<JsonReader>{};
}

std::vector<std::string> JsonReader::ids() const {
  std::vector<std::string> found;
  for (const JsonReader& item : optional_items()) found.push_back(item.id());
  return found;
}

}  // namespace feltbog::casework
