# SPDX-License-Identifier: Apache-2.0
# ./dev sim: whole offices played from seeds. The short form takes a minute and begins with seed 1;
# the long form goes on where it was stopped and keeps count in build/sim-progress. What worlds of
# older code told still counts: a new world is a new seed.

run_sim() {
  local seconds=${2:-60}
  build release feltbog-sim
  case $1 in
    --short) exec build/release/tests/sim/feltbog-sim --seconds "$seconds" ;;
    --long) exec build/release/tests/sim/feltbog-sim --seconds "${2:-3600}" \
      --progress build/sim-progress ;;
    --seed) exec build/release/tests/sim/feltbog-sim --trace "$2" ;;
  esac
}
