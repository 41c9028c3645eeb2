# SPDX-License-Identifier: Apache-2.0
# One static library per room. A room compiles against a folder that holds links to exactly the
# rooms it may use, so a forbidden include does not even resolve; a forbidden link stops the
# configuration.
include(room-table)

add_custom_target(check_rooms
  COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR} -P ${CMAKE_SOURCE_DIR}/cmake/check-rooms.cmake
  COMMENT "Checking who includes whom")

function(feltbog_target_name out room)
  string(REPLACE "/" "_" name "${room}")
  string(REPLACE "-" "_" name "${name}")
  set(${out} "feltbog_${name}" PARENT_SCOPE)
endfunction()

# feltbog_use_rooms(TARGET ROOM): gives TARGET the include view and the link rights of ROOM.
function(feltbog_use_rooms target room)
  set(view "${CMAKE_BINARY_DIR}/rooms/${room}")
  foreach(used IN LISTS USES_${room} room)
    get_filename_component(parent "${view}/${used}" DIRECTORY)
    file(MAKE_DIRECTORY "${parent}")
    if(NOT EXISTS "${view}/${used}")
      file(CREATE_LINK "${CMAKE_SOURCE_DIR}/${used}" "${view}/${used}" SYMBOLIC)
    endif()
  endforeach()
  target_include_directories(${target} PRIVATE "${view}")
  target_link_libraries(${target} PRIVATE feltbog_options)
  feltbog_precompile(${target})
  add_dependencies(${target} check_rooms)
endfunction()

# feltbog_room(ROOM SOURCES file... LINKS room... PACKAGES target...)
function(feltbog_room room)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PACKAGES" ${ARGN})
  feltbog_target_name(target ${room})
  add_library(${target} STATIC ${ARG_SOURCES})
  feltbog_use_rooms(${target} ${room})
  foreach(used IN LISTS ARG_LINKS)
    if(NOT used IN_LIST USES_${room})
      message(FATAL_ERROR "Room ${room} may not link ${used}: see cmake/room-table.cmake.")
    endif()
    feltbog_target_name(used_target ${used})
    target_link_libraries(${target} PUBLIC ${used_target})
  endforeach()
  target_link_libraries(${target} PRIVATE ${ARG_PACKAGES})
endfunction()
