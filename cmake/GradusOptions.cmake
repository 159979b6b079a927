# Flags that every part is compiled with. Instruction-set flags never appear here: kernel files choose theirs through
# Highway, so the rest of the program runs on any CPU of the architecture.
# SPDX-License-Identifier: Apache-2.0
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

add_library(gradus_options INTERFACE)
# Contraction would let the compiler fuse a*b+c where we did not ask for it, and so change bits between targets.
target_compile_options(gradus_options INTERFACE
  -ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  $<$<BOOL:${GRADUS_WARNINGS_AS_ERRORS}>:-Werror>)
# A tenth less time to compile: GCC begins to collect garbage at 400 MB.
target_compile_options(gradus_options INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-expand=200;--param=ggc-min-heapsize=400000>)

set(GRADUS_SANITIZE_WITHOUT "" CACHE STRING "Checks of theirs that are left out")
set(GRADUS_SANITIZE "" CACHE STRING "Sanitizers for everything that is built, e.g. address,undefined")
if(GRADUS_SANITIZE)
  add_compile_options(-fsanitize=${GRADUS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(GRADUS_SANITIZE_WITHOUT)
    add_compile_options(-fno-sanitize=${GRADUS_SANITIZE_WITHOUT})
  endif()
  add_link_options(-fsanitize=${GRADUS_SANITIZE})
endif()

# ccache caches files with a precompiled header only when the preprocessor names it in its output.
if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fpch-preprocess)
endif()

# gold links in half the time.
include(CheckLinkerFlag)
check_linker_flag(CXX -fuse-ld=gold GRADUS_HAS_GOLD)
if(GRADUS_HAS_GOLD)
  add_link_options(-fuse-ld=gold)
endif()

# gradus_quick_to_build(TARGET [FLAG]): for code that does no arithmetic to speak of; results do not depend on it.
function(gradus_quick_to_build target)
  set(level -O0)
  if(ARGC GREATER 1)
    set(level ${ARGV1})
  endif()
  target_compile_options(${target} PRIVATE ${level})
endfunction()

# What half of all files include, read once per library: half the time of a build.
set(GRADUS_COMMON_HEADERS <algorithm> <array> <chrono> <cmath> <filesystem> <fmt/format.h> <functional> <map> <memory>
  <nlohmann/json.hpp> <optional> <span> <string> <string_view> <variant> <vector>)
