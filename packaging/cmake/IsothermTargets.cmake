# SPDX-License-Identifier: Apache-2.0
# How every target of the project is made: one place for standard, warnings and include root.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG") # ISO_CHECK stays on

option(ISOTHERM_WERROR "Treat warnings as errors" ON)
set(ISOTHERM_SANITIZE "" CACHE STRING "Sanitizers for every target, for example address,undefined")

add_library(isotherm_options INTERFACE)
target_include_directories(isotherm_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(isotherm_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wconversion -Wno-sign-conversion)
if(ISOTHERM_WERROR)
    target_compile_options(isotherm_options INTERFACE -Werror)
endif()
if(ISOTHERM_SANITIZE)
    add_compile_options(-fsanitize=${ISOTHERM_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${ISOTHERM_SANITIZE})
endif()

find_program(ISOTHERM_CCACHE ccache)
if(ISOTHERM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The base folder lets another checkout or build folder hit the same cache entries.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${ISOTHERM_CCACHE})
endif()

# isotherm_library(isotherm_base SOURCES a.cpp … LINK PUBLIC … PRIVATE …): one folder, one target.
function(isotherm_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC isotherm_options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

# isotherm_executable(isothermctl SOURCES … LINK …)
function(isotherm_executable name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE isotherm_options ${ARG_LINK})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
endfunction()

# isotherm_test(tst_key LINK isotherm_model [LABELS integration] [TIMEOUT 120]): tst_key.cpp, a Qt Test program.
function(isotherm_test name)
    cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    add_executable(${name} ${name}.cpp ${ARG_SOURCES})
    # moc steps into <concepts>, whose namespace it cannot parse, where no Qt header came before it: to moc
    # it is as if that header had been read already.
    set_target_properties(${name} PROPERTIES AUTOMOC ON AUTOMOC_MOC_OPTIONS "-D_GLIBCXX_CONCEPTS")
    target_compile_definitions(${name} PRIVATE QT_NO_KEYWORDS)
    target_link_libraries(${name} PRIVATE isotherm_options ${ARG_LINK} Qt6::Core Qt6::Test)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
        ENVIRONMENT "QT_QPA_PLATFORM=offscreen;LC_ALL=C.UTF-8;ISOTHERM_BIN_DIR=${PROJECT_BINARY_DIR}/bin")
endfunction()
