# SPDX-License-Identifier: Apache-2.0
# Configuring, building, testing and measuring coverage, one folder build/<preset> per preset.

# Lets one checkout use what another compiled.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

presets() {
  sed -n '/"buildPresets"/,/\]/s/.*"name": "\([a-z0-9]*\)".*/\1/p' CMakePresets.json
}

known_preset() {
  presets | grep -qx -- "$1" || fail "no preset '$1'; there are: $(presets | xargs)"
}

# Runs a function while no other ./dev works in the preset's build folder; a second one waits.
in_folder() {
  local preset=$1
  shift
  mkdir -p "build/$preset"
  (flock 9 && "$@") 9>"build/$preset/.dev-lock" || exit 1
}

configure() {
  [ "$1" != arm64 ] || unpack_sysroot
  in_folder "$1" configure_folder "$1"
}

# Configures once; what changed in CMake files since is taken in before anybody asks for the names of
# tests and targets.
configure_folder() {
  if [ -f "build/$1/build.ninja" ] && [ ! CMakePresets.json -nt "build/$1/build.ninja" ]; then
    run_logged "configuring $1" "build/logs/configure-$1.log" ninja -C "build/$1" build.ninja
    return
  fi
  run_logged "configuring $1" "build/logs/configure-$1.log" cmake --preset "$1"
}

# build PRESET TARGET...
build() {
  local preset=$1
  shift
  configure "$preset"
  in_folder "$preset" run_logged "building $preset" "build/logs/build-$preset.log" \
    cmake --build "build/$preset" --target "$@"
}

targets() {
  ninja -C "build/$1" -t targets all 2>/dev/null |
    sed -n 's/^\([A-Za-z0-9_]*\): phony$/\1/p' | sort -u
}

# run_tests PRESET PATTERN: the last line is the total over single test cases.
run_tests() {
  local preset=$1 pattern=$2 log="build/logs/test-$1.log" names status=0
  if [ -z "$pattern" ]; then
    build "$preset" all
  else
    configure "$preset"
    names=$(ctest --test-dir "build/$preset" -N | sed -n 's/^ *Test *#[0-9]*: //p')
    local matching
    matching=$(grep -E -- "$pattern" <<<"$names") ||
      fail "no test matches '$pattern'; there are: $(xargs <<<"$names")"
    build_tests "$preset" "$matching"
  fi
  follow "testing $preset" "$log" \
    ctest --preset "$preset" --verbose ${pattern:+--tests-regex "$pattern"} || status=1
  [ "$status" -eq 0 ] || failures_of "$log"
  awk -f tools/dev/count-tests.awk "$log" || status=1
  return "$status"
}

# Builds the programs behind the named tests; a test that is no program of its own may need
# anything.
build_tests() {
  local preset=$1 name known wanted=()
  known=$(targets "$preset")
  for name in $2; do
    grep -qx "test_$name" <<<"$known" || { wanted=(all) && break; }
    wanted+=("test_$name")
  done
  build "$preset" "${wanted[@]}"
}

# What the failed tests printed, at most 200 lines of it, and where the rest is.
failures_of() {
  local number
  for number in $(sed -nE 's/^ *[0-9]+\/[0-9]+ Test +#([0-9]+): .*(\*\*\*|Failed).*/\1/p' "$1"); do
    grep -E "^ *$number: |Test +#$number: " "$1" | grep -v 'Test timeout computed' | tail -n 60
  done | sed -n 1,200p
  printf 'The whole log: %s\n' "$1"
}

# measure_coverage ROOM: runs the room's tests in a build with counters and lists the room's files.
measure_coverage() {
  local room=${1%/} name folder=build/coverage/profiles
  [ -d "$room" ] || room=core/$room
  [ -d "$room" ] || fail "no room '$1'; there are: $(room_names | xargs)"
  name=$(basename "$room")
  rm -rf "$folder"
  mkdir -p "$folder"
  LLVM_PROFILE_FILE="$PWD/$folder/%p.profraw" run_tests coverage "$name"
  llvm-profdata-14 merge -sparse "$folder"/*.profraw -o "$folder/all.profdata"
  local -a programs=()
  local program
  for program in $(find build/coverage/tests -type f -name 'test_*' -perm -u+x | sort); do
    programs+=(-object "$program")
  done
  llvm-cov-14 report -show-branch-summary -show-region-summary=false \
    -instr-profile="$folder/all.profdata" "${programs[@]:1}" \
    -ignore-filename-regex='^/usr/|/tests/' |
    sed -E "s#^$PWD/##; s#^\.\./\.\./##; s#^(build/coverage/)?rooms/.*/($room_tops)/#\\2/#" |
    awk -v room="$room/" -f tools/dev/coverage-table.awk
}

# The folders at the top of the tree that hold rooms, for sed -E.
room_tops="core|sync|server|mobile-bridge|apps"

room_names() {
  sed -n 's/^set(USES_\([^ )]*\).*/\1/p' cmake/room-table.cmake
}

# The arm64 libraries, unpacked beside the build; nothing is installed and no foreign architecture
# added.
unpack_sysroot() {
  local root=$PWD/build/arm64-sysroot
  [ ! -f "$root/.complete" ] || return 0
  run_logged "unpacking arm64 libraries" build/logs/arm64-sysroot.log \
    bash tools/dev/arm64-sysroot.sh "$root" || exit 1
}

# What a benchmark compares with, where it has a script that fetches it. Without the peers it still
# runs, and says which are missing.
fetch_peers() {
  local script=tests/bench/$1_peers.sh
  [ -f "$script" ] || return 0
  command -v npm >/dev/null || (install_packages " npm") || return 0
  run_logged "fetching peers" "build/logs/peers-$1.log" bash "$script" "$PWD/build/peers" || true
}
