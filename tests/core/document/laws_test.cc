// SPDX-License-Identifier: Apache-2.0
// The laws of docs/merging.md over random histories, against the oracle and against each other.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "core/base/utf8.h"
#include "core/document/change_codec.h"
#include "core/document/saved_history.h"
#include "tests/core/document/generator.h"
#include "tests/core/document/oracle.h"

namespace feltbog::document {
namespace {

using generator::Dice;
using generator::Options;

History build(const std::vector<Change>& changes) {
  History history(generator::schema());
  for (const Change& change : changes) REQUIRE(history.add(change));
  return history;
}

// Whether the law holds for these changes; REQUIRE must not be used within.
using Law = std::function<bool(const std::vector<Change>&)>;

// Tries seeds; a failing history is cut to the shortest beginning that still fails, and then rid of
// changes nothing depends on. Prints the seed and what is left.
void check_law(const char* name, const Options& options, std::uint64_t seeds, const Law& holds) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Options here = options;
    here.authors = 2 + seed % 7;
    std::vector<Change> changes = generator::changes(seed, here);
    if (holds(changes)) continue;
    for (std::size_t at = changes.size(); at-- > 0;) {
      std::vector<Change> fewer = changes;
      const ChangeId dropped = fewer[at].id;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at));
      const bool needed = std::any_of(fewer.begin(), fewer.end(), [&](const Change& change) {
        const bool next = change.id.writer == dropped.writer && change.id.counter > dropped.counter;
        return next ||
               std::count(change.dependencies.begin(), change.dependencies.end(), dropped) > 0;
      });
      if (!needed && !holds(fewer)) changes = std::move(fewer);
    }
    std::string left;
    for (const Change& change : changes) {
      left += to_text(change.id) + " after";
      for (const ChangeId& id : change.dependencies) left += " " + to_text(id);
      for (const Op& op : change.ops) {
        left += "\n    " + to_text(op.document) + " " + op.field + " " +
                std::to_string(op.action.index());
        if (const auto* insert = std::get_if<Insert>(&op.action)) {
          left += " +" + std::to_string(insert->position) + " " + insert->text;
        } else if (const auto* erase = std::get_if<Erase>(&op.action)) {
          left += " -" + std::to_string(erase->position) + " " + std::to_string(erase->count);
        }
      }
      left += "\n";
    }
    FAIL(name << ": seed " << seed << ", authors " << here.authors << "\n" << left);
  }
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

bool agrees_with_oracle(const std::vector<Change>& changes) {
  History history(generator::schema());
  for (const Change& change : changes) {
    if (!history.add(change)) return false;
  }
  return oracle::dump(history) == oracle::Oracle(generator::schema(), changes).dump();
}

// FNV-1a.
std::uint64_t fingerprint(const Bytes& bytes, std::uint64_t hash) {
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001B3u;
  return hash;
}

}  // namespace

TEST_CASE("the state of known histories has the bytes it always had") {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Options options{.authors = 2 + seed % 7, .steps = 80, .text_only = seed % 2 == 0};
    hash = fingerprint(build(generator::changes(seed, options)).canonical_state(), hash);
  }
  CHECK(hash == 17408777656532394670u);
}

TEST_CASE("a text two to eight people edit reads as the definition says") {
  check_law("text", {.steps = 40, .text_only = true}, 400, agrees_with_oracle);
}

TEST_CASE("a space two to eight people work in reads as the definition says") {
  check_law("space", {.steps = 60}, 300, agrees_with_oracle);
}

TEST_CASE("the same changes in any order, some of them twice, give the same bytes and conflicts") {
  check_law("order", {.steps = 80}, 300, [](const std::vector<Change>& changes) {
    const History straight = build(changes);
    Dice dice(changes.size());
    for (int round = 0; round < 3; ++round) {
      std::vector<Change> order = changes;
      for (std::size_t i = 0; i < changes.size() / 4; ++i) {
        order.push_back(changes[dice.roll(changes.size())]);
      }
      generator::shuffle(order, dice);
      const History shuffled = build(order);
      if (shuffled.held_count() != 0) return false;
      if (shuffled.canonical_state() != straight.canonical_state()) return false;
      if (shuffled.conflicts() != straight.conflicts()) return false;
    }
    return straight.clone().canonical_state() == straight.canonical_state();
  });
}

TEST_CASE("batches of each writer's changes, however cut, give the same bytes") {
  check_law("batches", {.steps = 80}, 100, [](const std::vector<Change>& changes) {
    const History straight = build(changes);
    Dice dice(changes.size());
    std::vector<std::pair<WriterId, Bytes>> batches;
    for (const WriterId& writer : straight.writers()) {
      std::vector<Change> own;
      for (const Change& change : straight.changes_of(writer)) own.push_back(change);
      for (std::size_t at = 0; at < own.size();) {
        const std::size_t size = std::min(own.size() - at, 1 + dice.roll(6));
        auto bytes = encode_changes(writer, std::span(own).subspan(at, size));
        if (!bytes) return false;
        batches.insert(batches.begin() + static_cast<std::ptrdiff_t>(dice.roll(batches.size() + 1)),
                       {writer, *bytes});
        at += size;
      }
    }
    History rebuilt(generator::schema());
    for (const auto& [writer, bytes] : batches) {
      auto decoded = decode_changes(writer, bytes);
      if (!decoded) return false;
      for (Change& change : *decoded) {
        if (!rebuilt.add(std::move(change))) return false;
      }
    }
    return rebuilt.canonical_state() == straight.canonical_state();
  });
}

