#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# build.sh FOLDER ARCHIVE...: fetches Debian's source of the very SQLite that is installed and builds
# its test program in FOLDER with the encrypting VFS (the archives) linked in as the default one.
set -euo pipefail
folder=$1
shift
archives=("$@")
mkdir -p "$folder"
cd "$folder"

# Lists of its own, so that the machine's are left alone.
fetch() {
  [ ! -d source/test ] || return 0
  local from=/etc/apt/sources.list.d/debian.sources mirror signed
  mirror=$(sed -n 's/^URIs: *//p' $from 2>/dev/null | head -n 1)
  signed=$(sed -n 's/^Signed-By: */signed-by=/p' $from 2>/dev/null | head -n 1)
  mkdir -p apt/lists/partial
  echo "deb-src ${signed:+[$signed] }${mirror:-http://deb.debian.org/debian} bookworm main" >apt/list
  local apt=(apt-get -q -y -o Dir::Etc::sourcelist="$PWD/apt/list" -o Dir::Etc::sourceparts=-
    -o Dir::State::Lists="$PWD/apt/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
    -o APT::Sandbox::User=root -o Acquire::Retries=3)
  "${apt[@]}" update
  (cd apt && "${apt[@]}" --download-only source sqlite3)
  mkdir -p source.new
  tar -xJf apt/sqlite3_*.orig.tar.xz -C source.new --strip-components=1
  mv source.new source
  rm -rf apt
}

# What the store sets on every connection and SQLite can be compiled with: no shared memory for the
# log's index, nothing temporary on the disk, pages of 4096 bytes. The comparison with SQLite's own
# VFS runs in the same program, so it has them too.
flags=(-DSQLITE_TEST=1 -DSQLITE_CRASH_TEST=1 -DTCLSH_INIT_PROC=sqlite3TestInit -DSQLITE_SERVER=1
  "-DSQLITE_PRIVATE=" -DSQLITE_CORE -DSQLITE_SERIES_CONSTRAINT_VERIFY=1
  -DSQLITE_ENABLE_STMTVTAB -DSQLITE_ENABLE_DBPAGE_VTAB -DSQLITE_ENABLE_BYTECODE_VTAB
  -DSQLITE_CKSUMVFS_STATIC -DSQLITE_DEFAULT_PAGE_SIZE=4096 -DSQLITE_DEFAULT_LOCKING_MODE=1
  -DSQLITE_EXTRA_INIT=feltbog_register_default_vfs)

# SQLite and its test program as one object, so that a changed VFS costs only a link.
compile() {
  mkdir -p build
  cd build
  [ -f Makefile ] ||
    ../source/configure --enable-all --disable-amalgamation CFLAGS="-O2 -w" >configure.log
  make sqlite3.c >amalgamation.log
  rm -f testfixture
  # shellcheck disable=SC2016
  make testfixture USE_AMALGAMATION=1 "TESTFIXTURE_FLAGS=${flags[*]}" \
    TEMP_STORE=-DSQLITE_TEMP_STORE=3 LIBTCL= TLIBS= 'LTLINK=$(TCC) -r -nostdlib' >testfixture.log
  mv testfixture testfixture.o
  cd ..
}

newest=$(ls -t "${archives[@]}" | head -n 1)
if [ ! -f build/testfixture.o ]; then
  fetch
  compile
fi
if [ ! -f build/testfixture ] || [ "$newest" -nt build/testfixture ]; then
  c++ -o build/testfixture build/testfixture.o "${archives[@]}" \
    -ltcl8.6 -lsodium -lcrypto -lzstd -lm -lz -lpthread -ldl
fi
