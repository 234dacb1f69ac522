#include "resource/sql.hpp"

#include <array>
#include <charconv>

namespace securestack {

Sql& Sql::column(std::string_view name) {
    text_ += '"';
    text_ += name;
    text_ += '"';
    return *this;
}

std::string Sql::placeholder(Param value) {
    params_.push_back(std::move(value));
    return "$" + std::to_string(params_.size());
}

Sql& Sql::bind(Param value) {
    params_.push_back(std::move(value));
    append_placeholder(params_.size());
    return *this;
}

void Sql::append_placeholder(std::size_t number) {
    std::array<char, 20> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    text_ += '$';
    text_.append(digits.data(), end);
}

Sql& Sql::append(Sql const& other) {
    auto const offset = params_.size();
    std::string_view rest{other.text_};
    for (auto dollar = rest.find('$'); dollar != rest.npos; dollar = rest.find('$')) {
        text_ += rest.substr(0, dollar);
        rest.remove_prefix(dollar + 1);
        std::size_t number = 0;
        auto const end = std::from_chars(rest.data(), rest.data() + rest.size(), number).ptr;
        if (number == 0) {
            text_ += '$';
            continue;
        }
        append_placeholder(number + offset);
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    }
    text_ += rest;
    params_.insert(params_.end(), other.params_.begin(), other.params_.end());
    return *this;
}

}  // namespace securestack
