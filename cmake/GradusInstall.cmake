# SPDX-License-Identifier: Apache-2.0
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Two sets, so that who only trains and predicts needs neither SQLite nor TOML (component `studies`).
install(TARGETS gradus EXPORT gradusTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS gradus_studies EXPORT gradusStudiesTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
# The program with what shells and man read, which it prints itself: component `program`, all that `./run install` takes.
if(TARGET gradus_program)
  install(TARGETS gradus_program gradus_online RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
  foreach(file
      "completion bash:bash-completion/completions/gradus"
      "completion zsh:zsh/site-functions/_gradus"
      "completion fish:fish/vendor_completions.d/gradus.fish"
      "man:man/man1/gradus.1")
    string(REGEX MATCH "^(.*):(.*)/(.*)$" whole ${file})
    string(REPLACE " " ";" words ${CMAKE_MATCH_1})
    set(made ${PROJECT_BINARY_DIR}/share/${CMAKE_MATCH_3})
    install(CODE "file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share)
      execute_process(COMMAND $<TARGET_FILE:gradus_program> ${words} OUTPUT_FILE ${made} COMMAND_ERROR_IS_FATAL ANY)"
      COMPONENT program)
    install(FILES ${made} DESTINATION ${CMAKE_INSTALL_DATADIR}/${CMAKE_MATCH_2} COMPONENT program)
  endforeach()
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/gradus DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
foreach(set gradusTargets gradusStudiesTargets)
  install(EXPORT ${set} NAMESPACE gradus:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gradus)
endforeach()
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/gradusConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/gradusConfig.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gradus)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/gradusConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gradusConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/gradusConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gradus)
