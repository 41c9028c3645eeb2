#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh FOLDER FILE...: runs SQLite's test files, each on its own VFS and on the encrypting one, and
# prints a line each: file, cases, cases that fail on both, cases that fail on the encrypting VFS
# only. FOLDER/results keeps what each said.
set -uo pipefail
folder=$1
shift
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
    timeout "${FELTBOG_SQLITE_SECONDS:-120}" "$program" "$tests/$1.test" --verbose=0
  ) >"$said" 2>&1 </dev/null || status=$?
  echo "exit status $status" >>"$said"
}

# The names of the cases that failed, sorted; the file itself where it stopped before its end.
failures() {
  {
    sed -n 's/^!Failures on these tests: //p' "$1" | tr ' ' '\n'
    grep -q '^[0-9]* errors out of' "$1" || echo "(stopped)"
  } | grep . | sort -u
}
cases() { sed -n 's/^[0-9]* errors out of \([0-9]*\) tests.*/\1/p' "$1" | tail -n 1; }

for file in "$@"; do
  run "$file" usual
  run "$file" feltbog
  failures "$results/$file.usual" >"$scratch/usual"
  failures "$results/$file.feltbog" >"$scratch/feltbog"
  printf '%s\t%s\t%s\t%s\n' "$file" "$(cases "$results/$file.feltbog")" \
    "$(comm -12 "$scratch/usual" "$scratch/feltbog" | wc -l)" \
    "$(comm -13 "$scratch/usual" "$scratch/feltbog" | xargs)"
done
