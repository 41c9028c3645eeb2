// SPDX-License-Identifier: Apache-2.0
// What the fuzzer gave, read as decisions: numbers, pieces, and the rest. Past its end everything
// is zero or empty.
#pragma once

#include <algorithm>

#include "core/base/bytes.h"

namespace feltbog::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

  bool empty() const { return rest_.empty(); }
  BytesView rest() const { return rest_; }
  std::uint8_t byte() {
    const BytesView one = take(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }
  // 0 to `bound` - 1; `bound` is at most 256.
  std::size_t below(std::size_t bound) { return byte() % bound; }
  BytesView take(std::size_t count) {
    const BytesView out = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(out.size());
    return out;
  }
  // A piece whose length the input says first.
  BytesView piece() {
    const std::size_t high = byte();
    return take(high * 256 + byte());
  }

 private:
  BytesView rest_;
};

}  // namespace feltbog::fuzz
