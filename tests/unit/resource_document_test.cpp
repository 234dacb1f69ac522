#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include "resource/document.hpp"
#include "support/gadget.hpp"

namespace securestack::test {
namespace {

boost::json::value json(std::string_view text) {
    return parse_json(text).value();
}

// "pointer code" of each error, sorted.
std::vector<std::string> faults(Problem const& problem) {
    std::vector<std::string> found;
    for (auto const& error : problem.errors) found.push_back(error.pointer + " " + error.code);
    std::ranges::sort(found);
    return found;
}

template <class T = Gadget>
std::vector<std::string> decode_faults(std::string_view text) {
    auto const decoded = decode<T>(json(text));
    return decoded ? std::vector<std::string>{} : faults(decoded.error());
}

std::vector<std::string> patch_faults(std::string_view text, Gadget const& gadget = {}) {
    auto const result = faultless(patched(gadget, json(text)));
    return result ? std::vector<std::string>{} : faults(result.error());
}

using Faults = std::vector<std::string>;

TEST(Decode, ReadsEveryKindOfMember) {
    auto const gadget =
        decode<Gadget>(json(R"({"name": "é1", "colour": "blue", "size_bytes": 7, "enabled": true,
        "ip": "2001:db8::1", "expires_at": "2026-11-22T03:25:00+01:00", "labels": {"team": "web"},
        "ports": [{"host": "a.example", "port": 443}], "tags": ["x", "y"], "note": "n"})"));
    ASSERT_TRUE(gadget.has_value());
    EXPECT_EQ(gadget->name, "é1");
    EXPECT_EQ(gadget->colour, Colour::blue);
    EXPECT_EQ(gadget->size_bytes, 7);
    EXPECT_EQ(gadget->ip, "2001:db8::1");
    EXPECT_EQ(format_time(gadget->expires_at.value()), "2026-11-22T02:25:00.000000Z");
    EXPECT_EQ(gadget->labels.at("team"), "web");
    EXPECT_EQ(gadget->ports, (std::vector<Port>{{"a.example", 443, true}}));
    EXPECT_EQ(gadget->tags, (std::vector<std::string>{"x", "y"}));
}

TEST(Decode, TellsOfEveryErrorAtOnce) {
    EXPECT_EQ(decode_faults(R"({"nmae": "x", "id": "0190a1b2-c3d4-7e5f-8a6b-0123456789ab", "version": 3,
        "colour": "pink", "size_bytes": 1001, "enabled": "yes", "ip": "1.2.3", "expires_at": "tomorrow",
        "labels": {"bad key": "v", "n": 1}, "ports": [{"host": "-", "port": 0}, {}], "tags": [1], "note": null})"),
              (Faults{"/colour enum", "/enabled type", "/expires_at format", "/id read_only", "/ip format",
                      "/labels/bad key format", "/labels/n type", "/name required", "/nmae unknown",
                      "/note null", "/ports/0/host format", "/ports/0/port range", "/ports/1/host required",
                      "/ports/1/port required", "/size_bytes range", "/tags/0 type", "/version unknown"}));
}

TEST(Decode, SuggestsTheNameThatWasMeant) {
    auto const decoded = decode<Gadget>(json(R"({"name": "x", "coluor": "red"})"));
    ASSERT_FALSE(decoded.has_value());
    EXPECT_EQ(decoded.error().errors.at(0).detail, R"(there is no member "coluor"; did you mean "colour"?)");
}

TEST(Decode, RefusesADocumentThatIsNoObject) {
    for (auto const* text : {"[]", "null", "1", "\"x\""})
        EXPECT_EQ(decode_faults(text), Faults{" type"}) << text;
}

TEST(Decode, TakesWholeNumbersOnly) {
    EXPECT_EQ(decode_faults(R"({"name": "x", "size_bytes": 1.0})"), Faults{});
    EXPECT_EQ(decode_faults(R"({"name": "x", "size_bytes": 1e2})"), Faults{});
    EXPECT_EQ(decode_faults(R"({"name": "x", "size_bytes": 1.5})"), Faults{"/size_bytes type"});
    EXPECT_EQ(decode_faults(R"({"name": "x", "size_bytes": true})"), Faults{"/size_bytes type"});
    EXPECT_EQ(decode_faults(R"({"name": "x", "size_bytes": "1"})"), Faults{"/size_bytes type"});
    EXPECT_EQ(decode_faults(R"({"name": "x", "size_bytes": 9223372036854775808})"),
              Faults{"/size_bytes range"});
    EXPECT_EQ(decode_faults(R"({"name": "x", "size_bytes": 1e300})"), Faults{"/size_bytes range"});
}

TEST(Decode, CountsLengthInCodePoints) {
    EXPECT_EQ(decode_faults(R"({"name": "éééééééééééééééééééé"})"), Faults{});
    EXPECT_EQ(decode_faults(R"({"name": "ééééééééééééééééééééé"})"), Faults{"/name length"});
    EXPECT_EQ(decode_faults(R"({"name": ""})"), Faults{"/name length"});
    EXPECT_EQ(decode_faults(R"({"name": "x", "tags": ["1", "2", "3", "4", "5"]})"), Faults{"/tags length"});
    EXPECT_EQ(decode_faults(R"({"name": "x", "labels": {"a": "", "b": "", "c": "", "d": ""}})"),
              Faults{"/labels length"});
}

TEST(Decode, RunsTheRulesOverSeveralMembersBesideThoseOfEach) {
    EXPECT_EQ(decode_faults(R"({"name": "x", "colour": "blue", "enabled": false})"),
              Faults{"/enabled range"});
    EXPECT_EQ(decode_faults(R"({"name": "", "colour": "blue", "enabled": false})"),
              (Faults{"/enabled range", "/name length"}));
}

TEST(Decode, AcceptsNullForOptionalMembersOnly) {
    EXPECT_EQ(decode_faults(R"({"name": "x", "ip": null, "expires_at": null})"), Faults{});
    EXPECT_EQ(decode_faults(R"({"name": null, "ports": null, "labels": null, "colour": null})"),
              (Faults{"/colour null", "/labels null", "/name null", "/ports null"}));
}

TEST(Decode, EscapesNamesInPointers) {
    EXPECT_EQ(decode_faults(R"({"name": "x", "a/b~c": 1})"), Faults{"/a~1b~0c unknown"});
}

TEST(Decode, StopsAfterAHundredErrors) {
    std::string text = "{";
    for (int i = 0; i < 5000; ++i) text += "\"x" + std::to_string(i) + "\":0,";
    auto const decoded = decode<Gadget>(json(text + "\"name\":\"x\"}"));
    ASSERT_FALSE(decoded.has_value());
    EXPECT_EQ(decoded.error().errors.size(), 100U);
}

TEST(Decode, KeepsSecretsOutOfAnswers) {
    auto const credentials = decode<Credentials>(json(R"({"username": "bob", "password": "correct horse"})"));
    ASSERT_TRUE(credentials.has_value());
    EXPECT_EQ(credentials->password.reveal(), "correct horse");
    EXPECT_EQ(to_json(*credentials), R"({"username":"bob"})");
    EXPECT_EQ(decode_faults<Credentials>(R"({"username": "bob", "password": "short"})"),
              Faults{"/password length"});
}

TEST(Encode, WritesTheReadableMembersInTheirOrder) {
    Gadget gadget;
    gadget.name = "a\"b";
    gadget.labels = {{"team", "web"}};
    gadget.ports = {{"h", 1, false}};
    EXPECT_EQ(to_json(gadget),
              R"({"id":"00000000-0000-0000-0000-000000000000","name":"a\"b","colour":"red","size_bytes":0,)"
              R"("enabled":true,"ip":null,"expires_at":null,"labels":{"team":"web"},)"
              R"("ports":[{"host":"h","port":1,"tls":false}],"tags":[],"note":"",)"
              R"("created_at":"1970-01-01T00:00:00.000000Z"})");
}

