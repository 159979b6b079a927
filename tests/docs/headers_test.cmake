# Compiles every public header alone, warnings as errors.
# cmake -DINCLUDE_DIR=... -DCOMPILER=... -P headers_test.cmake
# SPDX-License-Identifier: Apache-2.0
file(GLOB_RECURSE headers RELATIVE ${INCLUDE_DIR} ${INCLUDE_DIR}/gradus/*.hpp)
if(NOT headers)
  message(FATAL_ERROR "no headers in ${INCLUDE_DIR}")
endif()
set(failed 0)
foreach(header IN LISTS headers)
  execute_process(
    COMMAND ${COMPILER} -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Werror -I ${INCLUDE_DIR} -include ${header}
      -x c++ /dev/null
    RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message("${header} does not compile alone")
    math(EXPR failed "${failed} + 1")
  endif()
endforeach()
if(failed)
  message(FATAL_ERROR "${failed} headers do not compile alone")
endif()
