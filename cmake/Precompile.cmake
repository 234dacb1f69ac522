# What nearly every file includes is read once a build instead of some two hundred times (docs/adr/0027). Each file still
# includes what it uses: clang-tidy and the fuzz targets are compiled without this.
option(SECURESTACK_PRECOMPILE "Precompile what most files include (GCC)" ON)

# <thread>, <future> and <filesystem> are left out: each file would pay for what their inline functions instantiate.
set(ss_std_headers
  <algorithm> <array> <charconv> <chrono> <cstdint> <functional> <map> <memory> <mutex> <optional> <set> <span> <stdexcept>
  <string> <string_view> <unordered_map> <utility> <variant> <vector>)
set(ss_json_headers <boost/json/array.hpp> <boost/json/object.hpp> <boost/json/parse.hpp> <boost/json/serialize.hpp>)
# As they are written here, so that another clone's compiler cache finds them.
set(ss_http_headers <http/collection.hpp> <http/router.hpp> <resource/table.hpp>)

# Precompiled headers hold for one set of macros: what Boost's compiled libraries define is defined everywhere.
foreach(library container json url)
  target_compile_definitions(ss_compile INTERFACE $<TARGET_PROPERTY:Boost::${library},INTERFACE_COMPILE_DEFINITIONS>)
endforeach()

# What a compiler precompiled that was updated since is not read, its headers are.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(ss_compile INTERFACE -Wno-error=invalid-pch)
endif()

# A set of headers, and whether it is for a library (-fPIC) or a program (-fPIE): they have to be precompiled alike.
function(ss_header_set name kind)
  if(NOT SECURESTACK_PRECOMPILE OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  set(source ${CMAKE_BINARY_DIR}/precompiled/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Nothing: its target has the headers.\n")
  add_library(ss_precompiled_${name} OBJECT EXCLUDE_FROM_ALL ${source})
  target_link_libraries(ss_precompiled_${name} PRIVATE ss_compile)
  if(kind STREQUAL "program")
    set_target_properties(ss_precompiled_${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(ss_precompiled_${name} PRIVATE ${CMAKE_CXX_COMPILE_OPTIONS_PIE})
  endif()
  target_precompile_headers(ss_precompiled_${name} PRIVATE ${ARGN})
endfunction()

function(ss_precompiled target name)
  if(TARGET ss_precompiled_${name})
    target_precompile_headers(${target} REUSE_FROM ss_precompiled_${name})
  endif()
endfunction()

ss_header_set(base library ${ss_std_headers} ${ss_json_headers})
ss_header_set(http library ${ss_std_headers} ${ss_json_headers} ${ss_http_headers})
ss_header_set(tests program ${ss_std_headers} ${ss_json_headers} ${ss_http_headers} <gmock/gmock.h> <gtest/gtest.h>)
if(TARGET ss_precompiled_tests AND TARGET GTest::gmock)
  target_link_libraries(ss_precompiled_tests PRIVATE GTest::gmock)
endif()
