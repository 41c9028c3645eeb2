// SPDX-License-Identifier: Apache-2.0
// A text of which people see a part, while its edits are written down in terms of all of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/document/change.h"
#include "core/document/text_merge.h"

namespace feltbog::document {

// Takes the edits of one change, one after another.
class MaskedText {
 public:
  explicit MaskedText(std::vector<TextMerge::Layer> layers) : layers_(std::move(layers)) {}

  // Right behind the letter people see before the place.
  Insert as_written(const Insert& insert);
  // To be made one after another; what is hidden in between stays. None: it hits letters that stand
  // only because their erasure is masked, and cannot be named.
  std::optional<std::vector<Erase>> as_written(const Erase& erase);
  // On the letters people see. None: it begins or ends with one that cannot be named.
  std::optional<Mark> as_written(Mark mark);

 private:
  struct Point {
    std::ptrdiff_t layer;
    std::uint64_t written;  // before it
  };
  std::ptrdiff_t count() const { return static_cast<std::ptrdiff_t>(layers_.size()); }
  TextMerge::Layer& at(std::ptrdiff_t layer) { return layers_[static_cast<std::size_t>(layer)]; }
  // Cuts a layer that is longer.
  void split(std::ptrdiff_t layer, std::uint64_t length);
  Point find(std::uint64_t shown);
  // How many written letters stand before one that is shown, if it is written itself.
  std::optional<std::uint64_t> written_before(std::uint64_t shown);

  std::vector<TextMerge::Layer> layers_;
};

}  // namespace feltbog::document
