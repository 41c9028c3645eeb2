// SPDX-License-Identifier: Apache-2.0
// Parents, versions and what lies between two of them.
#include "core/document/edit_graph.h"

#include <algorithm>
#include <queue>

#include "core/base/assert.h"

namespace feltbog::document {

EditIndex EditGraph::append(const CausalGraph& graph, OpPlace place, const EditView& edit) {
  const EditIndex at = log_.size();
  // Most often the writer goes on where he was, and nothing needs looking up.
  const bool goes_on = at > 0 && graph.continues(place.change, log_.place(at - 1).change);
  if (goes_on && is_version(at - 1)) return extend(graph, place, edit);
  Edits seen = goes_on ? Edits{at - 1} : seen_by(graph, place);
  if (seen == version_ && (at == 0 || seen == Edits{at - 1})) return extend(graph, place, edit);
  const bool on_top = seen == version_;
  const bool follows = at > 0 && seen == Edits{at - 1};
  log_.append({place, follows, on_top}, edit);
  note_writer(graph.writer_of(place.change), at);
  if (on_top) {
    bases_.emplace_back(at, at);
    version_.assign(1, at);
  } else {
    drop_bases_unseen_by(graph, place);
    std::erase_if(version_, [&](EditIndex head) { return graph.saw(place, log_.place(head)); });
    version_.push_back(at);
  }
  if (!follows) branches_.push_back({at, std::move(seen)});
  return at;
}

EditIndex EditGraph::extend(const CausalGraph& graph, OpPlace place, const EditView& edit) {
  const EditIndex at = log_.size();
  log_.append({place, at > 0, true}, edit);
  note_writer(graph.writer_of(place.change), at);
  version_.assign(1, at);
  if (!bases_.empty() && bases_.back().second + 1 == at)
    bases_.back().second = at;
  else
    bases_.emplace_back(at, at);
  return at;
}

void EditGraph::note_writer(WriterIndex writer, EditIndex edit) {
  if (writer >= by_writer_.size()) by_writer_.resize(std::size_t{writer} + 1);
  std::vector<Range>& own = by_writer_[writer];
  if (!own.empty() && own.back().second + 1 == edit)
    own.back().second = edit;
  else
    own.emplace_back(edit, edit);
}

// The bases form a chain, so what the new edit had seen of them is a beginning of it.
void EditGraph::drop_bases_unseen_by(const CausalGraph& graph, OpPlace place) {
  const auto seen = [&](EditIndex edit) { return graph.saw(place, log_.place(edit)); };
  while (!bases_.empty() && !seen(bases_.back().first)) bases_.pop_back();
  if (const auto last = newest_seen(graph, place, bases_)) bases_.back().second = *last;
}

// Of ranges of which a beginning is in the past of the op: the last edit that is.
std::optional<EditIndex> EditGraph::newest_seen(const CausalGraph& graph, OpPlace place,
                                                const std::vector<Range>& own) const {
  const auto seen = [&](EditIndex edit) { return graph.saw(place, log_.place(edit)); };
  auto after = own.end();
  if (!own.empty() && !seen(own.back().first)) {
    after = std::partition_point(own.begin(), own.end(),
                                 [&](const Range& range) { return seen(range.first); });
  }
  if (after == own.begin()) return std::nullopt;
  auto [low, high] = *(after - 1);
  if (seen(high)) return high;
  while (low + 1 < high) {
    const EditIndex middle = low + (high - low) / 2;
    (seen(middle) ? low : high) = middle;
  }
  return low;
}

EditGraph::Edits EditGraph::seen_by(const CausalGraph& graph, OpPlace place) const {
  const auto seen = [&](EditIndex edit) { return graph.saw(place, log_.place(edit)); };
  if (std::all_of(version_.begin(), version_.end(), seen)) return version_;
  Edits newest;  // of each writer
  for (const std::vector<Range>& own : by_writer_) {
    if (const auto last = newest_seen(graph, place, own)) newest.push_back(*last);
  }
  Edits out;
  for (EditIndex edit : newest) {
    const OpPlace own = log_.place(edit);
    const bool covered = std::any_of(newest.begin(), newest.end(), [&](EditIndex other) {
      return other > edit && graph.saw(log_.place(other), own);
    });
    if (!covered) out.push_back(edit);
  }
  std::sort(out.begin(), out.end());
  return out;
}

EditIndex EditGraph::branch_start(EditIndex edit) const {
  const auto after =
      std::upper_bound(branches_.begin(), branches_.end(), edit,
                       [](EditIndex value, const Branch& branch) { return value < branch.first; });
  return after == branches_.begin() ? 0 : (after - 1)->first;
}

EditGraph::Edits EditGraph::parents(EditIndex edit) const {
  const auto branch =
      std::lower_bound(branches_.begin(), branches_.end(), edit,
                       [](const Branch& one, EditIndex value) { return one.first < value; });
  if (branch != branches_.end() && branch->first == edit) return branch->parents;
  return edit == 0 ? Edits{} : Edits{edit - 1};
}

std::optional<EditIndex> EditGraph::base_before(EditIndex edit) const {
  const auto after = std::partition_point(bases_.begin(), bases_.end(),
                                          [&](const Range& range) { return range.first < edit; });
  if (after == bases_.begin()) return std::nullopt;
  return std::min((after - 1)->second, edit - 1);
}

// Walks both pasts from the newest edit down until they have met.
EditGraph::Difference EditGraph::difference(const Edits& from, const Edits& to,
                                            std::optional<EditIndex> base) const {
  Difference out;
  constexpr std::uint8_t kFrom = 1;
  constexpr std::uint8_t kTo = 2;
  constexpr std::uint8_t kBoth = 3;
  std::priority_queue<std::pair<EditIndex, std::uint8_t>> pending;
  std::size_t apart = 0;  // pending ones that are not known to be in both pasts
  const EditIndex lowest = base ? *base + 1 : 0;
  const auto push = [&](EditIndex edit, std::uint8_t side) {
    if (edit < lowest) return;
    pending.emplace(edit, side);
    if (side != kBoth) ++apart;
  };
  for (EditIndex edit : from) push(edit, kFrom);
  for (EditIndex edit : to) push(edit, kTo);
  while (apart > 0) {
    const EditIndex last = pending.top().first;
    std::uint8_t side = 0;
    while (!pending.empty() && pending.top().first == last) {
      if (pending.top().second != kBoth) --apart;
      side = static_cast<std::uint8_t>(side | pending.top().second);
      pending.pop();
    }
    // Down to where the branch begins, or another version comes in.
    const EditIndex start = branch_start(last);
    EditIndex first = std::max(start, lowest);
    if (!pending.empty() && pending.top().first >= first) {
      first = pending.top().first + 1;
      push(first - 1, side);
    } else if (start >= lowest) {
      for (EditIndex parent : parents(start)) push(parent, side);
    }
    if (side == kFrom) out.retreat.emplace_back(first, last);
    if (side == kTo) out.advance.emplace_back(first, last);
  }
  std::reverse(out.advance.begin(), out.advance.end());
  return out;
}

}  // namespace feltbog::document
