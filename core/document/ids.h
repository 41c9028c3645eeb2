// SPDX-License-Identifier: Apache-2.0
// The identities of changes, operations and documents, and their text forms.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace feltbog::document {

inline constexpr std::uint64_t kCounterMax = std::uint64_t{1} << 40;
inline constexpr std::size_t kOpsPerChangeMax = 1024;

// The counter-th change of a writer: 1, 2, 3 and so on without gaps. Zero stands for "none".
struct ChangeId {
  WriterId writer;
  std::uint64_t counter = 0;
  friend auto operator<=>(const ChangeId&, const ChangeId&) = default;
};

// The index-th operation of a change, from zero.
struct OpId {
  ChangeId change;
  std::uint32_t index = 0;
  friend auto operator<=>(const OpId&, const OpId&) = default;
};

// The operation that created the document. All zero: the root, which every space has from the
// start.
struct DocumentId {
  ChangeId change;
  std::uint32_t index = 0;
  friend auto operator<=>(const DocumentId&, const DocumentId&) = default;
  bool is_root() const { return *this == DocumentId{}; }
};

// "root", or "counter.index-writer" with the writer in base 32: "12.0-64s36d1n6rvkge9g64s36d1n6r".
// One form per document, fit for command lines, addresses and database keys.
std::string to_text(const DocumentId& id);
// Error: malformed, for anything to_text() would not have written.
Result<DocumentId> parse_document_id(std::string_view text);
// The same form for a change ("12-writer") and an operation ("12.3-writer").
std::string to_text(const ChangeId& id);
Result<ChangeId> parse_change_id(std::string_view text);
std::string to_text(const OpId& id);
Result<OpId> parse_op_id(std::string_view text);

}  // namespace feltbog::document

template <>
struct std::hash<feltbog::document::ChangeId> {
  std::size_t operator()(const feltbog::document::ChangeId& id) const noexcept {
    return std::hash<feltbog::WriterId>{}(id.writer) ^ (id.counter * 0x9E3779B97F4A7C15u);
  }
};
