// SPDX-License-Identifier: Apache-2.0
// Run lengths and LEB128.
#include "core/document/column.h"

namespace feltbog::document {
namespace {

constexpr std::size_t kRunMin = 3;

void write_number(Bytes& out, std::uint64_t number) {
  while (number >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(number | 0x80));
    number >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(number));
}

Result<std::uint64_t> read_number(BytesView& from) {
  std::uint64_t out = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (from.empty()) return Error{ErrorCode::truncated, "column"};
    const std::uint8_t byte = from.front();
    from = from.subspan(1);
    if (shift == 63 && byte > 1) break;
    if (shift > 0 && byte == 0) break;  // a shorter form says the same
    out |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return out;
  }
  return Error{ErrorCode::malformed, "column number"};
}

std::size_t run_at(const std::vector<std::uint64_t>& numbers, std::size_t at) {
  std::size_t end = at + 1;
  while (end < numbers.size() && numbers[end] == numbers[at]) ++end;
  return end - at;
}

}  // namespace

Bytes encode_column(const std::vector<std::uint64_t>& numbers) {
  Bytes out;
  for (std::size_t at = 0; at < numbers.size();) {
    const std::size_t run = run_at(numbers, at);
    if (run >= kRunMin) {
      write_number(out, run * 2 + 1);
      write_number(out, numbers[at]);
      at += run;
      continue;
    }
    std::size_t end = at + run;
    while (end < numbers.size()) {
      const std::size_t next = run_at(numbers, end);
      if (next >= kRunMin) break;
      end += next;
    }
    write_number(out, (end - at) * 2);
    for (; at < end; ++at) write_number(out, numbers[at]);
  }
  return out;
}

Result<std::vector<std::uint64_t>> decode_column(BytesView bytes, std::size_t count) {
  std::vector<std::uint64_t> out;
  bool repeated = true;  // the last group
  while (!bytes.empty()) {
    FELTBOG_TRY(head, read_number(bytes));
    const std::uint64_t length = head >> 1;
    if (length == 0 || length > count - out.size())
      return Error{ErrorCode::malformed, "column length"};
    const auto size = static_cast<std::size_t>(length);
    const bool repeats = (head & 1) != 0;
    if (repeats ? size < kRunMin : !repeated) return Error{ErrorCode::malformed, "column groups"};
    repeated = repeats;
    FELTBOG_TRY(first, read_number(bytes));
    // Equal numbers on both sides would have been one group.
    if (!out.empty() && out.back() == first) return Error{ErrorCode::malformed, "column groups"};
    out.insert(out.end(), repeats ? size : 1, first);
    for (std::size_t i = 1; i < size && !repeats; ++i) {
      FELTBOG_TRY(number, read_number(bytes));
      const bool run = i > 1 && out.back() == number && out[out.size() - 2] == number;
      if (run) return Error{ErrorCode::malformed, "column groups"};
      out.push_back(number);
    }
  }
  if (out.size() != count) return Error{ErrorCode::truncated, "column"};
  return out;
}

Result<std::uint64_t> ColumnReader::next() {
  if (left_ == 0) {
    FELTBOG_TRY(head, read_number(bytes_));
    left_ = head >> 1;
    repeats_ = (head & 1) != 0;
    if (left_ == 0) return Error{ErrorCode::malformed, "column length"};
    if (repeats_) {
      FELTBOG_TRY(number, read_number(bytes_));
      number_ = number;
    }
  }
  --left_;
  if (repeats_) return number_;
  return read_number(bytes_);
}

Result<void> ColumnReader::finish() const {
  if (left_ == 0 && bytes_.empty()) return {};
  return Error{ErrorCode::malformed, "column left over"};
}

}  // namespace feltbog::document
