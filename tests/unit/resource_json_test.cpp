#include <array>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include "resource/json.hpp"

namespace securestack::test {
namespace {

struct Case {
    std::string_view what;
    std::string_view text;
};

// The categories of the public JSON parsing test-suite: what must be accepted, what must be refused.
constexpr std::array accepted{
    Case{"empty array", "[]"},
    Case{"empty object", "{}"},
    Case{"null", "null"},
    Case{"true", "true"},
    Case{"false", "false"},
    Case{"zero", "0"},
    Case{"string", "\"a\""},
    Case{"empty string", "\"\""},
    Case{"space around", " [] "},
    Case{"all white space", " \t\r\n[]\n\r\t "},
    Case{"nested empties", "[[],{},[[]]]"},
    Case{"array of null", "[null]"},
    Case{"array of several", "[1,null,\"a\",true]"},
    Case{"array with spaces", "[ 1 , 2 ]"},
    Case{"trailing newline", "[1]\n"},
    Case{"array with leading space", " [1]"},
    Case{"heterogeneous", "[null,1,\"1\",{}]"},
    Case{"number", "[123]"},
    Case{"negative", "[-123]"},
    Case{"negative zero", "[-0]"},
    Case{"negative zero fraction", "[-0.0]"},
    Case{"fraction", "[1.5]"},
    Case{"exponent", "[1e5]"},
    Case{"capital exponent", "[1E22]"},
    Case{"positive exponent", "[1E+2]"},
    Case{"negative exponent", "[1E-2]"},
    Case{"zero exponent", "[0e1]"},
    Case{"zero with plus exponent", "[0e+1]"},
    Case{"fraction and exponent", "[123.456e78]"},
    Case{"real capital negative", "[1.5E-10]"},
    Case{"minus one", "[-1]"},
    Case{"space after number", "[4 ]"},
    Case{"close to zero",
         "[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]"},
    Case{"simple real", "[123.456789]"},
    Case{"int64 max", "[9223372036854775807]"},
    Case{"int64 min", "[-9223372036854775808]"},
    Case{"uint64 max", "[18446744073709551615]"},
    Case{"beyond uint64", "[18446744073709551616]"},
    Case{"long digits", "[0.1000000000000000055511151231257827]"},
    Case{"underflow", "[1e-400]"},
    Case{"large exponent", "[1e308]"},
    Case{"object", "{\"a\":1}"},
    Case{"object of two", "{\"a\":1,\"b\":2}"},
    Case{"empty key", "{\"\":0}"},
    Case{"escaped key", "{\"a\\nb\":1}"},
    Case{"nested object", "{\"a\":{\"b\":{}}}"},
    Case{"same key at other depth", "{\"a\":{\"a\":1}}"},
    Case{"same key in siblings", "[{\"a\":1},{\"a\":1}]"},
    Case{"keys differing in case", "{\"a\":1,\"A\":2}"},
    Case{"object with newlines", "{\n\"a\": \"b\"\n}"},
    Case{"long keys", "{\"min\":-1.0e+28,\"max\":1.0e+28}"},
    Case{"escapes", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"},
    Case{"unicode escape", "[\"\\u0060\"]"},
    Case{"escape in capitals", "[\"\\u00EB\"]"},
    Case{"surrogate pair", "[\"\\uD801\\udc37\"]"},
    Case{"two surrogate pairs", "[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"},
    Case{"last surrogate pair", "[\"\\uDBFF\\uDFFF\"]"},
    Case{"escaped control", "[\"\\u0012\"]"},
    Case{"escaped double quote", "[\"\\u0022\"]"},
    Case{"escaped backslash", "[\"\\u005C\"]"},
    Case{"escaped noncharacter", "[\"\\uFFFF\"]"},
    Case{"two-byte UTF-8", "[\"\xC3\xA9\"]"},
    Case{"three-byte UTF-8", "[\"\xE2\x82\xAC\"]"},
    Case{"four-byte UTF-8", "[\"\xF0\x9F\x98\x80\"]"},
    Case{"noncharacter", "[\"\xEF\xBF\xBF\"]"},
    Case{"DEL", "[\"\x7F\"]"},
    Case{"BOM inside a string", "[\"\xEF\xBB\xBF\"]"},
    Case{"line separator", "[\"\xE2\x80\xA8\"]"},
    Case{"comment inside a string", "[\"a/*b*/c/*d//e\"]"},
    Case{"double escape", "[\"\\\\a\"]"},
    Case{"escape then n", "[\"\\\\n\"]"},
    Case{"reserved character", "[\"\\u2064\"]"},
    Case{"string with space", "[\" \"]"},
    Case{"unescaped slash", "[\"a/b\"]"},
    Case{"brackets in a string", "[\"[{}]\"]"},
    Case{"single quote in a string", "[\"'\"]"},
};

constexpr std::array refused{
    Case{"nothing", ""},
    Case{"only space", " "},
    Case{"open array", "["},
    Case{"open object", "{"},
    Case{"close array", "]"},
    Case{"close object", "}"},
    Case{"array open in object", "{\"a\":["},
    Case{"mismatch", "[}"},
    Case{"mismatch in object", "{\"a\":1]"},
    Case{"trailing comma", "[1,]"},
    Case{"only comma", "[,]"},
    Case{"leading comma", "[,1]"},
    Case{"double comma", "[1,,2]"},
    Case{"two trailing commas", "[\"\",,]"},
    Case{"missing comma", "[1 2]"},
    Case{"missing comma after array", "[3[4]]"},
    Case{"extra close", "[1]]"},
    Case{"extra comma after", "[1],"},
    Case{"unclosed array", "[1"},
    Case{"unclosed with comma", "[1,"},
    Case{"unclosed with newline", "[\"a\",\n4\n,1,"},
    Case{"colon instead of comma", "[1:2]"},
    Case{"star", "[*]"},
    Case{"inner ellipsis", "[1,...]"},
    Case{"trailing word", "[] x"},
    Case{"two documents", "{}{}"},
    Case{"two numbers", "1 2"},
    Case{"trailing bracket", "{\"a\":1}]"},
    Case{"trailing hash", "{}#"},
    Case{"trailing comment", "{}//"},
    Case{"open comment", "{}/*"},
    Case{"comment", "/* */{}"},
    Case{"comment in array", "[/**/1]"},
    Case{"line comment", "[1]//x"},
    Case{"plus", "[+1]"},
    Case{"leading zero", "[01]"},
    Case{"negative leading zero", "[-01]"},
    Case{"double leading zero", "[-012]"},
    Case{"no fraction digits", "[1.]"},
    Case{"no fraction digits with exponent", "[1.e1]"},
    Case{"no integer digits", "[.5]"},
    Case{"negative no integer digits", "[-.5]"},
    Case{"only minus", "[-]"},
    Case{"minus space", "[- 1]"},
    Case{"double minus", "[--1]"},
    Case{"plus plus", "[++1]"},
    Case{"exponent without digits", "[1e]"},
    Case{"exponent sign without digits", "[1e+]"},
    Case{"capital exponent without digits", "[1E]"},
    Case{"two exponents", "[1e1e1]"},
    Case{"double dot", "[1.2.3]"},
    Case{"hexadecimal", "[0x1]"},
    Case{"hexadecimal digits", "[0x42]"},
    Case{"octal", "[0o7]"},
    Case{"infinity", "[Infinity]"},
    Case{"minus infinity", "[-Infinity]"},
    Case{"nan", "[NaN]"},
    Case{"minus nan", "[-NaN]"},
    Case{"inf", "[Inf]"},
    Case{"number with letter", "[1a]"},
    Case{"space in number", "[1 000.0]"},
    Case{"underscore in number", "[1_000]"},
    Case{"expression", "[1+2]"},
    Case{"fullwidth digit", "[\xEF\xBC\x91]"},
    Case{"too large", "[1e400]"},
    Case{"too large negative", "[-1e400]"},
    Case{"huge exponent", "[1e99999999999]"},
    Case{"unfinished real", "[0.e1]"},
    Case{"real with garbage", "[1.5x]"},
    Case{"minus sign with trailing garbage", "[-1x]"},
    Case{"capital true", "[True]"},
    Case{"capital null", "[NULL]"},
    Case{"unfinished true", "[tru]"},
    Case{"unfinished false", "[fals]"},
    Case{"unfinished null", "[nul]"},
    Case{"unfinished true at end", "tru"},
    Case{"true with more", "[truex]"},
    Case{"undefined", "[undefined]"},
    Case{"bare word", "[abc]"},
    Case{"single quotes", "['a']"},
    Case{"single quoted key", "{'a':1}"},
    Case{"bare key", "{a:1}"},
    Case{"number key", "{1:1}"},
    Case{"null key", "{null:1}"},
    Case{"bracket key", "{[:1}"},
    Case{"missing colon", "{\"a\" 1}"},
    Case{"double colon", "{\"a\"::1}"},
    Case{"missing value", "{\"a\":}"},
    Case{"missing key", "{:1}"},
    Case{"no value", "{\"a\"}"},
    Case{"comma for colon", "{\"a\",1}"},
    Case{"trailing comma in object", "{\"a\":1,}"},
    Case{"two trailing commas in object", "{\"a\":1,,}"},
    Case{"leading comma in object", "{,\"a\":1}"},
    Case{"several commas in object", "{\"a\":1,,,\"b\":2}"},
    Case{"unclosed object", "{\"a\":1"},
    Case{"unclosed after colon", "{\"a\":"},
    Case{"unclosed after key", "{\"a\""},
    Case{"semicolon", "{\"a\":1;\"b\":2}"},
    Case{"garbage at end", "{\"a\":1 2}"},
    Case{"duplicate names", "{\"a\":1,\"a\":2}"},
    Case{"duplicate names, same value", "{\"a\":1,\"a\":1}"},
    Case{"duplicate after unescaping", "{\"a\":1,\"\\u0061\":2}"},
    Case{"duplicate nested", "[{\"x\":{\"b\":1,\"c\":2,\"b\":3}}]"},
    Case{"duplicate empty names", "{\"\":1,\"\":2}"},
    Case{"unclosed string", "[\"a"},
    Case{"unclosed string at escape", "[\"\\"},
    Case{"only a quote", "\""},
    Case{"unclosed escape", "[\"\\\"]"},
    Case{"unknown escape", "[\"\\x00\"]"},
    Case{"escaped a", "[\"\\a\"]"},
    Case{"escaped newline", "[\"\\\n\"]"},
    Case{"escaped tab byte", "[\"\\\t\"]"},
    Case{"escaped emoji", "[\"\\\xF0\x9F\x98\x80\"]"},
    Case{"short unicode escape", "[\"\\u00A\"]"},
    Case{"no hex digits", "[\"\\uqqqq\"]"},
    Case{"capital U", "[\"\\U0041\"]"},
    Case{"escape cut by end", "[\"\\u00"},
    Case{"lone high surrogate", "[\"\\uD800\"]"},
    Case{"lone low surrogate", "[\"\\uDC00\"]"},
    Case{"high surrogate twice", "[\"\\uD800\\uD800\"]"},
    Case{"high surrogate and text", "[\"\\uD800a\"]"},
    Case{"half pair", "[\"\\uD800\\u\"]"},
    Case{"half pair one digit", "[\"\\uD800\\u1\"]"},
    Case{"newline in string", "[\"a\nb\"]"},
    Case{"tab in string", "[\"\t\"]"},
    Case{"carriage return in string", "[\"\r\"]"},
    Case{"control character", "[\"\x1F\"]"},
    Case{"control character in key", "{\"a\x01\":1}"},
    Case{"escaped NUL", "[\"\\u0000\"]"},
    Case{"escaped NUL inside", "[\"a\\u0000b\"]"},
    Case{"escaped NUL in key", "{\"\\u0000\":1}"},
    Case{"form feed outside", "[\f]"},
    Case{"vertical tab outside", "[\v1]"},
    Case{"no-break space outside", "[\xC2\xA0]"},
    Case{"word joiner outside", "[\xE2\x81\xA0]"},
    Case{"escape outside", "[\\n]"},
    Case{"unicode escape outside", "\\u000A\"\""},
    Case{"BOM", "\xEF\xBB\xBF{}"},
    Case{"BOM alone", "\xEF\xBB\xBF"},
    Case{"half a BOM", "\xEF\xBB{}"},
    Case{"UTF-16", "\xFF\xFE[]"},
    Case{"lone continuation byte", "[\"\x80\"]"},
    Case{"unfinished two-byte", "[\"\xC3\"]"},
    Case{"unfinished three-byte", "[\"\xE2\x82\"]"},
    Case{"unfinished four-byte", "[\"\xF0\x9F\x98\"]"},
    Case{"overlong slash", "[\"\xC0\xAF\"]"},
    Case{"overlong three-byte", "[\"\xE0\x80\xAF\"]"},
    Case{"overlong four-byte", "[\"\xF0\x80\x80\xAF\"]"},
    Case{"encoded surrogate", "[\"\xED\xA0\x80\"]"},
    Case{"beyond U+10FFFF", "[\"\xF4\x90\x80\x80\"]"},
    Case{"0xFF", "[\"\xFF\"]"},
    Case{"latin-1", "[\"\xE9\"]"},
    Case{"invalid in key", "{\"\xFF\":1}"},
    Case{"invalid outside", "[\xE5]"},
    Case{"lone dash word", "-foo"},
    Case{"angle bracket", "<"},
    Case{"html", "<html>"},
    Case{"array closed by angle", "[<null>]"},
    Case{"at sign", "@"},
    Case{"lone quote in array", "[\"]"},
    Case{"unquoted then quoted", "[a\"b\"]"},
    Case{"string then garbage", "\"\"x"},
    Case{"double array", "[][]"},
    Case{"array then word", "[1]x"},
    Case{"uescaped LF before string", "[\\u000A\"\"]"},
};

std::string nested(std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
}

std::string written(boost::json::value const& value) {
    std::string text;
    JsonWriter{text}.value(value);
    return text;
}

TEST(ParseJson, AcceptsWhatRfc8259Allows) {
    for (auto const& [what, text] : accepted) {
        auto const document = parse_json(text);
        EXPECT_TRUE(document.has_value()) << what << ": " << (document ? "" : document.error().detail);
    }
}

TEST(ParseJson, RefusesEverythingElseAsMalformed) {
    for (auto const& [what, text] : refused) {
        auto const document = parse_json(text);
        ASSERT_FALSE(document.has_value()) << what;
        EXPECT_EQ(document.error().code, ErrorCode::malformed) << what;
    }
}

TEST(ParseJson, RefusesABareNulByte) {
    using namespace std::string_view_literals;
    EXPECT_FALSE(parse_json("[\"a\0\"]"sv).has_value());
    EXPECT_FALSE(parse_json("[1]\0"sv).has_value());
}

TEST(ParseJson, NestsSixtyFourDeepAndNoDeeper) {
    EXPECT_TRUE(parse_json(nested(64)).has_value());
    auto const deeper = parse_json(nested(65));
    ASSERT_FALSE(deeper.has_value());
    EXPECT_NE(deeper.error().detail.find("deeper than 64"), std::string::npos) << deeper.error().detail;
    EXPECT_FALSE(parse_json(nested(100'000)).has_value());
}

TEST(ParseJson, SaysWhereAndWhat) {
    auto const twice = parse_json("{\n  \"é\": 1,\n  \"é\": 2\n}");
    ASSERT_FALSE(twice.has_value());
    EXPECT_NE(twice.error().detail.find("line 3"), std::string::npos) << twice.error().detail;
    EXPECT_NE(twice.error().detail.find("twice"), std::string::npos) << twice.error().detail;
    auto const word = parse_json("[1, x]");
    ASSERT_FALSE(word.has_value());
    EXPECT_EQ(word.error().detail, "The JSON document is malformed at line 1, column 5: unexpected 'x'.");
}

TEST(ParseJson, FindsADuplicateAmongManyNames) {
    std::string text = "{";
    for (int i = 0; i < 20'000; ++i) text += "\"name" + std::to_string(i) + "\":1,";
    EXPECT_TRUE(parse_json(text + "\"last\":1}").has_value());
    EXPECT_FALSE(parse_json(text + "\"name777\":1}").has_value());
}

TEST(ParseJson, ReadsTheNearestDouble) {
    for (double const number :
         {0.1, 1.7976931348623157e308, 5e-324, 123456789.123456789, 9007199254740993.0}) {
        auto const text = written(number);
        auto const document = parse_json(text);
        ASSERT_TRUE(document.has_value()) << text;
        EXPECT_EQ(document->as_double(), number) << text;
    }
}

TEST(JsonWriter, WhatItWritesIsReadAsTheSame) {
    for (auto const& [what, text] : accepted) {
        auto const document = parse_json(text);
        ASSERT_TRUE(document.has_value()) << what;
        auto const once = written(*document);
        auto const again = parse_json(once);
        ASSERT_TRUE(again.has_value()) << what << ": " << once;
        EXPECT_EQ(written(*again), once) << what;
    }
}

TEST(JsonWriter, EscapesWhatMustBeEscapedAtEveryPlaceOfAWord) {
    for (std::size_t length = 0; length < 40; ++length) {
        for (char const c : {'"', '\\', '\n', '\x01', '\x1f', '\x7f'}) {
            for (std::size_t place = 0; place < length; ++place) {
                std::string text(length, 'x');
                text[place] = c;
                std::string json;
                JsonWriter{json}.string(text);
                auto const read = parse_json(json);
                ASSERT_TRUE(read.has_value()) << json;
                ASSERT_EQ(std::string_view{read->as_string()}, text);
            }
        }
    }
}

TEST(JsonWriter, PutsTheCommas) {
    std::string text;
    JsonWriter out{text};
    out.begin_object();
    out.field_name("a");
    out.begin_array();
    out.integer(-9223372036854775807 - 1);
    out.number(0.5);
    out.boolean(true);
    out.null();
    out.begin_object();
    out.end_object();
    out.end_array();
    out.key("b\"");
    out.string("x");
    out.field_name("c");
    out.raw("[1]");
    out.end_object();
    EXPECT_EQ(text, R"({"a":[-9223372036854775808,0.5,true,null,{}],"b\"":"x","c":[1]})");
}

TEST(JsonWriter, WritesIdsAndTimes) {
    std::string text;
    JsonWriter out{text};
    out.begin_array();
    out.id(Id::parse("0190a1b2-c3d4-7e5f-8a6b-0123456789ab").value());
    out.time(parse_time("2026-11-22T02:25:00.123456Z").value());
    out.end_array();
    EXPECT_EQ(text, R"(["0190a1b2-c3d4-7e5f-8a6b-0123456789ab","2026-11-22T02:25:00.123456Z"])");
}

}  // namespace
}  // namespace securestack::test
