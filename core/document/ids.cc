// SPDX-License-Identifier: Apache-2.0
#include "core/document/ids.h"

#include <charconv>
#include <optional>

namespace feltbog::document {
namespace {

Error malformed(std::string_view what) { return {ErrorCode::malformed, std::string(what)}; }

// Decimal without leading zeros, up to `maximum`; moves past it.
std::optional<std::uint64_t> take_number(std::string_view& text, std::uint64_t maximum) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto length = static_cast<std::size_t>(end - text.data());
  if (problem != std::errc{} || number > maximum || (length > 1 && text.front() == '0')) return {};
  text.remove_prefix(length);
  return number;
}

bool take(std::string_view& text, char symbol) {
  if (text.empty() || text.front() != symbol) return false;
  text.remove_prefix(1);
  return true;
}

std::string join(const ChangeId& change, std::optional<std::uint32_t> index) {
  std::string out = std::to_string(change.counter);
  if (index) out += "." + std::to_string(*index);
  return out + "-" + to_base32(change.writer.view());
}

// "counter.index-writer", or "counter-writer" when `with_index` is false.
Result<OpId> split(std::string_view text, bool with_index) {
  OpId id;
  std::string_view rest = text;
  const auto counter = take_number(rest, kCounterMax);
  if (!counter || *counter == 0) return malformed("id");
  id.change.counter = *counter;
  if (with_index) {
    if (!take(rest, '.')) return malformed("id");
    const auto index = take_number(rest, kOpsPerChangeMax - 1);
    if (!index) return malformed("id");
    id.index = static_cast<std::uint32_t>(*index);
  }
  if (!take(rest, '-')) return malformed("id");
  FELTBOG_TRY(bytes, from_base32(rest));
  FELTBOG_TRY(writer, WriterId::from(bytes));
  if (to_base32(writer.view()) != rest) return malformed("id not in its one form");
  id.change.writer = writer;
  return id;
}

}  // namespace

std::string to_text(const DocumentId& id) {
  return id.is_root() ? std::string("root") : join(id.change, id.index);
}

Result<DocumentId> parse_document_id(std::string_view text) {
  if (text == "root") return DocumentId{};
  FELTBOG_TRY(id, split(text, true));
  return DocumentId{id.change, id.index};
}

std::string to_text(const ChangeId& id) { return join(id, std::nullopt); }

Result<ChangeId> parse_change_id(std::string_view text) {
  FELTBOG_TRY(id, split(text, false));
  return id.change;
}

std::string to_text(const OpId& id) { return join(id.change, id.index); }

Result<OpId> parse_op_id(std::string_view text) { return split(text, true); }

}  // namespace feltbog::document
