// SPDX-License-Identifier: Apache-2.0
#include "core/document/word_difference.h"

#include <doctest/doctest.h>

#include "tests/core/document/generator.h"

namespace feltbog::document {
namespace {

// "[-gone-]" and "{+come+}" between what both have.
std::string shown(std::string_view first, std::string_view second) {
  std::string out;
  for (const WordRun& run : word_difference(first, second)) {
    if (run.in == WordRun::In::both) out += run.text;
    if (run.in == WordRun::In::first) out += "[-" + run.text + "-]";
    if (run.in == WordRun::In::second) out += "{+" + run.text + "+}";
  }
  return out;
}

std::string side(const std::vector<WordRun>& runs, WordRun::In in) {
  std::string out;
  for (const WordRun& run : runs) {
    if (run.in == WordRun::In::both || run.in == in) out += run.text;
  }
  return out;
}

}  // namespace

TEST_CASE("two texts differ by whole words") {
  CHECK(shown("Hun var hjemme.", "Hun var ikke hjemme.") == "Hun var {+ikke +}hjemme.");
  CHECK(shown("Spiste blåbær", "Spiste blåbærgrød") == "Spiste [-blåbær-]{+blåbærgrød+}");
  CHECK(shown("a b c", "a c") == "a [-b -]c");
  CHECK(shown("", "ny") == "{+ny+}");
  CHECK(shown("væk", "") == "[-væk-]");
  CHECK(shown("ens", "ens") == "ens");
  CHECK(word_difference("", "").empty());
}

TEST_CASE("both texts can be put together from their difference") {
  generator::Dice dice(7);
  const char* const words[] = {"a ", "b ", "å", ". ", "to "};
  for (int round = 0; round < 500; ++round) {
    std::string first, second;
    for (std::size_t i = dice.roll(20); i > 0; --i) first += words[dice.roll(5)];
    for (std::size_t i = dice.roll(20); i > 0; --i) second += words[dice.roll(5)];
    const auto runs = word_difference(first, second);
    CAPTURE(first);
    CAPTURE(second);
    CHECK(side(runs, WordRun::In::first) == first);
    CHECK(side(runs, WordRun::In::second) == second);
    for (std::size_t i = 1; i < runs.size(); ++i) CHECK(runs[i].in != runs[i - 1].in);
  }
}

TEST_CASE("texts that have little in common are told apart all the same") {
  std::string first = "Begge ", second = "Begge ";
  for (int i = 0; i < 3000; ++i) {
    first += "a" + std::to_string(i) + " ";
    second += "b" + std::to_string(i) + " ";
  }
  first += "slut.";
  second += "slut.";
  const auto runs = word_difference(first, second);
  CHECK(side(runs, WordRun::In::first) == first);
  CHECK(side(runs, WordRun::In::second) == second);
  CHECK(runs.front() == WordRun{WordRun::In::both, "Begge "});
  CHECK(runs.back() == WordRun{WordRun::In::both, " slut."});
}

}  // namespace feltbog::document
