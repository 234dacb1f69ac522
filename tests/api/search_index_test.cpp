// ?q= gives the same rows with an index of trigrams and without, and with one it looks at few of them.
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/encoding.hpp"
#include "identity/visible.hpp"
#include "resource/insert_many.hpp"
#include "resource/keyset.hpp"
#include "resource/table.hpp"
#include "resource/text_index.hpp"
#include "servers/server.hpp"
#include "support/app_fixture.hpp"
#include "support/insert_all.hpp"

namespace securestack::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Names = std::vector<std::string>;

class SearchIndex : public ApiTest {
  protected:
    void SetUp() override {
        ApiTest::SetUp();
        if (!IsSkipped()) owner_ = id_of(bob);
    }

    Server server_named(std::string name, std::string description = "") {
        Server server;
        server.id = app()->ids().make(app().clock.now());
        server.name = std::move(name);
        server.description = std::move(description);
        server.owner = owner_;
        server.created_at = server.updated_at = app().clock.now();
        return server;
    }
    template <class F>
    void write(F const& work) {
        app().database().write_now([&](Tx& tx) { work(tx); });
    }
    void insert(Server const& server) {
        write([&](Tx& tx) { Table<Server>(tx).insert(server).value(); });
    }
    void insert_falcons(int count, std::string const& description = "") {
        std::vector<Server> servers;
        for (int i = 0; i < count; ++i)
            servers.push_back(server_named("falcon-" + std::to_string(i), description));
        write([&](Tx& tx) { insert_all(tx, servers); });
    }

    ListQuery asking_for(std::string const& words) {
        CursorKey const key{Secret{"key"}};
        return parse_list_query(schema_of<Server>(), {{"q", words}, {"limit", "200"}, {"count", "true"}}, key)
            .value();
    }
    // The ids of what is found, in the order of the list.
    Names found(std::string const& words) {
        return app().database().read_now([&](Tx& tx) {
            auto const page = fetch_page(tx, asking_for(words), Sql{}.add("deleted_at IS NULL"));
            Names ids;
            for (auto const& row : page.rows) ids.emplace_back(parse_json(*row).value().at("id").as_string());
            EXPECT_EQ(page.count->rows, std::ssize(ids)) << words;
            return ids;
        });
    }
    std::int64_t index(std::int64_t most = 1'000'000) {
        return app().database().write_now([&](Tx& tx) { return index_texts(tx, schema_of<Server>(), most); });
    }
    void drop_index() {
        write([](Tx& tx) {
            tx.run_script(tx.engine() == Engine::sqlite ? "DROP TABLE servers_search"
                                                        : "DROP INDEX servers_by_text");
        });
    }

    Id owner_{};
};
INSTANTIATE_TEST_SUITE_P(Engines, SearchIndex, each_engine, engine_name);

// Texts of few characters, so that what is asked for is often there: of one to four bytes, with a case, with
// a meaning to LIKE or to a query of the index.
class Scribe {
  public:
    std::string text(int shortest, int longest) {
        std::string out;
        auto const characters = std::uniform_int_distribution{shortest, longest}(random_);
        for (int i = 0; i < characters; ++i) out += alphabet[random_() % std::size(alphabet)];
        return out;
    }
    std::string part_of(std::string const& text) {
        std::vector<std::size_t> begins;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) begins.push_back(i);
        }
        auto const first = begins[random_() % begins.size()];
        auto const last = begins[random_() % begins.size()];
        return text.substr(std::min(first, last), std::max(first, last) - std::min(first, last));
    }

  private:
    static constexpr std::string_view alphabet[] = {"a",  "B", "b", "1", "-", "%", "_",  "\\",
                                                    "\"", "'", "*", "É", "é", "ß", "字", "🦊"};
    std::mt19937 random_{11};
};

bool has_every_word(Server const& server, std::string const& words) {
    auto rest = fold_case(words).value();
    for (std::size_t begin = 0; begin < rest.size();) {
        auto const end = std::min(rest.find(' ', begin), rest.size());
        auto const word = rest.substr(begin, end - begin);
        if (!fold_case(server.name).value().contains(word) &&
            !fold_case(server.description).value().contains(word)) {
            return false;
        }
        begin = end + 1;
    }
    return true;
}

TEST_P(SearchIndex, FindsWhatHoldsEveryWordHoweverTheRowsCameAboutAndWithoutTheIndex) {
    Scribe scribe;
    std::vector<Server> servers;
    for (int i = 0; i < 150; ++i)
        servers.push_back(server_named(scribe.text(3, 12) + std::to_string(i), scribe.text(0, 20)));
    write([&](Tx& tx) {
        std::vector<void const*> at_once;
        for (auto& server : servers) {
            if (at_once.size() < 50) {
                at_once.push_back(&server);
            } else {
                Table<Server>(tx).insert(server).value();
            }
        }
        ASSERT_EQ(insert_new_rows(tx, schema_of<Server>(), at_once).size(), 50U);
    });
    bool const sqlite = GetParam() == Engine::sqlite;
    EXPECT_EQ(index(100), sqlite ? 100 : 0);
    write([&](Tx& tx) {
        for (std::size_t i = 0; i < servers.size(); i += 3) {
            servers[i].description = scribe.text(0, 20);
            Table<Server>(tx).update(servers[i]).value();
        }
    });
    index(30);
    write([&](Tx& tx) {
        for (std::size_t i = 0; i < 20; ++i) Table<Server>(tx).remove(servers[i].id);
        Table<Server>(tx).remove(servers.back().id);
    });
    servers.pop_back();
    servers.erase(servers.begin(), servers.begin() + 20);

    std::vector<std::pair<std::string, Names>> asked;
    for (int i = 0; i < 300; ++i) {
        auto const& server = servers[static_cast<std::size_t>(i) % servers.size()];
        auto words = i % 4 == 0 ? scribe.text(1, 4) : scribe.part_of(server.name);
        if (i % 3 == 0 && !server.description.empty()) words += " " + scribe.part_of(server.description);
        Names expected;
        for (auto const& each : servers) {
            if (has_every_word(each, words)) expected.push_back(each.id.to_string());
        }
        EXPECT_EQ(found(words), expected) << words;
        asked.emplace_back(words, std::move(expected));
    }
    EXPECT_EQ(index() > 0, sqlite);
    EXPECT_EQ(index(), 0);
    for (auto const& [words, expected] : asked) EXPECT_EQ(found(words), expected) << words;
    drop_index();
    for (auto const& [words, expected] : asked) EXPECT_EQ(found(words), expected) << words;
}

