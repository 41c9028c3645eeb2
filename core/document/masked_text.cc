// SPDX-License-Identifier: Apache-2.0
#include "core/document/masked_text.h"

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

}  // namespace feltbog::document
