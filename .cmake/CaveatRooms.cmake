# One room of the house is one CMake target that links only what its row of the table in docs/architecture.md allows.
#
#   caveat_room(text LINKS base EXTERNAL ICU::uc)      # in engine/text/CMakeLists.txt
#
# All *.cc of the folder (and its sub-folders) are its sources, all *.h its public headers; each header must compile
# alone. One with a source of its name beside it does, since that source includes it first (tests/layers holds that); the others are
# compiled by the target `all_verify_interface_header_sets`.
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)

# The rooms of which a sanitizer's preset compiles each folder as one: most of a compilation here is the reading of headers. That each
# file and each header stands alone is shown by preset dev. Two files of such a folder may not each have a name of their own that is
# the same; the compiler refuses it.
set(CAVEAT_ROOMS_BY_FOLDER base program decide audit wire load gate)

function(caveat_room name)
  cmake_parse_arguments(ROOM "" "" "LINKS;EXTERNAL;PRIVATE_EXTERNAL" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  if(sources)
    add_library(caveat_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(caveat_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  set(alone ${headers})
  foreach(source IN LISTS sources)
    string(REGEX REPLACE "\\.cc$" ".h" header ${source})
    list(REMOVE_ITEM alone ${header})
  endforeach()
  target_sources(caveat_${name} ${scope} FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR} FILES ${headers})
  if(alone)
    target_sources(caveat_${name} ${scope} FILE_SET alone TYPE HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR} FILES ${alone})
    set_target_properties(caveat_${name} PROPERTIES INTERFACE_HEADER_SETS_TO_VERIFY alone)
  else()
    set_target_properties(caveat_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS OFF)
  endif()
  target_include_directories(caveat_${name} ${scope} ${CMAKE_SOURCE_DIR})
  # Left out of a sanitizer a room is built as preset dev builds it, to the letter: ccache has it from there.
  if(sources AND NOT name IN_LIST CAVEAT_ROOMS_AS_IN_DEV)
    target_compile_options(caveat_${name} PRIVATE ${CAVEAT_SANITIZER})
    if(CAVEAT_SANITIZER AND name IN_LIST CAVEAT_ROOMS_BY_FOLDER)
      set_target_properties(caveat_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
      foreach(source IN LISTS sources)
        file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${source})
        get_filename_component(folder ${folder} DIRECTORY)
        string(MAKE_C_IDENTIFIER ${folder} folder)
        set_property(SOURCE ${source} PROPERTY UNITY_GROUP ${folder})
      endforeach()
    endif()
  endif()
  foreach(room IN LISTS ROOM_LINKS)
    target_link_libraries(caveat_${name} ${scope} caveat_${room})
  endforeach()
  target_link_libraries(caveat_${name} ${scope} ${ROOM_EXTERNAL})
  if(sources)
    target_link_libraries(caveat_${name} PRIVATE ${ROOM_PRIVATE_EXTERNAL} caveat_warnings)
  endif()
endfunction()

# A test binary mirrors a room: tests/engine/text/*.cc → test_text, run by ctest as `text`.
function(caveat_test name)
  cmake_parse_arguments(TEST "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  add_executable(test_${name} ${sources})
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR})
  foreach(room IN LISTS TEST_LINKS)
    target_link_libraries(test_${name} PRIVATE caveat_${room})
  endforeach()
  target_link_libraries(test_${name} PRIVATE Boost::unit_test_framework caveat_warnings caveat_test_main)
  target_precompile_headers(test_${name} REUSE_FROM caveat_test_headers)
  target_compile_options(test_${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)  # lets ccache see what was read
  target_compile_definitions(test_${name} PRIVATE CAVEAT_SOURCE_DIR="${CMAKE_SOURCE_DIR}" CAVEAT_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${name} COMMAND test_${name} --color_output=no)
  # A test reads no clock to judge speed; what hangs, or costs the square of what it is given, ends here. A sanitizer takes its time.
  set_property(TEST ${name} PROPERTY TIMEOUT 300)
  if(CAVEAT_SANITIZER)
    set_property(TEST ${name} PROPERTY TIMEOUT 1800)
  endif()
  foreach(sanitizer IN ITEMS tsan asan)
    if(name MATCHES "${CAVEAT_TESTS_FOR_${sanitizer}}")
      set_property(TEST ${name} APPEND PROPERTY LABELS ${sanitizer})
      add_dependencies(tests_for_${sanitizer} test_${name})
    endif()
  endforeach()
  if(name MATCHES "${CAVEAT_TESTS_ONLY_SANITIZED}")
    set_property(TEST ${name} APPEND PROPERTY LABELS only_sanitized)
  else()
    add_dependencies(all_but_sanitized test_${name})
  endif()
endfunction()

# Which tests ./check runs under a sanitizer: with threads, what has threads; with addresses, what reads bytes that strangers send or
# that come back from disk. What costs minutes that its thirty do not have is looked at by --nightly: Asio with threads, every test
# with addresses, and the rooms that the presets leave out.
set(CAVEAT_TESTS_FOR_tsan "^(gate|audit_log|audit_store)$")
set(CAVEAT_TESTS_FOR_asan "^(base|text|wire|audit_record|audit_report)$")
# Those of them that are the same there to the last assertion run by day there alone (`all_but_sanitized` is the rest). The others do
# less under a sanitizer: fewer kills and cuts of power, and allocations are not counted.
set(CAVEAT_TESTS_ONLY_SANITIZED "^(gate|base|wire|audit_record|audit_report)$")
if(DEFINED ENV{CAVEAT_NIGHTLY})
  set(CAVEAT_TESTS_FOR_tsan "^(gate|server|audit_log|audit_store)$")
  set(CAVEAT_ROOMS_AS_IN_DEV "")
endif()
add_custom_target(tests_for_tsan)
add_custom_target(tests_for_asan)
add_custom_target(all_but_sanitized)

add_library(caveat_warnings INTERFACE)
target_compile_options(caveat_warnings INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion $<$<BOOL:${CAVEAT_WARNINGS_ARE_ERRORS}>:-Werror>)
# libstdc++ 12 calls its own deprecated helper from stable_sort, and clang 19 reports it at the caller.
target_compile_options(caveat_warnings INTERFACE $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
