// Whatever the bytes: no crash, and a head that is accepted means the same when it is written out and read
// again.
#include <cstdlib>
#include <string>

#include "http/chunked.hpp"
#include "http/head.hpp"

namespace {

using namespace securestack;

void require(bool condition) {
    if (!condition) std::abort();
}

std::string written(Head const& head) {
    std::string out;
    out.append(to_string(head.method))
        .append(" ")
        .append(head.target)
        .append(" HTTP/1.")
        .append(std::to_string(head.minor));
    out.append("\r\n");
    for (auto const& field : head.fields)
        out.append(field.name).append(": ").append(field.value).append("\r\n");
    return out.append("\r\n");
}

void same(Head const& a, Head const& b) {
    require(a.method == b.method && a.target == b.target && a.path == b.path && a.query == b.query &&
            a.host == b.host);
    require(a.minor == b.minor && a.content_length == b.content_length && a.chunked == b.chunked);
    require(a.keep_alive == b.keep_alive && a.expect_continue == b.expect_continue &&
            a.fields.size() == b.fields.size());
    for (std::size_t i = 0; i < a.fields.size(); ++i) {
        require(a.fields[i].name == b.fields[i].name && a.fields[i].value == b.fields[i].value);
    }
}

void fuzz_head(std::string_view bytes) {
    HeadLimits const limits;
    std::size_t scanned = 0;
    auto const end = find_head_end(bytes, limits, scanned);
    // parse_head is strict by itself, not only behind find_head_end.
    auto const whole = parse_head(bytes, limits);
    if (!end || *end == 0) return;
    require(*end <= bytes.size() && *end <= limits.block);
    auto const head = parse_head(bytes.substr(0, *end), limits);
    if (whole) require(*end == bytes.size());
    if (!head) return;
    require(!(head->chunked && head->content_length));
    require(head->minor == 0 || !head->host.empty());
    // White space around values may go missing, so that the text may only shrink, by a line at most one space
    // grows.
    HeadLimits const roomy{.block = limits.block * 2};
    auto const text = written(*head);
    auto const again = parse_head(text, roomy);
    require(again.has_value());
    same(*head, *again);
    require(written(*again) == text);
}

void fuzz_chunks(std::string_view bytes) {
    constexpr std::size_t limit = 4096;
    ChunkedDecoder at_once{limit};
    std::string whole;
    auto const taken = at_once.feed(bytes, whole);
    require(whole.size() <= limit);
    ChunkedDecoder bytewise{limit};
    std::string pieces;
    bool refused = false;
    std::size_t used = 0;
    while (used < bytes.size() && !bytewise.done() && !refused) {
        auto const one = bytewise.feed(bytes.substr(used, 1), pieces);
        refused = !one;
        if (one) used += *one;
    }
    require(refused == !taken && pieces == whole && bytewise.done() == at_once.done());
    if (taken) require(used == *taken);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const bytes{reinterpret_cast<char const*>(data), size};
    fuzz_head(bytes);
    fuzz_chunks(bytes);
    return 0;
}
