// SPDX-License-Identifier: Apache-2.0
// A sequence of spans, each of two widths, as a B-tree: found by a position in the one, placed by a
// position in the other, in logarithmic time. Spans are added and change their widths, and are
// never removed. It knows their widths and order; what they are is text_walker.h.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace feltbog::document {

// Numbers 0, 1, 2 in order of insertion.
using SpanIndex = std::uint32_t;
inline constexpr SpanIndex kNoSpan = 0xFFFFFFFF;

class SpanTree {
 public:
  struct Width {
    std::uint64_t prepare = 0;
    std::uint64_t effect = 0;
  };

  SpanTree();

  // Puts a span after another, or at the beginning after kNoSpan.
  SpanIndex insert_after(SpanIndex where, Width width);
  void set_width(SpanIndex span, Width width);

  struct Found {
    SpanIndex span;
    std::uint64_t offset;
  };
  // Where a prepare position is; it lies before the total.
  Found find_prepare(std::uint64_t position) const;
  // The sum of what stands before a span.
  std::uint64_t effect_before(SpanIndex span) const;
  std::uint64_t prepare_total() const;

  SpanIndex next(SpanIndex span) const;  // the first after kNoSpan; kNoSpan at the end
  bool before(SpanIndex a, SpanIndex b) const;

 private:
  using NodeIndex = std::uint32_t;
  static constexpr NodeIndex kNoNode = 0xFFFFFFFF;
  static constexpr std::size_t kFanout = 32;

  struct Node {
    NodeIndex parent = kNoNode;
    NodeIndex next = kNoNode;  // leaf
    bool is_leaf = true;
    std::uint32_t count = 0;
    std::array<std::uint32_t, kFanout> items{};  // spans, or nodes
    std::array<Width, kFanout> widths{};
  };
  static std::size_t index_in(const Node& node, std::uint32_t item);
  static Width total(const Node& node);
  void put(NodeIndex at, std::size_t index, std::uint32_t item, Width width);
  NodeIndex split(NodeIndex at);
  void adopt(NodeIndex parent, std::uint32_t item);
  void climb(NodeIndex from, Width increase);

  std::vector<Node> nodes_;
  std::vector<NodeIndex> leaf_of_;  // by span
  NodeIndex root_ = 0;
};

}  // namespace feltbog::document
