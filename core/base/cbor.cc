// SPDX-License-Identifier: Apache-2.0
#include "core/base/cbor.h"

#include <limits>

#include "core/base/utf8.h"

namespace feltbog {
namespace {

enum Major : std::uint8_t {
  kUnsigned = 0,
  kNegative = 1,
  kBytes = 2,
  kText = 3,
  kArray = 4,
  kMap = 5,
  kSimple = 7,
};
constexpr std::uint64_t kFalse = 20;
constexpr std::uint64_t kTrue = 21;
constexpr std::uint64_t kNull = 22;
constexpr int kDepthMax = 32;
constexpr std::uint64_t kInt64Max =
    static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

Error malformed(std::string_view what) { return {ErrorCode::malformed, std::string(what)}; }

// Deterministic order of RFC 8949, 4.2.1: bytewise on the encoded keys, so shorter keys come first.
bool key_before(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size();
  return a < b;
}

}  // namespace

void CborWriter::head(std::uint8_t major, std::uint64_t argument) {
  const auto first = static_cast<std::uint8_t>(major << 5);
  int width = 8;
  if (argument < 24) {
    out_.push_back(static_cast<std::uint8_t>(first | argument));
    return;
  }
  if (argument <= 0xff) {
    width = 1;
    out_.push_back(first | 24);
  } else if (argument <= 0xffff) {
    width = 2;
    out_.push_back(first | 25);
  } else if (argument <= 0xffffffff) {
    width = 4;
    out_.push_back(first | 26);
  } else {
    out_.push_back(first | 27);
  }
  for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
    out_.push_back(static_cast<std::uint8_t>(argument >> shift));
  }
}

CborWriter& CborWriter::uint(std::uint64_t value) { return head(kUnsigned, value), *this; }
CborWriter& CborWriter::integer(std::int64_t value) {
  if (value >= 0) return uint(static_cast<std::uint64_t>(value));
  return head(kNegative, static_cast<std::uint64_t>(-(value + 1))), *this;
}
CborWriter& CborWriter::bytes(BytesView value) {
  head(kBytes, value.size());
  append(out_, value);
  return *this;
}
CborWriter& CborWriter::text(std::string_view value) {
  head(kText, value.size());
  append(out_, as_bytes(value));
  return *this;
}
CborWriter& CborWriter::array(std::uint64_t count) { return head(kArray, count), *this; }
CborWriter& CborWriter::map(std::uint64_t count) { return head(kMap, count), *this; }
CborWriter& CborWriter::boolean(bool value) { return head(kSimple, value ? kTrue : kFalse), *this; }
CborWriter& CborWriter::null() { return head(kSimple, kNull), *this; }
CborWriter& CborWriter::raw(BytesView encoded) { return append(out_, encoded), *this; }

CborWriter& CborWriter::value(const Value& value) {
  if (const auto* boolean_value = value.boolean()) return boolean(*boolean_value);
  if (const auto* integer_value = value.integer()) return integer(*integer_value);
  if (const auto* text_value = value.text()) return text(*text_value);
  if (const auto* bytes_value = value.bytes()) return bytes(*bytes_value);
  if (const auto* items = value.list()) {
    array(items->size());
    for (const Value& item : *items) this->value(item);
    return *this;
  }
  if (const auto* entries = value.map()) {
    std::vector<const Value::Map::value_type*> sorted;
    sorted.reserve(entries->size());
    for (const auto& entry : *entries) sorted.push_back(&entry);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return key_before(a->first, b->first); });
    map(sorted.size());
    for (const auto* entry : sorted) text(entry->first).value(entry->second);
    return *this;
  }
  return null();
}

Result<BytesView> CborReader::take(std::uint64_t count) {
  if (count > bytes_.size())
    return Error{ErrorCode::truncated, std::to_string(count) + " bytes wanted"};
  const BytesView out = bytes_.first(static_cast<std::size_t>(count));
  bytes_ = bytes_.subspan(out.size());
  return out;
}

Result<CborReader::Head> CborReader::head() {
  FELTBOG_TRY(first, take(1));
  const auto major = static_cast<std::uint8_t>(first[0] >> 5);
  const std::uint8_t low = first[0] & 31;
  if (low < 24) return Head{major, low};
  if (low > 27) return malformed("indefinite or reserved length");
  FELTBOG_TRY(rest, take(std::uint64_t{1} << (low - 24)));
  std::uint64_t argument = 0;
  for (const std::uint8_t byte : rest) argument = (argument << 8) | byte;
  const std::uint64_t shortest[] = {24, 0x100, 0x10000, 0x100000000};
  if (argument < shortest[low - 24]) return malformed("not the shortest encoding");
  if (major == kSimple) return malformed("floating-point number or unknown simple value");
  return Head{major, argument};
}

Result<std::uint64_t> CborReader::argument_of(std::uint8_t major) {
  FELTBOG_TRY(found, head());
  if (found.major != major) return malformed("another type was expected");
  return found.argument;
}