TEST(Replaced, GivesAbsentMembersTheirDefaultAndKeepsWhatTheServerSets) {
    Gadget current;
    current.version = 7;
    current.created_at = from_micros(5);
    current.note = "old";
    current.labels = {{"a", "b"}};
    auto const next = faultless(replaced(current, json(R"({"name": "new"})")));
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(next->name, "new");
    EXPECT_EQ(next->note, "");
    EXPECT_TRUE(next->labels.empty());
    EXPECT_EQ(next->version, 7);
    EXPECT_EQ(next->created_at, from_micros(5));
    EXPECT_FALSE(replaced(current, json(R"({"note": "x"})")).errors.empty());
}

TEST(Patched, ChangesWhatItNamesAndNothingElse) {
    Gadget current;
    current.name = "old";
    current.note = "kept";
    current.ip = "192.0.2.1";
    current.labels = {{"a", "1"}, {"b", "2"}};
    current.tags = {"x", "y"};
    auto const next = faultless(patched(
        current, json(R"({"name": "new", "ip": null, "labels": {"a": null, "c": "3"}, "tags": ["z"]})")));
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(next->name, "new");
    EXPECT_EQ(next->note, "kept");
    EXPECT_EQ(next->ip, std::nullopt);
    EXPECT_EQ(next->labels, (std::map<std::string, std::string>{{"b", "2"}, {"c", "3"}}));
    EXPECT_EQ(next->tags, std::vector<std::string>{"z"});
}

