# SPDX-License-Identifier: Apache-2.0
# The rooms of the house: who may include and link whom, and who may see which library's headers.
# Anything not listed is forbidden. Read by rooms.cmake (targets) and check-rooms.cmake (includes).
set(FELTBOG_ROOMS
  core/base core/crypto core/document core/casework core/ledger core/store core/workspace
  sync sync/transport server mobile-bridge/c mobile-bridge/android apps/host apps/cli apps/demo)

set(USES_core/base "")
set(USES_core/crypto core/base)
set(USES_core/document core/base)
set(USES_core/casework core/base)
set(USES_core/ledger core/base core/crypto)
set(USES_core/store core/base core/crypto)
set(USES_core/workspace core/base core/crypto core/document core/casework core/ledger core/store)
set(USES_sync core/base core/crypto core/ledger)
set(USES_sync/transport core/base core/crypto core/ledger sync)
set(USES_server core/base core/crypto core/ledger core/store sync)
set(USES_mobile-bridge/c core/base core/crypto core/document core/casework core/ledger core/store
  core/workspace sync)
set(USES_mobile-bridge/android mobile-bridge/c)
set(USES_apps/host core/base core/crypto core/document core/casework core/ledger core/store
  core/workspace sync sync/transport)
set(USES_apps/cli ${USES_apps/host} apps/host)
set(USES_apps/demo core/base)

# Headers from outside the tree that only the named rooms may include.
set(GUARD_COUNT 0)
macro(feltbog_guard pattern)
  set(GUARD_PATTERN_${GUARD_COUNT} "${pattern}")
  set(GUARD_ROOMS_${GUARD_COUNT} ${ARGN})
  math(EXPR GUARD_COUNT "${GUARD_COUNT} + 1")
endmacro()
feltbog_guard("^sodium" core/crypto)
feltbog_guard("^sqlite3" core/store)
feltbog_guard("^nlohmann/" core/base)
feltbog_guard("^zstd" core/base)
feltbog_guard("^utf8proc" core/base)
feltbog_guard("^boost/" sync/transport server apps/host apps/cli)
feltbog_guard("^openssl/" core/crypto sync/transport server apps/host apps/cli)
feltbog_guard("^jni\\.h" mobile-bridge/android)
feltbog_guard("^CLI/" apps/cli server)
feltbog_guard("^qrencode" apps/cli)
feltbog_guard("^png" apps/cli)
# Platform calls of the core live in one folder; sockets and processes belong to programs.
feltbog_guard("^(unistd|fcntl|dlfcn|signal|termios|pwd)\\.h|^sys/"
  core/base server apps/host apps/cli apps/demo)
