#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A standard name is missed where nothing asks for its header, and nowhere else.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
git -C "$tree" init -q
mkdir "$tree/core"
printf '#include <vector>\n#include <string>\n' >"$tree/core/words.h"
printf '#include "core/words.h"\nstd::vector<std::string_view> a;\n' >"$tree/core/keeps.cc"
printf '#include <string>\nint a;  // std::vector is not used\nconst char* b = "std::map";\n' \
  >"$tree/core/mentions.cc"
printf '#include "core/words.h"\nstd::optional<int> a;\n' >"$tree/core/breaks.cc"
git -C "$tree" add -A
expected='core/breaks.cc: uses std::optional without #include <optional>'
found=$(perl "$here/standard_headers.pl" "$tree" || true)
[ "$found" = "$expected" ] || {
  printf 'standard_headers_test: expected "%s", got "%s"\n' "$expected" "$found"
  exit 1
}
