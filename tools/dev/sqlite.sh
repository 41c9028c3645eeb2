# SPDX-License-Identifier: Apache-2.0
# ./dev sqlite-tests: SQLite's own tests with the encrypting VFS as its default. The short form fails
# when a case fails that passes on SQLite's own VFS; people compare the long one with
# docs/sqlite-tests.md. build/sqlite/results holds what each file said.

run_sqlite_tests() {
  local files=() base=build/release/core list=tests/sqlite/files.txt
  build release feltbog_default_vfs
  run_logged "building SQLite's tests (minutes, once)" build/logs/sqlite-tests.log \
    bash tests/sqlite/build.sh "$PWD/build/sqlite" \
    "$PWD/build/release/tests/sqlite/libfeltbog_default_vfs.a" \
    "$PWD/$base/libfeltbog_core_store.a" "$PWD/$base/libfeltbog_core_crypto.a" \
    "$PWD/$base/libfeltbog_core_base.a" || exit 1
  case $1 in
    --short)
      export FELTBOG_SQLITE_STRICT=1
      mapfile -t files < <(sed -n 's/^\([a-z0-9_]*\) short$/\1/p' "$list")
      ;;
    --all) mapfile -t files < <(sed -n 's/^\([a-z0-9_]*\)\( short\)\?$/\1/p' "$list" | grep .) ;;
    *) files=("$@") ;;
  esac
  bash tests/sqlite/run.sh "$PWD/build/sqlite" "${files[@]}"
}
