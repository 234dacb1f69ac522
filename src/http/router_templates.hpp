// The typed half of Router: each makes a Route whose `bind` turns a request into steps. Included by
// router.hpp.
#pragma once

namespace securestack {

template <class H>
RouteRef Router::handle(Method method, Where where, std::string pattern, AccessRule access, H handler) {
    using Arguments = detail::ArgumentList<detail::ArgumentsOf<H>>;
    using Answer = detail::Answer<detail::AnswerOf<H>>;
    detail::check_path_values(pattern, Arguments::path_values);

    Route route{.method = method, .pattern = std::move(pattern), .access = access, .bind = {}};
    route.bind = [where, handler](Context const& context, PathValues const& path) -> Result<Steps> {
        if constexpr (Answer::is_json) {
            if (auto accepted = detail::accepts_json(context); !accepted) return accepted.error();
        }
        detail::Binding binding{context, path};
        auto arguments = Arguments::take(binding);
        if (!arguments) return arguments.error();
        Steps steps;
        steps.push_back({where, [handler, arguments = *std::move(arguments)](Tx* tx, Context const& ctx) {
                             return detail::call(handler, *tx, ctx, arguments);
                         }});
        return steps;
    };
    Arguments::describe(route.doc);
    Answer::describe(route.doc);
    return add(std::move(route));
}

template <class H>
RouteRef Router::get(std::string pattern, AccessRule access, H handler) {
    return handle(Method::get, Where::read, std::move(pattern), access, std::move(handler));
}

template <class H>
RouteRef Router::look_up(std::string pattern, AccessRule access, H handler) {
    return handle(Method::get, Where::lookup, std::move(pattern), access, std::move(handler));
}
template <class H>
RouteRef Router::post(std::string pattern, AccessRule access, H handler) {
    return handle(Method::post, Where::write, std::move(pattern), access, std::move(handler));
}
template <class H>
RouteRef Router::put(std::string pattern, AccessRule access, H handler) {
    return handle(Method::put, Where::write, std::move(pattern), access, std::move(handler));
}
template <class H>
RouteRef Router::patch(std::string pattern, AccessRule access, H handler) {
    return handle(Method::patch, Where::write, std::move(pattern), access, std::move(handler));
}
template <class H>
RouteRef Router::del(std::string pattern, AccessRule access, H handler) {
    return handle(Method::del, Where::write, std::move(pattern), access, std::move(handler));
}

template <class T, class S>
RouteRef Router::list(std::string pattern, AccessRule access, S scope) {
    using Values = detail::ArgumentsOf<S>;
    using Arguments = detail::ArgumentList<Values>;
    static_assert(Arguments::bodies == 0, "a list has no body");
    detail::check_path_values(pattern, Arguments::path_values);

    Route route{.method = Method::get, .pattern = std::move(pattern), .access = access, .bind = {}};
    auto const added = std::make_shared<Route const*>(nullptr);
    route.bind = [this, scope, added](Context const& context, PathValues const& path) -> Result<Steps> {
        detail::Binding binding{context, path};
        auto values = Arguments::take(binding);
        if (!values) return values.error();
        auto plan = detail::plan_list(context, **added, path);
        if (!plan) return plan.error();
        bool const leaves = plan->format && record_export && context.request.method != Method::head;
        auto const where = leaves ? Where::write : detail::where_to_read(context, *plan);
        auto read = [this, leaves, scope, values = *std::move(values), plan = *std::move(plan)](
                        Tx* tx, Context const& ctx) -> Result<std::optional<Response>> {
            auto rows = std::apply([&](auto const&... value) { return scope(*tx, ctx, value...); }, values);
            if (!rows) return rows.error();
            if (leaves) record_export(*tx, ctx, schema_of<T>());
            return std::optional<Response>{detail::answer_list(*tx, ctx, plan, *std::move(rows))};
        };
        Steps steps;
        steps.push_back({where, std::move(read)});
        return steps;
    };
    route.doc.answer = &schema_of<T>();
    route.doc.list = &schema_of<T>();
    route.doc.answer_is_list = true;
    auto described = add(std::move(route));
    *added = &described.route();
    return described;
}

template <class P, class C, class F>
RouteRef Router::staged(Method method, std::string pattern, AccessRule access, P prepare, C compute,
                        F finish) {
    using Arguments = detail::ArgumentList<detail::ArgumentsOf<P>>;
    using Prepared = detail::Prepared<detail::AnswerOf<P>>;
    using State = typename Prepared::State;
    using Answer = detail::Answer<detail::AnswerOf<F>>;
    static_assert(std::is_same_v<detail::ArgumentsOf<F>, std::tuple<State>>,
                  "finish takes what prepare returns");
    detail::check_path_values(pattern, Arguments::path_values);

    Route route{.method = method, .pattern = std::move(pattern), .access = access, .bind = {}};
    route.bind = [prepare, compute, finish](Context const& context, PathValues const& path) -> Result<Steps> {
        using Stepped = Result<std::optional<Response>>;
        if constexpr (Answer::is_json) {
            if (auto accepted = detail::accepts_json(context); !accepted) return accepted.error();
        }
        detail::Binding binding{context, path};
        auto arguments = Arguments::take(binding);
        if (!arguments) return arguments.error();
        auto state = std::make_shared<std::optional<State>>();
        auto first = [prepare, state, arguments = *std::move(arguments)](Tx* tx,
                                                                         Context const& ctx) -> Stepped {
            auto made =
                std::apply([&](auto const&... value) { return prepare(*tx, ctx, value...); }, arguments);
            if (!made) return made.error();
            if (auto refused = Prepared::refused(ctx, *made)) return refused;
            state->emplace(Prepared::take(*std::move(made)));
            return std::optional<Response>{};
        };
        auto second = [compute, state](Tx*, Context const&) -> Stepped {
            compute(**state);
            return std::optional<Response>{};
        };
        auto last = [finish, state](Tx* tx, Context const& ctx) -> Stepped {
            auto answer = finish(*tx, ctx, **state);
            if (!answer) return answer.error();
            return std::optional<Response>{Answer::respond(ctx, *std::move(answer))};
        };
        Steps steps;
        steps.reserve(3);
        steps.push_back({Where::write, std::move(first)});
        steps.push_back({Where::cpu, std::move(second)});
        steps.push_back({Where::write, std::move(last)});
        return steps;
    };
    Arguments::describe(route.doc);
    Answer::describe(route.doc);
    return add(std::move(route));
}

}  // namespace securestack
