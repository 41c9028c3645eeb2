#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each house rule finds its own breach, and nothing in a file that keeps them all.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
git -C "$tree" init -q
failures=0
spdx='// SPDX-License-Identifier: Apache-2.0'

complain() {
  printf 'house_rules_test: %s\n' "$1"
  failures=$((failures + 1))
}

# findings_for PATH TEXT: what the rules say of a tree with that one file.
findings_for() {
  git -C "$tree" rm -rqf . >/dev/null 2>&1 || true
  mkdir -p "$tree/$(dirname "$1")"
  printf '%b\n' "$2" >"$tree/$1"
  git -C "$tree" add -f -- "$1"
  perl "$here/house_rules.pl" "$tree" || true
}

breaks() {
  local found
  found=$(findings_for "$1" "$2")
  [[ $found == *"$3"* ]] || complain "$1 with '${2:0:60}' should be refused with '$3', got '$found'"
}

keeps() {
  local found
  found=$(findings_for "$1" "$2")
  [ -z "$found" ] || complain "$1 with '${2:0:60}' should pass, got '$found'"
}

# A header of that many lines.
lines() {
  printf '%s\n#pragma once\n' "$spdx"
  seq -f 'int a%g;' 3 "$1"
}

keeps core/a.cc "$spdx\nint a = 1;  // throws nothing, calls no system_clock"
keeps core/a.cc "$spdx\nconst char* a = \"rand() throw\";"
keeps core/a.cc "$spdx\nconsteval int a(int b) { return b > 0 ? b : throw \"b is positive\"; }"
keeps core/base/platform/a.cc "$spdx\nauto a = std::chrono::system_clock::now();"
keeps apps/a.cc "$spdx\nvoid a() { std::cout << 1; }"
keeps core/a.cc "$spdx\n// æøå is three columns: $(printf 'ø%.0s' {1..70})"
keeps core/a.h "$(lines 200)"

breaks core/a.cc 'int a;' 'no SPDX'
breaks core/a.h "$spdx\nint a;" 'no #pragma once'
breaks core/a.h "$spdx\n#pragma once\nusing namespace std;" 'opens no namespace'
breaks core/a.h "$(lines 201)" 'a header ends at 200'
breaks core/a.cc "$(lines 601)" 'split it at 600'
breaks core/a.cc "$spdx\n// $(printf 'a%.0s' {1..98})" 'longer than 100'
breaks sync/a.cc "$spdx\nvoid a() { throw 1; }" 'not thrown'
breaks sync/a.cc "$spdx\nauto a = std::chrono::system_clock::now();" 'core/base/clock.h'
breaks tests/a.cc "$spdx\nauto a = std::time(nullptr);" 'core/base/clock.h'
breaks core/a.cc "$spdx\nauto a = std::chrono::steady_clock::now();" 'core/base/clock.h'
breaks server/a.cc "$spdx\nint a = rand();" 'core/base/random.h'
breaks core/a.cc "$spdx\nstd::random_device a;" 'core/base/random.h'
breaks core/a.cc "$spdx\nvoid a() { std::cout << 1; }" 'only programs print'
breaks mobile-bridge/a.cc "$spdx\nvoid a() { env->NewStringUTF(text); }" 'UTF-8'
breaks tests/a.cc "$spdx\nvoid a() { std::this_thread::sleep_for(b); }" 'not for time'
breaks tests/a.java "$spdx\nvoid a() { Thread.sleep(1); }" 'not for time'
breaks core/a.cc "$spdx\ntypedef int a;" 'with using'
breaks core/a.cc "$spdx\n// TO""DO later" 'finish it'
breaks docs/a.md '<!-- FIX''ME -->' 'finish it'
breaks core/a.cc "$spdx\n// a st""ub of a thing" 'unfinished'
breaks docs/a.md 'see ../sha''red/notes' 'outside the repository'

[ "$failures" -eq 0 ]
