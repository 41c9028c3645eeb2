// SPDX-License-Identifier: Apache-2.0
// What people wrote unaware of each other and no rule decides, and what somebody decided.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/document/change.h"
#include "core/document/field_value.h"

namespace feltbog::document {

enum class ConflictKind : std::uint8_t {
  values = 1,     // several people wrote different values unaware of each other
  late_edit = 2,  // edits to a signed text, made beside or after the signing
  signings = 3,   // two people signed different texts unaware of each other
  deletion = 4,   // somebody deleted a document others wrote in meanwhile; it is kept
};

struct Conflict {
  ConflictKind kind = ConflictKind::values;
  DocumentId document;
  std::string field;
  // values: the candidates. late_edit: the words of each edit, as text, or a map {"erased": count},
  // {"marked": name} or {"unmarked": name}. signings: the signed texts, the standing one first.
  // deletion: who deleted it; `field` is empty.
  std::vector<FieldValue> candidates;
  // What the settling op names: in Set.replaces (values), Remove.tags (late_edit, signings) or
  // Restore.deletions; a document is also settled by deleting it again.
  std::vector<OpId> ops;
  friend bool operator==(const Conflict&, const Conflict&) = default;
};

// A value somebody chose where several stood. It can be revised: by a Set that replaces it.
struct Settlement {
  DocumentId document;
  std::string field;
  FieldValue value;
  std::vector<FieldValue> replaced;  // what it was chosen from, by (lamport, op)
  bool stands = true;                // false: it has been replaced itself
};

}  // namespace feltbog::document
