// SPDX-License-Identifier: Apache-2.0
// Signing and late edits.
#include "core/document/text_field.h"

#include <algorithm>
#include <map>

#include "core/base/utf8.h"

namespace feltbog::document {
namespace {

// Puts an author's edits together into what they amount to, as long as they stay in one stretch.
class Stretch {
 public:
  // False when the edit lies elsewhere, and starts a stretch of its own.
  bool take(OpPlace place, const EditView& edit) {
    const bool taken = edit.is_insert ? take_insertion(edit) : take_erasure(edit);
    if (taken) ops_.push_back(place);
    return taken;
  }

  std::optional<TextField::Piece> piece() const {
    if (words_.length() > 0) {
      std::string words = words_.text();
      const bool forgotten = has_forgotten(words);
      return TextField::Piece{ops_, Value(readable(std::move(words))), forgotten};
    }
    if (erased_ == 0) return std::nullopt;
    Value value;
    value["erased"] = Value(erased_);
    return TextField::Piece{ops_, std::move(value)};
  }

 private:
  bool take_insertion(const EditView& insert) {
    if (ops_.empty()) start_ = insert.position;
    const bool inside = insert.position >= start_ && insert.position - start_ <= words_.length();
    if (erased_ > 0 || !inside) return false;
    words_.insert(insert.position - start_, insert.text);
    return true;
  }

  bool take_erasure(const EditView& erase) {
    if (ops_.empty()) start_ = erase.position;
    if (ops_.empty() || erased_ > 0) return take_others_words(erase);
    if (erase.position < start_ || erase.position - start_ > words_.length()) return false;
    if (erase.length > words_.length() - (erase.position - start_)) return false;
    words_.erase(erase.position - start_, erase.length);
    return true;
  }

  bool take_others_words(const EditView& erase) {
    if (erase.position != start_ && erase.position + erase.length != start_) return false;
    start_ = erase.position;
    erased_ += erase.length;
    return true;
  }

