# SPDX-License-Identifier: Apache-2.0
# reasons.awk CASES SAID: for the cases named in the first file, as they failed in the second, counts
# for which reason, as far as what was expected and what came tell. docs/sqlite-tests.md explains the
# reasons. With FELTBOG_SQLITE_NAMES set, a second line names the cases of reason "other".
BEGIN { reasons = split("journal busy file error figures other", order, " ") }
FNR == NR { wanted[$1] = 1; next }
/^! [^ ]+ expected: / {
  expected[$2] = $0
  sub(/^! [^ ]+ expected: /, "", expected[$2])
  next
}
/^! [^ ]+ got: / {
  got[$2] = $0
  sub(/^! [^ ]+ got: */, "", got[$2])
  next
}
/^[^ !].*\.\.\.$/ {
  running = $1
  sub(/\.\.\.$/, "", running)
  next
}
/^Error: / { if (running != "" && !(running in got)) got[running] = $0 }
END {
  for (name in wanted) {
    if (name == "(stopped)") continue
    reason = reason_of(expected[name], got[name])
    ++count[reason]
    if (reason == "other") names = names " " name
  }
  for (i = 1; i <= reasons; i++) {
    if (count[order[i]]) out = out (out == "" ? "" : ", ") order[i] " " count[order[i]]
  }
  print out
  if (ENVIRON["FELTBOG_SQLITE_NAMES"] != "") print names
}

function reason_of(wants, has) {
  if (has ~ /unable to open database file|-journal|-mj|glob pattern/) return "journal"
  if ((wants has) ~ /delete|persist|truncate|journal/ && has ~ /wal|memory|delete/) return "journal"
  if (has ~ /database is locked|no such table|invalid command name|already in use/) return "busy"
  if (has ~ /not a database|disk I\/O error|malformed|could not read|xSetSystemCall/) return "file"
  if (wants ~ /^\[?1 \{/ && has ~ /^\[?0 /) return "error"
  if (wants has ~ /^[][0-9A-Fa-f. {}-]+$/) return "figures"
  return "other"
}
