# Warnings are errors; the sanitizers are chosen by preset.
set(STENTOR_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")

add_library(stentor_options INTERFACE)
target_include_directories(stentor_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(stentor_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
    -Wold-style-cast -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # False alarms of g++ 12 on inlined library code.
    target_compile_options(stentor_options INTERFACE
        -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds
        -Wno-dangling-pointer -Wno-missing-field-initializers)
else()
    target_compile_options(stentor_options INTERFACE -Wno-missing-field-initializers)
endif()
if(STENTOR_SANITIZE)
    add_compile_options(-fsanitize=${STENTOR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${STENTOR_SANITIZE})
endif()
# With sanitizers the planted bugs are compiled into everything, none of them on, so that the
# simulator needs no second build. What is shipped has none in it, and the simulator's build beside it
# is a build of its own.
if(STENTOR_SANITIZE AND NOT STENTOR_FUZZ)
    set(STENTOR_PLANTED_EVERYWHERE ON)
    target_compile_definitions(stentor_options INTERFACE STENTOR_PLANTED_BUGS)
endif()
option(STENTOR_WIRE_FORM "Encode and decode whatever crosses the bus within a process, too" OFF)
if(STENTOR_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)  # Coverage is what guides the fuzzer.
endif()

find_program(STENTOR_CCACHE ccache)
if(STENTOR_CCACHE)
    # Paths are taken from the checkout's own folder, so that another checkout finds the same results.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${STENTOR_CCACHE})
endif()
find_program(STENTOR_MOLD mold)
if(STENTOR_MOLD)
    add_link_options(-fuse-ld=mold)
endif()
