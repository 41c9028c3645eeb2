# SPDX-License-Identifier: Apache-2.0
# ./dev fuzz: libFuzzer on every decoder and state machine. Corpora, crashes and counts stay in
# build/fuzz/run; the long form goes on with whoever was run least. What older code was given still
# counts: a new input is a new input.

fuzz_home=build/fuzz/run
fuzz_goal=50000000 # executions of a target, after which it is left alone
fuzz_slice_seconds=60

run_fuzz() {
  local mode=$1 names
  configure fuzz
  mapfile -t names < <(targets fuzz | sed -n 's/^fuzz_//p' | grep -vxE 'seeds|office')
  build fuzz fuzz_seeds "${names[@]/#/fuzz_}"
  mkdir -p "$fuzz_home"/{counts,crashes,log}
  rm -rf "$fuzz_home/seeds"
  build/fuzz/tests/fuzz/fuzz_seeds "$fuzz_home/seeds"
  local before
  before=$(fuzz_crashes)
  case $mode in
    --short) fuzz_each "${2:-4}" "${names[@]}" ;;
    --long) fuzz_rounds "${2:-3600}" "${names[@]}" ;;
  esac
  fuzz_table "${names[@]}"
  [ "$(fuzz_crashes)" -eq "$before" ] || fail "new crashes: see $fuzz_home/crashes and $fuzz_home/log"
}

# fuzz_each SECONDS NAME...: each target for so long, as many at a time as there are processors.
fuzz_each() {
  local seconds=$1 name running=0
  shift
  for name in "$@"; do
    fuzz_slice "$name" "$seconds" &
    running=$((running + 1))
    [ $((running % $(nproc))) -ne 0 ] || wait
  done
  wait
}

# fuzz_rounds SECONDS NAME...: slices of all targets, until the time is up or all are done.
fuzz_rounds() {
  local until=$((SECONDS + $1)) left next
  shift
  while left=$((until - SECONDS)) && [ "$left" -gt 0 ]; do
    mapfile -t next < <(fuzz_least_run "$@" | head -n "$(nproc)")
    [ "${#next[@]}" -gt 0 ] || return 0
    fuzz_each $((left < fuzz_slice_seconds ? left : fuzz_slice_seconds)) "${next[@]}"
  done
}

# Those below the goal, by the time they were given.
fuzz_least_run() {
  local name executions seconds rest
  for name in "$@"; do
    read -r executions seconds rest < <(fuzz_counts "$name")
    [ "$executions" -ge "$fuzz_goal" ] || printf '%s %s\n' "$seconds" "$name"
  done | sort -n | cut -d' ' -f2
}

# executions, seconds, edges
fuzz_counts() { cat "$fuzz_home/counts/$1" 2>/dev/null || echo 0 0 0; }

fuzz_crashes() { find "$fuzz_home/crashes" -type f | wc -l; }

fuzz_slice() {
  local name=$1 seconds=$2 log=$fuzz_home/log/$1 began=$SECONDS executions spent edges
  read -r executions spent edges < <(fuzz_counts "$name")
  mkdir -p "$fuzz_home"/{corpus,crashes,seeds}/"$name"
  # A crash ends the slice and leaves its input behind. A target that fails without one (it did not
  # even start) leaves its log there instead; 72: somebody interrupted it.
  local status=0 before
  before=$(find "$fuzz_home/crashes/$name" -type f | wc -l)
  build/fuzz/tests/fuzz/"fuzz_$name" -max_total_time="$seconds" -runs=$((fuzz_goal - executions)) \
    -print_final_stats=1 -timeout=25 -rss_limit_mb=2048 \
    -artifact_prefix="$fuzz_home/crashes/$name/" \
    "$fuzz_home/corpus/$name" "$fuzz_home/seeds/$name" >"$log" 2>&1 || status=$?
  if ((status != 0 && status != 72)) &&
    (($(find "$fuzz_home/crashes/$name" -type f | wc -l) == before)); then
    cp "$log" "$fuzz_home/crashes/$name/failed-$status.log"
  fi
  local more now
  more=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  now=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
  printf '%s %s %s\n' $((executions + ${more:-0})) $((spent + SECONDS - began)) "${now:-$edges}" \
    >"$fuzz_home/counts/$name.new"
  mv "$fuzz_home/counts/$name.new" "$fuzz_home/counts/$name"
}

fuzz_table() {
  local name executions seconds edges crashes
  printf '%-20s %13s %13s %8s %8s\n' target executions executions/s crashes edges
  for name in "$@"; do
    read -r executions seconds edges < <(fuzz_counts "$name")
    crashes=$(find "$fuzz_home/crashes/$name" -type f 2>/dev/null | wc -l)
    printf '%-20s %13d %13d %8d %8d\n' "$name" "$executions" \
      $((executions / (seconds > 0 ? seconds : 1))) "$crashes" "$edges"
  done
}
