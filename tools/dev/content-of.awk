# SPDX-License-Identifier: Apache-2.0
# Prints `file TAB hashes` for each file named on the last input: its own hash and those of every
# file of the project it includes, directly or not. Inputs: sha256sum's output, `path:#include`
# lines, names.
FNR == 1 { input++ }
input == 1 {
  path = substr($0, 67)
  hash[path] = substr($0, 1, 64)
  name = path
  sub(/.*\//, "", name)
  by_name[name] = by_name[name] " " path
}
input == 2 {
  colon = index($0, ":")
  path = substr($0, 1, colon - 1)
  if (match($0, /[<"][^>"]+[>"]/)) {
    included[path] = included[path] " " substr($0, RSTART + 1, RLENGTH - 2)
  }
}
input == 3 {
  for (seen_path in seen) delete seen[seen_path]
  content = ""
  gather($0)
  printf "%s\t%s\n", $0, content
}

function gather(path, names, count, i) {
  if (path in seen) return
  seen[path] = 1
  content = content hash[path] " "
  count = split(included[path], names, " ")
  for (i = 1; i <= count; i++) follow_include(path, names[i])
}

# Paths start at the root of the tree; a C header may also be included by its name alone, in which
# case every file of that name counts.
function follow_include(from, name, paths, count, i) {
  if (name in hash) return gather(name)
  sub(/.*\//, "", name)
  count = split(by_name[name], paths, " ")
  for (i = 1; i <= count; i++) gather(paths[i])
}
