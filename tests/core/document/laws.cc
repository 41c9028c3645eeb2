// SPDX-License-Identifier: Apache-2.0
// The laws of docs/merging.md, each as a question to a set of changes.
#include "tests/core/document/laws.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "core/base/assert.h"
#include "core/base/cbor.h"
#include "core/base/utf8.h"
#include "core/document/change_codec.h"
#include "core/document/saved_history.h"
#include "tests/core/document/oracle.h"

namespace feltbog::document::laws {
namespace {

using generator::Dice;

History build(const std::vector<Change>& changes) {
  History history(generator::schema());
  for (const Change& change : changes) FELTBOG_ASSERT(history.add(change).has_value());
  return history;
}

bool is_same(const History& history, const Story& story) {
  return history.canonical_state() == story.state && history.conflicts() == story.conflicts;
}

// Different for different histories.
Dice dice_for(const std::vector<Change>& changes) {
  std::uint64_t seed = changes.size();
  for (const Change& change : changes) {
    const auto time = static_cast<std::uint64_t>(change.recorded_at.milliseconds);
    seed = seed * 0x100000001B3u + time * 8 + change.ops.size();
  }
  return Dice(seed);
}

// Hands them on some at a time, as long as `take` wants more.
template <class Item, class Take>
bool in_groups(const std::vector<Item>& items, std::size_t most, Dice& dice, Take take) {
  for (std::size_t at = 0; at < items.size();) {
    const std::size_t size = std::min(items.size() - at, 1 + dice.roll(most));
    if (!take(std::span(items).subspan(at, size))) return false;
    at += size;
  }
  return true;
}

std::vector<DocumentInfo> all_documents(const History& history) {
  std::vector<DocumentInfo> out = history.documents();
  const std::vector<DocumentInfo> deleted = history.deleted_documents();
  out.insert(out.end(), deleted.begin(), deleted.end());
  return out;
}

using Screens = std::map<std::pair<DocumentId, std::string>, std::string>;

// Applies what an add reported to screens, and compares them with the texts.
bool shows(Screens& screens, const AddEffect& effect, const History& history) {
  for (const FieldEffect& field : effect.fields) {
    std::string& screen = screens[{field.document, field.field}];
    for (const TextPatch& patch : field.patches) {
      const std::size_t begin = byte_offset_of(screen, patch.position);
      const std::size_t end = byte_offset_of(screen, patch.position + patch.erased);
      screen = screen.substr(0, begin) + patch.inserted + screen.substr(end);
    }
    if (screen != history.text(field.document, field.field)) return false;
  }
  return true;
}

bool agrees_with_oracle(const Story& story) {
  return oracle::dump(story.straight) == oracle::Oracle(generator::schema(), story.changes).dump();
}

bool any_order(const Story& story) {
  Dice dice = dice_for(story.changes);
  for (int round = 0; round < 3; ++round) {
    std::vector<Change> order = story.changes;
    for (std::size_t i = 0; i < story.changes.size() / 4; ++i) {
      order.push_back(story.changes[dice.roll(story.changes.size())]);
    }
    generator::shuffle(order, dice);
    const History shuffled = build(order);
    if (shuffled.held_count() != 0 || !is_same(shuffled, story)) return false;
  }
  return story.straight.clone().canonical_state() == story.state;
}

bool any_batches(const Story& story) {
  Dice dice = dice_for(story.changes);
  std::vector<std::pair<WriterId, Bytes>> batches;
  for (const WriterId& writer : story.straight.writers()) {
    const std::vector<Change> own = story.straight.changes_of(writer);
    const bool encoded = in_groups(own, 6, dice, [&](std::span<const Change> group) {
      auto bytes = encode_changes(writer, group);
      const auto place = static_cast<std::ptrdiff_t>(dice.roll(batches.size() + 1));
      if (bytes) batches.insert(batches.begin() + place, {writer, *bytes});
      return bytes.has_value();
    });
    if (!encoded) return false;
  }
  History rebuilt(generator::schema());
  for (const auto& [writer, bytes] : batches) {
    auto decoded = decode_changes(writer, bytes);
    if (!decoded) return false;
    for (Change& change : *decoded) {
      if (!rebuilt.add(std::move(change))) return false;
    }
  }
  return rebuilt.canonical_state() == story.state;
}

bool many_at_a_time(const Story& story) {
  Dice dice = dice_for(story.changes);
  std::vector<Change> order = story.changes;
  if (dice.one_in(2)) generator::shuffle(order, dice);
  History together(generator::schema());
  Screens screens;
  const bool shown = in_groups(order, 40, dice, [&](std::span<const Change> group) {
    const AddEffect effect = together.add_all({group.begin(), group.end()});
    return effect.refused.empty() && shows(screens, effect, together);
  });
  return shown && is_same(together, story);
}

bool saved_and_loaded(const Story& story) {
  Dice dice = dice_for(story.changes);
  std::vector<Change> order = story.changes;
  generator::shuffle(order, dice);
  History restarted(generator::schema());
  std::vector<Change> offered;  // held changes are not saved, and are offered again
  for (const Change& change : order) {
    offered.push_back(change);
    if (!restarted.add(change)) return false;
    if (!dice.one_in(12)) continue;
    const Bytes bytes = restarted.save();
    const auto saved = SavedHistory::open(bytes);
    if (!saved) return false;
    auto loaded = saved->load(generator::schema());
    if (!loaded || loaded->canonical_state() != restarted.canonical_state()) return false;
    if (loaded->save() != bytes) return false;
    restarted = std::move(*loaded);
    if (!restarted.add_all(offered).refused.empty()) return false;
  }
  return restarted.canonical_state() == story.state &&
         oracle::dump(restarted) == oracle::dump(story.straight);
}

bool masked_and_unmasked(const Story& story) {
  Dice dice = dice_for(story.changes);
  std::vector<ChangeId> masked;
  for (const Change& change : story.changes) {
    if (dice.one_in(6)) masked.push_back(change.id);
  }
  if (masked.empty()) return true;
  History before(generator::schema());
  (void)before.mask(masked);
  History after = story.straight.clone();
  Screens screens;
  for (const DocumentInfo& document : all_documents(after)) {
    for (const std::string& field : after.fields(document.id)) {
      screens[{document.id, field}] = after.text(document.id, field);
    }
  }
  std::vector<Change> order = story.changes;
  generator::shuffle(order, dice);
  for (std::size_t at = 0; at < order.size(); ++at) {
    if (!before.add(order[at])) return false;
    if (dice.one_in(20)) before.rest();
  }
  const bool masked_alike = in_groups(masked, 3, dice, [&](std::span<const ChangeId> group) {
    return shows(screens, after.mask({group.begin(), group.end()}), after);
  });
  if (!masked_alike) return false;
  const std::string expected =
      oracle::Oracle(generator::schema(), story.changes, {masked.begin(), masked.end()}).dump();
  if (before.canonical_state() != after.canonical_state()) return false;
  if (before.conflicts() != after.conflicts()) return false;
  if (oracle::dump(before) != expected) return false;
  // What is saved is everything, without the mask.
  const auto saved = SavedHistory::open(before.save());
  if (!saved || saved->load(generator::schema())->canonical_state() != story.state) return false;
  generator::shuffle(order, dice);
  std::vector<ChangeId> ids;
  for (const Change& change : order) ids.push_back(change.id);
  const bool unmasked_alike = in_groups(ids, 12, dice, [&](std::span<const ChangeId> group) {
    return shows(screens, after.unmask({group.begin(), group.end()}), after);
  });
  return unmasked_alike && after.masked().empty() && is_same(after, story);
}

bool patches_show_the_text(const Story& story) {
  History history(generator::schema());
  Screens screens;
  std::vector<Change> order = story.changes;
  Dice dice = dice_for(story.changes);
  generator::shuffle(order, dice);
  for (const Change& change : order) {
    const auto effect = history.add(change);
    if (!effect) return false;
    if (!shows(screens, *effect, history)) return false;
  }
  return true;
}

// Who looks after each change sees what one sees who looks at the end alone.
bool marks_move_along(const Story& story) {
  History watched(generator::schema());
  Dice dice = dice_for(story.changes);
  for (const Change& change : story.changes) {
    if (!watched.add(change)) return false;
    if (dice.one_in(2)) continue;
    const History fresh = watched.clone();
    for (const DocumentInfo& document : watched.documents()) {
      if (watched.marks(document.id, "body") != fresh.marks(document.id, "body")) return false;
    }
  }
  return true;
}

bool earlier_versions_read_as_then(const Story& story) {
  History history(generator::schema());
  std::vector<std::pair<std::vector<OpId>, std::string>> seen;
  for (const Change& change : story.changes) {
    if (!history.add(change)) return false;
    seen.emplace_back(history.text_version({}, "body"), history.text({}, "body"));
  }
  for (const auto& [version, text] : seen) {
    const auto again = history.text_at({}, "body", version);
    if (!again || *again != text) return false;
  }
  return true;
}

std::vector<Bytes> values_of(const History& history, const DocumentId& id,
                             const std::string& field) {
  std::vector<Bytes> out;
  for (const FieldValue& value : history.values(id, field)) {
    if (!value.value.is_null()) out.push_back(encode_cbor(value.value));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<Value> members_of(const History& history, const DocumentId& id,
                              const std::string& field) {
  std::vector<Value> out;
  for (const SetMember& member : history.members(id, field)) out.push_back(member.value);
  return out;
}

std::vector<Value> items_of(const History& history, const DocumentId& id,
                            const std::string& field) {
  std::vector<Value> out;
  for (const ListItem& item : history.list(id, field)) out.push_back(item.value);
  return out;
}

// Whoever writes in a text with masked words in it writes where he sees it, as long as nobody's
// erasure is masked.
bool written_where_it_is_seen(const Story& story) {
  History history = story.straight.clone();
  Dice dice = dice_for(story.changes);
  std::vector<ChangeId> masked;
  for (const Change& change : story.changes) {
    const bool erases = std::any_of(change.ops.begin(), change.ops.end(), [](const Op& op) {
      return std::holds_alternative<Erase>(op.action);
    });
    if (!erases && dice.one_in(3)) masked.push_back(change.id);
  }
  (void)history.mask(masked);
  if (history.frozen({}, "body") || history.needs_update({}, "body")) return true;
  for (int round = 0; round < 6; ++round) {
    std::string screen = history.text({}, "body");
    Change change = history.begin_change(generator::writer(9), WallTime{1});
    for (int i = 0; i < 2; ++i) {
      const std::size_t length = static_cast<std::size_t>(count_code_points(screen));
      const std::size_t position = dice.roll(length + 1);
      const std::size_t erased = dice.roll(4);
      const auto byte = [&](std::size_t at) {
        return byte_offset_of(screen, std::min(at, length));
      };
      if (erased > 0) change.ops.push_back({{}, "body", Erase{position, erased}});
      change.ops.push_back({{}, "body", Insert{position, "ø"}});
      screen = screen.substr(0, byte(position)) + "ø" + screen.substr(byte(position + erased));
    }
    auto written = history.as_written(change);
    if (!written || !history.add(std::move(*written))) return false;
    if (history.text({}, "body") != screen) return false;
  }
  return true;
}

// Taking a change back, after whatever others did since, reads as if it had never had an effect:
// texts and counts always, values and members where nobody has seen it yet.
bool taken_back(const Story& story) {
  if (story.changes.empty()) return true;
  Dice dice = dice_for(story.changes);
  const Change& change = story.changes[dice.roll(story.changes.size())];
  History undone = story.straight.clone();
  const auto back = undone.taking_back(change.id);
  if (!back) return false;
  if (!back->ops.empty()) {
    Change undo = undone.begin_change(generator::writer(9), WallTime{1});
    undo.ops = back->ops;
    if (!undone.add(std::move(undo))) return false;
  }
  History without = story.straight.clone();
  (void)without.mask({change.id});
  const std::vector<ChangeId> heads = story.straight.heads();
  const bool is_head = std::count(heads.begin(), heads.end(), change.id) > 0;
  const bool removes = std::any_of(change.ops.begin(), change.ops.end(), [](const Op& op) {
    return std::holds_alternative<Remove>(op.action);
  });
  for (const DocumentInfo& document : story.straight.documents()) {
    for (const std::string& field : story.straight.fields(document.id)) {
      const DocumentId& id = document.id;
      if (undone.counter(id, field) != without.counter(id, field)) return false;
      const bool open =
          !story.straight.frozen(id, field) && !story.straight.needs_update(id, field);
      if (open && undone.text(id, field) != without.text(id, field)) return false;
      if (open && undone.marks(id, field) != without.marks(id, field)) return false;
      if (!is_head) continue;
      if (values_of(undone, id, field) != values_of(without, id, field)) return false;
      if (removes) continue;
      if (members_of(undone, id, field) != members_of(without, id, field)) return false;
      if (items_of(undone, id, field) != items_of(without, id, field)) return false;
    }
  }
  return true;
}

// Divides at random: what a replica knows, and what comes later.
struct Divided {
  std::vector<Change> known, later;
};
Divided divided(const std::vector<Change>& changes, Dice& dice) {
  Divided out;
  std::set<ChangeId> late;
  for (int i = 0; i < 2; ++i) late.insert(changes[dice.roll(changes.size())].id);
  for (const Change& change : changes) {
    const bool follows = late.count(change.id) > 0 ||
                         late.count({change.id.writer, change.id.counter - 1}) > 0 ||
                         std::any_of(change.dependencies.begin(), change.dependencies.end(),
                                     [&](const ChangeId& id) { return late.count(id) > 0; });
    if (follows) late.insert(change.id);
    (follows ? out.later : out.known).push_back(change);
  }
  return out;
}

std::vector<ChangeId> some_of(const std::vector<Change>& changes, std::size_t one_in, Dice& dice) {
  std::vector<ChangeId> out;
  for (const Change& change : changes) {
    if (dice.one_in(one_in)) out.push_back(change.id);
  }
  return out;
}

// Every earlier text and value, or that it is forgotten, which `thin` may say where `whole` tells.
bool past_agrees(const History& whole, const History& thin) {
  for (const DocumentInfo& document : all_documents(whole)) {
    for (const std::string& field : whole.fields(document.id)) {
      if (whole.text_edits(document.id, field) != thin.text_edits(document.id, field)) return false;
      for (const TextEdit& edit : whole.text_edits(document.id, field)) {
        const auto then = whole.text_at(document.id, field, {edit.op});
        const auto left = thin.text_at(document.id, field, {edit.op});
        if (left ? *left != *then : left.error().code != ErrorCode::forgotten) return false;
      }
      const std::vector<FieldValue> values = whole.value_history(document.id, field);
      const std::vector<FieldValue> left = thin.value_history(document.id, field);
      if (values.size() != left.size()) return false;
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (!left[i].forgotten && left[i] != values[i]) return false;
      }
    }
  }
  return true;
}

bool is_same(const History& a, const History& b) {
  return a.canonical_state() == b.canonical_state() && a.conflicts() == b.conflicts();
}

// A replica that knows everything and one that has forgotten some of it, and what they have shown.
struct Pair {
  History whole, thin;
  std::vector<ChangeId> lost;
  Screens screens;

  // Whether they are the same, or the other says what it misses.
  bool agree() const { return !thin.forgotten_needed().empty() || is_same(whole, thin); }

  bool take(const std::vector<Change>& later) {
    for (const Change& change : later) {
      (void)whole.add(change);
      const auto effect = thin.add(change);
      if (!effect || !shows(screens, *effect, thin) || !agree()) return false;
    }
    return true;
  }

  bool mask(const std::vector<ChangeId>& changes) {
    (void)whole.mask(changes);
    return shows(screens, thin.mask(changes), thin) && agree();
  }

  // What is missing, and nothing else, comes again.
  bool refill() {
    const std::vector<ChangeId> needed = thin.forgotten_needed();
    std::vector<Change> originals;
    for (const ChangeId& id : needed) originals.push_back(*whole.find(id));
    const AddEffect effect = thin.add_all(originals);
    return effect.refilled == needed && shows(screens, effect, thin) &&
           thin.forgotten_needed().empty() && is_same(whole, thin);
  }

  // Everything comes again.
  bool refill_all(const std::vector<Change>& shuffled) {
    return shows(screens, thin.add_all(shuffled), thin) && thin.thinned().empty() &&
           is_same(whole, thin) && thin.save() == whole.save();
  }
};

// As things stand, nothing is missing, and no thinned change is handed out.
bool nothing_is_missing(const Pair& pair) {
  const auto& [whole, thin, lost, screens] = pair;
  const bool hidden = std::none_of(lost.begin(), lost.end(), [&thin = thin](const ChangeId& id) {
    return thin.find(id) || !thin.contains(id);
  });
  return hidden && thin.thinned() == lost && thin.forgotten_needed().empty() &&
         thin.changes().size() + lost.size() == whole.change_count() && is_same(whole, thin) &&
         past_agrees(whole, thin);
}

// None when it is not what was saved.
std::optional<History> saved_again(const History& history) {
  const auto saved = SavedHistory::open(history.save());
  if (!saved) return std::nullopt;
  auto loaded = saved->load(generator::schema());
  if (!loaded || loaded->save() != history.save()) return std::nullopt;
  return std::move(*loaded);
}

// What was forgotten is not missed, or said to be missing; what comes again is exact again.
bool thinned(const Story& story) {
  const std::vector<Change>& changes = story.changes;
  if (changes.empty()) return true;
  Dice dice = dice_for(changes);
  const auto [known, later] = divided(changes, dice);
  const auto masked = dice.one_in(2) ? some_of(changes, 6, dice) : std::vector<ChangeId>{};
  const std::vector<ChangeId> line = some_of(changes, 4, dice);
  Pair pair{build(known), History(generator::schema()), {}, {}};
  (void)pair.whole.mask(masked);
  pair.thin = pair.whole.clone();
  pair.lost = pair.thin.thin(line);
  const oracle::Oracle oracle(generator::schema(), known, {masked.begin(), masked.end()});
  const std::set<ChangeId> forgettable = oracle.forgettable(line);
  if (pair.lost != std::vector<ChangeId>{forgettable.begin(), forgettable.end()}) return false;
  if (!pair.thin.thin(line).empty() || !nothing_is_missing(pair)) return false;
  auto loaded = saved_again(pair.thin);
  if (!loaded) return false;
  (void)loaded->mask(masked);
  if (dice.one_in(2)) pair.thin = std::move(*loaded);
  if (!nothing_is_missing(pair)) return false;
  for (const DocumentInfo& document : all_documents(pair.thin)) {
    for (const std::string& field : pair.thin.fields(document.id)) {
      pair.screens[{document.id, field}] = pair.thin.text(document.id, field);
    }
  }
  if (!pair.take(later) || !pair.mask(some_of(changes, 6, dice))) return false;
  if (!past_agrees(pair.whole, pair.thin) || !pair.refill()) return false;
  std::vector<Change> again = changes;
  generator::shuffle(again, dice);
  return pair.refill_all(again);
}

// Whether others depend on it, if only by coming after it.
bool is_needed(const std::vector<Change>& changes, const ChangeId& id) {
  return std::any_of(changes.begin(), changes.end(), [&](const Change& change) {
    const bool next = change.id.writer == id.writer && change.id.counter > id.counter;
    return next || std::count(change.dependencies.begin(), change.dependencies.end(), id) > 0;
  });
}

std::string told(const std::vector<Change>& changes) {
  std::string out;
  for (const Change& change : changes) {
    out += to_text(change.id) + " after";
    for (const ChangeId& id : change.dependencies) out += " " + to_text(id);
    for (const Op& op : change.ops) {
      out += "\n    " + to_text(op.document) + " " + op.field + " " +
             std::to_string(op.action.index());
      if (const auto* insert = std::get_if<Insert>(&op.action)) {
        out += " +" + std::to_string(insert->position) + " " + insert->text;
      } else if (const auto* erase = std::get_if<Erase>(&op.action)) {
        out += " -" + std::to_string(erase->position) + " " + std::to_string(erase->count);
      } else if (const auto* mark = std::get_if<Mark>(&op.action)) {
        out += " " + std::to_string(mark->start) + "-" + std::to_string(mark->end) + " " +
               mark->name + (mark->value.is_null() ? " off" : "") + (mark->grows ? " grows" : "");
      }
    }
    out += "\n";
  }
  return out;
}

}  // namespace

Story::Story(std::vector<Change> made)
    : changes(std::move(made)),
      straight(build(changes)),
      state(straight.canonical_state()),
      conflicts(straight.conflicts()) {}

const std::vector<Law>& all() {
  static const std::vector<Law> kLaws = {
      {"definition", agrees_with_oracle},
      {"order", any_order},
      {"batches", any_batches},
      {"many at a time", many_at_a_time},
      {"saved", saved_and_loaded},
      {"masked", masked_and_unmasked},
      {"patches", patches_show_the_text},
      {"versions", earlier_versions_read_as_then},
      {"marks", marks_move_along},
      {"taken back", taken_back},
      {"where it is seen", written_where_it_is_seen},
      {"thinned", thinned},
  };
  return kLaws;
}

const Law& named(std::string_view name) {
  const auto law =
      std::find_if(all().begin(), all().end(), [&](const Law& each) { return each.name == name; });
  FELTBOG_ASSERT(law != all().end());
  return *law;
}

generator::Options options_of(std::uint64_t seed, generator::Options options) {
  options.authors = 2 + seed % 7;
  return options;
}

std::string broken_by(const Law& law, const Story& story) {
  if (law.holds(story)) return {};
  std::vector<Change> left = story.changes;
  for (std::size_t at = left.size(); at-- > 0;) {
    std::vector<Change> fewer = left;
    const ChangeId dropped = fewer[at].id;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at));
    if (!is_needed(fewer, dropped) && !law.holds(Story(fewer))) left = std::move(fewer);
  }
  return std::string(law.name) + "\n" + told(left);
}

}  // namespace feltbog::document::laws
