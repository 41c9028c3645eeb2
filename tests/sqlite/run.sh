#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh FOLDER FILE...: runs SQLite's test files, each on its own VFS and on the encrypting one, and
# prints a row each: file, cases run, cases that fail on both, cases that fail on the encrypting VFS
# only and why, as far as reasons.awk can tell. FOLDER/results keeps what each said. Fails when a
# file crashes on ours only; with FELTBOG_SQLITE_STRICT also when a case fails on ours only.
set -uo pipefail
folder=$1
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$folder/build/testfixture
tests=$folder/source/test
results=$folder/results
mkdir -p "$results"
scratch=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)/feltbog-sqlite-XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# run FILE VFS: what the file says on that VFS, in results/FILE.VFS.
run() {
  local said=$results/$1.$2 status=0
  rm -rf "$scratch/run" && mkdir "$scratch/run"
  (
    cd "$scratch/run" || exit 1
    [ "$2" = feltbog ] || export FELTBOG_USUAL_VFS=1
    ulimit -c 0
    timeout "${FELTBOG_SQLITE_SECONDS:-60}" "$program" "$tests/$1.test" --verbose=0
  ) >"$said" 2>&1 </dev/null || status=$?
  echo "exit status $status" >>"$said"
}

# The names of the cases that failed, sorted; "(stopped)" where the file stopped before its end.
failures() {
  {
    sed -n 's/^!Failures on these tests: //p' "$1" | tr ' ' '\n'
    grep -aq '^[0-9]* errors out of' "$1" || echo "(stopped)"
  } | grep -a . | sort -u
}
cases() { sed -n 's/^[0-9]* errors out of \([0-9]*\) tests.*/\1/p' "$1" | tail -n 1; }

# Why a file stopped: its time was up, a signal, or the error that ended it.
why_stopped() {
  local status
  status=$(sed -n 's/^exit status //p' "$1" | tail -n 1)
  case $status in
    124) echo "time" ;;
    12[89] | 1[3-9]?) echo "SIGNAL $((status - 128))" ;;
    *) grep -am 1 '/testfixture: ' "$1" | sed 's/.*testfixture: //' | cut -c1-80 ;;
  esac
}

row() {
  local file=$1 usual=$results/$1.usual ours=$results/$1.feltbog reasons=""
  failures "$usual" >"$scratch/usual"
  failures "$ours" >"$scratch/ours"
  comm -13 "$scratch/usual" "$scratch/ours" >"$scratch/only"
  [ ! -s "$scratch/only" ] || reasons=$(LC_ALL=C awk -f "$here/reasons.awk" "$scratch/only" "$ours")
  ! grep -qx '(stopped)' "$scratch/ours" || reasons="stopped: $(why_stopped "$ours")"
  printf '| %s | %s | %s | %s | %s |\n' "$file" "$(cases "$ours")" \
    "$(comm -12 "$scratch/usual" "$scratch/ours" | wc -l)" "$(wc -l <"$scratch/only")" "$reasons"
  [[ $reasons != *SIGNAL* || $(why_stopped "$usual") == SIGNAL* ]] || return 1
  [ -z "${FELTBOG_SQLITE_STRICT:-}" ] || [ ! -s "$scratch/only" ]
}

printf '| file | cases | fail on both | only here | why |\n|---|---|---|---|---|\n'
status=0
for file in "$@"; do
  if [ -z "${FELTBOG_SQLITE_ROWS_ONLY:-}" ]; then
    run "$file" usual
    run "$file" feltbog
  fi
  row "$file" || status=1
done
exit "$status"
