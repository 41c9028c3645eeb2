// SPDX-License-Identifier: Apache-2.0
// Authors, what they do, and how they meet.
#include "tests/core/document/generator.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/document/action_kind.h"

namespace feltbog::document::generator {
namespace {

class World {
 public:
  World(std::uint64_t seed, const Options& options) : dice_(seed), options_(options) {
    for (std::size_t i = 0; i < options.authors; ++i) replicas_.emplace_back(schema());
  }

  std::vector<Change> run() {
    for (std::size_t step = 0; step < options_.steps; ++step) {
      const std::size_t author = dice_.roll(replicas_.size());
      if (dice_.one_in(3))
        meet(author, dice_.roll(replicas_.size()), step);
      else
        act(author);
    }
    return std::move(made_);
  }

 private:
  void act(std::size_t author) {
    History& here = replicas_[author];
    Change change = here.begin_change(writer(static_cast<std::uint8_t>(author)),
                                      WallTime{static_cast<std::int64_t>(dice_.roll(100000))});
    DocumentId subject = pick_document(here);
    const std::size_t count = 1 + dice_.roll(3);
    for (std::size_t i = 0; i < count; ++i) {
      const auto index = static_cast<std::uint32_t>(change.ops.size());
      if (!options_.text_only && dice_.one_in(12)) {
        change.ops.push_back({{}, {}, Create{dice_.one_in(2) ? "note" : "visit"}});
        subject = DocumentId{change.id, index};
      } else {
        change.ops.push_back(op(here, subject));
      }
    }
    made_.push_back(change);
    if (!here.add(std::move(change))) std::abort();
  }

  // Gives what the other lacks, mostly all of it, sometimes only the first of it.
  void meet(std::size_t from, std::size_t to, std::size_t step) {
    const bool apart = options_.latecomer && step > options_.steps / 3 &&
                       std::max(from, to) + 1 == replicas_.size();
    if (from == to || apart) return;
    for (const Change& change : replicas_[from].changes()) {
      if (replicas_[to].contains(change.id)) continue;
      if (dice_.one_in(12)) break;
      if (!replicas_[to].add(change)) std::abort();
    }
  }

  DocumentId pick_document(const History& here) {
    if (options_.text_only) return {};
    const std::vector<DocumentInfo> documents = here.documents();
    if (options_.hostile && dice_.one_in(30)) return DocumentId{{writer(1), 3}, 0};
    return documents[dice_.roll(documents.size())].id;
  }

  Op op(const History& here, const DocumentId& document) {
    const std::size_t kind = options_.text_only ? 0 : dice_.roll(12);
    const std::uint64_t length = here.text_length(document, "body");
    if (kind < 5 && options_.marks && dice_.one_in(4)) return {document, "body", mark(length)};
    if (kind < 5) return {document, "body", edit(length)};
    switch (kind) {
      case 5: return {document, "outcome", Set{word(), replaces(here, document, "outcome")}};
      case 6: return {document, "title", Set{word(), replaces(here, document, "title")}};
      case 7: return {document, "status", Set{rung(), replaces(here, document, "status")}};
      case 8: return {document, "needs", set_op(here, document)};
      case 9: return {document, "entries", Append{word()}};
      case 10:
        return {document, "attempts", Increment{static_cast<std::int64_t>(dice_.roll(9)) - 4}};
      default: break;
    }
    if (dice_.one_in(2)) return {document, "goals", list_op(here, document)};
    if (!document.is_root() && dice_.one_in(6)) {
      if (dice_.one_in(2)) return {document, {}, Delete{}};
      return {document, {}, Restore{deletions(here, document)}};
    }
    if (dice_.one_in(3)) return {document, "body", Freeze{}};
    if (options_.newer_edits && dice_.one_in(4)) {
      return {document, "body", Unknown{kTextKinds + 1, Bytes{0xF6}}};
    }
    if (dice_.one_in(2)) return {document, "newer", Unknown{77, Bytes{0x83, 1, 2, 0x61, 'x'}}};
    return {document, dice_.one_in(2) ? "undeclared" : "agreed", Set{word(), std::nullopt}};
  }

  Action edit(std::uint64_t length) {
    static const char* const kWords[] = {"a",   "æ",      "Ø",     "🙂",
                                         "hus", "blåbær", "én to", "👩‍👧"};
    const std::size_t reach = static_cast<std::size_t>(length) + (options_.hostile ? 3 : 1);
    const std::uint64_t position = dice_.roll(reach);
    const bool can_erase = length > 0 || options_.hostile;
    if (can_erase && dice_.one_in(3)) return Erase{position, 1 + dice_.roll(4)};
    return Insert{position, kWords[dice_.roll(8)]};
  }

