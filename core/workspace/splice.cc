// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/splice.h"

#include <algorithm>

#include "core/base/utf8.h"

namespace feltbog::workspace {
namespace {

bool is_boundary(std::string_view text, std::size_t at) {
  return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
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
  const std::string_view gone = before.substr(prefix, before.size() - suffix - prefix);
  return {count_code_points(before.substr(0, prefix)), count_code_points(gone),
          std::string(after.substr(prefix, after.size() - suffix - prefix))};
}

}  // namespace feltbog::workspace
