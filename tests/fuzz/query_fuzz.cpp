// A list's parameters: whatever is accepted gives a statement whose placeholders are all bound, and cursors
// that come back as they went out; a cursor that was not made by us is refused.
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "core/encoding.hpp"
#include "resource/keyset.hpp"
#include "support/gadget.hpp"

namespace {

using namespace securestack;

void require(bool holds) {
    if (!holds) std::abort();
}

QueryParameters split(std::string_view text) {
    QueryParameters parameters;
    while (!text.empty()) {
        auto const pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        auto const equals = std::min(pair.find('='), pair.size());
        auto const name = percent_decode(pair.substr(0, equals), true);
        auto const value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
        if (name && value) parameters.emplace_back(*name, *value);
    }
    return parameters;
}

// The highest $n is the number of parameters, and nothing that came from outside stands in the text.
void check_statement(Sql const& sql) {
    std::size_t highest = 0;
    auto const& text = sql.text();
    for (std::size_t i = text.find('$'); i != std::string::npos; i = text.find('$', i + 1)) {
        highest = std::max<std::size_t>(highest, std::strtoul(text.c_str() + i + 1, nullptr, 10));
    }
    require(highest == sql.params().size());
    require(text.find_first_of(";\n") == std::string::npos);
    for (auto const c : text)
        require(static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f);
}

CursorPosition position_in(ListQuery const& query) {
    CursorPosition position;
    for (auto const& key : query.sort) {
        switch (key.field->type->json) {
            case JsonType::integer:
            case JsonType::time:
                position.keys.emplace_back(std::int64_t{7});
                break;
            case JsonType::boolean:
                position.keys.emplace_back(true);
                break;
            case JsonType::id:
                position.keys.emplace_back(Id{});
                break;
            default:
                position.keys.emplace_back("text");
                break;
        }
    }
    return position;
}

void check_query(ListQuery const& query, CursorKey const& key) {
    require(query.limit >= 1 && query.limit <= 200);
    require(!query.sort.empty() && query.sort.back().field->name == "id");
    for (auto const engine : {Engine::sqlite, Engine::postgresql}) {
        auto const where = predicate(query, Sql{}, engine);
        auto const position = position_in(query);
        auto const fields = shown_fields(*query.schema);
        check_statement(scan_rows(query, where, nullptr, query.limit, fields).statement);
        check_statement(scan_rows(query, where, &position, query.limit, fields).statement);
        check_statement(probe_rows(query, where, position));
    }
    auto const position = position_in(query);
    auto const cursor = key.encode(query, position);
    auto const back = key.decode(query, cursor);
    require(back.has_value() && key.encode(query, *back) == cursor);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size) {
    static CursorKey const key{Secret{"a key for tests"}};
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const query = parse_list_query(schema_of<Gadget>(), split(text), key);
    if (query) {
        require(!query->cursor.has_value());  // nobody guesses an HMAC
        check_query(*query, key);
    } else {
        require(query.error().code == ErrorCode::malformed && !query.error().errors.empty());
    }
    auto const plain = parse_list_query(schema_of<Gadget>(), {}, key).value();
    require(!key.decode(plain, text).has_value());
    return 0;
}
