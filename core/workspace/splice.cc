// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/splice.h"

#include <algorithm>

#include "core/base/utf8.h"

namespace feltbog::workspace {
namespace {

bool is_boundary(std::string_view text, std::size_t at) {
  return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
}

// How good a place this is for a stretch to begin: a line, a word, or anywhere but within a letter.
int rank_of_start(std::string_view text, std::size_t at, std::size_t end) {
  if (!is_grapheme_boundary(text, at) || !is_grapheme_boundary(text, end)) return -1;
  if (at == 0 || text[at - 1] == '\n') return 2;
  return text[at - 1] == ' ' ? 1 : 0;
}

// What was put in (or taken out) between two equal stretches can be read in several ways: of
// "ab|ab|c" either "ab" may be the new one. The reading that begins at a line, or else a word, is
// what the person did, and keeps it in one piece. `longer` is the text that has the stretch.
std::size_t slide(std::string_view longer, std::size_t begin, std::size_t size) {
  std::size_t best = begin;
  for (std::size_t at = begin; at > 0 && longer[at - 1] == longer[at + size - 1]; --at) {
    const std::size_t here = at - 1;
    if (!is_boundary(longer, here) || !is_boundary(longer, here + size)) continue;
    const int rank = rank_of_start(longer, here, here + size);
    if (rank > rank_of_start(longer, best, best + size)) best = here;
  }
  return best;
}

}  // namespace

Splice find_splice(std::string_view before, std::string_view after) {
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t prefix = 0;
  while (prefix < shorter && before[prefix] == after[prefix]) ++prefix;
  while (!is_boundary(before, prefix) || !is_boundary(after, prefix)) --prefix;
  std::size_t suffix = 0;
  while (suffix < shorter - prefix &&
         before[before.size() - 1 - suffix] == after[after.size() - 1 - suffix]) {
    ++suffix;
  }
  while (!is_boundary(before, before.size() - suffix)) --suffix;
  const std::size_t gone = before.size() - suffix - prefix;
  const std::size_t come = after.size() - suffix - prefix;
  if (gone == 0 && come > 0) prefix = slide(after, prefix, come);
  if (come == 0 && gone > 0) prefix = slide(before, prefix, gone);
  if (gone == 0 && come == 0) return {count_code_points(before), 0, {}};
  return splice_between(before, after, {prefix, before.size() - prefix - gone});
}

Splice splice_between(std::string_view before, std::string_view after, CommonEnds common) {
  const CommonEnds whole = whole_graphemes(before, after, common);
  const std::size_t gone = before.size() - whole.prefix - whole.suffix;
  const std::size_t come = after.size() - whole.prefix - whole.suffix;
  return {count_code_points(before.substr(0, whole.prefix)),
          count_code_points(before.substr(whole.prefix, gone)),
          std::string(after.substr(whole.prefix, come))};
}

}  // namespace feltbog::workspace
