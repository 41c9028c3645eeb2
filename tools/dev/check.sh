# SPDX-License-Identifier: Apache-2.0
# ./dev check: every rule a machine can keep, one line each with its time. Verdicts on single files
# are remembered in the user's cache folder by a hash of the file, what it includes and the rules, so
# that a second run, also in another checkout, looks only at what changed.

cpp_files() {
  here '*.cc' '*.h' '*.c' 'core/*.inc' | existing
}

# Paths, each ended by a NUL: also those git has not been told of yet.
here() {
  git ls-files -z --cached --others --exclude-standard -- "$@"
}

# Drops files that are tracked but deleted in the working tree.
existing() {
  while IFS= read -r -d '' path; do
    [ ! -f "$path" ] || printf '%s\0' "$path"
  done
}

run_checks() {
  local failed=()
  run_check "format" check_format
  run_check "rooms" cmake -DROOT=. -P cmake/check-rooms.cmake
  run_check "house rules" perl tests/tidy/house_rules.pl .
  run_check "standard headers" perl tests/tidy/standard_headers.pl .
  run_check "shell" check_shell
  run_check "tests of the rules" check_the_rules
  configure release
  run_check "headers" check_headers
  run_check "lint" check_lint
  run_check "generated files" check_generated
  [ ${#failed[@]} -eq 0 ] || fail "failed: $(printf '%s, ' "${failed[@]}" | sed 's/, $//')"
}

run_check() {
  local label=$1 status=0 start=${EPOCHREALTIME/./} log
  log="build/logs/check-${label// /-}.log"
  shift
  follow "$label" "$log" "$@" || status=$?
  printf '%-20s %s %6.1f s\n' "$label" "$([ "$status" -eq 0 ] && echo ok || echo FAILED)" \
    "$(((${EPOCHREALTIME/./} - start) / 100000))e-1"
  [ "$status" -ne 0 ] || return 0
  failed+=("$label")
  { grep -vE '^\[[0-9]+/[0-9]+\]' "$log" || true; } | awk '!seen[$0]++' | sed -n '1,60p'
  printf 'The whole log: %s\n' "$log"
}

check_format() {
  local findings
  findings=$(cpp_files | xargs -0 -r clang-format-14 --dry-run -Werror 2>&1) && return 0
  sed -nE 's/^([^ :]+):[0-9]+:.*clang-format.*/\1 is not formatted: run .\/dev format/p' \
    <<<"$findings" | sort -u
  return 1
}

check_shell() {
  local path status=0
  while IFS= read -r -d '' path; do
    bash -n "$path" || status=1
  done < <({ here '*.sh' dev .ci/run; } | existing)
  return "$status"
}

check_the_rules() {
  local test status=0
  for test in tests/tidy/*_test.sh; do
    bash "$test" || status=1
  done
  return "$status"
}

# Every header compiles alone, as C too if it says it is for C. Where a source of the same name
# includes it first, reading that source for lint proves it.
check_headers() {
  here '*.h' | existing | tr '\0' '\n' | not_proven_by_lint |
    each_file header tools/dev/check-header.sh "$(g++ --version | head -n 1)"
}

not_proven_by_lint() {
  local header source
  while IFS= read -r header; do
    source=${header%.h}.cc
    [ -f "$source" ] && [ "$(sed -n 's/^#include "\(.*\)"/\1/p;T;q' "$source")" = "$header" ] ||
      printf '%s\n' "$header"
  done
}

# clang-tidy reads standard headers that clang read beforehand, since GCC's are of no use to it.
check_lint() {
  mkdir -p build/lint
  sed -E -e 's# -Winvalid-pch -include [^ ]*cmake_pch[^ ]*##; s# -fpch-preprocess##' \
    -e 's# -fstack-protector-strong##' \
    build/release/compile_commands.json >build/lint/compile_commands.json
  precompile_for_lint
  sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' build/release/compile_commands.json |
    sed "s|^$PWD/||" | sort -u | grep -Fx -f <(here '*.cc' '*.c' | tr '\0' '\n') |
    each_file lint tools/dev/lint-file.sh \
      "$(clang-tidy-14 --version | xargs) $(cat .clang-tidy tests/.clang-tidy)"
}

precompile_for_lint() {
  local flags=(-std=c++20 -O1 -fPIC -fvisibility=hidden -fvisibility-inlines-hidden
    -D_GLIBCXX_ASSERTIONS)
  local headers=build/release/CMakeFiles/feltbog_precompiled.dir/cmake_pch.hxx
  grep '^#include <' "$headers" >build/lint/product.h
  { cat build/lint/product.h && echo '#include <doctest/doctest.h>'; } >build/lint/tests.h
  local kind
  for kind in product tests; do
    clang++-14 -x c++-header "build/lint/$kind.h" -o "build/lint/$kind.pch" "${flags[@]}" &
  done
  wait
}

# each_file NAME WORKER RULES: runs WORKER on the files named on standard input, two at a time,
# except where the same content passed before.
each_file() {
  local worker=$2 rules cache=${XDG_CACHE_HOME:-$HOME/.cache}/feltbog/check/$1
  mkdir -p "$cache" build/logs
  find "$cache" -type f -mtime +30 -delete
  rules=$(cat "$worker" cmake/*.cmake <(echo "$3") | sha256sum)
  local sums=build/logs/check-$1.sums includes=build/logs/check-$1.includes
  here '*.cc' '*.h' '*.c' '*.inc' | existing | xargs -0 -r sha256sum >"$sums"
  cut -c67- "$sums" | xargs -r grep -HE '^[ \t]*#[ \t]*include' >"$includes"
  local path content key todo=()
  while IFS=$'\t' read -r path content; do
    key=$(sha256sum <<<"$rules $content")
    key=$cache/${key%% *}
    [ -f "$key" ] || todo+=("$path" "$key")
  done < <(awk -f tools/dev/content-of.awk "$sums" "$includes" -)
  local count=$((${#todo[@]} / 2))
  [ "$count" -gt 0 ] || return 0
  for ((i = 0; i < count; i++)); do
    printf '%s\0' "[$((i + 1))/$count]" "${todo[i * 2]}" "${todo[i * 2 + 1]}"
  done | xargs -0 -n 3 -P 2 bash "$worker"
}

# tools/dev/generated.txt lists `file | cmake target to build first | command`; the command prints
# what the file must hold.
generated_entries() {
  grep -vE '^[[:space:]]*(#|$)' tools/dev/generated.txt || true
}

check_generated() {
  local path target command status=0
  while IFS='|' read -r path target command; do
    path=$(xargs <<<"$path")
    [ -z "${target// /}" ] || (build release "$(xargs <<<"$target")") || return 1
    if ! bash -c "$command" </dev/null | cmp -s - "$path"; then
      printf '%s is not what its generator writes: run ./dev generate\n' "$path"
      status=1
    fi
  done < <(generated_entries)
  return "$status"
}

generate_files() {
  local path target command
  while IFS='|' read -r path target command; do
    path=$(xargs <<<"$path")
    [ -z "${target// /}" ] || build release "$(xargs <<<"$target")"
    bash -c "$command" </dev/null >"$path.new" || fail "the generator of $path failed"
    mv "$path.new" "$path"
  done < <(generated_entries)
}
