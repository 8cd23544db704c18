# The stages of the data's way as static libraries; each sees core and its own generated SQL only.

# A generator that ends gives its memory back by ending: leaks are not looked for in it.
# sqlgen turns sql/<stage>/*.sql into <build>/sql/<stage>.{h,c} and the migrations and views into
# <build>/sql/schema.{h,c}.
add_executable(sqlgen sql/sqlgen.c sql/sqlgen_write.c)
target_link_libraries(sqlgen PRIVATE PkgConfig::BASE)

function(kenko_sql stage)
  file(GLOB statements CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sql/${stage}/*.sql)
  add_custom_command(
    OUTPUT ${CMAKE_BINARY_DIR}/sql/${stage}.h ${CMAKE_BINARY_DIR}/sql/${stage}.c
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/sql
    COMMAND ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0 $<TARGET_FILE:sqlgen> statements ${stage} ${CMAKE_SOURCE_DIR}/sql/${stage} ${CMAKE_BINARY_DIR}/sql
    DEPENDS sqlgen ${statements} ${CMAKE_SOURCE_DIR}/sql/${stage}
    VERBATIM)
  add_custom_target(sql_${stage} DEPENDS ${CMAKE_BINARY_DIR}/sql/${stage}.h)
endfunction()

file(GLOB schema CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sql/migrations/*.sql
     ${CMAKE_SOURCE_DIR}/sql/views/*.sql)
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/sql/schema.h ${CMAKE_BINARY_DIR}/sql/schema.c
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/sql
  COMMAND ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0 $<TARGET_FILE:sqlgen> schema ${CMAKE_SOURCE_DIR}/sql/migrations ${CMAKE_SOURCE_DIR}/sql/views
          ${CMAKE_BINARY_DIR}/sql
  DEPENDS sqlgen ${schema}
  VERBATIM)
add_custom_target(sql_schema DEPENDS ${CMAKE_BINARY_DIR}/sql/schema.h)

function(kenko_stage stage)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${stage}/*.c)
  file(MAKE_DIRECTORY ${CMAKE_SOURCE_DIR}/sql/${stage})
  kenko_sql(${stage})
  add_library(kenko_${stage} STATIC ${sources} ${CMAKE_BINARY_DIR}/sql/${stage}.c)
  add_dependencies(kenko_${stage} sql_${stage})
  target_link_libraries(kenko_${stage} PUBLIC ${ARGN} PkgConfig::BASE PkgConfig::CONFIG)
endfunction()

kenko_stage(core PkgConfig::CRYPTO Threads::Threads m)
target_sources(kenko_core PRIVATE ${CMAKE_BINARY_DIR}/sql/schema.c)
add_dependencies(kenko_core sql_schema)
# Queries that people run by name stand apart, so that one is added as one file.
kenko_sql(dashboard)
target_sources(kenko_core PRIVATE ${CMAKE_BINARY_DIR}/sql/dashboard.c)
add_dependencies(kenko_core sql_dashboard)
kenko_stage(ingest kenko_core PkgConfig::PACK PkgConfig::PSL PkgConfig::CRYPTO)
# The checks that quarantine a metric stand apart, so that one is added as one file.
kenko_sql(quality)
target_sources(kenko_ingest PRIVATE ${CMAKE_BINARY_DIR}/sql/quality.c)
add_dependencies(kenko_ingest sql_quality)
kenko_stage(scoring kenko_core gsl openblas PkgConfig::CRYPTO PkgConfig::EXACT)
# What reports say: the catalogues become tables, and a message that one of them lacks ends the build.
add_executable(pogen reports/messages/pogen.c)
target_link_libraries(pogen PRIVATE PkgConfig::BASE)
set(catalogues ${CMAKE_SOURCE_DIR}/reports/messages/en.po ${CMAKE_SOURCE_DIR}/reports/messages/ja.po)
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/reports/message_table.h ${CMAKE_BINARY_DIR}/reports/message_table.c
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/reports
  COMMAND ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0 $<TARGET_FILE:pogen> ${catalogues} ${CMAKE_BINARY_DIR}/reports
  DEPENDS pogen ${catalogues}
  VERBATIM)
add_custom_target(messages DEPENDS ${CMAKE_BINARY_DIR}/reports/message_table.h)
kenko_stage(reports kenko_core PkgConfig::CRYPTO)
target_sources(kenko_reports PRIVATE ${CMAKE_BINARY_DIR}/reports/message_table.c)
add_dependencies(kenko_reports messages)
kenko_stage(api kenko_core PkgConfig::HTTPD PkgConfig::CRYPTO PkgConfig::PACK)

file(GLOB cli_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/cli/*.c)
list(REMOVE_ITEM cli_sources ${CMAKE_SOURCE_DIR}/cli/main.c)
if(cli_sources)
  add_library(kenko_cli STATIC ${cli_sources})
  set(cli_kind PUBLIC)
else()
  add_library(kenko_cli INTERFACE)
  set(cli_kind INTERFACE)
endif()
target_link_libraries(kenko_cli ${cli_kind} kenko_ingest kenko_scoring kenko_reports kenko_api)
add_executable(kenko cli/main.c)
target_link_libraries(kenko PRIVATE kenko_cli)

file(GLOB world_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/examples/world/*.c)
add_executable(world ${world_sources})
target_link_libraries(world PRIVATE kenko_core PkgConfig::PACK gsl openblas)
