// SPDX-License-Identifier: Apache-2.0
#include "core/document/value_size.h"

#include <optional>
#include <string>

#include "core/base/utf8.h"

namespace feltbog::document {
namespace {

constexpr int kDepthMax = 32;  // decode_cbor's

std::size_t head_size(std::uint64_t argument) {
  if (argument < 24) return 1;
  if (argument < 0x100) return 2;
  if (argument < 0x10000) return 3;
  return argument < 0x100000000 ? 5 : 9;
}

std::size_t string_size(std::size_t size) { return head_size(size) + size; }

// Adds up, and remembers the first thing that is wrong.
class Measure {
 public:
  void add(const Value& value, int depth) {
    if (depth > kDepthMax) return fail(ErrorCode::limit_exceeded, "nesting");
    if (const auto* text = value.text()) return add_text(*text);
    if (const auto* bytes = value.bytes()) {
      size_ += string_size(bytes->size());
    } else if (const auto* integer = value.integer()) {
      size_ += head_size(static_cast<std::uint64_t>(*integer < 0 ? ~*integer : *integer));
    } else if (const auto* list = value.list()) {
      size_ += head_size(list->size());
      for (const Value& item : *list) add(item, depth + 1);
    } else if (const auto* map = value.map()) {
      size_ += head_size(map->size());
      for (const auto& [key, item] : *map) {
        add_text(key);
        add(item, depth + 1);
      }
    } else {
      ++size_;
    }
  }

  std::size_t size() const { return size_; }
  const std::optional<Error>& error() const { return error_; }

 private:
  void add_text(std::string_view text) {
    if (!is_utf8(text)) fail(ErrorCode::malformed, "text that is not UTF-8");
    size_ += string_size(text.size());
  }
  void fail(ErrorCode code, std::string_view what) {
    if (!error_) error_ = Error{code, std::string(what)};
  }

  std::size_t size_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<std::size_t> value_size(const Value& value) {
  Measure measure;
  measure.add(value, 0);
  if (measure.error()) return *measure.error();
  return measure.size();
}

}  // namespace feltbog::document
