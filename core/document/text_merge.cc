// SPDX-License-Identifier: Apache-2.0
// The direct path, and the replay of what is concurrent.
#include "core/document/text_merge.h"

#include <algorithm>
#include <set>

#include "core/base/assert.h"
#include "core/document/forgotten.h"

namespace feltbog::document {
namespace {

// A replay that many edits behind is given up: somebody writes alone again. At least as many as it
// has been through, so that starting over costs no more than what has been saved.
constexpr EditIndex kReplayLagMax = 1024;

// Concurrent insertions at one place stand in the order of their ops' ids.
class ByOpId : public TextWalker::Order {
 public:
  ByOpId(const CausalGraph& graph, const EditLog& log) : graph_(&graph), log_(&log) {}
  bool precedes(std::uint64_t unit, std::uint64_t other) const override {
    return id_of(unit) < id_of(other);
  }

 private:
  OpId id_of(std::uint64_t unit) const {
    return graph_->id_of(log_->place(log_->edit_of_unit(unit)));
  }
  const CausalGraph* graph_;
  const EditLog* log_;
};

}  // namespace

void TextMerge::append(const CausalGraph& graph, OpPlace place, const EditView& edit, bool masked) {
  const EditIndex at = edits_.append(graph, place, edit);
  if (!masked) return;
  first_masked_ = std::min(first_masked_, at);
  masked_.resize(at + 1);
  masked_[at] = true;
}

EditIndex TextMerge::last_of_row(EditIndex edit) const {
  const EditIndex last = log().last_of_run(edit);
  if (last < first_masked_) return last;
  for (EditIndex at = edit; at < last; ++at) {
    if (is_masked(at + 1) != is_masked(edit)) return at;
  }
  return last;
}

std::vector<TextPatch> TextMerge::merge(const CausalGraph& graph) {
  std::vector<TextPatch> patches;
  while (merged_ < log().size()) {
    const EditIndex last = last_of_row(merged_);
    if (log().on_top(merged_) && merged_ < first_masked_) {
      merge_directly(merged_, last, &patches);
    } else {
      prepare_replay(merged_);
      while (replay_->next < merged_) {
        replay(graph, std::min(last_of_row(replay_->next), merged_ - 1));
      }
      for (TextPatch& patch : replay(graph, last)) {
        buffer_.erase(patch.position, patch.erased);
        buffer_.insert(patch.position, patch.inserted);
        patches.push_back(std::move(patch));
      }
    }
    merged_ = last + 1;
  }
  return patches;
}

void TextMerge::extend(const CausalGraph& graph, OpPlace place, const EditView& edit) {
  const EditIndex at = edits_.extend(graph, place, edit);
  FELTBOG_ASSERT(merged_ == at);
  merge_directly(at, at, nullptr);
  merged_ = at + 1;
}

void TextMerge::merge_directly(EditIndex first, EditIndex last, std::vector<TextPatch>* patches) {
  const EditView edit = log().edits(first, last);
  const std::uint64_t before = buffer_.length();
  TextPatch patch{std::min(edit.position, before), 0, {}};
  if (edit.is_insert) {
    buffer_.insert(patch.position, edit.text);
  } else {
    patch.erased = std::min(edit.length, before - patch.position);
    if (patch.erased < edit.length && first < last) {
      // Not all of them can be whole, and each one's own length counts.
      for (EditIndex at = first; at <= last; ++at) merge_directly(at, at, patches);
      return;
    }
    buffer_.erase(patch.position, patch.erased);
  }
  mark_length(first, last, before);
  if (replay_ && last - replay_->next > std::max(kReplayLagMax, replay_->next)) replay_.reset();
  if (patches == nullptr || (!edit.is_insert && patch.erased == 0)) return;
  patch.inserted = edit.text;
  patches->push_back(std::move(patch));
}

void TextMerge::mark_length(EditIndex first, EditIndex last, std::uint64_t before) {
  const std::uint64_t after = buffer_.length();
  const EditView edit = log().edits(first, last);
  const bool whole = edit.is_insert || after + edit.length == before;
  if (whole && !lengths_.empty() && lengths_.back().edit + 1 == first &&
      lengths_.back().length == before && log().last_of_run(lengths_.back().edit) >= first) {
    lengths_.back() = {last, after};
  } else {
    lengths_.push_back({last, after});
  }
}

std::uint64_t TextMerge::length_after(EditIndex base) const {
  const auto mark =
      std::lower_bound(lengths_.begin(), lengths_.end(), base,
                       [](const LengthMark& one, EditIndex edit) { return one.edit < edit; });
  if (mark->edit == base) return mark->length;
  const EditView since = log().edits(base + 1, mark->edit);
  return since.is_insert ? mark->length - since.length : mark->length + since.length;
}

// A replay that is under way goes on, as long as it began early enough: what it still has to catch
// up with is replayed once. From a later base on it would have less to look at, but somebody may
// yet come with edits from before; so that starting over is only tried as long as it has not gone
// wrong too often.
void TextMerge::prepare_replay(EditIndex edit) {
  const std::optional<EditIndex> base = edits_.base_before(std::min(edit, first_masked_));
  if (replay_) {
    const bool reaches = !replay_->base || (base && *replay_->base <= *base);
    const bool may_skip = base && *base >= replay_->next && replayed_twice_ <= log().size();
    if (reaches && !may_skip) return;
    const EditIndex begin = base ? *base + 1 : 0;
    if (!reaches) replayed_twice_ += replay_->next - std::min(begin, replay_->next);
  }
  if (base) {
    replay_.emplace(Replay{TextWalker(length_after(*base)), base, *base + 1, {*base}});
  } else {
    replay_.emplace(Replay{TextWalker(0), std::nullopt, 0, {}});
  }
}

// Replays the edits from the next one to `last`, all of one run, and returns what they do to the
// text with all edits before them.
std::vector<TextPatch> TextMerge::replay(const CausalGraph& graph, EditIndex last) {
  const EditIndex first = replay_->next;
  move_to(edits_.parents(first));
  std::vector<TextPatch> patches;
  const EditView edit = log().edits(first, last);
  const std::uint64_t unit = log().first_unit(first);
  const bool masked = is_masked(first);
  if (edit.is_insert) {
    const std::uint64_t position =
        replay_->walker.insert(unit, edit.position, edit.length, masked, ByOpId(graph, log()));
    if (!masked) patches.push_back({position, 0, std::string(edit.text)});
  } else {
    for (const auto& erased :
         replay_->walker.erase(unit, edit.position, edit.length, edit.backward, masked)) {
      patches.push_back({erased.position, erased.count, {}});
    }
  }
  replay_->version.assign(1, last);
  replay_->next = last + 1;
  return patches;
}

// Takes the walker's prepare state from its version to another: back out of what only the former
// has in its past, then into what only the latter has.
void TextMerge::move_to(const EditGraph::Edits& version) {
  if (version == replay_->version) return;
  const auto difference = edits_.difference(replay_->version, version, replay_->base);
  for (const EditGraph::Range& range : difference.retreat) move(range, false);
  for (const EditGraph::Range& range : difference.advance) move(range, true);
}

void TextMerge::move(const EditGraph::Range& range, bool forward) {
  std::vector<EditGraph::Range> rows;
  for (EditIndex at = range.first; at <= range.second; at = rows.back().second + 1) {
    rows.emplace_back(at, std::min(log().last_of_run(at), range.second));
  }
  if (!forward) std::reverse(rows.begin(), rows.end());
  for (const auto& [first, last] : rows) {
    const std::uint64_t unit = log().first_unit(first);
    const std::uint64_t length = log().edits(first, last).length;
    if (log().is_insert(first))
      replay_->walker.move_inserted(unit, length, forward);
    else
      replay_->walker.move_erased(unit, length, forward);
  }
}

std::vector<OpPlace> TextMerge::places(const EditGraph::Edits& edits) const {
  std::vector<OpPlace> out;
  for (EditIndex edit : edits) out.push_back(log().place(edit));
  return out;
}

}  // namespace feltbog::document
