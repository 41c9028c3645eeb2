// SPDX-License-Identifier: Apache-2.0
// Descending by sums, and climbing to keep them.
#include "core/document/span_tree.h"

#include <algorithm>

#include "core/base/assert.h"

namespace feltbog::document {

SpanTree::SpanTree() { nodes_.emplace_back(); }

std::size_t SpanTree::index_in(const Node& node, std::uint32_t item) {
  std::size_t index = 0;
  while (node.items[index] != item) ++index;
  return index;
}

SpanTree::Width SpanTree::total(const Node& node) {
  Width out;
  for (std::size_t i = 0; i < node.count; ++i) {
    out.prepare += node.widths[i].prepare;
    out.effect += node.widths[i].effect;
  }
  return out;
}

SpanIndex SpanTree::insert_after(SpanIndex where, Width width) {
  const auto span = static_cast<SpanIndex>(leaf_of_.size());
  leaf_of_.push_back(0);
  if (where == kNoSpan) {
    NodeIndex first = root_;
    while (!nodes_[first].is_leaf) first = nodes_[first].items[0];
    put(first, 0, span, width);
  } else {
    const NodeIndex leaf = leaf_of_[where];
    put(leaf, index_in(nodes_[leaf], where) + 1, span, width);
  }
  climb(leaf_of_[span], width);
  return span;
}

// Puts an item in a node without telling the nodes above about its width.
void SpanTree::put(NodeIndex at, std::size_t index, std::uint32_t item, Width width) {
  if (nodes_[at].count == kFanout) {
    const NodeIndex right = split(at);
    if (index > nodes_[at].count) {
      index -= nodes_[at].count;
      at = right;
    }
  }
  Node& node = nodes_[at];
  for (std::size_t i = node.count; i > index; --i) {
    node.items[i] = node.items[i - 1];
    node.widths[i] = node.widths[i - 1];
  }
  node.items[index] = item;
  node.widths[index] = width;
  ++node.count;
  adopt(at, item);
}

void SpanTree::adopt(NodeIndex parent, std::uint32_t item) {
  if (nodes_[parent].is_leaf)
    leaf_of_[item] = parent;
  else
    nodes_[item].parent = parent;
}

// Moves the second half of a full node to a new one behind it.
SpanTree::NodeIndex SpanTree::split(NodeIndex at) {
  const auto right = static_cast<NodeIndex>(nodes_.size());
  nodes_.emplace_back();
  constexpr std::size_t kHalf = kFanout / 2;
  {
    Node& from = nodes_[at];
    Node& to = nodes_[right];
    to.is_leaf = from.is_leaf;
    to.next = from.next;
    from.next = right;
    std::copy(from.items.begin() + kHalf, from.items.end(), to.items.begin());
    std::copy(from.widths.begin() + kHalf, from.widths.end(), to.widths.begin());
    from.count = kHalf;
    to.count = kFanout - kHalf;
  }
  for (std::size_t i = 0; i < nodes_[right].count; ++i) adopt(right, nodes_[right].items[i]);
  // Sums are true whenever put() may split a node further up.
  const Width moved = total(nodes_[right]);
  if (at == root_) {
    root_ = static_cast<NodeIndex>(nodes_.size());
    nodes_.emplace_back().is_leaf = false;
    put(root_, 0, at, total(nodes_[at]));
  } else {
    climb(at, {0 - moved.prepare, 0 - moved.effect});
  }
  const NodeIndex parent = nodes_[at].parent;
  put(parent, index_in(nodes_[parent], at) + 1, right, moved);
  climb(nodes_[right].parent, moved);
  return right;
}

// Widths are added modulo 2^64, so that an increase may be a decrease.
void SpanTree::climb(NodeIndex from, Width increase) {
  while (from != root_) {
    const NodeIndex parent = nodes_[from].parent;
    Width& width = nodes_[parent].widths[index_in(nodes_[parent], from)];
    width.prepare += increase.prepare;
    width.effect += increase.effect;
    from = parent;
  }
}

void SpanTree::set_width(SpanIndex span, Width width) {
  const NodeIndex leaf = leaf_of_[span];
  Width& old = nodes_[leaf].widths[index_in(nodes_[leaf], span)];
  const Width increase{width.prepare - old.prepare, width.effect - old.effect};
  old = width;
  if (increase.prepare != 0 || increase.effect != 0) climb(leaf, increase);
}

SpanTree::Found SpanTree::find_prepare(std::uint64_t position) const {
  NodeIndex at = root_;
  while (true) {
    const Node& node = nodes_[at];
    std::size_t index = 0;
    while (position >= node.widths[index].prepare) {
      position -= node.widths[index++].prepare;
      FELTBOG_ASSERT(index < node.count);
    }
    if (node.is_leaf) return {node.items[index], position};
    at = node.items[index];
  }
}

std::uint64_t SpanTree::effect_before(SpanIndex span) const {
  std::uint64_t out = 0;
  std::uint32_t item = span;
  for (NodeIndex at = leaf_of_[span]; at != kNoNode; at = nodes_[at].parent) {
    const Node& node = nodes_[at];
    for (std::size_t i = 0; node.items[i] != item; ++i) out += node.widths[i].effect;
    item = at;
  }
  return out;
}

std::uint64_t SpanTree::prepare_total() const { return total(nodes_[root_]).prepare; }

SpanIndex SpanTree::next(SpanIndex span) const {
  NodeIndex leaf = root_;
  std::size_t index = 0;
  if (span == kNoSpan) {
    while (!nodes_[leaf].is_leaf) leaf = nodes_[leaf].items[0];
  } else {
    leaf = leaf_of_[span];
    index = index_in(nodes_[leaf], span) + 1;
  }
  if (index < nodes_[leaf].count) return nodes_[leaf].items[index];
  const NodeIndex following = nodes_[leaf].next;
  return following == kNoNode ? kNoSpan : nodes_[following].items[0];
}

bool SpanTree::before(SpanIndex a, SpanIndex b) const {
  if (a == b) return false;
  NodeIndex at_a = leaf_of_[a];
  NodeIndex at_b = leaf_of_[b];
  std::uint32_t item_a = a;
  std::uint32_t item_b = b;
  while (at_a != at_b) {  // all leaves are equally deep
    item_a = at_a;
    item_b = at_b;
    at_a = nodes_[at_a].parent;
    at_b = nodes_[at_b].parent;
  }
  return index_in(nodes_[at_a], item_a) < index_in(nodes_[at_a], item_b);
}

}  // namespace feltbog::document