TEST_CASE(
    "changes taken in many at a time, in any order, give the same bytes and the same screen") {
  check_law("many at a time", {.steps = 80}, 200, [](const std::vector<Change>& changes) {
    const History straight = build(changes);
    Dice dice(changes.size() + 3);
    std::vector<Change> order = changes;
    if (dice.one_in(2)) generator::shuffle(order, dice);
    History together(generator::schema());
    Screens screens;
    for (std::size_t at = 0; at < order.size();) {
      const std::size_t size = std::min(order.size() - at, 1 + dice.roll(40));
      const auto begin = order.begin() + static_cast<std::ptrdiff_t>(at);
      const AddEffect effect = together.add_all({begin, begin + static_cast<std::ptrdiff_t>(size)});
      if (!effect.refused.empty() || !shows(screens, effect, together)) return false;
      at += size;
    }
    return together.canonical_state() == straight.canonical_state() &&
           together.conflicts() == straight.conflicts();
  });
}

TEST_CASE("a history that is saved and loaded now and then stays what it is") {
  check_law("saved", {.steps = 80}, 150, [](const std::vector<Change>& changes) {
    const History straight = build(changes);
    Dice dice(changes.size() + 5);
    std::vector<Change> order = changes;
    generator::shuffle(order, dice);
    History restarted(generator::schema());
    std::vector<Change> offered;  // held changes are not saved, and are offered again
    for (const Change& change : order) {
      offered.push_back(change);
      if (!restarted.add(change)) return false;
      if (!dice.one_in(12)) continue;
      const auto saved = SavedHistory::open(restarted.save());
      if (!saved) return false;
      auto loaded = saved->load(generator::schema());
      if (!loaded || loaded->canonical_state() != restarted.canonical_state()) return false;
      if (loaded->save() != restarted.save()) return false;
      restarted = std::move(*loaded);
      if (!restarted.add_all(offered).refused.empty()) return false;
    }
    return restarted.canonical_state() == straight.canonical_state() &&
           oracle::dump(restarted) == oracle::dump(straight);
  });
}

TEST_CASE("typing by splices is the same as making changes") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    std::vector<History> typed, made;
    for (int i = 0; i < 3; ++i) {
      typed.emplace_back(generator::schema());
      made.emplace_back(generator::schema());
    }
    for (int step = 0; step < 60; ++step) {
      const std::size_t who = dice.roll(3);
      const WriterId writer = generator::writer(static_cast<std::uint8_t>(who));
      if (dice.one_in(8)) {
        const std::size_t to = dice.roll(3);
        for (const Change& change : typed[who].changes()) {
          REQUIRE(typed[to].add(change));
          REQUIRE(made[to].add(change));
        }
        continue;
      }
      const std::uint64_t length = made[who].text_length({}, "body");
      const std::uint64_t at = dice.one_in(20) ? kPositionMax : dice.roll(length + 1);
      const std::uint64_t erased = dice.one_in(3) ? 1 + dice.roll(6) : 0;
      const std::string words = erased > 0 && dice.one_in(2) ? "" : "åb";
      Change change = made[who].begin_change(writer, WallTime{step / 7});
      if (erased > 0) change.ops.push_back({{}, "body", Erase{at, erased}});
      if (!words.empty()) change.ops.push_back({{}, "body", Insert{at, words}});
      if (dice.one_in(40)) {
        change.ops = {{{}, "body", Freeze{}}};
        REQUIRE(typed[who].add(change));
      } else {
        const auto id =
            typed[who].splice(writer, WallTime{step / 7}, {{}, "body", at, erased, words});
        REQUIRE(id);
        CHECK(*id == change.id);
        CHECK(typed[who].find(*id) == change);
      }
      REQUIRE(made[who].add(change));
      REQUIRE(typed[who].canonical_state() == made[who].canonical_state());
    }
    for (std::size_t who = 0; who < 3; ++who) {
      CHECK(typed[who].changes() == made[who].changes());
      CHECK(oracle::dump(typed[who]) ==
            oracle::Oracle(generator::schema(), typed[who].changes()).dump());
    }
  }
}

TEST_CASE("applying the patches an add reports keeps a screen equal to the text") {
  check_law("patches", {.steps = 80}, 200, [](const std::vector<Change>& changes) {
    History history(generator::schema());
    Screens screens;
    std::vector<Change> order = changes;
    Dice dice(changes.size() + 7);
    generator::shuffle(order, dice);
    for (const Change& change : order) {
      const auto effect = history.add(change);
      if (!effect) return false;
      if (!shows(screens, *effect, history)) return false;
    }
    return true;
  });
}

TEST_CASE("a text at an earlier version reads as it did then") {
  check_law("versions", {.steps = 50, .text_only = true}, 100,
            [](const std::vector<Change>& changes) {
              History history(generator::schema());
              std::vector<std::pair<std::vector<OpId>, std::string>> seen;
              for (const Change& change : changes) {
                if (!history.add(change)) return false;
                seen.emplace_back(history.text_version({}, "body"), history.text({}, "body"));
              }
              for (const auto& [version, text] : seen) {
                const auto again = history.text_at({}, "body", version);
                if (!again || *again != text) return false;
              }
              return true;
            });
}

}  // namespace feltbog::document
