// SPDX-License-Identifier: Apache-2.0
// A column of numbers as bytes: LEB128, with repeated numbers written once. What typing produces
// (steps of one, the same field again) shrinks to almost nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"

namespace feltbog::document {

// Signed as unsigned, small magnitudes first: 0, -1, 1, -2, 2.
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// Groups of a head and numbers. Head 2n + 1: the one number that follows, n times. Head 2n: the n
// numbers that follow. Three or more equal ones in a row are a group of their own.
Bytes encode_column(const std::vector<std::uint64_t>& numbers);

// Exactly `count` numbers; the caller has bounded it. Errors: truncated; malformed, also for what
// encode_column() would have written in another way.
Result<std::vector<std::uint64_t>> decode_column(BytesView bytes, std::size_t count);

// Reads the numbers of a column one by one, without room for all of them. Errors: truncated,
// malformed. Accepts some groupings encode_column() would not choose.
class ColumnReader {
 public:
  explicit ColumnReader(BytesView bytes) : bytes_(bytes) {}
  Result<std::uint64_t> next();
  // Error: malformed, unless everything was read.
  Result<void> finish() const;

 private:
  BytesView bytes_;
  std::uint64_t left_ = 0;  // in the group begun
  bool repeats_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace feltbog::document
