// From a handler's signature to the two halves of a Route: `Argument<A>` turns a request into an argument,
// `Answer<R>` an answer into a Response; both say what the OpenAPI document needs to know. The templates only
// sort by type: the work is in handler_binding.cpp.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "http/handler.hpp"

namespace securestack::detail {

// Hands a request out to a handler's arguments: the {parameters} in their order, and the body.
class Binding {
  public:
    Binding(Context const& context, PathValues const& path) : context_(context), path_(path) {}

    Result<Id> next_id();  // not_found for a text that is no id
    Result<std::string> next_text();
    Result<boost::json::value> json_body();
    Result<boost::json::value> patch_body();  // application/merge-patch+json as well
    bool has_body() const;

  private:
    Context const& context_;
    PathValues const& path_;
    std::size_t next_ = 0;
};

template <class A>
struct Argument {  // a document: any class that is none of those below
    static constexpr std::size_t path_values = 0;
    static constexpr bool is_body = true;
    static Result<A> take(Binding& binding) {
        auto body = binding.json_body();
        if (!body) return body.error();
        return decode<A>(*body);
    }
    static void describe(OperationDoc& doc) { doc.request = &schema_of<A>(); }
};

template <>
struct Argument<Id> {
    static constexpr std::size_t path_values = 1;
    static constexpr bool is_body = false;
    static Result<Id> take(Binding& binding) { return binding.next_id(); }
    static void describe(OperationDoc&) {}
};

template <>
struct Argument<std::string> {
    static constexpr std::size_t path_values = 1;
    static constexpr bool is_body = false;
    static Result<std::string> take(Binding& binding) { return binding.next_text(); }
    static void describe(OperationDoc&) {}
};

// A document that may be left out.
template <class T>
struct Argument<std::optional<T>> {
    static constexpr std::size_t path_values = 0;
    static constexpr bool is_body = true;
    static Result<std::optional<T>> take(Binding& binding) {
        if (!binding.has_body()) return std::optional<T>{};
        auto document = Argument<T>::take(binding);
        if (!document) return document.error();
        return std::optional<T>{*std::move(document)};
    }
    static void describe(OperationDoc& doc) {
        Argument<T>::describe(doc);
        doc.request_is_optional = true;
    }
};

template <class T>
struct Argument<Draft<T>> {
    static constexpr std::size_t path_values = 0;
    static constexpr bool is_body = true;
    static Result<Draft<T>> take(Binding& binding) {
        auto body = binding.json_body();
        if (!body) return body.error();
        return draft_from<T>(*body);
    }
    static void describe(OperationDoc& doc) { doc.request = &schema_of<T>(); }
};

template <class T>
struct Argument<Patch<T>> {
    static constexpr std::size_t path_values = 0;
    static constexpr bool is_body = true;
    static Result<Patch<T>> take(Binding& binding) {
        auto body = binding.patch_body();
        if (!body) return body.error();
        return Patch<T>{*std::move(body)};
    }
    static void describe(OperationDoc& doc) {
        doc.request = &schema_of<T>();
        doc.request_is_patch = true;
    }
};

template <class T>
struct Argument<Replacement<T>> {
    static constexpr std::size_t path_values = 0;
    static constexpr bool is_body = true;
    static Result<Replacement<T>> take(Binding& binding) {
        auto body = binding.json_body();
        if (!body) return body.error();
        return Replacement<T>{*std::move(body)};
    }
    static void describe(OperationDoc& doc) { doc.request = &schema_of<T>(); }
};

template <class T>
std::optional<std::int64_t> version_of(T const& document) {
    if constexpr (requires { document.version; }) return document.version;
    return std::nullopt;
}
template <class T>
inline constexpr bool has_version = requires(T const& document) { document.version; };

// 304 when `version` is what a GET's If-None-Match names.
Response document_response(Context const& context, Schema const& schema, void const* document,
                           std::optional<std::int64_t> version, int status, std::string const& location);
Response shown_response(Context const& context, ShownRow const& row);
Response no_content();
Response refusal(Context const& context, Problem const& problem);
void add_fields(Response& response, Headers const& headers);

template <class R>
struct Answer;

template <class T>
struct Answer<Entity<T>> {
    static constexpr bool is_json = true;
    static Response respond(Context const& context, Entity<T> const& answer) {
        return document_response(context, schema_of<T>(), &answer.value, version_of(answer.value), 200, {});
    }
    static void describe(OperationDoc& doc) {
        doc.answer = &schema_of<T>();
        doc.has_etag = has_version<T>;
    }
};

template <class T>
struct Answer<Shown<T>> {
    static constexpr bool is_json = true;
    static Response respond(Context const& context, Shown<T> const& answer) {
        return shown_response(context, answer.row);
    }
    static void describe(OperationDoc& doc) { Answer<Entity<T>>::describe(doc); }
};

template <class T>
struct Answer<Created<T>> {
    static constexpr bool is_json = true;
    static Response respond(Context const& context, Created<T> const& answer) {
        return document_response(context, schema_of<T>(), &answer.value, version_of(answer.value), 201,
                                 answer.location);
    }
    static void describe(OperationDoc& doc) {
        doc.answer = &schema_of<T>();
        doc.has_etag = has_version<T>;
        doc.success = 201;
    }
};

template <>
struct Answer<NoContent> {
    static constexpr bool is_json = false;
    static Response respond(Context const&, NoContent const&) { return no_content(); }
    static void describe(OperationDoc& doc) { doc.success = 204; }
};

template <>
struct Answer<Response> {
    static constexpr bool is_json = false;
    static Response respond(Context const&, Response response) { return response; }
    static void describe(OperationDoc&) {}
};

template <class A>
struct Answer<Committed<A>> {
    static constexpr bool is_json = Answer<A>::is_json;
    static Response respond(Context const& context, Committed<A> const& answer) {
        auto response = answer.problem() != nullptr ? refusal(context, *answer.problem())
                                                    : Answer<A>::respond(context, *answer.answer());
        add_fields(response, answer.headers());
        return response;
    }
    static void describe(OperationDoc& doc) { Answer<A>::describe(doc); }
};

// What the first step of a staged route hands on; the step may refuse and be committed all the same.
template <class S>
struct Prepared {
    using State = S;
    static std::optional<Response> refused(Context const&, S const&) { return std::nullopt; }
    static S take(S state) { return state; }
};
template <class S>
struct Prepared<Committed<S>> {
    using State = S;
    static std::optional<Response> refused(Context const& context, Committed<S> const& outcome) {
        if (outcome.problem() == nullptr) return std::nullopt;
        auto response = refusal(context, *outcome.problem());
        add_fields(response, outcome.headers());
        return response;
    }
    static S take(Committed<S> outcome) { return std::move(*outcome.answer()); }
};

// What a callable takes after `Tx&, Context const&`, and what it returns.
template <class F>
struct Signature : Signature<decltype(&F::operator())> {};
template <class R, class... A>
struct Signature<R (*)(Tx&, Context const&, A...)> {
    using Returned = R;
    using Arguments = std::tuple<std::remove_cvref_t<A>...>;
};
template <class R, class... A>
struct Signature<R (*)(Tx&, Context const&, A...) noexcept> : Signature<R (*)(Tx&, Context const&, A...)> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(Tx&, Context const&, A...) const> : Signature<R (*)(Tx&, Context const&, A...)> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(Tx&, Context const&, A...) const noexcept>
    : Signature<R (*)(Tx&, Context const&, A...)> {};

template <class H>
using ArgumentsOf = typename Signature<H>::Arguments;
template <class H>
using AnswerOf = typename Signature<H>::Returned::value_type;

template <class Tuple>
struct ArgumentList;
template <class... A>
struct ArgumentList<std::tuple<A...>> {
    static constexpr std::size_t path_values = (std::size_t{0} + ... + Argument<A>::path_values);
    static constexpr int bodies = (0 + ... + (Argument<A>::is_body ? 1 : 0));
    static_assert(bodies <= 1, "a handler takes at most one body");

