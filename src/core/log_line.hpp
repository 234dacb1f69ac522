// The two forms of a log line, without its newline. Private to core.
#pragma once

#include <string>

#include "core/log.hpp"

namespace securestack::detail {

// "2026-11-22T02:25:00.123456Z info  http.request method=GET path=/api/servers": values that are more than
// one plain word are quoted as in JSON. `colour` adds terminal escapes, and none comes from a value.
void append_text_line(std::string& out, std::int64_t micros, LogLevel level, std::string_view event,
                      std::initializer_list<LogField> fields, bool colour);

}  // namespace securestack::detail
