// SPDX-License-Identifier: Apache-2.0
#include "core/document/masked_text.h"

#include <algorithm>

#include "core/base/utf8.h"

namespace feltbog::document {

Insert MaskedText::as_written(const Insert& insert) {
  const Point point = find(insert.position);
  layers_.insert(layers_.begin() + point.layer, {count_code_points(insert.text), true, true});
  return {point.written, insert.text};
}

std::optional<std::vector<Erase>> MaskedText::as_written(const Erase& erase) {
  std::vector<Erase> out;
  Point point = find(erase.position);
  std::uint64_t left = erase.count;
  for (; left > 0 && point.layer < count(); ++point.layer) {
    split(point.layer, left);
    TextMerge::Layer& layer = at(point.layer);
    if (layer.shown && !layer.written) return std::nullopt;
    if (layer.shown) {
      out.push_back({point.written, layer.length});
      left -= layer.length;
      layer.shown = layer.written = false;
    }
    if (layer.written) point.written += layer.length;
  }
  return out;
}

std::optional<Mark> MaskedText::as_written(Mark mark) {
  std::uint64_t length = 0;
  std::uint64_t written = 0;
  for (const TextMerge::Layer& layer : layers_) {
    if (layer.shown) length += layer.length;
    if (layer.written) written += layer.length;
  }
  if (mark.start >= length) {
    mark.start = written;
    mark.end = written + 1;
    return mark;
  }
  const bool to_the_end = mark.end >= length;
  const auto first = written_before(mark.start);
  const auto last = written_before(std::min(mark.end, length) - 1);
  if (!first || !last) return std::nullopt;
  const auto behind = to_the_end ? std::optional(written) : written_before(mark.end);
  // It cannot reach to a letter that cannot be named, and ends with its own last one.
  mark.grows = mark.grows && behind.has_value();
  mark.start = *first;
  mark.end = mark.grows ? *behind : *last + 1;
  return mark;
}

void MaskedText::split(std::ptrdiff_t layer, std::uint64_t length) {
  if (at(layer).length <= length) return;
  TextMerge::Layer rest = at(layer);
  rest.length -= length;
  at(layer).length = length;
  layers_.insert(layers_.begin() + layer + 1, rest);
}

MaskedText::Point MaskedText::find(std::uint64_t shown) {
  Point out{0, 0};
  for (; shown > 0 && out.layer < count(); ++out.layer) {
    if (at(out.layer).shown) split(out.layer, shown);
    const TextMerge::Layer& layer = at(out.layer);
    if (layer.shown) shown -= layer.length;
    if (layer.written) out.written += layer.length;
  }
  return out;
}

std::optional<std::uint64_t> MaskedText::written_before(std::uint64_t shown) {
  const Point behind = find(shown + 1);
  if (!at(behind.layer - 1).written) return std::nullopt;
  return behind.written - 1;
}

}  // namespace feltbog::document
