# SPDX-License-Identifier: Apache-2.0
# Language floor, warnings and sanitizers, the same for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
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
