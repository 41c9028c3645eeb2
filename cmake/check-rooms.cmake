# SPDX-License-Identifier: Apache-2.0
# Second proof of the room rules, by reading every include:
#   cmake -DROOT=. -P cmake/check-rooms.cmake
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/room-table.cmake")

set(failures 0)
function(complain file include why)
  message(SEND_ERROR "${file} includes ${include}: ${why}")
  math(EXPR failures "${failures} + 1")
  set(failures ${failures} PARENT_SCOPE)
endfunction()

# The room of a path is the longest room that is a prefix of it.
function(room_of out path)
  set(best "")
  foreach(room IN LISTS FELTBOG_ROOMS)
    string(FIND "${path}" "${room}/" at)
    if(at EQUAL 0)
      string(LENGTH "${room}" length)
      string(LENGTH "${best}" best_length)
      if(length GREATER best_length)
        set(best "${room}")
      endif()
    endif()
  endforeach()
  set(${out} "${best}" PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE files RELATIVE "${ROOT}"
  "${ROOT}/core/*.h" "${ROOT}/core/*.cc" "${ROOT}/sync/*.h" "${ROOT}/sync/*.cc" "${ROOT}/server/*.h"
  "${ROOT}/server/*.cc" "${ROOT}/mobile-bridge/*.h" "${ROOT}/mobile-bridge/*.cc"
  "${ROOT}/mobile-bridge/*.c" "${ROOT}/apps/*.h" "${ROOT}/apps/*.cc")
foreach(file IN LISTS files)
  room_of(room "${file}")
  file(STRINGS "${ROOT}/${file}" lines REGEX "^[ \t]*#[ \t]*include")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "include[ \t]*[<\"]([^>\"]+)[>\"]")
      continue()
    endif()
    set(header "${CMAKE_MATCH_1}")
    if(header MATCHES "\\.\\./")
      complain("${file}" "${header}" "paths start at the root of the tree")
      continue()
    endif()
    room_of(used "${header}")
    if(used AND NOT used STREQUAL room AND NOT used IN_LIST USES_${room})
      complain("${file}" "${header}" "${room} may not use ${used}")
    endif()
    math(EXPR last "${GUARD_COUNT} - 1")
    foreach(guard RANGE 0 ${last})
      if(header MATCHES "${GUARD_PATTERN_${guard}}" AND NOT room IN_LIST GUARD_ROOMS_${guard})
        complain("${file}" "${header}" "only ${GUARD_ROOMS_${guard}} may include it")
      elseif(header MATCHES "${GUARD_PATTERN_${guard}}" AND room STREQUAL "core/base"
             AND header MATCHES "^(unistd|fcntl|dlfcn|signal|termios|pwd)|^sys/"
             AND NOT file MATCHES "^core/base/platform/")
        complain("${file}" "${header}" "platform calls of the core live in core/base/platform")
      endif()
    endforeach()
  endforeach()
endforeach()
if(failures GREATER 0)
  message(FATAL_ERROR "${failures} forbidden includes.")
endif()
