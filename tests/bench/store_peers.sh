#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# store_peers.sh FOLDER: fetches the SQLite encryptions that bench_store compares with, by npm and
# at fixed versions, and builds each as a shared library in FOLDER. A peer that cannot be had is
# named and left out; the benchmark then runs without it.
set -uo pipefail
folder=$1
mkdir -p "$folder"
cd "$folder" || exit 1

# Debian's own choices for SQLite, as far as they touch speed, so that only the cipher differs.
common=(-O2 -fPIC -shared -w -DSQLITE_SECURE_DELETE -DSQLITE_THREADSAFE=1 -DSQLITE_ENABLE_FTS5
  -DSQLITE_ENABLE_RTREE -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_DBSTAT_VTAB
  -DSQLITE_ENABLE_UNLOCK_NOTIFY -DSQLITE_ENABLE_PREUPDATE_HOOK -DSQLITE_ENABLE_SESSION
  -DSQLITE_LIKE_DOESNT_MATCH_BLOBS -DSQLITE_MAX_VARIABLE_NUMBER=250000 -DHAVE_ISNAN
  -DHAVE_USLEEP=1 -DHAVE_STDINT_H=1 -DSQLITE_OMIT_LOOKASIDE)

# fetch PACKAGE VERSION FILE: unpacks FILE of the package into ./PACKAGE-VERSION.
fetch() {
  local package=$1 version=$2 file=$3 archive
  local target=${package##*/}-$version
  [ ! -f "$target/package/$file" ] || return 0
  echo "fetching $package $version"
  archive=$(npm pack --silent --ignore-scripts "$package@$version") || return 1
  mkdir -p "$target"
  tar -xzf "$archive" -C "$target" && rm -f "$archive"
}

# build LIBRARY SOURCE OPTION...
build() {
  local library=$1 source=$2
  shift 2
  [ ! "$library" -nt "$source" ] || return 0
  echo "compiling $library (about a minute)"
  cc "${common[@]}" "$@" "$source" -o "$library.new" -lpthread -ldl -lm -lcrypto &&
    mv "$library.new" "$library"
}

sqlcipher=deps/sqlcipher-amalgamation/sqlite3.c
(fetch @journeyapps/sqlcipher 6.0.0 $sqlcipher &&
  build sqlcipher.so sqlcipher-6.0.0/package/$sqlcipher -DSQLITE_HAS_CODEC \
    -DSQLITE_TEMP_STORE=2 -DSQLCIPHER_CRYPTO_OPENSSL -DSQLITE_EXTRA_INIT=sqlcipher_extra_init \
    -DSQLITE_EXTRA_SHUTDOWN=sqlcipher_extra_shutdown) ||
  echo "SQLCipher could not be fetched or built: its rows are left out"

ciphers=deps/sqlite3/sqlite3.c
(fetch better-sqlite3-multiple-ciphers 13.0.3 $ciphers &&
  build sqlite3mc.so better-sqlite3-multiple-ciphers-13.0.3/package/$ciphers \
    -DSQLITE_TEMP_STORE=1) ||
  echo "SQLite3MultipleCiphers could not be fetched or built: its rows are left out"

# SQLite's own speedtest1, from the source of the very SQLite that Debian built. Lists of its own, so
# that the machine's are left alone.
fetch_speedtest() {
  [ ! -f speedtest1.c ] || return 0
  echo "fetching the source of SQLite"
  local from=/etc/apt/sources.list.d/debian.sources mirror signed
  mirror=$(sed -n 's/^URIs: *//p' $from 2>/dev/null | head -n 1)
  signed=$(sed -n 's/^Signed-By: */signed-by=/p' $from 2>/dev/null | head -n 1)
  mkdir -p apt/lists/partial
  echo "deb-src ${signed:+[$signed] }${mirror:-http://deb.debian.org/debian} bookworm main" >apt/list
  local apt=(apt-get -q -y -o Dir::Etc::sourcelist="$PWD/apt/list" -o Dir::Etc::sourceparts=-
    -o Dir::State::Lists="$PWD/apt/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
    -o APT::Sandbox::User=root -o Acquire::Retries=3)
  "${apt[@]}" update && (cd apt && "${apt[@]}" --download-only source sqlite3) || return 1
  local archive
  archive=$(ls apt/sqlite3_*.orig.tar.xz) || return 1
  tar -xJf "$archive" --strip-components=2 --wildcards '*/test/speedtest1.c' && rm -rf apt
}

# A library for each SQLite, linked to that one; bench_store opens the database for it.
build_speedtest() {
  local name=$1 sqlite=$2
  [ ! -f "speedtest-$name.so" ] || return 0
  cc -O2 -fPIC -shared -w -Dmain=speedtest_main '-Dsqlite3_open_v2=(*speedtest_open)' \
    -DSQLITE_HAS_CODEC speedtest1.c -o "speedtest-$name.so" -L. "-l$sqlite" "-Wl,-rpath,$PWD" -lm
}

(fetch_speedtest && build_speedtest plain sqlite3) ||
  echo "speedtest1 could not be fetched or built: its rows are left out"
for peer in sqlcipher sqlite3mc; do
  [ ! -f speedtest1.c ] || [ ! -f $peer.so ] || build_speedtest $peer :$peer.so ||
    echo "speedtest1 could not be built for $peer"
done
exit 0
