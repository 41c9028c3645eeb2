// SPDX-License-Identifier: Apache-2.0
#include "core/document/op_table.h"

#include <algorithm>

#include "core/base/assert.h"

namespace feltbog::document {

std::uint32_t OpTable::add_text(const DocumentId& document, std::string field, const EditLog& log) {
  texts_.push_back({document, std::move(field), &log});
  return static_cast<std::uint32_t>(texts_.size() - 1);
}

void OpTable::add_op(OpPlace place, Op op) {
  others_.push_back(std::move(op));
  add(place, kNoText, static_cast<std::uint32_t>(others_.size() - 1));
}

void OpTable::add(OpPlace place, std::uint32_t text, std::uint32_t start) {
  if (!runs_.empty() && runs_.back().text == text &&
      runs_.back().start + runs_.back().count == start) {
    Run& run = runs_.back();
    const bool next_op = (run.count == 1 || !run.per_change) &&
                         place == OpPlace{run.first.change, run.first.index + run.count};
    const bool next_change = run.first.index == 0 && (run.count == 1 || run.per_change) &&
                             place == OpPlace{run.first.change + run.count, 0};
    if (next_op || next_change) {
      run.per_change = next_change;
      ++run.count;
      return;
    }
  }
  runs_.push_back({place, 1, text, start, false});
}

const OpTable::Run* OpTable::find(OpPlace place) const {
  const auto after =
      std::upper_bound(runs_.begin(), runs_.end(), place,
                       [](const OpPlace& value, const Run& run) { return value < run.first; });
  if (after == runs_.begin()) return nullptr;
  const Run& run = *(after - 1);
  return run.holds(place) ? &run : nullptr;
}

const Op& OpTable::op(OpPlace place) const {
  const Run* run = find(place);
  FELTBOG_ASSERT(run != nullptr && run->text == kNoText);
  return others_[run->start + run->offset(place)];
}

std::vector<Op> OpTable::ops_of(ChangeIndex change) const {
  std::vector<Op> out;
  OpPlace place{change, 0};
  for (const Run* run = find(place); run != nullptr; run = find(place)) {
    const std::uint32_t at = run->start + run->offset(place);
    if (run->text == kNoText) {
      out.push_back(others_[at]);
    } else {
      const Text& text = texts_[run->text];
      out.push_back({text.document, text.field, text.log->action(at)});
    }
    ++place.index;
  }
  return out;
}

}  // namespace feltbog::document
