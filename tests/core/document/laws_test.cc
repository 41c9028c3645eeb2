// SPDX-License-Identifier: Apache-2.0
// The laws of docs/merging.md over random histories. `./dev laws` tries many more.
#include "tests/core/document/laws.h"

#include <doctest/doctest.h>

#include <string_view>

#include "tests/core/document/oracle.h"

namespace feltbog::document {
namespace {

using generator::Dice;
using generator::Options;

void check(std::string_view law, std::uint64_t seeds, const Options& options) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const laws::Story story(generator::changes(seed, laws::options_of(seed, options)));
    const std::string broken = laws::broken_by(laws::named(law), story);
    if (!broken.empty()) FAIL("seed " << seed << ", " << broken);
  }
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
    const Options options{.authors = 2 + seed % 7,
                          .steps = 80,
                          .text_only = seed % 2 == 0,
                          .marks = false,
                          .newer_edits = false};
    History history(generator::schema());
    for (const Change& change : generator::changes(seed, options)) REQUIRE(history.add(change));
    hash = fingerprint(history.canonical_state(), hash);
  }
  CHECK(hash == 4230585962599452060u);
}

TEST_CASE("a text two to eight people edit reads as the definition says") {
  check("definition", 400, {.steps = 40, .text_only = true});
}

TEST_CASE("a space two to eight people work in reads as the definition says") {
  check("definition", 300, {.steps = 60});
}

TEST_CASE("the same changes in any order, some of them twice, give the same bytes and conflicts") {
  check("order", 300, {.steps = 80});
}

TEST_CASE("batches of each writer's changes, however cut, give the same bytes") {
  check("batches", 100, {.steps = 80});
}

TEST_CASE(
    "changes taken in many at a time, in any order, give the same bytes and the same screen") {
  check("many at a time", 200, {.steps = 80});
}

TEST_CASE("a history that is saved and loaded now and then stays what it is") {
  check("saved", 150, {.steps = 80});
}

TEST_CASE("changes taken out of effect and put back give the same bytes in any order") {
  check("masked", 200, {.steps = 40});
  check("masked", 200, {.steps = 40, .text_only = true});
}

TEST_CASE("what is taken back reads as if it had never been, whatever others did since") {
  check("taken back", 300, {.steps = 40});
  check("taken back", 300, {.steps = 40, .text_only = true});
}

TEST_CASE("whoever writes in a text with masked words writes where he sees it") {
  check("where it is seen", 300, {.steps = 40, .text_only = true, .hostile = false});
}

TEST_CASE("what was forgotten is not missed, or said to be missing, and comes back exactly") {
  check("thinned", 300, {.steps = 60});
  check("thinned", 300, {.steps = 60, .latecomer = true});
  check("thinned", 300, {.steps = 60, .text_only = true, .latecomer = true});
}

TEST_CASE("applying the patches an add reports keeps a screen equal to the text") {
  check("patches", 200, {.steps = 80});
}

TEST_CASE("a text at an earlier version reads as it did then") {
  check("versions", 100, {.steps = 50, .text_only = true});
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

}  // namespace feltbog::document
