# SPDX-License-Identifier: Apache-2.0
# How ./dev speaks: one line per step with its time, progress while it runs, the log when it fails.

fail() {
  printf 'dev: %s\n' "$1" >&2
  exit 2
}

# run_logged LABEL LOG COMMAND...: follows COMMAND and says how long it took; when it fails, prints
# the useful end of the log and where it is, and returns its status.
run_logged() {
  local status=0 start=$SECONDS
  follow "$@" || status=$?
  local elapsed=$((SECONDS - start))
  if [ "$status" -ne 0 ]; then
    printf '%s failed after %d s\n' "$1" "$elapsed"
    useful_end "$2"
    printf 'The whole log: %s\n' "$2"
  elif [ "$elapsed" -ge 2 ]; then
    printf '%s  %d s\n' "$1" "$elapsed"
  fi
  return "$status"
}

# follow LABEL LOG COMMAND...: runs COMMAND with its output in LOG. On a terminal one line counts
# the seconds and shows the newest "[12/340]"; elsewhere a line comes every 30 seconds.
follow() {
  local label=$1 log=$2 start=$SECONDS status=0 told=0 elapsed
  shift 2
  mkdir -p "$(dirname "$log")"
  # A process group of its own, so that an interrupted ./dev takes all of it along.
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  local job=$!
  set +m
  trap 'kill -TERM -- "-$job" 2>/dev/null; exit 130' INT TERM
  while kill -0 "$job" 2>/dev/null; do
    elapsed=$((SECONDS - start))
    if [ -t 1 ]; then
      printf '\r\033[K%s  %s %d s' "$label" "$(progress_of "$log")" "$elapsed"
    elif [ $((elapsed - told)) -ge 30 ]; then
      told=$elapsed
      printf '%s  %s %d s\n' "$label" "$(progress_of "$log")" "$elapsed"
    fi
    wait_a_moment "$elapsed"
  done
  wait "$job" || status=$?
  trap - INT TERM
  [ ! -t 1 ] || printf '\r\033[K'
  return "$status"
}

# Looks often at first, so that a step of no length costs none, then once a second.
wait_a_moment() {
  if [ "$1" -lt 1 ]; then sleep 0.05; else sleep 1; fi
}

# The newest "[12/340]" or "12/34 Test" in the log.
progress_of() {
  tail -c 4000 "$1" 2>/dev/null |
    { grep -oE '^\[[0-9]+/[0-9]+\]|^ *[0-9]+/[0-9]+ Test' || true; } | tail -n 1 | tr -d ' Test'
}

# From the first failing step on, or the last lines.
useful_end() {
  local first
  first=$(grep -nE '^FAILED:|error:|CMake Error|^E: ' "$1" | sed -n '1s/:.*//p')
  if [ -n "$first" ]; then
    tail -n "+$first" "$1" | sed -n 1,60p
  else
    tail -n 40 "$1"
  fi
}
