#include "http/documentation.hpp"

#include <string>
#include <vector>

#include "http/static_files.hpp"

namespace securestack {

std::span<EmbeddedFile const> embedded_site();
std::span<EmbeddedFile const> embedded_swagger_ui();

namespace {

// A problem's `type` is an address that answers: with its title and status, in words.
void add_problem_pages(Router& router) {
    for (int code = 0; code <= static_cast<int>(ErrorCode::version_not_supported); ++code) {
        ErrorDescription const& description = describe(static_cast<ErrorCode>(code));
        std::string text{description.title};
        text += " (HTTP status " + std::to_string(description.status) + ")\n";
        serve_text(router, "/problems/" + std::string{description.slug}, "text/plain; charset=utf-8",
                   [text = std::move(text)] { return text; });
    }
}

}  // namespace

void add_documentation_pages(Router& router) {
    auto const site = embedded_site();
    serve_file(router, "/", embedded_file(site, "landing/index.html"));
    serve_file(router, "/landing.css", embedded_file(site, "landing/landing.css"));
    serve_file(router, "/landing.js", embedded_file(site, "landing/landing.js"));
    serve_file(router, "/favicon.svg", embedded_file(site, "landing/favicon.svg"));
    serve_file(router, "/robots.txt", embedded_file(site, "landing/robots.txt"));

    // The renderer sets style attributes in the markup that it makes; its scripts are files of this server.
    serve_file(router, "/api/docs", embedded_file(site, "docs/index.html"),
               content_security_policy("'self' 'unsafe-inline'"));
    serve_file(router, "/api/docs/docs.css", embedded_file(site, "docs/docs.css"));
    serve_file(router, "/api/docs/init.js", embedded_file(site, "docs/init.js"));
    for (EmbeddedFile const& file : embedded_swagger_ui()) {
        serve_file(router, "/api/docs/" + std::string{file.name}, file);
    }
    add_problem_pages(router);
}

}  // namespace securestack