    static void describe(OperationDoc& doc) { (Argument<A>::describe(doc), ...); }

    // In order; the first that fails ends it.
    static Result<std::tuple<A...>> take(Binding& binding) {
        std::optional<Problem> problem;
        std::tuple<std::optional<A>...> taken{take_one<A>(binding, problem)...};
        if (problem) return *std::move(problem);
        return std::apply([](auto&... value) { return std::tuple<A...>{*std::move(value)...}; }, taken);
    }

  private:
    template <class T>
    static std::optional<T> take_one(Binding& binding, std::optional<Problem>& problem) {
        if (problem) return std::nullopt;
        auto value = Argument<T>::take(binding);
        if (value) return *std::move(value);
        problem = value.error();
        return std::nullopt;
    }
};

// `not_acceptable` when Accept does not take JSON.
Result<void> accepts_json(Context const& context);

template <class H>
Result<std::optional<Response>> call(H const& handler, Tx& tx, Context const& context,
                                     ArgumentsOf<H> const& arguments) {
    auto answer = std::apply([&](auto const&... value) { return handler(tx, context, value...); }, arguments);
    if (!answer) return answer.error();
    return std::optional<Response>{Answer<AnswerOf<H>>::respond(context, *std::move(answer))};
}

// What a list was asked for, read from the request once.
struct ListPlan {
    ListQuery query;
    QueryParameters parameters;
    std::optional<ExportFormat> format;  // none: a JSON page
};
// The parameters that the route names itself are its scope's.
Result<ListPlan> plan_list(Context const& context, Route const& route, PathValues const& path);
Where where_to_read(Context const& context, ListPlan const& plan);
Response answer_list(Tx& tx, Context const& context, ListPlan const& plan, Scope scope);

// Throws std::logic_error when the pattern has another number of {parameters} than the handler takes.
void check_path_values(std::string_view pattern, std::size_t taken);

}  // namespace securestack::detail
