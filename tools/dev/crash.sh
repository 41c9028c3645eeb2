# SPDX-License-Identifier: Apache-2.0
# ./dev crash: the crash harness of the store. The long form keeps what it has done in
# build/crash/long.txt, so that it goes on where it was stopped, and starts anew when the store or
# the harness has changed.

run_crash() {
  build release feltbog-crash
  if [ "$1" = --short ]; then
    exec build/release/bin/feltbog-crash "$@"
  fi
  local progress=build/crash/long.txt version
  mkdir -p build/crash
  version=$(crash_version)
  if [ "$(cat build/crash/version 2>/dev/null)" != "$version" ]; then
    rm -f "$progress"
    printf '%s\n' "$version" >build/crash/version
  fi
  exec build/release/bin/feltbog-crash "$@" --progress "$progress"
}

# Images of one version of the code say nothing about another.
crash_version() {
  find core/store core/crypto core/base tests/crash tests/support -type f -name '*.[ch]*' -print0 |
    sort -z | xargs -0 cat | sha256sum | cut -c1-64
}