  Action mark(std::uint64_t length) {
    static const char* const kNames[] = {"strong", "list", "strong"};
    const std::size_t reach = static_cast<std::size_t>(length) + (options_.hostile ? 3 : 1);
    Mark out;
    out.start = dice_.roll(reach);
    out.end = out.start + 1 + dice_.roll(6);
    out.name = kNames[dice_.roll(3)];
    if (!dice_.one_in(3)) out.value = dice_.one_in(2) ? Value(true) : word();
    out.grows = dice_.one_in(2);
    return out;
  }

  Action set_op(const History& here, const DocumentId& document) {
    if (dice_.one_in(2)) return Add{word()};
    Remove remove;
    for (const SetMember& member : here.members(document, "needs")) {
      if (dice_.one_in(2)) remove.tags.push_back(member.tags.front());
    }
    std::sort(remove.tags.begin(), remove.tags.end());
    return remove;
  }

  Action list_op(const History& here, const DocumentId& document) {
    const std::vector<ListItem> items = here.list(document, "goals");
    PlaceItem place;
    if (!items.empty() && !dice_.one_in(3)) place.after = items[dice_.roll(items.size())].position;
    if (options_.hostile && dice_.one_in(20)) place.after = OpId{{writer(2), 3}, 1};
    const bool old = !items.empty() && dice_.one_in(2);
    const OpId item = old ? items[dice_.roll(items.size())].id : OpId{};
    if (old && dice_.one_in(3)) return Remove{{item}};
    if (old)
      place.item = options_.hostile && dice_.one_in(20) ? OpId{{writer(1), 2}, 0} : item;
    else
      place.value = word();
    return place;
  }

  std::vector<OpId> deletions(const History& here, const DocumentId& document) {
    for (const Conflict& conflict : here.conflicts(document)) {
      if (conflict.kind == ConflictKind::deletion) return conflict.ops;
    }
    return {};
  }

  std::optional<std::vector<OpId>> replaces(const History& here, const DocumentId& document,
                                            std::string_view field) {
    if (dice_.one_in(2)) return std::nullopt;
    std::vector<OpId> out;
    for (const FieldValue& value : here.values(document, field)) {
      if (dice_.one_in(2)) out.push_back(value.op);
    }
    if (options_.hostile && dice_.one_in(8)) out.push_back({{writer(2), 500}, 1});
    std::sort(out.begin(), out.end());
    return out;
  }

  Value word() { return Value(std::string(1, static_cast<char>('a' + dice_.roll(5)))); }
  Value rung() {
    static const char* const kRungs[] = {"open", "closed", "sealed", "foreign"};
    return Value(kRungs[dice_.roll(4)]);
  }

  Dice dice_;
  Options options_;
  std::vector<History> replicas_;
  std::vector<Change> made_;
};

// The greatest word, unless one of them cannot be compared with the others.
std::optional<std::size_t> greatest(std::span<const Value> words) {
  const auto is_greater = [](const Value& a, const Value& b) {
    return a.text_or({}) < b.text_or({});
  };
  const auto found = std::max_element(words.begin(), words.end(), is_greater);
  if (found->text_or({}) == "e") return std::nullopt;
  return static_cast<std::size_t>(found - words.begin());
}

Schema make_schema() {
  Schema out;
  for (std::string_view kind : {std::string_view("note"), std::string_view("visit"), kRootKind}) {
    out.field(kind, "body", Policy::text)
        .field(kind, "outcome", Policy::multi_value)
        .field(kind, "title", Policy::last_writer)
        .field(kind, "needs", Policy::set)
        .field(kind, "entries", Policy::log)
        .field(kind, "attempts", Policy::counter)
        .field(kind, "goals", Policy::list)
        .resolved(kind, "agreed", greatest)
        .ladder(kind, "status", {Value("open"), Value("closed"), Value("sealed")});
  }
  return out;
}

}  // namespace

std::uint64_t Dice::next() {
  state_ += 0x9E3779B97F4A7C15u;
  std::uint64_t out = state_;
  out = (out ^ (out >> 30)) * 0xBF58476D1CE4E5B9u;
  out = (out ^ (out >> 27)) * 0x94D049BB133111EBu;
  return out ^ (out >> 31);
}

// Numbers far apart, and not in the order in which the authors appear.
WriterId writer(std::uint8_t number) {
  WriterId out;
  for (std::size_t i = 0; i < out.bytes.size(); ++i) {
    out.bytes[i] = static_cast<std::uint8_t>((number * 71 + 13 * i + 5) & 0xFF);
  }
  out.bytes[15] = number;
  return out;
}

Schema schema() {
  static const Schema kSchema = make_schema();
  return kSchema;
}

std::vector<Change> changes(std::uint64_t seed, const Options& options) {
  return World(seed, options).run();
}

void shuffle(std::vector<Change>& changes, Dice& dice) {
  for (std::size_t left = changes.size(); left > 1; --left) {
    std::swap(changes[left - 1], changes[dice.roll(left)]);
  }
}

}  // namespace feltbog::document::generator
