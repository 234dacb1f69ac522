# One interface target carries the flags of the whole project.
add_library(ss_compile INTERFACE)
target_include_directories(ss_compile INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(ss_compile INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wimplicit-fallthrough -Werror
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -ffile-prefix-map=${CMAKE_BINARY_DIR}=.
  -fstack-protector-strong)
target_compile_definitions(ss_compile INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_options(ss_compile INTERFACE -Wl,-z,relro,-z,now)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these in correct library code once it inlines (GCC bugs 105562, 105329, 107532).
  target_compile_options(ss_compile INTERFACE
    -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Clang's -Wconversion takes this in, GCC's does not: both compilers ask for the same.
  target_compile_options(ss_compile INTERFACE -Wno-sign-conversion)
  # Clang 16 has the concepts of C++20 but names an older version of them, and g++ 12's <expected> asks for it.
  target_compile_options(ss_compile INTERFACE -D__cpp_concepts=202002L -Wno-macro-redefined)
endif()

set(SECURESTACK_SANITIZE "" CACHE STRING "Value for -fsanitize=, for instance address,undefined")
if(SECURESTACK_SANITIZE)
  target_compile_options(ss_compile INTERFACE
    -fsanitize=${SECURESTACK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(ss_compile INTERFACE -fsanitize=${SECURESTACK_SANITIZE})
  if(SECURESTACK_SANITIZE MATCHES "thread")
    # ThreadSanitizer does not know fences; Asio's queues are ordered by their mutexes without them.
    target_compile_definitions(ss_compile INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
else()
  target_compile_definitions(ss_compile INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Paths count relative to the source tree: another clone, or another build folder, finds what this one compiled.
  # Precompiled headers are kept under the conditions that ccache's manual names for them.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=true CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

# One static library per folder. USES names what its headers or sources need; the order of the
# folders is core <- storage <- resource <- http <- domains <- app, and linking enforces it.
function(ss_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;PRIVATE_USES" ${ARGN})
  add_library(ss_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(ss_${name} PUBLIC ss_compile ${ARG_USES} PRIVATE ${ARG_PRIVATE_USES})
  if(name STREQUAL "http" OR "ss_http" IN_LIST ARG_USES)
    ss_precompiled(ss_${name} http)
  else()
    ss_precompiled(ss_${name} base)
  endif()
endfunction()

function(ss_test name)
  cmake_parse_arguments(ARG "" "SHARDS" "SOURCES;USES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_USES} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  ss_precompiled(${name} tests)
  if(NOT ARG_SHARDS)
    set(ARG_SHARDS 1)
  endif()
  foreach(shard RANGE 1 ${ARG_SHARDS})
    math(EXPR index "${shard} - 1")
    add_test(NAME ${name}.${shard}
      COMMAND ${name} --gtest_brief=1 --gtest_output=xml:${CMAKE_BINARY_DIR}/results/${name}.${shard}.xml)
    set_tests_properties(${name}.${shard} PROPERTIES
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${ARG_SHARDS};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()
