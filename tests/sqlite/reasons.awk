# SPDX-License-Identifier: Apache-2.0
# reasons.awk CASES SAID: for the cases named in the first file, as they failed in the second, prints
# how many failed for which reason, as far as what they expected and got tells; the names of the
# others. Reasons are explained in docs/sqlite-tests.md.
BEGIN { reasons = split("stopped journal locked size bytes sync damage control mode other", order, " ") }
FNR == NR { wanted[$1] = 1; next }
/^! [^ ]+ expected: / { name = $2; expected[name] = $0; sub(/^! [^ ]+ expected: /, "", expected[name]); next }
/^! [^ ]+ got: / { name = $2; got[name] = $0; sub(/^! [^ ]+ got: */, "", got[name]); next }
/^[^ !].*\.\.\.$/ { running = $1; sub(/\.\.\.$/, "", running); next }
/^Error: / { if (running != "" && !(running in got)) got[running] = $0; next }
END {
  for (name in wanted) {
    reason = reason_of(name, expected[name], got[name])
    ++count[reason]
    if (reason == "other") names = names " " name
  }
  out = ""
  for (i = 1; i <= reasons; i++) {
    if (count[order[i]]) out = out (out == "" ? "" : ", ") order[i] " " count[order[i]]
  }
  print out (names == "" ? "" : ":" names)
}

function reason_of(name, wants, has) {
  if (name == "(stopped)") return "stopped"
  if (has ~ /unable to open database file/) return "journal"
  if (has ~ /database is locked|no such table|invalid command name|already in use/) return "locked"
  if (has ~ /file is (encrypted or is )?not a database|disk I\/O error|malformed/) return "damage"
  if (wants ~ /delete|persist|truncate|memory|off/ && has ~ /wal/) return "mode"
  if (wants ~ /wal/ && has ~ /delete|memory/) return "mode"
  if (wants ~ /^\[?[0-9A-F]+\]?$/ && has ~ /^\[?[0-9A-F]+\]?$/ && has ~ /[A-F]/) return "bytes"
  if (numbers(wants) && numbers(has) && large(wants has)) return "size"
  return "other"
}
function numbers(text) { return text ~ /^\[?[-0-9 {}]+\]?$/ }
function large(text) { return text ~ /[0-9][0-9][0-9]/ }
