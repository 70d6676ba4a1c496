option(STENTOR_TOGETHER "Compile the files of a library eight at a time: much sooner from nothing" OFF)

# What of TARGET does not stand ALONE is compiled eight files at a time.
function(stentor_together target alone)
    if(STENTOR_TOGETHER)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
        set_source_files_properties(${alone} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
        # It takes each of them for a header.
        target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
    endif()
endfunction()

# stentor_module(NAME [APART] [TESTS_APART] [FOLDERS folder...] [DEPS target...] [TEST_DEPS target...]
# [ALONE file...]): the library stentor_NAME from every *.cc of this folder, or of the FOLDERS in it,
# but *_test.cc, and the test NAME_test from those. A file that stands ALONE has a name of its own for
# something that another one names alike; in a module that stands APART nearly every file does, or, of
# those with TESTS_APART, nearly every test.
function(stentor_module name)
    cmake_parse_arguments(arg "APART;TESTS_APART" "" "FOLDERS;DEPS;TEST_DEPS;ALONE" ${ARGN})
    set(patterns *.cc)
    if(arg_FOLDERS)
        list(TRANSFORM arg_FOLDERS APPEND "/*.cc" OUTPUT_VARIABLE patterns)
    endif()
    file(GLOB sources CONFIGURE_DEPENDS ${patterns})
    set(tests ${sources})
    list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
    list(FILTER tests INCLUDE REGEX "_test\\.cc$")
    list(TRANSFORM arg_ALONE PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)

    if(sources)
        add_library(stentor_${name} STATIC ${sources})
        target_link_libraries(stentor_${name} PUBLIC stentor_options ${arg_DEPS})
        if(NOT arg_APART)
            set_target_properties(stentor_${name} PROPERTIES STENTOR_ALONE "${arg_ALONE}")
            stentor_together(stentor_${name} "${arg_ALONE}")
        endif()
    else()
        add_library(stentor_${name} INTERFACE)
        target_link_libraries(stentor_${name} INTERFACE stentor_options ${arg_DEPS})
    endif()

    if(tests)
        add_executable(${name}_test ${tests})
        target_link_libraries(${name}_test
            PRIVATE stentor_${name} ${arg_TEST_DEPS} GTest::gmock GTest::gtest_main)
        if(NOT arg_TESTS_APART)
            stentor_together(${name}_test "${arg_ALONE}")
        endif()
        add_test(NAME ${name} COMMAND ${name}_test)
        set_tests_properties(${name} PROPERTIES TIMEOUT 300)
    endif()
endfunction()

# stentor_planted(NAME [file...]): stentor_NAME_planted, the objects of the library stentor_NAME, or of these
# files of it, once more with the planted bugs in them.
function(stentor_planted name)
    get_target_property(folder stentor_${name} SOURCE_DIR)
    set(sources ${ARGN})
    if(NOT sources)
        get_target_property(sources stentor_${name} SOURCES)
    endif()
    foreach(source IN LISTS sources)
        cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${folder} OUTPUT_VARIABLE path)
        list(APPEND paths ${path})
    endforeach()
    get_property(alone TARGET stentor_${name} PROPERTY STENTOR_ALONE)
    add_library(stentor_${name}_planted OBJECT ${paths})
    target_compile_definitions(stentor_${name}_planted PUBLIC STENTOR_PLANTED_BUGS)
    target_include_directories(stentor_${name}_planted SYSTEM
        PRIVATE $<TARGET_PROPERTY:stentor_${name},INTERFACE_SYSTEM_INCLUDE_DIRECTORIES>)
    target_link_libraries(stentor_${name}_planted PUBLIC stentor_options)
    stentor_together(stentor_${name}_planted "${alone}")
endfunction()
