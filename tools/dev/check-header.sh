#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check-header.sh PROGRESS HEADER VERDICT: compiles a unit that includes only HEADER, with the flags
# of its room; creates VERDICT when that works.
set -u
echo "$1 $2"

# The flags of some source in the header's folder, or in the nearest folder above that has one.
flags_near() {
  local folder flags
  folder=$(dirname "$1")
  while [ "$folder" != . ]; do
    flags=$(grep -F "\"command\": " build/release/compile_commands.json |
      grep -E -- "-c $PWD/$folder/[^ ]*\.cc\"" | grep -m 1 -e ' -I') && break
    folder=$(dirname "$folder")
  done
  sed -E -e 's/^ *"command": "//; s/ -o [^ ]+ -c .*//' -e 's/^[^ ]*ccache //; s/^[^ ]+ //' \
    -e 's/\\+"//g' <<<"${flags:-c++ -I. -std=c++20}"
}

# shellcheck disable=SC2046
echo "#include \"$2\"" | g++ $(flags_near "$2") -fsyntax-only -x c++ - || exit 1
if grep -q '__cplusplus' "$2"; then
  echo "#include \"$2\"" | gcc -std=c11 -I. -Wall -Wextra -Werror -fsyntax-only -x c - || exit 1
fi
touch "$3"