TEST(Patched, NullGivesAMemberItsDefault) {
    Gadget current;
    current.name = "g";
    current.labels = {{"a", "1"}};
    current.note = "kept?";

    auto const next = faultless(patched(current, json(R"({"labels": null, "note": null})")));

    ASSERT_TRUE(next);
    EXPECT_TRUE(next->labels.empty());
    EXPECT_EQ(next->note, Gadget{}.note);
    EXPECT_EQ(next->name, "g");
}

TEST(Patched, PointsAtWhatCannotBePatched) {
    EXPECT_EQ(
        patch_faults(R"({"id": null, "created_at": 1, "version": 2, "nope": 1, "name": null, "labels": 1,
                              "size_bytes": -1, "labels2": {}})"),
        (Faults{"/created_at read_only", "/id read_only", "/labels type", "/labels2 unknown",
                "/name required", "/nope unknown", "/size_bytes range", "/version unknown"}));
    EXPECT_EQ(patch_faults("[]"), Faults{" type"});
    EXPECT_EQ(patch_faults(R"({"labels": {"x": {}}})"), Faults{"/labels/x type"});
    EXPECT_EQ(patch_faults(R"({"labels": []})"), Faults{"/labels type"});
    EXPECT_EQ(patch_faults("{}"), Faults{});
}

TEST(Patched, HoldsTheRulesOverSeveralMembersAgainstTheResult) {
    Gadget blue;
    blue.name = "x";
    blue.colour = Colour::blue;
    EXPECT_EQ(patch_faults(R"({"enabled": false})", blue), Faults{"/enabled range"});
    EXPECT_EQ(patch_faults(R"({"enabled": false, "colour": "red"})", blue), Faults{});
}

// The examples of RFC 7396, appendix A.
TEST(MergePatch, DoesWhatRfc7396Shows) {
    struct Example {
        std::string_view target, patch, result;
    };
    for (auto const& [target, patch, result] :
         std::vector<Example>{{R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
                              {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
                              {R"({"a":"b"})", R"({"a":null})", R"({})"},
                              {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
                              {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
                              {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
                              {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
                              {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
                              {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
                              {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
                              {R"({"a":"foo"})", "null", "null"},
                              {R"({"a":"foo"})", R"("bar")", R"("bar")"},
                              {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
                              {"[1,2]", R"({"a":"b","c":null})", R"({"a":"b"})"},
                              {"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"}}) {
        auto value = json(target);
        merge_patch(value, json(patch));
        EXPECT_EQ(value, json(result)) << target << " + " << patch;
    }
}

TEST(Formats, TellGoodFromBad) {
    struct Example {
        TextFormat const& format;
        std::vector<std::string_view> good, bad;
    };
    for (auto const& [format, good, bad] : std::vector<Example>{
             {formats::hostname,
              {"a", "db-1", "db-1.example.com", "a.example.", "192.0.2.1", "2001:db8::1",
               "xn--bcher-kva.example", "1a"},
              {"", "-a", "a-", "a..b", ".", "a_b", "é.example", "1.2.3", "300.1.1.1", "a b", "[::1]"}},
             {formats::ip,
              {"192.0.2.1", "::1", "2001:db8::1"},
              {"", "1.2.3", "1.2.3.4/8", "[::1]", "fe80::1%eth0", "host"}},
             {formats::email,
              {"a@example.com", "first.last+tag@sub.example.org", "é@example.com"},
              {"", "a", "@example.com", "a@", "a@b", "a b@example.com", "a@@example.com", ".a@example.com",
               "a..b@example.com", "<a@example.com>", "a@-x.com", "a@example.com\n"}},
             {formats::uri,
              {"https://example.com/a?b#c", "urn:isbn:1"},
              {"", "example.com", "http://[", "ht tp://x"}},
             {formats::http_url,
              {"https://example.com", "http://[::1]:8080/x"},
              {"ftp://example.com", "http:", "/x"}},
             {formats::label_key,
              {"a", "team", "app.kubernetes.io/name", "1-x_y"},
              {"", "-a", "a b", ".a", "é", "a\"b"}},
             {formats::one_line, {"a b", "é", ""}, {" a", "a ", "a\nb", "a\tb", "\x7f"}}}) {
        for (auto const text : good) EXPECT_TRUE(format.accepts(text)) << format.name << ": " << text;
        for (auto const text : bad) EXPECT_FALSE(format.accepts(text)) << format.name << ": " << text;
    }
    EXPECT_FALSE(formats::hostname.accepts(std::string(64, 'a')));
    EXPECT_FALSE(formats::label_key.accepts(std::string(64, 'a')));
}

}  // namespace
}  // namespace securestack::test
