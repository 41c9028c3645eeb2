// SPDX-License-Identifier: Apache-2.0
// A change under construction in one file: small verbs that append operations.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/document/history.h"

namespace feltbog::workspace {

class Draft {
 public:
  explicit Draft(document::Change change) : change_(std::move(change)) {}

  document::DocumentId create(std::string_view kind);
  document::OpId set(const document::DocumentId& document, std::string_view field, Value value);
  // Supersedes exactly the named values.
  document::OpId set(const document::DocumentId& document, std::string_view field, Value value,
                     std::vector<document::OpId> replaces);
  document::OpId append(const document::DocumentId& document, std::string_view field, Value entry);
  void add(const document::DocumentId& document, std::string_view field, Value member);
  void remove(const document::DocumentId& document, std::string_view field,
              std::vector<document::OpId> tags);
  void restore(const document::DocumentId& document, std::vector<document::OpId> deletions);
  void delete_document(const document::DocumentId& document);
  // Positions and counts in code points. An empty text or a count of zero adds nothing.
  void insert(const document::DocumentId& document, std::string_view field, std::uint64_t position,
              std::string text);
  void erase(const document::DocumentId& document, std::string_view field, std::uint64_t position,
             std::uint64_t count);
  void mark(const document::DocumentId& document, std::string_view field, document::Mark mark);
  void freeze(const document::DocumentId& document, std::string_view field);
  void add_ops(std::vector<document::Op> ops);

  bool empty() const { return change_.ops.empty(); }
  const document::Change& change() const { return change_; }

 private:
  document::OpId put(const document::DocumentId& document, std::string_view field,
                     document::Action action);
  document::Change change_;
};

}  // namespace feltbog::workspace
