# The files of studies/ as one source file, so that the program carries them wherever it is copied.
# SPDX-License-Identifier: Apache-2.0
file(GLOB gradus_study_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/studies/*.toml)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${gradus_study_files})
set(entries "")
list(SORT gradus_study_files)
foreach(path IN LISTS gradus_study_files)
  get_filename_component(id ${path} NAME_WE)
  file(READ ${path} text)
  string(APPEND entries "    {\"${id}\", R\"toml(${text})toml\"},\n")
endforeach()
set(gradus_embedded_studies ${PROJECT_BINARY_DIR}/embedded_studies.cpp)
file(CONFIGURE OUTPUT ${gradus_embedded_studies} @ONLY CONTENT [[
#include "reproduce/library.hpp"

namespace gradus::reproduce {

std::span<const EmbeddedFile> embedded_files() {
  static constexpr EmbeddedFile kFiles[] = {
@entries@  };
  return kFiles;
}

}  // namespace gradus::reproduce
]])
