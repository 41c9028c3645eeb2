// SPDX-License-Identifier: Apache-2.0
#include "core/document/text_marks.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "core/base/utf8.h"

namespace feltbog::document {
namespace {

// A value for each place of a text, by where it begins; the last one reaches to the end.
class Paint {
 public:
  void put(std::uint64_t begin, std::uint64_t end, const Value& value) {
    const Value behind = at(end);
    from_.erase(from_.lower_bound(begin), from_.upper_bound(end));
    from_[begin] = value;
    from_[end] = behind;
  }
  const Value& at(std::uint64_t place) const {
    static const Value kNone;
    const auto after = from_.upper_bound(place);
    return after == from_.begin() ? kNone : std::prev(after)->second;
  }
  std::vector<MarkRun> runs(const std::string& name) const {
    std::vector<MarkRun> out;
    for (auto from = from_.begin(); from != from_.end(); ++from) {
      if (from->second.is_null()) continue;
      const std::uint64_t end = std::next(from)->first;
      if (!out.empty() && out.back().end == from->first && out.back().value == from->second)
        out.back().end = end;
      else
        out.push_back({from->first, end, name, from->second});
    }
    return out;
  }
  void add_borders(std::set<std::uint64_t>& out) const {
    for (const auto& [place, value] : from_) out.insert(place);
  }

 private:
  std::map<std::uint64_t, Value> from_;
};

using Paints = std::map<std::string, Paint>;

Paints paints_of(const std::vector<MarkRun>& runs) {
  Paints out;
  for (const MarkRun& run : runs) out[run.name].put(run.begin, run.end, run.value);
  return out;
}

void carry(TextMerge::Marked& stretch, const TextPatch& edit) {
  if (const std::uint64_t inserted = count_code_points(edit.inserted); inserted > 0) {
    const bool empty = stretch.begin == stretch.end;
    const bool grows =
        edit.position < stretch.end || (edit.position == stretch.end && stretch.open);
    if (grows && !empty) stretch.end += inserted;
    if (edit.position <= stretch.begin && !empty) stretch.begin += inserted;
    return;
  }
  const std::uint64_t erased_end = edit.position + edit.erased;
  const auto moved = [&](std::uint64_t place) {
    if (place <= edit.position) return place;
    return place >= erased_end ? place - edit.erased : edit.position;
  };
  // What comes behind the last character that is left stands before the erased one.
  if (edit.position < stretch.end && stretch.end <= erased_end) stretch.open = true;
  stretch.begin = moved(stretch.begin);
  stretch.end = moved(stretch.end);
}

}  // namespace

void TextMarks::add(const CausalGraph& graph, const TextMerge& text, OpPlace place, bool masked) {
  const bool on_top = text.edits().seen_by(graph, place) == text.edits().version();
  entries_.push_back({place, text.log().size(), on_top, masked});
}

const MarkedStretches& TextMarks::standing(const CausalGraph& graph, const TextMerge& text) const {
  if (follow(graph, text)) return found_.stretches;
  std::vector<OpPlace> places;
  for (const Entry& entry : entries_) {
    if (!entry.masked) places.push_back(entry.place);
  }
  found_ = {text.log().size(), entries_.size(), text.buffer().length(), text.marked(graph, places)};
  return found_.stretches;
}

// False when only looking anew can tell.
bool TextMarks::follow(const CausalGraph& graph, const TextMerge& text) const {
  const EditLog& log = text.log();
  while (found_.edits < log.size() || found_.entries < entries_.size()) {
    if (text.is_masked_anywhere()) return false;
    if (found_.entries < entries_.size() && entries_[found_.entries].edits == found_.edits) {
      const Entry& entry = entries_[found_.entries++];
      if (!entry.on_top) return false;
      if (entry.masked) continue;
      const Mark& mark = std::get<Mark>(graph.op(entry.place).action);
      found_.stretches.push_back({entry.place, std::min(mark.start, found_.length),
                                  std::min(mark.end, found_.length), mark.grows});
      continue;
    }
    if (!log.on_top(found_.edits)) return false;
    const EditView edit = log.edit(found_.edits++);
    const std::uint64_t position = std::min(edit.position, found_.length);
    const std::uint64_t erased =
        edit.is_insert ? 0 : std::min(edit.length, found_.length - position);
    document::carry(found_.stretches, {position, erased, std::string(edit.text)});
    found_.length = found_.length - erased + (edit.is_insert ? edit.length : 0);
  }
  return true;
}

std::vector<OpPlace> TextMarks::unseen_by(const CausalGraph& graph, OpPlace later) const {
  std::vector<OpPlace> out;
  for (const Entry& entry : entries_) {
    if (!entry.masked && !graph.saw(later, entry.place)) out.push_back(entry.place);
  }
  return out;
}

std::vector<OpPlace> TextMarks::seen_by(const CausalGraph& graph, OpPlace later) const {
  std::vector<OpPlace> out;
  for (const Entry& entry : entries_) {
    if (graph.saw(later, entry.place)) out.push_back(entry.place);
  }
  return out;
}

void carry(MarkedStretches& stretches, const TextPatch& patch) {
  for (TextMerge::Marked& stretch : stretches) {
    if (patch.erased > 0) carry(stretch, {patch.position, patch.erased, {}});
    if (!patch.inserted.empty()) carry(stretch, {patch.position, 0, patch.inserted});
  }
}

std::vector<MarkRun> shown_of(const CausalGraph& graph, MarkedStretches marks) {
  std::sort(marks.begin(), marks.end(),
            [&](const auto& a, const auto& b) { return graph.before(a.mark, b.mark); });
  Paints paints;
  for (const TextMerge::Marked& each : marks) {
    const Mark& mark = std::get<Mark>(graph.op(each.mark).action);
    if (each.begin < each.end) paints[mark.name].put(each.begin, each.end, mark.value);
  }
  std::vector<MarkRun> out;
  for (const auto& [name, paint] : paints) {
    std::vector<MarkRun> runs = paint.runs(name);
    std::move(runs.begin(), runs.end(), std::back_inserter(out));
  }
  std::sort(out.begin(), out.end(), [](const MarkRun& a, const MarkRun& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  return out;
}

std::vector<Mark> marks_between(const std::vector<MarkRun>& are, const std::vector<MarkRun>& wanted,
                                const MarkedStretches& covered) {
  Paints before = paints_of(are);
  Paints after = paints_of(wanted);
  for (const auto& [name, paint] : before) after[name];
  const auto reaches = [&](std::uint64_t end) {
    return std::any_of(covered.begin(), covered.end(), [&](const TextMerge::Marked& each) {
      return each.begin < end && (end < each.end || (end == each.end && each.open));
    });
  };
  std::vector<Mark> out;
  for (const auto& [name, paint] : after) {
    std::set<std::uint64_t> borders;
    paint.add_borders(borders);
    before[name].add_borders(borders);
    const auto first = static_cast<std::ptrdiff_t>(out.size());
    for (auto border = borders.begin(); border != borders.end(); ++border) {
      const Value& value = paint.at(*border);
      if (value == before[name].at(*border)) continue;
      const std::uint64_t end = *std::next(border);
      if (static_cast<std::ptrdiff_t>(out.size()) > first && out.back().end == *border &&
          out.back().value == value)
        out.back().end = end;
      else
        out.push_back({*border, end, name, value, false});
    }
    for (auto mark = out.begin() + first; mark != out.end(); ++mark)
      mark->grows = reaches(mark->end);
  }
  return out;
}

}  // namespace feltbog::document
