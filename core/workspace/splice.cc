// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/splice.h"

#include <algorithm>

#include "core/base/utf8.h"

namespace feltbog::workspace {
namespace {

bool is_boundary(std::string_view text, std::size_t at) {
  return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
}

// How good a place this is for a stretch to begin: a line, a word, or anywhere.
int rank_of_start(std::string_view text, std::size_t at) {
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
    if (rank_of_start(longer, here) > rank_of_start(longer, best)) best = here;
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
  return {count_code_points(before.substr(0, prefix)),
          count_code_points(before.substr(prefix, gone)), std::string(after.substr(prefix, come))};
}

}  // namespace feltbog::workspace
