// SPDX-License-Identifier: Apache-2.0
// The tree of spans beside a plain list.
#include "core/document/span_tree.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/core/document/generator.h"

namespace feltbog::document {

TEST_CASE("a tree of spans answers as a plain list would") {
  generator::Dice dice(21);
  SpanTree tree;
  std::vector<SpanIndex> order;
  std::vector<SpanTree::Width> widths;
  CHECK(tree.next(kNoSpan) == kNoSpan);
  for (int round = 0; round < 6000; ++round) {
    const SpanTree::Width width{dice.roll(4), dice.roll(5)};
    if (order.empty() || dice.one_in(2)) {
      const std::size_t at = dice.roll(order.size() + 1);
      const SpanIndex span = tree.insert_after(at == 0 ? kNoSpan : order[at - 1], width);
      REQUIRE(span == widths.size());
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(at), span);
      widths.push_back(width);
    } else {
      const SpanIndex span = order[dice.roll(order.size())];
      tree.set_width(span, width);
      widths[span] = width;
    }
    if (round % 50 != 0) continue;
    std::uint64_t prepare = 0;
    std::uint64_t effect = 0;
    SpanIndex previous = kNoSpan;
    for (const SpanIndex span : order) {
      REQUIRE(tree.next(previous) == span);
      REQUIRE(tree.effect_before(span) == effect);
      if (previous != kNoSpan) REQUIRE(tree.before(previous, span));
      if (previous != kNoSpan) REQUIRE_FALSE(tree.before(span, previous));
      for (std::uint64_t offset = 0; offset < widths[span].prepare; ++offset) {
        const auto found = tree.find_prepare(prepare + offset);
        REQUIRE(found.span == span);
        REQUIRE(found.offset == offset);
      }
      prepare += widths[span].prepare;
      effect += widths[span].effect;
      previous = span;
    }
    REQUIRE(tree.next(previous) == kNoSpan);
    REQUIRE(tree.prepare_total() == prepare);
  }
}

}  // namespace feltbog::document
