# stentor_module(NAME [DIR dir] [DEPS target...]): the library stentor_NAME from every *.cc of this
# folder but *_test.cc, and the test NAME_test from those.
function(stentor_module name)
    cmake_parse_arguments(arg "" "" "DEPS;TEST_DEPS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS *.cc)
    set(tests ${sources})
    list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
    list(FILTER tests INCLUDE REGEX "_test\\.cc$")

    if(sources)
        add_library(stentor_${name} STATIC ${sources})
        target_link_libraries(stentor_${name} PUBLIC stentor_options ${arg_DEPS})
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
