# Makes the vectors afresh and fails when a checked-in file differs.
file(REMOVE_RECURSE ${FRESH})
file(MAKE_DIRECTORY ${FRESH})
execute_process(COMMAND ${MAKE_GOLDEN} ${SCHEMA} ${FRESH} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${MAKE_BUS_GOLDEN} ${FRESH}/bus.json COMMAND_ERROR_IS_FATAL ANY)
foreach(name IN ITEMS client_frames server_frames digests cmids bus)
    execute_process(
        COMMAND ${CMAKE_COMMAND} -E compare_files ${GOLDEN}/${name}.json ${FRESH}/${name}.json
        RESULT_VARIABLE differs)
    if(differs)
        message(FATAL_ERROR "tests/golden/${name}.json is not what the schema gives: ./dev golden")
    endif()
endforeach()
