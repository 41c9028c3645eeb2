// SPDX-License-Identifier: Apache-2.0
// Deterministic CBOR (RFC 8949, section 4.2): one encoding per value, and a reader that rejects
// every other. Used by all formats and the protocol.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/value.h"

namespace feltbog {

// Appends items to a byte string it owns.
class CborWriter {
 public:
  CborWriter& uint(std::uint64_t value);
  CborWriter& integer(std::int64_t value);
  CborWriter& bytes(BytesView value);
  CborWriter& text(std::string_view value);  // UTF-8, unchecked
  CborWriter& array(std::uint64_t count);    // `count` items follow
  CborWriter& map(std::uint64_t count);      // `count` pairs follow, keys in bytewise order
  CborWriter& boolean(bool value);
  CborWriter& null();
  CborWriter& value(const Value& value);
  // Appends bytes that are already one or more encoded items.
  CborWriter& raw(BytesView encoded);

  template <std::size_t N, class Tag>
  CborWriter& fixed(const FixedBytes<N, Tag>& value) {
    return bytes(value.view());
  }

  const Bytes& result() const { return out_; }
  Bytes take() { return std::move(out_); }

 private:
  void head(std::uint8_t major, std::uint64_t argument);
  Bytes out_;
};

// Reads items one after another from bytes it does not own. Every call returns truncated when the
// bytes end too early, malformed for another type, an encoding that is not the shortest, indefinite
// lengths, unsorted or doubled map keys, text that is not UTF-8, tags and floating-point numbers.
class CborReader {
 public:
  explicit CborReader(BytesView bytes) : bytes_(bytes) {}

  Result<std::uint64_t> uint();
  // Up to and including `maximum`; limit_exceeded above.
  Result<std::uint64_t> uint(std::uint64_t maximum);
  Result<std::int64_t> integer();
  Result<BytesView> bytes();        // points into the input
  Result<std::string_view> text();  // points into the input
  Result<std::uint64_t> array();
  // An array of exactly `count` items.
  Result<void> array(std::uint64_t count);
  Result<std::uint64_t> map();
  Result<bool> boolean();
  // Consumes a null if one is next.
  Result<bool> null();
  Result<Value> value();
  // The bytes of the next item, unread but checked to be one well-formed item.
  Result<BytesView> raw();

  template <class Fixed>
  Result<Fixed> fixed() {
    FELTBOG_TRY(view, bytes());
    return Fixed::from(view);
  }

  bool at_end() const { return bytes_.empty(); }
  // malformed unless everything was read.
  Result<void> finish() const;
  std::size_t remaining() const { return bytes_.size(); }

 private:
  struct Head {
    std::uint8_t major;
    std::uint64_t argument;
  };
  Result<Head> head();
  Result<std::uint64_t> argument_of(std::uint8_t major);
  Result<Value> value(int depth);
  Result<Value> list_of(std::uint64_t count, int depth);
  Result<Value> map_of(std::uint64_t count, int depth);
  Result<BytesView> take(std::uint64_t count);
  BytesView bytes_;
};

Bytes encode_cbor(const Value& value);
// Exactly one value and nothing after it. Errors: those of CborReader, and limit_exceeded for
// nesting deeper than 32.
Result<Value> decode_cbor(BytesView bytes);

}  // namespace feltbog
