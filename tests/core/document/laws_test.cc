// SPDX-License-Identifier: Apache-2.0
// The laws of docs/merging.md over random histories, against the oracle and against each other.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "core/base/utf8.h"
#include "core/document/change_codec.h"
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

bool agrees_with_oracle(const std::vector<Change>& changes) {
  History history(generator::schema());
  for (const Change& change : changes) {
    if (!history.add(change)) return false;
  }
  return oracle::dump(history) == oracle::Oracle(generator::schema(), changes).dump();
}

}  // namespace

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
      for (const Change* change : straight.changes_of(writer)) own.push_back(*change);
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

TEST_CASE("applying the patches an add reports keeps a screen equal to the text") {
  check_law("patches", {.steps = 80}, 200, [](const std::vector<Change>& changes) {
    History history(generator::schema());
    std::map<std::pair<DocumentId, std::string>, std::string> screens;
    std::vector<Change> order = changes;
    Dice dice(changes.size() + 7);
    generator::shuffle(order, dice);
    for (const Change& change : order) {
      const auto effect = history.add(change);
      if (!effect) return false;
      for (const FieldEffect& field : effect->fields) {
        std::string& screen = screens[{field.document, field.field}];
        for (const TextPatch& patch : field.patches) {
          const std::size_t begin = byte_offset_of(screen, patch.position);
          const std::size_t end = byte_offset_of(screen, patch.position + patch.erased);
          screen = screen.substr(0, begin) + patch.inserted + screen.substr(end);
        }
        if (screen != history.text(field.document, field.field)) return false;
      }
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
