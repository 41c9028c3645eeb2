# SPDX-License-Identifier: Apache-2.0
# Reads llvm-cov's report and prints how many lines and branches of the files under `room` were run,
# the sum last. A header counts once for each room through whose view it was compiled.
index($1, room) == 1 && $5 > 0 {
  if (!($1 in lines)) files[++count] = $1
  lines[$1] += $5
  lines_run[$1] += $5 - $6
  branches[$1] += $8
  branches_run[$1] += $8 - $9
}
END {
  printf "%-44s %20s %20s\n", "file", "lines", "branches"
  for (i = 1; i <= count; i++) {
    file = files[i]
    row(file, lines_run[file], lines[file], branches_run[file], branches[file])
    all_lines += lines[file]
    all_lines_run += lines_run[file]
    all_branches += branches[file]
    all_branches_run += branches_run[file]
  }
  row(room, all_lines_run, all_lines, all_branches_run, all_branches)
}

function row(name, lines_run, lines, branches_run, branches) {
  printf "%-44s %20s %20s\n", name, share(lines_run, lines), share(branches_run, branches)
}

function share(part, whole) {
  return whole == 0 ? "-" : sprintf("%d/%d %5.1f %%", part, whole, 100 * part / whole)
}
