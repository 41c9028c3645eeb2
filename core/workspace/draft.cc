// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/draft.h"

#include <algorithm>
#include <iterator>

namespace feltbog::workspace {

using document::DocumentId;
using document::OpId;

OpId Draft::put(const DocumentId& document, std::string_view field, document::Action action) {
  const OpId id{change_.id, static_cast<std::uint32_t>(change_.ops.size())};
  change_.ops.push_back({document, std::string(field), std::move(action)});
  return id;
}

DocumentId Draft::create(std::string_view kind) {
  const OpId id = put({}, {}, document::Create{std::string(kind)});
  return {id.change, id.index};
}

OpId Draft::set(const DocumentId& document, std::string_view field, Value value) {
  return put(document, field, document::Set{std::move(value), std::nullopt});
}

OpId Draft::set(const DocumentId& document, std::string_view field, Value value,
                std::vector<OpId> replaces) {
  std::sort(replaces.begin(), replaces.end());
  return put(document, field, document::Set{std::move(value), std::move(replaces)});
}

OpId Draft::append(const DocumentId& document, std::string_view field, Value entry) {
  return put(document, field, document::Append{std::move(entry)});
}

void Draft::add(const DocumentId& document, std::string_view field, Value member) {
  put(document, field, document::Add{std::move(member)});
}

void Draft::remove(const DocumentId& document, std::string_view field, std::vector<OpId> tags) {
  std::sort(tags.begin(), tags.end());
  put(document, field, document::Remove{std::move(tags)});
}

void Draft::restore(const DocumentId& document, std::vector<OpId> deletions) {
  std::sort(deletions.begin(), deletions.end());
  put(document, {}, document::Restore{std::move(deletions)});
}

void Draft::delete_document(const DocumentId& document) { put(document, {}, document::Delete{}); }

void Draft::insert(const DocumentId& document, std::string_view field, std::uint64_t position,
                   std::string text) {
  if (!text.empty()) put(document, field, document::Insert{position, std::move(text)});
}

void Draft::erase(const DocumentId& document, std::string_view field, std::uint64_t position,
                  std::uint64_t count) {
  if (count != 0) put(document, field, document::Erase{position, count});
}

void Draft::mark(const DocumentId& document, std::string_view field, document::Mark mark) {
  put(document, field, std::move(mark));
}

void Draft::freeze(const DocumentId& document, std::string_view field) {
  put(document, field, document::Freeze{});
}

void Draft::add_ops(std::vector<document::Op> ops) {
  std::move(ops.begin(), ops.end(), std::back_inserter(change_.ops));
}

}  // namespace feltbog::workspace
