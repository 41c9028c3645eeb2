// SPDX-License-Identifier: Apache-2.0
// What taking changes in did to the state, for whoever shows it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/document/change.h"

namespace feltbog::document {

// A text edit as an open editor follows it, in code points of the text just before it.
struct TextPatch {
  std::uint64_t position = 0;
  std::uint64_t erased = 0;
  std::string inserted;  // UTF-8
  friend bool operator==(const TextPatch&, const TextPatch&) = default;
};

struct FieldEffect {
  DocumentId document;
  std::string field;
  std::vector<TextPatch> patches;  // to be applied one after another; text fields only
};

// What an add did. Sorted by document and field, each once.
struct AddEffect {
  bool duplicate = false;          // the very change was known already
  bool held = false;               // it waits for its dependencies
  std::vector<ChangeId> refilled;  // known already, and whole again; sorted
  std::vector<ChangeId> applied;   // it and the held ones it released, in the order applied
  std::vector<ChangeId> rejected;  // held ones that turned out malformed, and were dropped
  std::vector<DocumentId> created;
  std::vector<FieldEffect> fields;  // those an applied change touched
  struct Refused {
    ChangeId id;
    Error error;
  };
  std::vector<Refused> refused;  // by add_all() only
};

}  // namespace feltbog::document
