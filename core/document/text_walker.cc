// SPDX-License-Identifier: Apache-2.0
// A plain list of spans. Ordering of concurrent insertions follows the rule known as YjsMod, equal
// to FugueMax (Weidner & Kleppmann, "The Art of the Fugue"), so that runs do not interleave.
#include "core/document/text_walker.h"

#include <algorithm>

#include "core/base/assert.h"

namespace feltbog::document {

TextWalker::TextWalker(std::uint64_t base_length) {
  if (base_length == 0) return;
  Span base;
  base.first = {kBase, 0};
  base.length = base_length;
  spans_.push_back(base);
}

void TextWalker::split(std::size_t span, std::uint64_t length) {
  if (length == 0 || length >= spans_[span].length) return;
  Span rest = spans_[span];
  rest.first.offset += length;
  rest.length -= length;
  rest.left = {rest.first.edit, rest.first.offset - 1};
  spans_[span].length = length;
  spans_.insert(spans_.begin() + static_cast<std::ptrdiff_t>(span) + 1, rest);
}

void TextWalker::move(EditIndex edit, bool is_insert, bool forward) {
  if (is_insert) {
    for (Span& span : spans_) {
      if (span.first.edit == edit) span.prepare = forward ? 1 : 0;
    }
    return;
  }
  const auto found = erasures_.find(edit);
  if (found == erasures_.end()) return;
  for (const Range& range : found->second) move_range(range, forward);
}

void TextWalker::move_range(const Range& range, bool forward) {
  std::uint64_t left = range.length;
  const std::uint64_t end = range.first.offset + range.length;
  for (Span& span : spans_) {
    if (left == 0) return;
    const bool inside = span.first.edit == range.first.edit &&
                        span.first.offset >= range.first.offset && span.first.offset < end;
    if (!inside) continue;
    // Spans only ever get split, and the erasure split at its ends: no span straddles them.
    span.prepare = forward ? span.prepare + 1 : span.prepare - 1;
    left -= span.length;
  }
}

TextWalker::Place TextWalker::place_of(const CharacterId& id) const {
  for (std::size_t at = 0; at < spans_.size(); ++at) {
    if (spans_[at].holds(id)) return {at, id.offset - spans_[at].first.offset};
  }
  return {spans_.size(), 0};
}

std::size_t TextWalker::open_gap(std::uint64_t position) {
  std::size_t at = 0;
  while (position > 0 && at < spans_.size()) {
    const std::uint64_t here = spans_[at].prepare_length();
    if (here > position) split(at, position);
    position -= std::min(here, position);
    ++at;
  }
  if (position == 0) return at;
  // Beyond the end: behind the last character there is, not behind invisible ones after it.
  while (at > 0 && spans_[at - 1].prepare_length() == 0) --at;
  return at;
}

std::uint64_t TextWalker::insert(EditIndex edit, std::uint64_t position, std::uint64_t length,
                                 const Precedes& precedes) {
  const std::size_t gap = open_gap(position);
  Span fresh;
  fresh.first = {edit, 0};
  fresh.length = length;
  if (gap > 0) fresh.left = spans_[gap - 1].last();
  for (std::size_t at = gap; at < spans_.size() && fresh.right.edit == kNone; ++at) {
    if (spans_[at].prepare != 0) fresh.right = spans_[at].first;
  }
  const std::size_t target = integrate(fresh, gap, precedes);
  std::uint64_t effect_position = 0;
  for (std::size_t at = 0; at < target; ++at) effect_position += spans_[at].effect_length();
  spans_.insert(spans_.begin() + static_cast<std::ptrdiff_t>(target), fresh);
  return effect_position;
}

// Walks over what concurrent edits put into the same gap, and finds this one's place among them.
std::size_t TextWalker::integrate(const Span& fresh, std::size_t gap,
                                  const Precedes& precedes) const {
  const Place none_right{spans_.size(), 0};
  const auto right_place = [&](const CharacterId& id) {
    return id.edit == kNone ? none_right : place_of(id);
  };
  bool looking_further = false;
  std::size_t target = gap;
  std::optional<Place> fresh_right;
  for (std::size_t at = gap; at < spans_.size() && spans_[at].prepare == 0; ++at) {
    const Span& other = spans_[at];
    if (other.left == fresh.left) {
      if (!fresh_right) fresh_right = right_place(fresh.right);
      const Place other_right = right_place(other.right);
      if (other_right == *fresh_right && precedes(fresh.first.edit, other.first.edit)) break;
      looking_further = other_right < *fresh_right;
    } else {
      // Left origins before this one's end the gap; later ones belong to what was walked over.
      const bool earlier =
          other.left.edit == kNone || (fresh.left.edit != kNone && place_of(other.left).span < gap);
      if (earlier) break;
    }
    if (!looking_further) target = at + 1;
  }
  return target;
}

std::vector<TextWalker::Erased> TextWalker::erase(EditIndex edit, std::uint64_t position,
                                                  std::uint64_t count) {
  std::vector<Erased> out;
  std::vector<Range> ranges;
  std::uint64_t effect_position = 0;
  for (std::size_t at = 0; at < spans_.size() && count > 0; ++at) {
    const std::uint64_t visible = spans_[at].prepare_length();
    if (visible == 0 || position >= visible) {
      position -= visible;
      effect_position += spans_[at].effect_length();
      continue;
    }
    if (position > 0) {
      split(at, position);
      position = 0;
      effect_position += spans_[at].effect_length();
      continue;
    }
    split(at, count);
    Span& span = spans_[at];
    span.prepare = 2;
    count -= span.length;
    ranges.push_back({span.first, span.length});
    if (span.erased) continue;
    span.erased = true;
    const bool adjacent = !out.empty() && out.back().position == effect_position;
    if (adjacent)
      out.back().count += span.length;
    else
      out.push_back({effect_position, span.length});
  }
  if (!ranges.empty()) erasures_.emplace(edit, std::move(ranges));
  return out;
}

}  // namespace feltbog::document
