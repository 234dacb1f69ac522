// JSON in and out. In: RFC 8259, strictly. Out: an appending writer; the hot path of every list.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "core/error.hpp"
#include "core/id.hpp"
#include "core/time.hpp"

namespace securestack {

// Parses one whole document. Problem `malformed`, with the position and what is wrong, for anything that RFC
// 8259 does not allow and for a byte order mark, duplicate member names, invalid UTF-8, U+0000 in a string, a
// number that no double can hold and nesting deeper than 64.
Result<boost::json::value> parse_json(std::string_view text);

// Writes JSON to the end of a string; puts the commas. The caller keeps begin and end in balance and gives
// valid UTF-8.
class JsonWriter {
  public:
    explicit JsonWriter(std::string& out) : out_(out) {}

    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }

    // A member name; must need no escaping when it comes from a field, is escaped otherwise.
    void field_name(std::string_view name);
    void key(std::string_view name);

    void string(std::string_view utf8);
    void integer(std::int64_t value);
    void number(double value);  // null when it is not finite
    void boolean(bool value);
    void null();
    void id(Id const& value);
    void time(Time value);
    void raw(std::string_view json);  // one whole JSON value
    void value(boost::json::value const& value);

  private:
    void open(char bracket);
    void close(char bracket);
    // A comma when one is due, then what `write` puts at the place it is given, `room` bytes at most; it
    // returns the end.
    template <class Write>
    void append(std::size_t room, Write write);

    std::string& out_;
    bool comma_ = false;
};

}  // namespace securestack
