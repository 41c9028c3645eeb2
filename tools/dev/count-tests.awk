# SPDX-License-Identifier: Apache-2.0
# Reads the log of `ctest --verbose` and prints the total over single test cases. A program without
# a doctest summary counts as one case; one that fails although its summary says otherwise, because
# it crashed, leaked or ran out of time, counts as one failure more.
match($0, /^ *[0-9]+: /) {
  number = substr($0, 1, RLENGTH - 2) + 0
}
/\[doctest\] test cases:/ {
  split($0, part, "|")
  passed[number] += count_in(part[2])
  failed[number] += count_in(part[3])
  summed[number] = 1
}
match($0, /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: /) {
  number = $0
  sub(/^[^#]*#/, "", number)
  number += 0
  if ($0 ~ /\*\*\*Skipped/) next
  good = ($0 ~ / Passed +[0-9.]+ sec/)
  if (good && !summed[number]) passed[number] = 1
  if (!good && !failed[number]) failed[number] = 1
}
END {
  for (number in passed) total_passed += passed[number]
  for (number in failed) total_failed += failed[number]
  printf "%d passed, %d failed\n", total_passed, total_failed
  exit (total_failed > 0 || total_passed == 0)
}

function count_in(text) {
  match(text, /[0-9]+/)
  return substr(text, RSTART, RLENGTH) + 0
}
