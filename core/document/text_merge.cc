// SPDX-License-Identifier: Apache-2.0
// The direct path, and the replay of what is concurrent.
#include "core/document/text_merge.h"

#include <algorithm>
#include <queue>

#include "core/base/utf8.h"

namespace feltbog::document {
namespace {

// A replay that many edits behind is given up: somebody writes alone again.
constexpr std::size_t kReplayLagMax = 1024;

}  // namespace

std::vector<TextPatch> TextMerge::apply(const CausalGraph& graph, OpPlace place) {
  const auto edit = static_cast<EditIndex>(edits_.size());
  Edits seen = parents(graph, place);
  const bool on_top = seen == version_;
  edits_.push_back({place, 0});
  const WriterIndex writer = graph.writer_of(place.change);
  if (writer >= by_writer_.size()) by_writer_.resize(std::size_t{writer} + 1);
  by_writer_[writer].push_back(edit);
  const bool after_previous = edit == 0 ? seen.empty() : seen == Edits{edit - 1};
  if (!after_previous) branches_.emplace(edit, std::move(seen));
  std::vector<TextPatch> patches;
  if (on_top) {
    patches = apply_directly(graph.op(place));
    version_.assign(1, edit);
    if (!bases_.empty() && bases_.back().second + 1 == edit)
      bases_.back().second = edit;
    else
      bases_.emplace_back(edit, edit);
    if (replay_ && edit - replay_->next > kReplayLagMax) replay_.reset();
  } else {
    patches = apply_concurrently(graph, edit);
  }
  edits_.back().length_after = buffer_.length();
  return patches;
}

std::vector<TextPatch> TextMerge::apply_directly(const Op& op) {
  TextPatch patch;
  if (const auto* insert = std::get_if<Insert>(&op.action)) {
    patch.position = std::min(insert->position, buffer_.length());
    patch.inserted = insert->text;
    buffer_.insert(patch.position, patch.inserted);
  } else if (const auto* erase = std::get_if<Erase>(&op.action)) {
    patch.position = std::min(erase->position, buffer_.length());
    patch.erased = std::min(erase->count, buffer_.length() - patch.position);
    if (patch.erased == 0) return {};
    buffer_.erase(patch.position, patch.erased);
  }
  return {std::move(patch)};
}

std::vector<TextPatch> TextMerge::apply_concurrently(const CausalGraph& graph, EditIndex edit) {
  const OpPlace place = edits_[edit].place;
  drop_stale_bases(graph, place);
  prepare_replay();
  while (replay_->next < edit) replay(graph, replay_->next);
  std::vector<TextPatch> patches = replay(graph, edit);
  for (const TextPatch& patch : patches) {
    buffer_.erase(patch.position, patch.erased);
    buffer_.insert(patch.position, patch.inserted);
  }
  std::erase_if(version_, [&](EditIndex head) { return graph.saw(place, edits_[head].place); });
  version_.push_back(edit);
  return patches;
}

// The bases form a chain, so what the new edit had seen of them is a beginning of it.
void TextMerge::drop_stale_bases(const CausalGraph& graph, OpPlace place) {
  const auto seen = [&](EditIndex edit) { return graph.saw(place, edits_[edit].place); };
  while (!bases_.empty() && !seen(bases_.back().first)) bases_.pop_back();
  if (bases_.empty()) return;
  EditIndex low = bases_.back().first;
  EditIndex high = bases_.back().second;
  while (low < high) {
    const EditIndex middle = low + (high - low + 1) / 2;
    if (seen(middle))
      low = middle;
    else
      high = middle - 1;
  }
  bases_.back().second = low;
}

void TextMerge::prepare_replay() {
  std::optional<EditIndex> base;
  if (!bases_.empty()) base = bases_.back().second;
  if (replay_ && (!replay_->base || (base && *replay_->base <= *base))) return;
  if (base) {
    replay_.emplace(Replay{TextWalker(edits_[*base].length_after), base, *base + 1, {*base}});
  } else {
    replay_.emplace(Replay{TextWalker(0), std::nullopt, 0, {}});
  }
}

// Replays the next edit, and returns what it does to the text with all edits before it.
std::vector<TextPatch> TextMerge::replay(const CausalGraph& graph, EditIndex edit) {
  move_to(graph, stored_parents(edit));
  std::vector<TextPatch> patches;
  const Op& op = graph.op(edits_[edit].place);
  if (const auto* insert = std::get_if<Insert>(&op.action)) {
    const auto precedes = [&](EditIndex a, EditIndex b) {
      return graph.id_of(edits_[a].place) < graph.id_of(edits_[b].place);
    };
    const std::uint64_t position =
        replay_->walker.insert(edit, insert->position, count_code_points(insert->text), precedes);
    patches.push_back({position, 0, insert->text});
  } else if (const auto* erase = std::get_if<Erase>(&op.action)) {
    for (const auto& erased : replay_->walker.erase(edit, erase->position, erase->count)) {
      patches.push_back({erased.position, erased.count, {}});
    }
  }
  replay_->version.assign(1, edit);
  replay_->next = edit + 1;
  return patches;
}

// Takes the walker's prepare state from its version to another: back out of what only the former
// has in its past, then into what only the latter has. Walks both pasts from the newest edit down
// until they have met; nothing at or before the base needs looking at.
void TextMerge::move_to(const CausalGraph& graph, const Edits& version) {
  if (version == replay_->version) return;
  constexpr std::uint8_t kFrom = 1;
  constexpr std::uint8_t kTo = 2;
  constexpr std::uint8_t kBoth = 3;
  std::priority_queue<std::pair<EditIndex, std::uint8_t>> pending;
  std::size_t apart = 0;  // pending ones that are not known to be in both pasts
  const auto push = [&](EditIndex edit, std::uint8_t side) {
    if (replay_->base && edit <= *replay_->base) return;
    pending.emplace(edit, side);
    if (side != kBoth) ++apart;
  };
  for (EditIndex edit : replay_->version) push(edit, kFrom);
  for (EditIndex edit : version) push(edit, kTo);
  Edits to_advance;
  while (apart > 0) {
    const EditIndex edit = pending.top().first;
    std::uint8_t side = 0;
    while (!pending.empty() && pending.top().first == edit) {
      if (pending.top().second != kBoth) --apart;
      side = static_cast<std::uint8_t>(side | pending.top().second);
      pending.pop();
    }
    if (side == kFrom) replay_->walker.retreat(edit, is_insert(graph, edit));
    if (side == kTo) to_advance.push_back(edit);
    for (EditIndex parent : stored_parents(edit)) push(parent, side);
  }
  for (auto edit = to_advance.rbegin(); edit != to_advance.rend(); ++edit) {
    replay_->walker.advance(*edit, is_insert(graph, *edit));
  }
}

bool TextMerge::is_insert(const CausalGraph& graph, EditIndex edit) const {
  return std::holds_alternative<Insert>(graph.op(edits_[edit].place).action);
}

TextMerge::Edits TextMerge::stored_parents(EditIndex edit) const {
  const auto branch = branches_.find(edit);
  if (branch != branches_.end()) return branch->second;
  return edit == 0 ? Edits{} : Edits{edit - 1};
}

// The space's graph seen through this field: the newest edits in the past of an op.
TextMerge::Edits TextMerge::parents(const CausalGraph& graph, OpPlace place) const {
  const auto seen = [&](EditIndex edit) { return graph.saw(place, edits_[edit].place); };
  if (std::all_of(version_.begin(), version_.end(), seen)) return version_;
  Edits newest;  // of each writer
  for (WriterIndex writer = 0; writer < by_writer_.size(); ++writer) {
    const Edits& own = by_writer_[writer];
    const auto end = std::partition_point(own.begin(), own.end(), seen);
    if (end != own.begin()) newest.push_back(*(end - 1));
  }
  Edits out;
  for (EditIndex edit : newest) {
    const bool covered = std::any_of(newest.begin(), newest.end(), [&](EditIndex other) {
      return other != edit && graph.saw(edits_[other].place, edits_[edit].place);
    });
    if (!covered) out.push_back(edit);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<OpPlace> TextMerge::places(const Edits& edits) const {
  std::vector<OpPlace> out;
  for (EditIndex edit : edits) out.push_back(edits_[edit].place);
  return out;
}

std::string TextMerge::text_seen_by(const CausalGraph& graph, OpPlace later) const {
  if (parents(graph, later) == version_) return buffer_.text();
  return text_of(graph, [&](OpPlace edit) { return graph.saw(later, edit); });
}

std::string TextMerge::text_of(const CausalGraph& graph,
                               const std::function<bool(OpPlace)>& included) const {
  TextMerge part;
  for (const Edit& edit : edits_) {
    if (included(edit.place)) part.apply(graph, edit.place);
  }
  return part.buffer_.text();
}

}  // namespace feltbog::document
