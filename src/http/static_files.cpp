#include "http/static_files.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <stdexcept>

#include "core/encoding.hpp"

namespace securestack {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> content_types{{
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
}};

std::string_view content_type_of(std::string_view name) {
    for (auto const& [suffix, type] : content_types) {
        if (name.ends_with(suffix)) return type;
    }
    return "text/plain; charset=utf-8";
}

// Tells versions of a file apart; nothing relies on it being hard to forge.
std::string tag_of(std::string_view content) {
    auto const digest = std::hash<std::string_view>{}(content);
    return '"' + to_hex({reinterpret_cast<std::uint8_t const*>(&digest), sizeof digest}) + '"';
}

// Content that is known, or made, once; its tag is made when it is first asked for, so that start-up does not
// read every page into memory.
struct Content {
    std::function<std::string()> make;  // empty: `bytes` is there from the start
    std::string made;
    std::string_view bytes;
    std::string tag;
    std::once_flag once;

    void prepare() {
        std::call_once(once, [&] {
            if (make) {
                made = make();
                bytes = made;
            }
            tag = tag_of(bytes);
        });
    }
};

void add_page_headers(Headers& headers, std::string const& policy) {
    headers.add("Content-Security-Policy", policy);
    headers.add("Cross-Origin-Opener-Policy", "same-origin");
    headers.add("Referrer-Policy", "no-referrer");
    headers.add("X-Frame-Options", "DENY");
}

RouteRef serve(Router& router, std::string pattern, std::shared_ptr<Content> content, std::string type,
               std::string policy) {
    bool const is_page = type.starts_with("text/html");
    // The pages change with the program only: caches ask again each time, and are told 304.
    return router.plain(Method::get, std::move(pattern), anyone(),
                        [content = std::move(content), type = std::move(type), policy = std::move(policy),
                         is_page](Context const& context) {
                            content->prepare();
                            Response response;
                            response.headers.add("ETag", content->tag);
                            response.headers.add("Cache-Control", "public, no-cache");
                            if (context.none_match_hits(content->tag)) {
                                response.status = 304;
                                return response;
                            }
                            response.headers.add("Content-Type", type);
                            if (is_page) add_page_headers(response.headers, policy);
                            response.static_body = content->bytes;
                            return response;
                        });
}

}  // namespace

EmbeddedFile const& embedded_file(std::span<EmbeddedFile const> files, std::string_view name) {
    auto const found = std::ranges::find(files, name, &EmbeddedFile::name);
    if (found == files.end()) throw std::logic_error("not compiled in: " + std::string{name});
    return *found;
}

std::string content_security_policy(std::string_view style) {
    return "default-src 'none'; script-src 'self'; style-src " + std::string{style} +
           "; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
           "'none'";
}

RouteRef serve_file(Router& router, std::string pattern, EmbeddedFile const& file, std::string policy) {
    auto content = std::make_shared<Content>();
    content->bytes = file.content;
    return serve(router, std::move(pattern), std::move(content), std::string{content_type_of(file.name)},
                 std::move(policy));
}

RouteRef serve_text(Router& router, std::string pattern, std::string content_type,
                    std::function<std::string()> text) {
    auto content = std::make_shared<Content>();
    content->make = std::move(text);
    return serve(router, std::move(pattern), std::move(content), std::move(content_type), {});
}

}  // namespace securestack