TEST_P(SearchIndex, ForgetsWhatWasRolledBack) {
    insert(server_named("kestrel"));
    write([&](Tx& tx) {
        EXPECT_THROW(tx.attempt([&] {
            Table<Server>(tx).insert(server_named("merlin kestrel")).value();
            Table<Server>(tx).insert(server_named("goshawk")).value();
            tx.execute("INSERT INTO no_such_table VALUES (1)");
        }),
                     DatabaseError);
        auto const taken = Table<Server>(tx).insert(server_named("kestrel"));
        EXPECT_FALSE(taken);
        Table<Server>(tx).insert(server_named("hobby kestrel")).value();
    });
    EXPECT_EQ(found("kestrel").size(), 2U);
    EXPECT_EQ(found("merlin").size(), 0U);
    EXPECT_EQ(found("goshawk").size(), 0U);
}

TEST_P(SearchIndex, ManyMatchesAreReadAlongTheList) {
    insert_falcons(10'600);
    index();
    app().database().read_now([&](Tx& tx) {
        auto const rows = Scope{std::move(Sql{}.add("deleted_at IS NULL"))};
        EXPECT_EQ(narrowed_by_search(tx, asking_for("falcon"), rows).common().text(), "deleted_at IS NULL");
        auto const few = narrowed_by_search(tx, asking_for("falcon-1234"), rows).common().text();
        EXPECT_EQ(few == "deleted_at IS NULL", GetParam() == Engine::postgresql) << few;
        auto const page = fetch_page(tx, asking_for("falcon"), rows);
        EXPECT_EQ(page.rows.size(), 200U);
        EXPECT_TRUE(page.next);
    });
    EXPECT_EQ(found("falcon-1234").size(), 1U);
}

TEST_P(SearchIndex, ARareWordIsAskedOfTheIndexWhoeverAsks) {
    insert_falcons(4'000, std::string(300, 'x'));
    bool const sqlite = GetParam() == Engine::sqlite;
    index();
    if (!sqlite) {
        write([](Tx& tx) {
            tx.run_script("SELECT gin_clean_pending_list('servers_by_text'); ANALYZE servers");
        });
    }
    Principal admin{.user = id_of(alice), .session = {}, .name = "alice", .role = Role::admin};
    Principal owner{.user = id_of(bob), .session = {}, .name = "bob", .role = Role::user};
    admin.via = owner.via = Via::access_token;
    for (auto const& principal : {admin, owner}) {
        for (std::string const sort : {"created_at", "-name", "hostname"}) {
            app().database().read_now([&](Tx& tx) {
                CursorKey const key{Secret{"key"}};
                QueryParameters const parameters{{"q", "falcon-1234"}, {"sort", sort}};
                auto const query = parse_list_query(schema_of<Server>(), parameters, key).value();
                auto const scope = narrowed_by_search(
                    tx, query, visible_to(principal, std::move(Sql{}.add("deleted_at IS NULL"))));
                auto const sql = scan_rows(query, predicate(query, scope, tx.engine()), nullptr, 51,
                                           page_fields(*query.schema))
                                     .statement;
                std::string plan;
                tx.query((sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + sql.text(), sql.params(),
                         [&](Row const& row) { plan += std::string{row.text(sqlite ? 3 : 0)} + "\n"; });
                EXPECT_THAT(plan, HasSubstr(sqlite ? "VIRTUAL TABLE INDEX" : "servers_by_text"))
                    << sql.text();
                EXPECT_THAT(plan, Not(AnyOf(HasSubstr("SCAN servers\n"), HasSubstr("SCAN servers USING"),
                                            HasSubstr("Seq Scan"))))
                    << sql.text();
                if (!sqlite) {
                    tx.query("SHOW plan_cache_mode", {},
                             [](Row const& row) { EXPECT_EQ(row.text(0), "force_custom_plan"); });
                }
            });
        }
    }
}

TEST(Trigrams, AreThoseOfEachWordOnceByCharacters) {
    EXPECT_EQ(trigrams_of(""), Names{});
    EXPECT_EQ(trigrams_of("ab c"), Names{});
    EXPECT_EQ(trigrams_of("abcab"), (Names{"abc", "bca", "cab"}));
    EXPECT_EQ(trigrams_of("abc zabc"), (Names{"abc", "zab"}));
    EXPECT_EQ(trigrams_of("é字🦊x"), (Names{"é字🦊", "字🦊x"}));
}

}  // namespace
}  // namespace securestack::test
