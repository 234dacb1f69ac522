enable_language(ASM)  # here, because a function's scope would lose what it sets

# ss_embed(target NAME directory FILES...) compiles files into `target` as
#   std::span<securestack::EmbeddedFile const> securestack::embedded_NAME();
# by the assembler's .incbin, so that a large file costs no compile time.
function(ss_embed target name directory)
  set(asm ${CMAKE_CURRENT_BINARY_DIR}/embedded_${name}.S)
  set(cpp ${CMAKE_CURRENT_BINARY_DIR}/embedded_${name}.cpp)
  set(asm_text "    .section .rodata\n    .section .note.GNU-stack,\"\",@progbits\n    .section .rodata\n")
  set(externs "")
  set(entries "")
  set(index 0)
  set(depends "")
  foreach(file IN LISTS ARGN)
    set(path ${directory}/${file})
    set(symbol ss_embedded_${name}_${index})
    string(APPEND asm_text
      "    .global ${symbol}\n    .global ${symbol}_end\n    .balign 16\n${symbol}:\n    .incbin \"${path}\"\n${symbol}_end:\n    .byte 0\n")
    string(APPEND externs "extern \"C\" char const ${symbol}[], ${symbol}_end[];\n")
    string(APPEND entries
      "        {\"${file}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
    list(APPEND depends ${path})
    math(EXPR index "${index} + 1")
  endforeach()
  file(GENERATE OUTPUT ${asm} CONTENT "${asm_text}")
  file(GENERATE OUTPUT ${cpp} CONTENT
"#include \"core/embedded.hpp\"
${externs}namespace securestack {
std::span<EmbeddedFile const> embedded_${name}() {
    static EmbeddedFile const files[] = {
${entries}    };
    return files;
}
}
")
  set_source_files_properties(${asm} PROPERTIES OBJECT_DEPENDS "${depends}" GENERATED TRUE)
  target_sources(${target} PRIVATE ${asm} ${cpp})
endfunction()