Result<std::uint64_t> CborReader::uint() { return argument_of(kUnsigned); }
Result<std::uint64_t> CborReader::uint(std::uint64_t maximum) {
  FELTBOG_TRY(value, uint());
  if (value > maximum)
    return Error{ErrorCode::limit_exceeded, "number above " + std::to_string(maximum)};
  return value;
}

Result<std::int64_t> CborReader::integer() {
  FELTBOG_TRY(found, head());
  if (found.major > kNegative) return malformed("an integer was expected");
  if (found.argument > kInt64Max) return malformed("integer beyond 64 bits");
  const auto magnitude = static_cast<std::int64_t>(found.argument);
  return found.major == kUnsigned ? magnitude : -magnitude - 1;
}

Result<BytesView> CborReader::bytes() {
  FELTBOG_TRY(size, argument_of(kBytes));
  return take(size);
}

Result<std::string_view> CborReader::text() {
  FELTBOG_TRY(size, argument_of(kText));
  FELTBOG_TRY(view, take(size));
  const std::string_view out = as_text(view);
  if (!is_utf8(out)) return malformed("text that is not UTF-8");
  return out;
}

Result<std::uint64_t> CborReader::array() {
  FELTBOG_TRY(count, argument_of(kArray));
  // Each item takes at least a byte: no allocation is ever larger than the input.
  if (count > bytes_.size()) return Error{ErrorCode::truncated, "list of " + std::to_string(count)};
  return count;
}

Result<void> CborReader::array(std::uint64_t count) {
  FELTBOG_TRY(found, array());
  if (found != count) return malformed("a list of " + std::to_string(count) + " was expected");
  return {};
}

Result<std::uint64_t> CborReader::map() {
  FELTBOG_TRY(count, argument_of(kMap));
  if (count > bytes_.size()) return Error{ErrorCode::truncated, "map of " + std::to_string(count)};
  return count;
}

Result<bool> CborReader::boolean() {
  FELTBOG_TRY(found, argument_of(kSimple));
  if (found != kTrue && found != kFalse) return malformed("a boolean was expected");
  return found == kTrue;
}

Result<bool> CborReader::null() {
  if (bytes_.empty()) return Error{ErrorCode::truncated, "1 bytes wanted"};
  if (bytes_[0] != ((kSimple << 5) | kNull)) return false;
  bytes_ = bytes_.subspan(1);
  return true;
}

Result<Value> CborReader::value() { return value(0); }

Result<Value> CborReader::list_of(std::uint64_t count, int depth) {
  if (count > bytes_.size()) return Error{ErrorCode::truncated, "list of " + std::to_string(count)};
  Value::List items;
  for (std::uint64_t i = 0; i < count; ++i) {
    FELTBOG_TRY(item, value(depth + 1));
    items.push_back(std::move(item));
  }
  return Value(std::move(items));
}

Result<Value> CborReader::map_of(std::uint64_t count, int depth) {
  if (count > bytes_.size()) return Error{ErrorCode::truncated, "map of " + std::to_string(count)};
  Value::Map entries;
  std::string previous;
  for (std::uint64_t i = 0; i < count; ++i) {
    FELTBOG_TRY(key, text());
    if (i > 0 && !key_before(previous, key)) return malformed("map keys unsorted or doubled");
    previous = key;
    FELTBOG_TRY(item, value(depth + 1));
    entries.emplace(previous, std::move(item));
  }
  return Value(std::move(entries));
}

Result<Value> CborReader::value(int depth) {
  if (depth > kDepthMax) return Error{ErrorCode::limit_exceeded, "nesting"};
  FELTBOG_TRY(found, head());
  switch (found.major) {
    case kUnsigned:
    case kNegative: {
      if (found.argument > kInt64Max) return malformed("integer beyond 64 bits");
      const auto magnitude = static_cast<std::int64_t>(found.argument);
      return Value(found.major == kUnsigned ? magnitude : -magnitude - 1);
    }
    case kBytes: {
      FELTBOG_TRY(view, take(found.argument));
      return Value(to_bytes(view));
    }
    case kText: {
      FELTBOG_TRY(view, take(found.argument));
      if (!is_utf8(as_text(view))) return malformed("text that is not UTF-8");
      return Value(as_text(view));
    }
    case kArray: return list_of(found.argument, depth);
    case kMap: return map_of(found.argument, depth);
    case kSimple:
      if (found.argument == kTrue || found.argument == kFalse)
        return Value(found.argument == kTrue);
      if (found.argument == kNull) return Value();
      return malformed("unknown simple value");
    default: return malformed("tags are not used");
  }
}

Result<BytesView> CborReader::raw() {
  const BytesView before = bytes_;
  FELTBOG_TRY(ignored, value());
  static_cast<void>(ignored);
  return before.first(before.size() - bytes_.size());
}

Result<void> CborReader::finish() const {
  if (!bytes_.empty()) return malformed(std::to_string(bytes_.size()) + " bytes after the end");
  return {};
}

Bytes encode_cbor(const Value& value) { return CborWriter().value(value).take(); }

Result<Value> decode_cbor(BytesView bytes) {
  CborReader reader(bytes);
  FELTBOG_TRY(out, reader.value());
  FELTBOG_CHECK(reader.finish());
  return out;
}

}  // namespace feltbog
