#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# lint-file.sh PROGRESS FILE VERDICT: clang-tidy on one file; creates VERDICT when there is no
# finding.
set -u
echo "$1 $2"
clang_options=(-Wno-unknown-warning-option -DBOOST_ASIO_HAS_CO_AWAIT
  -DBOOST_ASIO_HAS_STD_COROUTINE)
case $2 in
  tests/*.cc) clang_options+=(-include-pch "$PWD/build/lint/tests.pch") ;;
  *.cc) clang_options+=(-include-pch "$PWD/build/lint/product.pch") ;;
esac
findings=$(clang-tidy-14 --quiet -p build/lint "${clang_options[@]/#/--extra-arg=}" "$2" 2>&1) && {
  touch "$3"
  exit 0
}
# Headers are seen through the room's view; name the files themselves.
view="$PWD/build/release/rooms/.*/(core|sync|server|mobile-bridge|apps)/"
sed -E "s#$view#\\1/#; s#^$PWD/##" <<<"$findings" |
  { grep -E ': (error|warning): |^error: ' || echo "$findings"; }
exit 1
