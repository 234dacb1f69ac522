// SQL text and its parameters, grown together: `sql.add("owner = ").bind(id)` writes the next $n.
#pragma once

#include <string>
#include <string_view>

#include "storage/value.hpp"

namespace securestack {

class Sql {
  public:
    // Text without placeholders of its own.
    Sql& add(std::string_view text) {
        text_ += text;
        return *this;
    }
    Sql& column(std::string_view name);  // in double quotes: "index" and "order" are good names for members
    Sql& bind(Param value);
    Sql& append(Sql const& other);  // renumbers the other's placeholders

    // "$n" for a value that is needed more than once: `add` it as often as you like.
    std::string placeholder(Param value);

    bool empty() const { return text_.empty(); }
    std::string const& text() const { return text_; }
    Params const& params() const { return params_; }

    // Room for so many parameters, before they are bound.
    Sql& reserve(std::size_t params) {
        params_.reserve(params);
        return *this;
    }

  private:
    void append_placeholder(std::size_t number);

    std::string text_;
    Params params_;
};

}  // namespace securestack
