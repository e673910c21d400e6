# Shared build settings and the one function every module uses to declare its library.
include(GNUInstallDirs)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(GAINCELL_CCACHE ccache)
if(GAINCELL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${GAINCELL_CCACHE})
endif()

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)

add_library(gaincell_warnings INTERFACE)
target_compile_options(gaincell_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                       -Wnon-virtual-dtor $<$<BOOL:${GAINCELL_WERROR}>:-Werror>)
# GCC 12 sees overlapping copies in std::string operator+ that are not there (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(gaincell_warnings INTERFACE -Wno-restrict)
endif()

# gaincell_module(NAME SOURCES a.cpp ... [PUBLIC libs ...] [PRIVATE libs ...] [INCLUDE dir])
# Declares library gaincell_NAME with alias gaincell::NAME. Headers live in INCLUDE (default include/),
# under gaincell/NAME/. SOURCES is an explicit list. PUBLIC and PRIVATE name libraries to link.
function(gaincell_module NAME)
  cmake_parse_arguments(ARG "" "INCLUDE" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(NOT ARG_INCLUDE)
    set(ARG_INCLUDE include)
  endif()
  add_library(gaincell_${NAME} STATIC ${ARG_SOURCES})
  add_library(gaincell::${NAME} ALIAS gaincell_${NAME})
  set_target_properties(gaincell_${NAME} PROPERTIES EXPORT_NAME ${NAME})
  target_compile_features(gaincell_${NAME} PUBLIC cxx_std_20)
  target_include_directories(gaincell_${NAME} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/${ARG_INCLUDE}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(gaincell_${NAME} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} $<BUILD_INTERFACE:gaincell_warnings>)
  set_property(GLOBAL APPEND PROPERTY GAINCELL_MODULES gaincell_${NAME})
  install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_INCLUDE}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp" PATTERN "*.h")
endfunction()
