#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# merge_peers.sh FOLDER: fetches the libraries that bench_merge compares with, by npm and at fixed
# versions, into FOLDER/merge. One that cannot be had is named and left out; the benchmark then runs
# without it.
set -uo pipefail
folder=$1/merge
mkdir -p "$folder"
cd "$folder" || exit 1

# Nothing the packages bring along is run on installing.
fetch() {
  local package=$1 version=$2
  grep -qs "\"version\": \"$version\"" "node_modules/$package/package.json" && return 0
  echo "fetching $package $version"
  npm install --silent --ignore-scripts --no-audit --no-fund --save-exact "$package@$version" ||
    echo "$package could not be fetched: its rows are left out"
}

[ -f package.json ] || echo '{ "private": true }' >package.json
fetch yjs 13.6.33
fetch loro-crdt 1.17.1
fetch @automerge/automerge 3.5.0
fetch diamond-types-node 1.0.2
exit 0
