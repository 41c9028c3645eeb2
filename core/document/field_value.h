// SPDX-License-Identifier: Apache-2.0
// What documents and their fields read as.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/value.h"
#include "core/document/change.h"

namespace feltbog::document {

struct DocumentInfo {
  DocumentId id;
  std::string kind;
  std::uint64_t lamport = 0;
  WallTime recorded_at;
};

// A value with its origin. "Who" and "which device" follow from the writer in `op`.
struct FieldValue {
  OpId op;
  Value value;
  std::uint64_t lamport = 0;
  WallTime recorded_at;
  bool forgotten = false;  // the value: null then; or some letters of a text, U+FFFD in their place
  friend bool operator==(const FieldValue&, const FieldValue&) = default;
};

struct SetMember {
  Value value;
  std::vector<OpId> tags;  // sorted; what a Remove names
  bool forgotten = false;  // the value, or several: null then
  friend bool operator==(const SetMember&, const SetMember&) = default;
};

// That somebody edited a text, without the words.
struct TextEdit {
  OpId op;
  std::uint64_t lamport = 0;
  WallTime recorded_at;
  bool is_insert = true;
  std::uint64_t length = 0;  // code points inserted, or meant to be erased
  friend bool operator==(const TextEdit&, const TextEdit&) = default;
};

// An item of an ordered list. What comes behind it names its position.
struct ListItem {
  OpId id;        // what moving and removing it names
  OpId position;  // where it was put last
  Value value;
  friend bool operator==(const ListItem&, const ListItem&) = default;
};

// A stretch of a text that carries a mark. Positions are code points of the text shown.
struct MarkRun {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string name;
  Value value;  // never null
  friend bool operator==(const MarkRun&, const MarkRun&) = default;
};

}  // namespace feltbog::document
