// SPDX-License-Identifier: Apache-2.0
// Small helpers that the formats of this room share. Not for other rooms.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "core/base/cbor.h"
#include "core/crypto/sign.h"

namespace feltbog::ledger {

// The version every format begins with. Error: unsupported_version.
inline Result<void> read_version(CborReader& reader, std::uint64_t expected) {
  FELTBOG_TRY(version, reader.uint());
  if (version != expected) {
    return Error{ErrorCode::unsupported_version, "version " + std::to_string(version)};
  }
  return {};
}

// An unsigned integer of a narrower type, up to `maximum`.
template <class Narrow>
Result<Narrow> read_uint(CborReader& reader, std::uint64_t maximum) {
  FELTBOG_TRY(value, reader.uint(maximum));
  return static_cast<Narrow>(value);
}

// The length of a list, up to `maximum`.
inline Result<std::size_t> read_count(CborReader& reader, std::size_t maximum) {
  FELTBOG_TRY(count, reader.array());
  if (count > maximum) {
    return Error{ErrorCode::limit_exceeded, std::to_string(count) + " items"};
  }
  return static_cast<std::size_t>(count);
}

// Whether items stand in ascending order, each once: lists have one encoding only.
template <class Item, class Less = std::less<>>
bool ascends(const std::vector<Item>& items, Less less = {}) {
  return std::adjacent_find(items.begin(), items.end(), [&](const Item& a, const Item& b) {
           return !less(a, b);
         }) == items.end();
}

// Fixed-size items in ascending order, at least `minimum` of them.
template <class Fixed>
Result<std::vector<Fixed>> read_sorted(CborReader& reader, std::size_t minimum,
                                       std::size_t maximum) {
  FELTBOG_TRY(count, read_count(reader, maximum));
  std::vector<Fixed> out;
  for (std::size_t i = 0; i < count; ++i) {
    FELTBOG_TRY(item, reader.fixed<Fixed>());
    out.push_back(item);
  }
  if (out.size() < minimum) return Error{ErrorCode::malformed, "empty list"};
  if (!ascends(out)) return Error{ErrorCode::malformed, "list out of order"};
  return out;
}

template <class Fixed>
void write_sorted(CborWriter& writer, const std::vector<Fixed>& items) {
  writer.array(items.size());
  for (const Fixed& item : items) writer.fixed(item);
}

// The envelope of everything signed: [body, signature], where the signature covers the body's
// bytes.
struct SignedBytes {
  BytesView body;
  crypto::Signature signature;
};
inline Bytes encode_signed(BytesView body, const crypto::Signature& signature) {
  return CborWriter().array(2).bytes(body).fixed(signature).take();
}
inline Result<SignedBytes> decode_signed(BytesView bytes, std::size_t size_max) {
  if (bytes.size() > size_max) {
    return Error{ErrorCode::limit_exceeded, std::to_string(bytes.size()) + " bytes"};
  }
  CborReader reader(bytes);
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(body, reader.bytes());
  FELTBOG_TRY(signature, reader.fixed<crypto::Signature>());
  FELTBOG_CHECK(reader.finish());
  return SignedBytes{body, signature};
}

}  // namespace feltbog::ledger
