// SPDX-License-Identifier: Apache-2.0
// Neighbouring pages or frames on their way into a file, gathered in plaintext so that they are
// sealed and written together.
#pragma once

#include <array>

#include "core/crypto/secret.h"
#include "core/store/geometry.h"

namespace feltbog::store {

// Items of `Size` bytes with consecutive indexes, at most kGatheredMax. Wiped when emptied.
template <std::size_t Size>
class WriteRun {
 public:
  using Item = std::array<std::uint8_t, Size>;

  ~WriteRun() { clear(); }

  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }
  std::uint64_t first() const { return first_; }
  // Whether `index` can come next. Who gathers empties the run before it is full.
  bool takes(std::uint64_t index) const { return empty() || index == first_ + count_; }
  // Memory for the next item, which `takes` has allowed.
  std::span<std::uint8_t, Size> add(std::uint64_t index) {
    FELTBOG_ASSERT(takes(index));
    FELTBOG_ASSERT(count_ < items_.size());
    if (empty()) first_ = index;
    return items_[count_++];
  }
  std::span<Item> items() { return std::span(items_).first(count_); }
  BytesView bytes() const { return {items_[0].data(), count_ * Size}; }
  void clear() {
    crypto::wipe({items_[0].data(), count_ * Size});
    count_ = 0;
  }

 private:
  static_assert(sizeof(Item) == Size);
  std::array<Item, kGatheredMax> items_{};
  std::uint64_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace feltbog::store