  std::uint64_t start_ = 0;
  std::uint64_t erased_ = 0;
  TextBuffer words_;
  std::vector<OpPlace> ops_;
};

}  // namespace

EditIndex TextField::append(const CausalGraph& graph, OpPlace place, const EditView& edit,
                            bool masked) {
  const EditIndex at = merge_.log().size();
  merge_.append(graph, place, edit, masked);
  // A signing may be applied before edits its author had not seen, never before one he had.
  if (standing_ && !masked) late_.push_back(at);
  return at;
}

bool TextField::is_on_newer(const CausalGraph& graph, OpPlace place) const {
  return std::any_of(newer_.begin(), newer_.end(),
                     [&](OpPlace newer) { return graph.saw(place, newer); });
}

std::vector<TextPatch> TextField::merge(const CausalGraph& graph) {
  std::vector<TextPatch> patches = merge_.merge(graph);
  if (standing_) return {};
  return patches;
}

std::vector<TextPatch> TextField::apply(const CausalGraph& graph, OpPlace place,
                                        const WriterId& creator) {
  const Op& op = graph.op(place);
  if (std::holds_alternative<Freeze>(op.action)) return freeze(graph, place, creator);
  if (const auto* remove = std::get_if<Remove>(&op.action)) settle(graph, place, remove->tags);
  return {};
}

std::vector<TextPatch> TextField::freeze(const CausalGraph& graph, OpPlace place,
                                         const WriterId& creator) {
  for (const Signing& signing : signings_) {
    if (graph.saw(place, signing.place)) return {};
  }
  const std::string before = text();
  signings_.push_back({place, merge_.text_seen_by(graph, place), marks_seen_by(graph, place),
                       merge_.places(merge_.edits().seen_by(graph, place))});
  const auto rank = [&](const Signing& signing) {
    return graph.id(signing.place.change).writer == creator ? 0 : 1;
  };
  const auto stands = [&](const Signing& a, const Signing& b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : graph.before(a.place, b.place);
  };
  const auto best = std::min_element(signings_.begin(), signings_.end(), stands);
  standing_ = static_cast<std::size_t>(best - signings_.begin());
  late_.clear();
  for (EditIndex at = 0; at < merge_.log().size(); ++at) {
    const bool late = !graph.saw(best->place, merge_.log().place(at));
    if (late && !merge_.is_masked(at)) late_.push_back(at);
  }
  const std::string after = text();
  if (before == after) return {};
  TextDifference change = difference(before, after);
  return {TextPatch{change.position, change.erased, std::move(change.inserted)}};
}

// What is masked now was seen all the same.
std::vector<MarkRun> TextField::marks_seen_by(const CausalGraph& graph, OpPlace signing) const {
  const std::vector<OpPlace> seen = marks_.seen_by(graph, signing);
  if (seen.empty()) return {};
  const TextMerge then = merge_.part(graph, [&](OpPlace edit) { return graph.saw(signing, edit); });
  return shown_of(graph, then.marked(graph, seen));
}

std::vector<MarkRun> TextField::marks(const CausalGraph& graph) const {
  if (standing_) return signings_[*standing_].marks;
  if (marks_.empty()) return {};
  return shown_of(graph, marks_.standing(graph, merge_));
}

std::vector<Mark> TextField::taking_back_marks(const CausalGraph& graph, ChangeIndex change,
                                               const std::vector<TextPatch>& edits) const {
  if (marks_.empty()) return {};
  MarkedStretches are = marks_.standing(graph, merge_);
  for (const TextPatch& patch : edits) carry(are, patch);
  MarkedStretches own;
  std::vector<OpPlace> others;
  for (const TextMerge::Marked& each : are) {
    if (each.mark.change == change)
      own.push_back(each);
    else
      others.push_back(each.mark);
  }
  const TextMerge without =
      merge_.without(graph, [&](OpPlace edit) { return edit.change == change; });
  return marks_between(shown_of(graph, std::move(are)),
                       shown_of(graph, without.marked(graph, others)), own);
}

void TextField::settle(const CausalGraph& graph, OpPlace place, const std::vector<OpId>& ids) {
  for (const OpId& id : ids) {
    const auto named = graph.place_of(id);
    if (named && graph.saw(place, *named)) settled_.emplace(named->change, named->index);
  }
}

std::uint64_t TextField::length() const {
  return standing_ ? count_code_points(signings_[*standing_].text) : merge_.buffer().length();
}

std::vector<OpPlace> TextField::version() const {
  return standing_ ? signings_[*standing_].version : merge_.places(merge_.edits().version());
}

std::optional<OpPlace> TextField::frozen() const {
  if (!standing_) return std::nullopt;
  return signings_[*standing_].place;
}

std::vector<TextField::Piece> TextField::late_pieces(const CausalGraph& graph) const {
  std::map<WriterId, std::vector<EditIndex>> by_writer;
  for (EditIndex at : late_) {
    const OpPlace place = merge_.log().place(at);
    if (!is_settled(place)) by_writer[graph.id(place.change).writer].push_back(at);
  }
  std::vector<Piece> out;
  for (const auto& [writer, edits] : by_writer) {
    Stretch stretch;
    const auto finish = [&] {
      if (auto piece = stretch.piece()) out.push_back(std::move(*piece));
    };
    for (EditIndex at : edits) {
      const OpPlace place = merge_.log().place(at);
      if (stretch.take(place, merge_.log().edit(at))) continue;
      finish();
      stretch = Stretch();
      stretch.take(place, merge_.log().edit(at));
    }
    finish();
  }
  for (OpPlace place : standing_ ? marks_.unseen_by(graph, *frozen()) : std::vector<OpPlace>()) {
    if (is_settled(place)) continue;
    const Mark& mark = std::get<Mark>(graph.op(place).action);
    Value value;
    value[mark.value.is_null() ? "unmarked" : "marked"] = Value(mark.name);
    out.push_back({{place}, std::move(value)});
  }
  std::sort(out.begin(), out.end(), [&](const Piece& a, const Piece& b) {
    return graph.before(a.ops.front(), b.ops.front());
  });
  return out;
}

std::vector<const TextField::Signing*> TextField::rival_signings(const CausalGraph& graph) const {
  std::vector<const Signing*> out;
  if (!standing_) return out;
  out.push_back(&signings_[*standing_]);
  for (const Signing& signing : signings_) {
    const bool differs = signing.text != out.front()->text;
    if (differs && !is_settled(signing.place)) out.push_back(&signing);
  }
  std::sort(out.begin() + 1, out.end(),
            [&](const Signing* a, const Signing* b) { return graph.before(a->place, b->place); });
  if (out.size() == 1) out.clear();
  return out;
}

std::vector<OpPlace> TextField::forgotten_shown(const CausalGraph& graph) const {
  std::vector<OpPlace> out = merge_.forgotten_shown(graph);
  const auto add = [&](const std::vector<OpPlace>& more) {
    out.insert(out.end(), more.begin(), more.end());
  };
  for (const Signing& signing : signings_) {
    const bool shown = signing.place == frozen() || !is_settled(signing.place);
    if (!shown || !has_forgotten(signing.text)) continue;
    const auto seen = [&](OpPlace edit) { return graph.saw(signing.place, edit); };
    add(merge_.part(graph, seen).forgotten_shown(graph));
  }
  for (const Piece& piece : late_pieces(graph)) {
    if (piece.forgotten) add(piece.ops);
  }
  return out;
}

}  // namespace feltbog::document
