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
  bool take(OpPlace place, const Op& op) {
    const bool taken = std::holds_alternative<Insert>(op.action) ? take(std::get<Insert>(op.action))
                                                                 : take(std::get<Erase>(op.action));
    if (taken) ops_.push_back(place);
    return taken;
  }

  std::optional<TextField::Piece> piece() const {
    if (words_.length() > 0) return TextField::Piece{ops_, Value(words_.text())};
    if (erased_ == 0) return std::nullopt;
    Value value;
    value["erased"] = Value(erased_);
    return TextField::Piece{ops_, std::move(value)};
  }

 private:
  bool take(const Insert& insert) {
    if (ops_.empty()) start_ = insert.position;
    const bool inside = insert.position >= start_ && insert.position - start_ <= words_.length();
    if (erased_ > 0 || !inside) return false;
    words_.insert(insert.position - start_, insert.text);
    return true;
  }

  bool take(const Erase& erase) {
    if (ops_.empty()) start_ = erase.position;
    if (ops_.empty() || erased_ > 0) return take_erasure(erase);
    if (erase.position < start_ || erase.position - start_ > words_.length()) return false;
    if (erase.count > words_.length() - (erase.position - start_)) return false;
    words_.erase(erase.position - start_, erase.count);
    return true;
  }

  bool take_erasure(const Erase& erase) {
    if (erase.position != start_ && erase.position + erase.count != start_) return false;
    start_ = erase.position;
    erased_ += erase.count;
    return true;
  }

  std::uint64_t start_ = 0;
  std::uint64_t erased_ = 0;
  TextBuffer words_;
  std::vector<OpPlace> ops_;
};

}  // namespace

std::vector<TextPatch> TextField::apply(const CausalGraph& graph, OpPlace place,
                                        const WriterId& creator) {
  const Op& op = graph.op(place);
  if (std::holds_alternative<Freeze>(op.action)) return freeze(graph, place, creator);
  if (const auto* remove = std::get_if<Remove>(&op.action)) {
    settle(graph, place, remove->tags);
    return {};
  }
  std::vector<TextPatch> patches = merge_.apply(graph, place);
  if (!standing_) return patches;
  // A signing may be applied before edits its author had not seen, never before one he had.
  late_.push_back(place);
  return {};
}

std::vector<TextPatch> TextField::freeze(const CausalGraph& graph, OpPlace place,
                                         const WriterId& creator) {
  for (const Signing& signing : signings_) {
    if (graph.saw(place, signing.place)) return {};
  }
  const std::string shown = text();
  signings_.push_back(
      {place, merge_.text_seen_by(graph, place), merge_.version_seen_by(graph, place)});
  const auto rank = [&](const Signing& signing) {
    return graph.change(signing.place.change).id.writer == creator ? 0 : 1;
  };
  const auto stands = [&](const Signing& a, const Signing& b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : graph.before(a.place, b.place);
  };
  const auto best = std::min_element(signings_.begin(), signings_.end(), stands);
  standing_ = static_cast<std::size_t>(best - signings_.begin());
  late_.clear();
  for (EditIndex at = 0; at < merge_.edit_count(); ++at) {
    if (!graph.saw(best->place, merge_.edit(at))) late_.push_back(merge_.edit(at));
  }
  if (shown == best->text) return {};
  TextDifference change = difference(shown, best->text);
  return {TextPatch{change.position, change.erased, std::move(change.inserted)}};
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
  return standing_ ? signings_[*standing_].version : merge_.version();
}

std::optional<OpPlace> TextField::frozen() const {
  if (!standing_) return std::nullopt;
  return signings_[*standing_].place;
}

std::vector<TextField::Piece> TextField::late_pieces(const CausalGraph& graph) const {
  std::map<WriterId, std::vector<OpPlace>> by_writer;
  for (OpPlace place : late_) {
    if (!is_settled(place)) by_writer[graph.change(place.change).id.writer].push_back(place);
  }
  std::vector<Piece> out;
  for (const auto& [writer, places] : by_writer) {
    Stretch stretch;
    const auto finish = [&] {
      if (auto piece = stretch.piece()) out.push_back(std::move(*piece));
    };
    for (OpPlace place : places) {
      if (stretch.take(place, graph.op(place))) continue;
      finish();
      stretch = Stretch();
      stretch.take(place, graph.op(place));
    }
    finish();
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

}  // namespace feltbog::document
