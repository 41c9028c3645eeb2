// SPDX-License-Identifier: Apache-2.0
// Ordering of concurrent insertions follows the rule known as YjsMod, equal to FugueMax (Weidner &
// Kleppmann, "The Art of the Fugue"), so that runs do not interleave.
#include "core/document/text_walker.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "core/base/assert.h"

namespace feltbog::document {

TextWalker::TextWalker(std::uint64_t base_length) {
  Span base;
  base.first = kBase;
  base.length = base_length;
  if (base_length > 0) add(kNoSpan, base);
}

SpanIndex TextWalker::add(SpanIndex after, const Span& span) {
  spans_.push_back(span);
  return tree_.insert_after(after, span.width());
}

void TextWalker::split(SpanIndex span, std::uint64_t length) {
  if (length == 0 || length >= spans_[span].length) return;
  Span rest = spans_[span];
  rest.first += length;
  rest.length -= length;
  rest.left = rest.first - 1;
  spans_[span].length = length;
  tree_.set_width(span, spans_[span].width());
  pieces_.emplace(rest.first, add(span, rest));
}

SpanIndex TextWalker::span_of(Unit unit) const {
  SpanIndex out = 0;  // the base text's first span
  Unit start = kBase;
  if (unit < kBase) {
    const auto after =
        std::upper_bound(starts_.begin(), starts_.end(), unit,
                         [](Unit value, const auto& insertion) { return value < insertion.first; });
    FELTBOG_ASSERT(after != starts_.begin());
    std::tie(start, out) = *(after - 1);
  }
  if (unit - start < spans_[out].length) return out;
  return std::prev(pieces_.upper_bound(unit))->second;
}

TextWalker::Place TextWalker::place_of(Unit unit) const {
  if (unit == kNone) return {};
  const SpanIndex span = span_of(unit);
  return {span, unit - spans_[span].first};
}

bool TextWalker::before(const Place& a, const Place& b) const {
  if (a.span == b.span) return a.offset < b.offset;
  if (a.span == kNoSpan || b.span == kNoSpan) return b.span == kNoSpan;
  return tree_.before(a.span, b.span);
}

// Alters the state of characters with consecutive units, wherever they stand by now.
template <class Alter>
void TextWalker::alter(Unit first, std::uint64_t length, Alter alter) {
  while (length > 0) {
    SpanIndex span = span_of(first);
    if (spans_[span].first < first) {
      split(span, first - spans_[span].first);
      span = span_of(first);
    }
    split(span, length);
    alter(spans_[span].prepare);
    tree_.set_width(span, spans_[span].width());
    first += spans_[span].length;
    length -= spans_[span].length;
  }
}

void TextWalker::move_inserted(Unit unit, std::uint64_t length, bool forward) {
  alter(unit, length, [&](std::uint32_t& prepare) { prepare = forward ? 1 : 0; });
}

void TextWalker::move_erased(Unit unit, std::uint64_t length, bool forward) {
  const Unit end = unit + length;
  auto erasure = std::upper_bound(erasures_.begin(), erasures_.end(), unit,
                                  [](Unit value, const Erasure& one) { return value < one.unit; });
  if (erasure != erasures_.begin()) --erasure;
  for (; erasure != erasures_.end() && erasure->unit < end; ++erasure) {
    const Unit erasure_end = erasure->unit + erasure->length;
    const Unit from = std::max(unit, erasure->unit);
    const Unit to = std::min(end, erasure_end);
    if (from >= to) continue;
    const Unit first =
        erasure->first + (erasure->backward ? erasure_end - to : from - erasure->unit);
    alter(first, to - from, [&](std::uint32_t& prepare) { forward ? ++prepare : --prepare; });
  }
}

// The span a gap at that position is behind, split there; none at the beginning. Beyond the end:
// behind the last character there is, not behind invisible ones after it.
SpanIndex TextWalker::open_gap(std::uint64_t position) {
  position = std::min(position, tree_.prepare_total());
  if (position == 0) return kNoSpan;
  const auto found = tree_.find_prepare(position - 1);
  split(found.span, found.offset + 1);
  return found.span;
}

std::uint64_t TextWalker::insert(Unit unit, std::uint64_t position, std::uint64_t length,
                                 bool masked, const Order& order) {
  const SpanIndex left = open_gap(position);
  Span fresh;
  fresh.first = unit;
  fresh.length = length;
  fresh.erased = masked;
  if (left != kNoSpan) fresh.left = spans_[left].last();
  SpanIndex right = tree_.next(left);
  while (right != kNoSpan && spans_[right].prepare == 0) right = tree_.next(right);
  if (right != kNoSpan) fresh.right = spans_[right].first;
  const SpanIndex span = add(integrate(fresh, left, order), fresh);
  starts_.emplace_back(unit, span);
  return tree_.effect_before(span);
}

// Walks over what concurrent edits put into the same gap, and finds the span this one comes behind.
SpanIndex TextWalker::integrate(const Span& fresh, SpanIndex left, const Order& order) const {
  bool looking_further = false;
  SpanIndex target = left;
  for (SpanIndex at = tree_.next(left); at != kNoSpan && spans_[at].prepare == 0;
       at = tree_.next(at)) {
    const Span& other = spans_[at];
    if (other.left == fresh.left) {
      const Place fresh_right = place_of(fresh.right);
      const Place other_right = place_of(other.right);
      if (fresh.right == other.right && order.precedes(fresh.first, other.first)) break;
      looking_further = before(other_right, fresh_right);
    } else {
      // Left origins before this one's end the gap; later ones belong to what was walked over.
      if (other.left == kNone) break;
      if (left != kNoSpan) {
        const SpanIndex origin = span_of(other.left);
        if (origin == left || tree_.before(origin, left)) break;
      }
    }
    if (!looking_further) target = at;
  }
  return target;
}

std::optional<std::uint64_t> TextWalker::unit_at(std::uint64_t position) const {
  if (position >= tree_.prepare_total()) return std::nullopt;
  const auto found = tree_.find_prepare(position);
  return spans_[found.span].first + found.offset;
}

TextWalker::Standing TextWalker::standing(std::uint64_t unit) const {
  const Place place = place_of(unit);
  const bool shown = !spans_[place.span].erased;
  return {tree_.effect_before(place.span) + (shown ? place.offset : 0), shown};
}

std::vector<TextWalker::Stretch> TextWalker::stretches() const {
  std::vector<Stretch> out;
  for (SpanIndex at = tree_.next(kNoSpan); at != kNoSpan; at = tree_.next(at)) {
    const Span& span = spans_[at];
    if (span.first >= kBase) continue;
    out.push_back({span.first, span.length, span.prepare == 1, !span.erased});
  }
  return out;
}

std::vector<TextWalker::Erased> TextWalker::erase(Unit unit, std::uint64_t position,
                                                  std::uint64_t count, bool backward, bool masked) {
  std::vector<Erased> out;
  const std::uint64_t total = tree_.prepare_total();
  if (position >= total) return out;
  const std::uint64_t row = count;
  std::uint64_t left = std::min(count, total - position);
  const auto found = tree_.find_prepare(position);
  SpanIndex at = found.span;
  if (found.offset > 0) {
    split(at, found.offset);
    at = tree_.next(at);
  }
  std::uint64_t effect_position = tree_.effect_before(at);
  const std::size_t erasures_before = erasures_.size();
  for (std::uint64_t done = 0; left > 0; at = tree_.next(at)) {
    if (spans_[at].prepare != 1) {
      effect_position += spans_[at].width().effect;
      continue;
    }
    split(at, left);
    Span& span = spans_[at];
    const bool goes = !span.erased && !masked;
    span.prepare = 2;
    span.erased = span.erased || goes;
    tree_.set_width(at, span.width());
    const Unit first_unit = unit + (backward ? row - done - span.length : done);
    erasures_.push_back({first_unit, span.length, span.first, backward});
    done += span.length;
    left -= span.length;
    effect_position += span.width().effect;
    if (!goes) continue;
    const bool adjacent = !out.empty() && out.back().position == effect_position;
    if (adjacent)
      out.back().count += span.length;
    else
      out.push_back({effect_position, span.length});
  }
  if (backward) {
    std::reverse(erasures_.begin() + static_cast<std::ptrdiff_t>(erasures_before), erasures_.end());
  }
  return out;
}

}  // namespace feltbog::document
