#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The law of the rooms is itself kept: in a small tree with the project's own cmake/, a forbidden
# include fails the check, the build and the compiler alone; a forbidden link stops the
# configuration.
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

complain() {
  printf 'rooms_test: %s\n' "$1"
  failures=$((failures + 1))
}

# One header and one source in each of four rooms, all clean.
make_tree() {
  local room name
  ln -s "$project/cmake" "$tree/cmake"
  for room in core/base core/crypto core/document server; do
    name=$(basename "$room")
    mkdir -p "$tree/$room"
    printf '#pragma once\nint %s_value();\n' "$name" >"$tree/$room/$name.h"
    printf '#include "%s/%s.h"\nint %s_value() { return 1; }\n' "$room" "$name" "$name" \
      >"$tree/$room/$name.cc"
  done
  cat >"$tree/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES CXX)
list(APPEND CMAKE_MODULE_PATH "${CMAKE_SOURCE_DIR}/cmake")
add_library(feltbog_options INTERFACE)
function(feltbog_precompile)
endfunction()
include(rooms)
feltbog_room(core/base SOURCES core/base/base.cc)
feltbog_room(core/crypto SOURCES core/crypto/crypto.cc LINKS core/base)
feltbog_room(core/document SOURCES core/document/document.cc LINKS core/base)
feltbog_room(server SOURCES server/server.cc LINKS core/base ${EXTRA_LINK})
CMAKE
}

check() { cmake -DROOT="$tree" -P "$tree/cmake/check-rooms.cmake" 2>&1; }
build() { cmake --build "$tree/build" 2>&1; }

# forbidden FILE INCLUDE RULE: with that include in FILE, check and build fail and name the rule.
forbidden() {
  local file=$tree/$1 include=$2 rule=$3 output
  cp "$file" "$tree/kept"
  printf '#include %s\n%s\n' "$include" "$(cat "$tree/kept")" >"$file"
  if output=$(check); then complain "the check passes with $include in $1"; fi
  grep -qzE "$rule" < <(tr '\n' ' ' <<<"$output" | tr -s ' ') ||
    complain "the check does not say '$rule' for $include in $1: $output"
  if output=$(build); then complain "the build passes with $include in $1"; fi
  grep -qzE "$rule" < <(tr '\n' ' ' <<<"$output" | tr -s ' ') ||
    complain "the build does not say '$rule' for $include in $1: $output"
  cp "$tree/kept" "$file"
}

# unreachable ROOM HEADER: the compiler, given the room's own view, does not find the header at all.
unreachable() {
  if echo "#include \"$2\"" |
    g++ -std=c++20 -I "$tree/build/rooms/$1" -fsyntax-only -x c++ - 2>/dev/null; then
    complain "the view of $1 reaches $2"
  fi
}

make_tree
check >/dev/null || complain "the check fails on a clean tree: $(check)"
cmake -S "$tree" -B "$tree/build" -G Ninja >/dev/null
build >/dev/null || complain "the build fails on a clean tree: $(build)"

forbidden core/base/base.cc '"core/crypto/crypto.h"' 'core/base may not use core/crypto'
forbidden server/server.cc '"core/document/document.h"' 'server may not use core/document'
forbidden server/server.h '"core/document/document.h"' 'server may not use core/document'
forbidden core/document/document.cc '<sodium.h>' 'only core/crypto may include it'
forbidden core/document/document.cc '<sqlite3.h>' 'only core/store may include it'
forbidden core/document/document.cc '"../base/base.h"' 'paths start at the root'
forbidden core/base/base.cc '<unistd.h>' 'core/base/platform'
unreachable core/base core/crypto/crypto.h
unreachable server core/document/document.h
build >/dev/null || complain "the build fails after the forbidden includes are gone: $(build)"

if output=$(cmake -S "$tree" -B "$tree/build-linked" -G Ninja -DEXTRA_LINK=core/document 2>&1); then
  complain "the server may link core/document"
fi
grep -q 'server may not link core/document' <<<"$output" ||
  complain "a forbidden link is not named: $output"

[ "$failures" -eq 0 ]
