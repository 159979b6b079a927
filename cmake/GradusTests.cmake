# gradus_test(FOLDER): one test program from tests/FOLDER/*_test.cpp, each TEST registered with ctest; under sanitizers, where
# a process takes a fifth of a second to start, in a few parts (a skipped TEST then counts as part of what passed).
# SPDX-License-Identifier: Apache-2.0
function(gradus_test folder)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  set(name gradus_${folder}_tests)
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE gradus_test_support ${ARGN})
  target_precompile_headers(${name} REUSE_FROM gradus_test_support)
  gradus_quick_to_build(${name})
  target_compile_definitions(${name} PRIVATE
    GRADUS_PROGRAM="$<$<TARGET_EXISTS:gradus_program>:$<TARGET_FILE:gradus_program>>"
    GRADUS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # Training on real data uses every core: two such runs at once would only slow each other down. Under sanitizers the
  # engine's threads wait too long for each other: its four parts took 1,170 s in pairs, and 57 s alone.
  set(processors 1)
  set(timeout 300)
  if(folder STREQUAL "real_data")  # whole trainings, on slow machines too
    set(timeout 1200)
  endif()
  if(folder STREQUAL "real_data" OR (GRADUS_SANITIZE AND folder STREQUAL "engine"))
    cmake_host_system_information(RESULT processors QUERY NUMBER_OF_LOGICAL_CORES)
  endif()
  if(GRADUS_SANITIZE)
    set(parts 4)
    foreach(part RANGE 1 ${parts})
      math(EXPR index "${part} - 1")
      add_test(NAME ${folder}.part_${part}_of_${parts} COMMAND ${name})
      set_tests_properties(${folder}.part_${part}_of_${parts} PROPERTIES TIMEOUT 600 LABELS ${folder} PROCESSORS ${processors}
        ENVIRONMENT "GTEST_TOTAL_SHARDS=${parts};GTEST_SHARD_INDEX=${index};GTEST_BRIEF=1")
    endforeach()
    return()
  endif()
  gtest_discover_tests(${name} TEST_PREFIX "${folder}." PROPERTIES TIMEOUT ${timeout} LABELS ${folder} PROCESSORS ${processors}
    DISCOVERY_TIMEOUT 60)
endfunction()
