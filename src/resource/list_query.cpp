// A list's parameters, read against its schema.
#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <tuple>

#include "core/encoding.hpp"
#include "resource/query.hpp"
#include "resource/wording.hpp"

namespace securestack {

namespace {

constexpr std::int64_t most_rows = 200;
constexpr std::size_t most_sort_keys = 4;
constexpr std::size_t longest_search = 200;
constexpr std::size_t most_search_words = 8;
constexpr std::string_view blank = " \t\r\n";

struct Suffix {
    std::string_view text;
    Comparison comparison;
};
constexpr std::array suffixes{Suffix{"gte", Comparison::gte}, Suffix{"gt", Comparison::gt},
                              Suffix{"lte", Comparison::lte}, Suffix{"lt", Comparison::lt}};

bool is_visible(Field const& field) {
    return field.is_readable();
}
bool is_ordered(Field const& field) {
    return field.type->json == JsonType::time || field.type->json == JsonType::integer;
}

std::string expected_value(Field const& field, std::string_view value) {
    switch (field.type->json) {
        case JsonType::choice:
            return one_of(field.type->choices);
        case JsonType::integer:
            return "an integer";
        case JsonType::boolean:
            return "true or false";
        case JsonType::id:
            return "a UUID";
        case JsonType::time:
            return expected_time(value);
        default:
            return field.text_format != nullptr ? std::string{field.text_format->expected}
                                                : "valid UTF-8 text";
    }
}

std::string quoted_names(std::vector<std::string_view> const& names) {
    return names.empty() ? std::string{"nothing"} : one_of(names);
}

class Reader {
  public:
    Reader(Schema const& schema, std::string place) : schema_(schema) {
        query_.schema = &schema;
        query_.place = std::move(place);
    }

    void read(std::string const& name, std::string const& value) {
        if (errors_.size() >= max_errors) return;
        if (name == "limit" || name == "cursor" || name == "sort" || name == "count" ||
            (name == "q" && schema_.is_searchable())) {
            if (!seen_.insert(name).second) return fail(name, "duplicate", "may be given once only");
            return read_control(name, value);
        }
        read_filter(name, value);
    }

    Result<ListQuery> finish(CursorKey const& key) {
        if (query_.sort.empty()) read_sort(schema_.default_sort, false);
        complete_sort();
        drop_fixed_keys();
        std::ranges::stable_sort(query_.filters, {}, [](Filter const& f) {
            return std::tuple{f.field, std::string_view{f.key}, f.comparison};
        });
        if (errors_.empty() && seen_.contains("cursor")) {
            auto position = key.decode(query_, cursor_);
            if (position) {
                query_.cursor = std::move(*position);
            } else {
                fail("cursor", "format", position.error().detail);
            }
        }
        if (errors_.empty()) return std::move(query_);
        return problem();
    }

  private:
    void fail(std::string_view name, std::string_view code, std::string detail) {
        errors_.push_back({std::string{name}, std::string{code}, std::move(detail)});
    }

    Problem problem() {
        auto const& first = errors_.front();
        Problem found{ErrorCode::malformed, "Query parameter " + first.pointer + ": " + first.detail};
        if (errors_.size() > 1)
            found.detail = std::to_string(errors_.size()) + " query parameters are not valid.";
        found.errors = std::move(errors_);
        return found;
    }

    void read_control(std::string const& name, std::string const& value) {
        if (name == "limit") return read_limit(value);
        if (name == "sort") return read_sort(value, true);
        if (name == "q") return read_search(value);
        if (name == "cursor") {
            cursor_ = value;
        } else if (value == "true" || value == "false") {
            query_.count = value == "true";
        } else {
            fail(name, "format", "must be true or false");
        }
    }

    void read_limit(std::string const& value) {
        auto const [end, fault] = std::from_chars(value.data(), value.data() + value.size(), query_.limit);
        bool const is_number = fault == std::errc{} && end == value.data() + value.size();
        if (is_number && query_.limit >= 1 && query_.limit <= most_rows) return;
        fail("limit", "range", "must be a number from 1 to 200");
    }

    void read_search(std::string const& value) {
        auto folded = fold_case(value);
        if (!folded || value.find('\0') != std::string::npos)
            return fail("q", "format", "must be valid UTF-8 text");
        if (code_points(value) > longest_search)
            return fail("q", "length", "must have at most 200 characters");
        std::size_t words = 0;
        std::string_view rest{*folded};
        for (auto begin = rest.find_first_not_of(blank); begin != std::string_view::npos;
             begin = rest.find_first_not_of(blank)) {
            auto const end = std::min(rest.find_first_of(blank, begin), rest.size());
            if (!query_.search.empty()) query_.search += ' ';
            query_.search += rest.substr(begin, end - begin);
            rest.remove_prefix(end);
            ++words;
        }
        if (words > most_search_words) fail("q", "range", "must have at most 8 words");
    }

    void read_sort(std::string_view list, bool from_client) {
        std::size_t keys = 0;
        for (std::size_t begin = 0; begin <= list.size(); ++keys) {
            if (keys == most_sort_keys) return fail("sort", "range", "must name at most 4 fields");
            auto const end = std::min(list.find(',', begin), list.size());
            read_sort_key(list.substr(begin, end - begin), from_client);
            begin = end + 1;
        }
    }

