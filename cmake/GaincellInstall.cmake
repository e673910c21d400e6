# Install and export, so that find_package(gaincell) works from another CMake project.
include(CMakePackageConfigHelpers)
get_property(gaincell_modules GLOBAL PROPERTY GAINCELL_MODULES)
install(TARGETS ${gaincell_modules} EXPORT gaincellTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT gaincellTargets NAMESPACE gaincell:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gaincell)
configure_package_config_file(${CMAKE_CURRENT_SOURCE_DIR}/cmake/gaincellConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/gaincellConfig.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gaincell)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/gaincellConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gaincellConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/gaincellConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gaincell)
