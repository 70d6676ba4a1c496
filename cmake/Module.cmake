option(STENTOR_TOGETHER "Compile the files of a library eight at a time: much sooner from nothing" OFF)

# stentor_module(NAME [APART] [FOLDERS folder...] [DEPS target...] [TEST_DEPS target...]
# [ALONE file...]): the library stentor_NAME from every *.cc of this folder, or of the FOLDERS in it,
# but *_test.cc, and the test NAME_test from those. A file
# that stands ALONE has a name of its own for something that another one names alike; in a module that
# stands APART nearly every file does.
function(stentor_module name)
    cmake_parse_arguments(arg "APART" "" "FOLDERS;DEPS;TEST_DEPS;ALONE" ${ARGN})
    set(patterns *.cc)
    if(arg_FOLDERS)
        list(TRANSFORM arg_FOLDERS APPEND "/*.cc" OUTPUT_VARIABLE patterns)
    endif()
    file(GLOB sources CONFIGURE_DEPENDS ${patterns})
    set(tests ${sources})
    list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
    list(FILTER tests INCLUDE REGEX "_test\\.cc$")

    if(sources)
        add_library(stentor_${name} STATIC ${sources})
        target_link_libraries(stentor_${name} PUBLIC stentor_options ${arg_DEPS})
        if(STENTOR_TOGETHER AND NOT arg_APART)
            set_target_properties(stentor_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
            set_source_files_properties(${arg_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
            # It takes each of them for a header.
            target_compile_options(stentor_${name} PRIVATE -Wno-subobject-linkage)
        endif()
    else()
        add_library(stentor_${name} INTERFACE)
        target_link_libraries(stentor_${name} INTERFACE stentor_options ${arg_DEPS})
    endif()

    if(tests)
        add_executable(${name}_test ${tests})
        target_link_libraries(${name}_test
            PRIVATE stentor_${name} ${arg_TEST_DEPS} GTest::gmock GTest::gtest_main)
        add_test(NAME ${name} COMMAND ${name}_test)
        set_tests_properties(${name} PROPERTIES TIMEOUT 300)
    endif()
endfunction()
