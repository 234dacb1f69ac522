// A ping from outside: the path behind the uuid, the query and the body, separated by line feeds. Whatever is
// accepted makes a report whose log is text that both databases take.
#include <cstdlib>
#include <string_view>

#include "backups/log_text.hpp"
#include "backups/ping.hpp"
#include "core/encoding.hpp"

namespace {

using namespace securestack;

void require(bool holds) {
    if (!holds) std::abort();
}

std::string_view line(std::string_view& rest) {
    auto const text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view rest{reinterpret_cast<char const*>(data), size};
    auto const key = line(rest);
    auto const action = line(rest);
    auto const query = line(rest);

    auto const ping = parse_ping(key.empty() ? "5f0c52a8-0c1f-4d0c-8b0c-2f6b8c1d9e3a" : key, action, query);
    if (ping) {
        require(!ping->exit_code || (*ping->exit_code >= 0 && *ping->exit_code <= 255));
        require((ping->signal == Signal::fail) || ping->exit_code.value_or(0) == 0);
    } else {
        require(ping.error().status() == 400 || ping.error().status() == 404);
    }
    for (std::size_t const most : {std::size_t{0}, std::size_t{7}, log_bytes_kept}) {
        auto const text = readable_tail(rest, most);
        require(text.size() <= most && is_utf8(text) && text.find('\0') == std::string::npos);
        require(readable_tail(text, most) == text);
    }
    return 0;
}
