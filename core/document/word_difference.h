// SPDX-License-Identifier: Apache-2.0
// What distinguishes two texts, word by word, for people who choose between them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace feltbog::document {

struct WordRun {
  enum class In { both, first, second };
  In in = In::both;
  std::string text;  // UTF-8, whole words with the blanks and marks between them
  friend bool operator==(const WordRun&, const WordRun&) = default;
};

// The fewest words that must go from the first and come in the second (Myers, "An O(ND) Difference
// Algorithm and Its Variations", 1986). Runs of `both` and `first` make up the first text, runs of
// `both` and `second` the second; neighbours differ in kind. Texts with more than a thousand words
// between them that differ are taken as different from the first difference to the last. Both are
// UTF-8.
std::vector<WordRun> word_difference(std::string_view first, std::string_view second);

}  // namespace feltbog::document
