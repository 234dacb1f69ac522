// Files compiled into the program, served as they are: with a content type by their name, a strong ETag,
// Cache-Control and the security headers of a page.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/embedded.hpp"
#include "http/router.hpp"

namespace securestack {

// The file of this name; throws std::logic_error when it was not compiled in.
EmbeddedFile const& embedded_file(std::span<EmbeddedFile const> files, std::string_view name);

// The policy of a page that asks nothing of other hosts and runs no script of its own. `style` completes
// style-src.
std::string content_security_policy(std::string_view style = "'self'");

// `file` must outlive the router. A page (text/html) gets `policy` as its Content-Security-Policy.
RouteRef serve_file(Router& router, std::string pattern, EmbeddedFile const& file,
                    std::string policy = content_security_policy());

// The same for text made at start: `text` is called once, at the first request.
RouteRef serve_text(Router& router, std::string pattern, std::string content_type,
                    std::function<std::string()> text);

}  // namespace securestack
