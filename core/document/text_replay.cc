// SPDX-License-Identifier: Apache-2.0
// What a text was, would be without some edits, and where something in it stands now: found by
// replaying it.
#include <algorithm>
#include <set>

#include "core/document/forgotten.h"
#include "core/document/text_merge.h"

namespace feltbog::document {

std::string TextMerge::text_seen_by(const CausalGraph& graph, OpPlace later) const {
  if (first_masked_ == kNoEdit && edits_.seen_by(graph, later) == edits_.version()) {
    return buffer_.text();
  }
  return part(graph, [&](OpPlace edit) { return graph.saw(later, edit); }).buffer_.text();
}

TextMerge TextMerge::without(const CausalGraph& graph, const Selection& masked_too) const {
  TextMerge out;
  out.first_masked_ = 0;
  for (EditIndex at = 0; at < log().size(); ++at) {
    const OpPlace place = log().place(at);
    out.append(graph, place, log().edit(at), is_masked(at) || masked_too(place));
  }
  out.merge(graph);
  if (out.replay_) out.move_to(out.edits_.version());
  return out;
}

// The prepare state at the newest version is the text with everything in effect.
std::vector<TextMerge::Layer> TextMerge::layers(const CausalGraph& graph) const {
  const TextMerge again = without(graph, [](OpPlace) { return false; });
  std::vector<Layer> out;
  for (const TextWalker::Stretch& stretch : again.replay_->walker.stretches()) {
    if (stretch.prepare || stretch.effect) {
      out.push_back({stretch.length, stretch.prepare, stretch.effect});
    }
  }
  return out;
}

// With those edits masked, the effect state is the text as it should be, and the prepare state, at
// the newest version, the text as it is.
std::vector<TextPatch> TextMerge::taking_back(const CausalGraph& graph,
                                              const Selection& taken_back) const {
  if (log().size() == 0) return {};
  const TextMerge again = without(graph, taken_back);
  if (is_masked_anywhere()) {
    TextDifference change = document::difference(buffer_.text(), again.buffer_.text());
    return {{change.position, change.erased, std::move(change.inserted)}};
  }
  std::vector<TextPatch> out;
  std::uint64_t position = 0;
  for (const TextWalker::Stretch& stretch : again.replay_->walker.stretches()) {
    if (stretch.prepare && !stretch.effect) out.push_back({position, stretch.length, {}});
    if (stretch.effect && !stretch.prepare) {
      out.push_back({position, 0, log().text_of_units(stretch.unit, stretch.length)});
    }
    if (stretch.effect) position += stretch.length;
  }
  return out;
}

TextMerge TextMerge::part(const CausalGraph& graph, const Selection& included) const {
  TextMerge out;
  for (EditIndex at = 0; at < log().size(); ++at) {
    if (included(log().place(at))) out.append(graph, log().place(at), log().edit(at));
  }
  out.merge(graph);
  return out;
}

// With everything masked that does not count, what counts and is not in effect is erased.
std::vector<TextMerge::Letters> TextMerge::erased_letters(const CausalGraph& graph,
                                                          const Selection& counts) const {
  std::vector<Letters> out;
  if (log().size() == 0) return out;
  const TextMerge again = without(graph, [&](OpPlace place) { return !counts(place); });
  for (const TextWalker::Stretch& stretch : again.replay_->walker.stretches()) {
    if (stretch.effect) continue;
    const std::uint64_t end = stretch.unit + stretch.length;
    for (std::uint64_t unit = stretch.unit; unit < end;) {
      const EditIndex edit = log().edit_of_unit(unit);
      const std::uint64_t position = unit - log().first_unit(edit);
      const std::uint64_t count = std::min(end - unit, log().edit(edit).length - position);
      if (!again.is_masked(edit)) out.push_back({log().place(edit), position, count});
      unit += count;
    }
  }
  return out;
}

std::vector<OpPlace> TextMerge::forgotten_shown(const CausalGraph& graph) const {
  std::set<OpPlace> out;
  if (!has_forgotten(buffer_.text())) return {};
  const TextMerge again = without(graph, [](OpPlace) { return false; });
  for (const TextWalker::Stretch& stretch : again.replay_->walker.stretches()) {
    if (!stretch.effect) continue;
    for (std::uint64_t unit = stretch.unit; unit < stretch.unit + stretch.length; ++unit) {
      if (!has_forgotten(log().text_of_units(unit, 1))) continue;
      out.insert(log().place(log().edit_of_unit(unit)));
    }
  }
  return {out.begin(), out.end()};
}

// Replays from where everybody stood who made one of the marks, and goes back to what each author
// saw to find the characters.
std::vector<TextMerge::Marked> TextMerge::marked(const CausalGraph& graph,
                                                 const std::vector<OpPlace>& marks) const {
  std::vector<EditGraph::Edits> seen;
  EditIndex seen_by_all = log().size();
  for (OpPlace mark : marks) {
    seen.push_back(edits_.seen_by(graph, mark));
    seen_by_all = std::min(seen_by_all, seen.back().empty() ? 0 : seen.back().back() + 1);
  }
  TextMerge again = *this;
  again.replay_.reset();
  again.prepare_replay(seen_by_all);
  while (again.replay_->next < log().size()) {
    again.replay(graph, again.last_of_row(again.replay_->next));
  }
  std::vector<Marked> out(marks.size());
  for (std::size_t at = marks.size(); at-- > 0;) {
    again.move_to(seen[at]);
    again.replay_->version = seen[at];
    out[at] = again.find(marks[at], std::get<Mark>(graph.op(marks[at]).action));
  }
  return out;
}

// At the version its author saw.
TextMerge::Marked TextMerge::find(OpPlace place, const Mark& mark) const {
  const TextWalker& walker = replay_->walker;
  const auto first = walker.unit_at(mark.start);
  if (!first) return {place, 0, 0, false};
  const std::uint64_t begin = walker.standing(*first).before;
  if (mark.grows) {
    const auto behind = walker.unit_at(mark.end);
    return {place, begin, behind ? walker.standing(*behind).before : buffer_.length(), true};
  }
  const auto last =
      walker.standing(*walker.unit_at(std::min(mark.end, walker.prepare_length()) - 1));
  return {place, begin, last.before + (last.shown ? 1 : 0), !last.shown};
}

}  // namespace feltbog::document
