# SPDX-License-Identifier: Apache-2.0
# ./dev laws: the laws of merging on random histories. The short form begins with seed 1; the long
# form goes on where it was stopped, and starts anew when the code or the laws have changed.

run_laws() {
  build release feltbog-laws
  local program=build/release/tests/core/document/feltbog-laws
  case $1 in
    --short) exec "$program" "${2:-60}" ;;
    --seed) exec "$program" --seed "$2" ;;
  esac
  local folder=build/laws version
  mkdir -p "$folder"
  version=$(find core/document core/base tests/core/document -type f -name '*.[ch]*' -print0 |
    sort -z | xargs -0 cat | sha256sum | cut -c1-64)
  if [ "$(cat "$folder/version" 2>/dev/null)" != "$version" ]; then
    rm -f "$folder/long.txt"
    printf '%s\n' "$version" >"$folder/version"
  fi
  exec "$program" "${2:-3600}" "$folder/long.txt"
}