    void read_sort_key(std::string_view name, bool from_client) {
        SortKey key;
        if (name.starts_with('-')) {
            key.descending = true;
            name.remove_prefix(1);
        }
        key.field = schema_.find(name);
        if (key.field == nullptr || (from_client && !(key.field->is_sortable && is_visible(*key.field)))) {
            std::vector<std::string_view> names;
            for (auto const& field : schema_.fields) {
                if (field.is_sortable && is_visible(field)) names.push_back(field.name);
            }
            return fail("sort", "unknown",
                        "must be " + quoted_names(names) + ", with a - before it for descending order");
        }
        bool const repeated = std::ranges::find(query_.sort, key.field, &SortKey::field) != query_.sort.end();
        if (repeated) return fail("sort", "duplicate", "names \"" + std::string{name} + "\" twice");
        query_.sort.push_back(key);
    }

    // The id makes the order total; what comes after it decides nothing.
    void complete_sort() {
        auto const* id = schema_.find("id");
        auto const found = std::ranges::find(query_.sort, id, &SortKey::field);
        if (found != query_.sort.end()) {
            query_.sort.erase(found + 1, query_.sort.end());
        } else {
            query_.sort.push_back({id, !query_.sort.empty() && query_.sort.back().descending});
        }
    }

    // A key that has one value in the whole list orders nothing. With it, the database would not see that an
    // index on that value and the rest of the order leads straight to the page.
    void drop_fixed_keys() {
        auto const is_fixed = [&](SortKey const& key) {
            return std::ranges::any_of(query_.filters, [&](Filter const& filter) {
                return filter.field == key.field && filter.comparison == Comparison::any_of &&
                       filter.values.size() == 1;
            });
        };
        auto const id = query_.sort.end() - 1;
        query_.sort.erase(std::remove_if(query_.sort.begin(), id, is_fixed), id);
    }

    Field const* find_filter(std::string_view parameter) const {
        auto const found = std::ranges::find_if(schema_.fields, [&](Field const& field) {
            return field.is_filter() && field.parameter() == parameter;
        });
        return found == schema_.fields.end() ? nullptr : &*found;
    }

    void read_filter(std::string const& name, std::string const& value) {
        std::string_view const whole{name};
        auto const dot = whole.find('.');
        auto const* field = find_filter(whole.substr(0, dot));
        if (field == nullptr) return fail_unknown(name);
        Filter filter{.field = field};
        if (dot != std::string_view::npos && !read_suffix(name, whole.substr(dot + 1), filter)) return;
        if (dot == std::string_view::npos && field->type->json == JsonType::map) {
            return fail(name, "format", "needs the key: " + name + ".<key>=<value>");
        }
        if (read_value(name, value, filter)) add_filter(name, std::move(filter));
    }

    bool read_suffix(std::string const& name, std::string_view suffix, Filter& filter) {
        if (filter.field->type->json == JsonType::map) {
            filter.key = suffix;
            if (formats::label_key.accepts(suffix)) return true;
            fail(name, "format", "the key must be " + std::string{formats::label_key.expected});
            return false;
        }
        auto const found = std::ranges::find(suffixes, suffix, &Suffix::text);
        if (found == suffixes.end() || !is_ordered(*filter.field)) {
            fail_unknown(name);
            return false;
        }
        filter.comparison = found->comparison;
        return true;
    }

    bool read_value(std::string const& name, std::string const& value, Filter& filter) {
        auto const& field = *filter.field;
        bool const is_map = field.type->json == JsonType::map;
        if (value == "null" && filter.comparison == Comparison::any_of && (field.type->nullable || is_map)) {
            filter.values.emplace_back(std::nullopt);
            return true;
        }
        auto parsed = is_map ? Codec<std::string>::parse(value) : field.access->parse(value);
        if (!parsed) {
            auto const* code = field.type->json == JsonType::choice ? "enum" : "format";
            fail(name, code, "must be " + expected_value(field, value));
            return false;
        }
        filter.values.emplace_back(std::move(parsed));
        return true;
    }

    void add_filter(std::string const& name, Filter filter) {
        auto const same = std::ranges::find_if(query_.filters, [&](Filter const& other) {
            return other.field == filter.field && other.key == filter.key &&
                   other.comparison == filter.comparison;
        });
        if (same == query_.filters.end()) {
            query_.filters.push_back(std::move(filter));
        } else if (filter.comparison == Comparison::any_of) {
            same->values.push_back(std::move(filter.values.front()));
        } else {
            fail(name, "duplicate", "may be given once only");
        }
    }

    void fail_unknown(std::string const& name) {
        std::vector<std::string> known{"limit", "cursor", "sort", "count"};
        if (schema_.is_searchable()) known.emplace_back("q");
        for (auto const& field : schema_.fields) {
            if (!field.is_filter()) continue;
            known.emplace_back(field.parameter());
            if (!is_ordered(field)) continue;
            for (auto const& suffix : suffixes) known.push_back(known_name(field, suffix));
        }
        std::vector<std::string_view> const names(known.begin(), known.end());
        auto const meant = nearest_name(names, name);
        fail(name, "unknown",
             meant.empty() ? "this list has no such parameter"
                           : "this list has no such parameter; did you mean " + std::string{meant} + "?");
    }

    static std::string known_name(Field const& field, Suffix const& suffix) {
        return std::string{field.parameter()} + "." + std::string{suffix.text};
    }

    Schema const& schema_;
    ListQuery query_;
    std::string cursor_;
    std::set<std::string, std::less<>> seen_;
    std::vector<FieldError> errors_;
};

}  // namespace

Result<ListQuery> parse_list_query(Schema const& schema, QueryParameters const& parameters,
                                   CursorKey const& key, std::string place) {
    Reader reader{schema, std::move(place)};
    for (auto const& [name, value] : parameters) reader.read(name, value);
    return reader.finish(key);
}

}  // namespace securestack
