# Installs the build into an empty folder, then configures, builds and runs a project that finds it there.
# cmake -DBUILD_DIR=... -DSOURCE_DIR=... -DWORK_DIR=... -DGENERATOR=... -DCOMPILER=... -P package_test.cmake
# SPDX-License-Identifier: Apache-2.0
file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})

function(run)
  execute_process(COMMAND ${ARGV} WORKING_DIRECTORY ${WORK_DIR} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " words)
    message(FATAL_ERROR "failed (${result}): ${words}")
  endif()
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/prefix)
foreach(studies OFF ON)
  set(build ${WORK_DIR}/build_${studies})
  run(${CMAKE_COMMAND} -S ${SOURCE_DIR}/tests/package -B ${build} -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${COMPILER}
    -DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix -DSTUDIES=${studies} -DEXAMPLE=${SOURCE_DIR}/examples/quick_start.cpp)
  run(${CMAKE_COMMAND} --build ${build})
  run(${build}/consumer)
endforeach()
if(EXISTS ${WORK_DIR}/prefix/bin/gradus)
  run(${WORK_DIR}/prefix/bin/gradus --version)
  foreach(file bash-completion/completions/gradus zsh/site-functions/_gradus fish/vendor_completions.d/gradus.fish
      man/man1/gradus.1)
    if(NOT EXISTS ${WORK_DIR}/prefix/share/${file})
      message(FATAL_ERROR "share/${file} is not installed")
    endif()
  endforeach()
  # What `./run install` takes: the program alone.
  run(${CMAKE_COMMAND} --install ${BUILD_DIR} --component program --prefix ${WORK_DIR}/program)
  file(GLOB installed RELATIVE ${WORK_DIR}/program ${WORK_DIR}/program/*)
  if(NOT installed STREQUAL "bin;share")
    message(FATAL_ERROR "the component program is bin and share, not ${installed}")
  endif()
endif()
file(REMOVE_RECURSE ${WORK_DIR})
