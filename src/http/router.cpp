#include "http/router.hpp"

#include <algorithm>
#include <stdexcept>

namespace securestack {

// One segment of the patterns that share it. A tree of these is walked once a request.
struct Router::Node {
    std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
    std::unique_ptr<Node> parameter;
    std::array<Route const*, method_count> routes{};
    std::string allow;  // empty: no pattern ends here

    Node const* literal(std::string_view segment) const {
        auto const found = std::ranges::find(
            literals, segment, [](auto const& child) -> std::string const& { return child.first; });
        return found == literals.end() ? nullptr : found->second.get();
    }

    void serve(Route const& route) {
        auto& slot = routes[static_cast<std::size_t>(route.method)];
        if (slot != nullptr) {
            throw std::logic_error("two routes for " + std::string{to_string(route.method)} + " " +
                                   route.pattern);
        }
        slot = &route;
        auto& head = routes[static_cast<std::size_t>(Method::head)];
        if (route.method == Method::get && head == nullptr) head = &route;
        allow.clear();
        for (std::size_t i = 0; i < routes.size(); ++i) {
            if (routes[i] == nullptr) continue;
            allow += to_string(static_cast<Method>(i));
            allow += ", ";
        }
        allow += "OPTIONS";
    }
};

struct Router::Captured {
    static constexpr std::size_t most = 8;
    std::array<std::string_view, most> values;
    std::size_t count = 0;
};

namespace {

std::string_view cut_segment(std::string_view& rest) {
    auto const end = rest.find('/');
    std::string_view const segment = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
    return segment;
}

bool is_parameter(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

Router::Node& Router::grow(std::string_view pattern) {
    Node* node = root_.get();
    std::size_t parameters = 0;
    std::string_view rest = pattern == "/" ? "" : pattern;
    while (!rest.empty()) {
        bool const begins_well = rest.front() == '/';
        rest.remove_prefix(1);
        std::string_view const segment = cut_segment(rest);
        bool const braced = segment.find_first_of("{}") != std::string_view::npos;
        if (!begins_well || segment.empty() || (braced && !is_parameter(segment))) {
            throw std::logic_error("not a pattern: " + std::string{pattern});
        }
        if (braced) {
            if (++parameters > Captured::most)
                throw std::logic_error("too many parameters: " + std::string{pattern});
            if (!node->parameter) node->parameter = std::make_unique<Node>();
            node = node->parameter.get();
            continue;
        }
        Node const* known = node->literal(segment);
        if (known == nullptr) {
            node->literals.emplace_back(std::string{segment}, std::make_unique<Node>());
            known = node->literals.back().second.get();
        }
        node = const_cast<Node*>(known);
    }
    return *node;
}

RouteRef Router::add(Route route) {
    Node& node = grow(route.pattern);
    auto owned = std::make_unique<Route>(std::move(route));
    node.serve(*owned);
    owned->index = routes_.size();
    routes_.push_back(std::move(owned));
    return RouteRef{*routes_.back()};
}

// `rest` is empty or begins with '/'. Tries the literal first and comes back for the parameter.
Router::Node const* Router::walk(Node const& node, std::string_view rest, Captured& captured) {
    if (rest.empty()) return node.allow.empty() ? nullptr : &node;
    rest.remove_prefix(1);
    std::string_view const segment = cut_segment(rest);
    if (segment.empty()) return nullptr;
    if (Node const* child = node.literal(segment)) {
        if (Node const* found = walk(*child, rest, captured)) return found;
    }
    if (!node.parameter) return nullptr;
    captured.values[captured.count++] = segment;
    if (Node const* found = walk(*node.parameter, rest, captured)) return found;
    --captured.count;
    return nullptr;
}

Result<Router::Match> Router::match(Method method, std::string_view path) const {
    Captured captured;
    Node const* node = nullptr;
    if (path.starts_with('/')) {
        std::string_view rest = path == "/" ? std::string_view{} : path;
        if (rest.ends_with('/')) rest.remove_suffix(1);
        node = walk(*root_, rest, captured);
    }
    if (node == nullptr) return Problem{ErrorCode::not_found, "There is nothing at this address."};
    Route const* route = node->routes[static_cast<std::size_t>(method)];
    if (route == nullptr) {
        Problem problem{ErrorCode::method_not_allowed, "Allowed here: " + node->allow + "."};
        problem.allow = node->allow;
        return problem;
    }
    Match match{route, {}};
    match.values.reserve(captured.count);
    for (std::size_t i = 0; i < captured.count; ++i) match.values.emplace_back(captured.values[i]);
    return match;
}

RouteRef Router::plain(Method method, std::string pattern, AccessRule access,
                       std::function<Response(Context const&)> handler) {
    Route route{.method = method, .pattern = std::move(pattern), .access = access, .bind = {}};
    route.bind = [handler = std::move(handler)](Context const&, PathValues const&) -> Result<Steps> {
        Steps steps;
        // The route outlives every request, and with it this function.
        steps.push_back(
            {Where::io, [&handler](Tx*, Context const& context) -> Result<std::optional<Response>> {
                 return std::optional<Response>{handler(context)};
             }});
        return steps;
    };
    route.in_api = false;
    return add(std::move(route));
}

}  // namespace securestack
