#include "resource/sql.hpp"

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
    return add(placeholder(std::move(value)));
}

Sql& Sql::append(Sql const& other) {
    auto const offset = params_.size();
    auto const& text = other.text_;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t number = 0;
        auto const digits = text.data() + i + 1;
        auto const end = text.data() + text.size();
        auto const read =
            text[i] == '$' ? std::from_chars(digits, end, number) : std::from_chars_result{digits, {}};
        if (number == 0) {
            text_ += text[i++];
            continue;
        }
        text_ += '$';
        text_ += std::to_string(number + offset);
        i = static_cast<std::size_t>(read.ptr - text.data());
    }
    params_.insert(params_.end(), other.params_.begin(), other.params_.end());
    return *this;
}

}  // namespace securestack
