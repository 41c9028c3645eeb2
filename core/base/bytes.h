// SPDX-License-Identifier: Apache-2.0
// Byte strings, fixed-size byte values with a type of their own, and their text forms.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace feltbog {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(BytesView view) { return {view.begin(), view.end()}; }
inline void append(Bytes& to, BytesView from) { to.insert(to.end(), from.begin(), from.end()); }

// Lower-case hexadecimal.
std::string to_hex(BytesView bytes);
// Accepts upper and lower case. Error: malformed.
Result<Bytes> from_hex(std::string_view text);
// Crockford's base 32 (crockford.com/base32.html) in lower case, without padding or check symbol;
// the last symbol is filled with zero bits.
std::string to_base32(BytesView bytes);
// Accepts either case, and reads o as 0 and i, l as 1. Error: malformed (a foreign symbol, an
// impossible length, or filling bits that are not zero).
Result<Bytes> from_base32(std::string_view text);

// N bytes of one meaning. Two tags never convert into each other, so that a device's id cannot be
// passed for a space's. All zero by default.
template <std::size_t N, class Tag>
struct FixedBytes {
  static constexpr std::size_t kSize = N;
  std::array<std::uint8_t, N> bytes{};

  friend auto operator<=>(const FixedBytes&, const FixedBytes&) = default;
  BytesView view() const { return bytes; }
  bool is_zero() const {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
  }
  // Error: malformed, when the length is not N.
  static Result<FixedBytes> from(BytesView view) {
    if (view.size() != N)
      return Error{ErrorCode::malformed, "length " + std::to_string(view.size())};
    FixedBytes out;
    std::copy(view.begin(), view.end(), out.bytes.begin());
    return out;
  }
};

}  // namespace feltbog

// For unordered containers. Ids are random or hashes, so their first bytes are hash enough.
template <std::size_t N, class Tag>
struct std::hash<feltbog::FixedBytes<N, Tag>> {
  std::size_t operator()(const feltbog::FixedBytes<N, Tag>& value) const noexcept {
    std::size_t out = 0;
    static_assert(N >= sizeof(out));
    std::copy_n(value.bytes.begin(), sizeof(out), reinterpret_cast<std::uint8_t*>(&out));
    return out;
  }
};
