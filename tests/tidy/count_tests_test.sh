#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The total that ./dev test ends with counts cases, and never calls a crash or a missing program good.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
failures=0

# total EXPECTED STATUS LOG
total() {
  local said status=0
  said=$(printf '%b' "$3" | awk -f "$here/tools/dev/count-tests.awk") || status=$?
  if [ "$said" != "$1" ] || [ "$status" -ne "$2" ]; then
    printf 'count_tests_test: expected "%s" (%d), got "%s" (%d)\n' "$1" "$2" "$said" "$status"
    failures=$((failures + 1))
  fi
}

cases() { printf '%d: [doctest] test cases: %d | %d passed | %d failed | 0 skipped\\n' "$@"; }
ended() { printf '1/9 Test #%d: a_name ............%s    0.02 sec\\n' "$1" "$2"; }

total '9 passed, 0 failed' 0 "$(cases 1 9 9 0)$(ended 1 '   Passed')"
total '12 passed, 0 failed' 0 "$(cases 1 9 9 0)$(cases 12 3 3 0)$(ended 1 ' Passed')$(ended 12 ' Passed')"
total '8 passed, 1 failed' 1 "$(cases 1 9 8 1)$(ended 1 '***Failed')"
total '1 passed, 0 failed' 0 "$(ended 3 '   Passed')"
total '0 passed, 1 failed' 1 "$(ended 3 '***Exception: SegFault')"
total '0 passed, 1 failed' 1 "$(ended 3 '***Not Run')"
# The program was content and then leaked, crashed at exit or ran out of time.
total '9 passed, 1 failed' 1 "$(cases 1 9 9 0)$(ended 1 '***Timeout')"
total '0 passed, 0 failed' 1 ''

[ "$failures" -eq 0 ]
