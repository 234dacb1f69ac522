#include "backups/ping.hpp"

#include <algorithm>
#include <charconv>

#include "backups/log_text.hpp"
#include "core/ascii.hpp"
#include "core/encoding.hpp"

namespace securestack {
namespace {

constexpr int most_exit_code = 255;

Problem unknown() {
    return {ErrorCode::not_found, "There is no such ping URL."};
}

Result<void> read_action(std::string_view action, Ping& ping) {
    if (action.empty()) return {};
    if (action == "start") {
        ping.signal = Signal::start;
    } else if (action == "fail") {
        ping.signal = Signal::fail;
    } else if (action == "log") {
        ping.signal = Signal::log;
    } else if (std::ranges::all_of(action, ascii::is_digit)) {
        int code = 0;
        auto const read = std::from_chars(action.data(), action.data() + action.size(), code);
        if (read.ec != std::errc{} || code > most_exit_code)
            return Problem{ErrorCode::malformed, "The exit code must be from 0 to 255."};
        ping.exit_code = code;
        ping.signal = code == 0 ? Signal::success : Signal::fail;
    } else {
        return Problem{
            ErrorCode::not_found,
            "There is no such action: /start, /fail, /log, or an exit code from 0 to 255. A success "
            "needs none."};
    }
    return {};
}

Result<void> read_rid(std::string_view raw_query, Ping& ping) {
    while (!raw_query.empty()) {
        auto const pair = raw_query.substr(0, raw_query.find('&'));
        raw_query.remove_prefix(std::min(pair.size() + 1, raw_query.size()));
        if (!pair.starts_with("rid=")) continue;
        auto const text = percent_decode(pair.substr(4));
        ping.rid = text ? Id::parse(*text) : std::nullopt;
        if (!ping.rid) return Problem{ErrorCode::malformed, "rid must be a UUID."};
    }
    return {};
}

}  // namespace

Result<Ping> parse_ping(std::string_view key, std::string_view action, std::string_view raw_query) {
    Ping ping;
    auto const id = Id::parse(key);
    if (!id) return unknown();
    ping.key = *id;
    if (auto const read = read_action(action, ping); !read) return read.error();
    if (auto const read = read_rid(raw_query, ping); !read) return read.error();
    return ping;
}

RunReport report_of(Ping const& ping, std::string_view body) {
    RunReport report;
    report.rid = ping.rid;
    report.exit_code = ping.exit_code;
    if (ping.signal == Signal::start) report.state = ReportedState::running;
    if (ping.signal == Signal::success) report.state = ReportedState::succeeded;
    if (ping.signal == Signal::fail) report.state = ReportedState::failed;
    report.log_tail = readable_tail(body, log_bytes_kept);
    return report;
}

}  // namespace securestack
