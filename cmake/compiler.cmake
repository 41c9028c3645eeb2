# SPDX-License-Identifier: Apache-2.0
# Language floor, warnings and sanitizers, the same for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Libraries and programs alike, so that they can share precompiled headers. Programs are still
# linked as position independent.
add_compile_options(-fPIC -fno-semantic-interposition)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # ccache asks for this before it keeps what was compiled with a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros "${CCACHE_PROGRAM}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_library(feltbog_options INTERFACE)
target_compile_options(feltbog_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Werror -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 gives these wrongly for moved-from variants and growing vectors; clang builds keep
  # theirs.
  target_compile_options(feltbog_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:
    -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread
    -Wno-restrict>)
endif()
target_compile_definitions(feltbog_options INTERFACE _GLIBCXX_ASSERTIONS)

if(FELTBOG_SANITIZE)
  add_compile_options(
    -fsanitize=${FELTBOG_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FELTBOG_SANITIZE})
endif()
if(FELTBOG_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(FELTBOG_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate -fcoverage-mapping)
endif()

# The standard headers take a second of every file. tests/tidy/standard_headers.pl sees to it that no
# file relies on this for a missing #include.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  file(WRITE "${CMAKE_BINARY_DIR}/standard_headers.cc.new" "")
  file(COPY_FILE "${CMAKE_BINARY_DIR}/standard_headers.cc.new"
    "${CMAKE_BINARY_DIR}/standard_headers.cc" ONLY_IF_DIFFERENT)
  add_library(feltbog_precompiled OBJECT "${CMAKE_BINARY_DIR}/standard_headers.cc")
  target_link_libraries(feltbog_precompiled PRIVATE feltbog_options)
  target_compile_options(feltbog_precompiled PRIVATE -fpch-preprocess)
  target_precompile_headers(feltbog_precompiled PRIVATE
    <algorithm> <array> <atomic> <chrono> <cstdint> <cstring> <deque> <functional> <map> <memory>
    <optional> <set> <span> <string> <string_view> <tuple> <unordered_map> <utility> <variant>
    <vector>)
endif()

# feltbog_precompile(TARGET): lets a C++ target begin with the standard headers read.
function(feltbog_precompile target)
  if(TARGET feltbog_precompiled)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
    target_precompile_headers(${target} REUSE_FROM feltbog_precompiled)
  endif()
endfunction()
