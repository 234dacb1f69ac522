// The grammar of ping URLs, as Healthchecks has it: /ping/<uuid>, and behind it /start, /fail, /log or an
// exit code from 0 to 255; ?rid=<uuid> pairs the beginning of a run with its end. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "backups/run.hpp"
#include "core/error.hpp"
#include "core/id.hpp"

namespace securestack {

enum class Signal : std::uint8_t { start, success, fail, log };

struct Ping {
    Id key{};
    Signal signal = Signal::success;
    std::optional<std::int64_t> exit_code;
    std::optional<Id> rid;
};

// `action` is what follows the uuid, empty for a success; `raw_query` is the query as it was received.
// Problem `not_found` for what is no uuid or no action, `malformed` for an exit code over 255 and for a rid
// that is no uuid. Other parameters are let be.
Result<Ping> parse_ping(std::string_view key, std::string_view action, std::string_view raw_query);

// What the ping says of a run; not for Signal::log. `body` is what came with it.
RunReport report_of(Ping const& ping, std::string_view body);

}  // namespace securestack
