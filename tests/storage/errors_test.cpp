// Each refusal of the database has its kind, and the name of what refused, on both engines.
#include "storage/accounts.hpp"

namespace securestack::test {
namespace {

using Kind = DatabaseError::Kind;

class Errors : public EachEngine {
  protected:
    void SetUp() override {
        EachEngine::SetUp();
        if (IsSkipped()) return;
        db.emplace(GetParam());
        Migration const tables{1, "owners", R"(
            CREATE TABLE owners (id {int} NOT NULL PRIMARY KEY, mail {text} UNIQUE){strict};
            CREATE TABLE things (
                owner {int} NOT NULL REFERENCES owners (id),
                later {int} REFERENCES owners (id) DEFERRABLE INITIALLY DEFERRED,
                name {text} NOT NULL,
                size {int} NOT NULL CONSTRAINT size_is_positive CHECK (size > 0),
                gone {bool} NOT NULL){strict};
            CREATE UNIQUE INDEX things_owner_name ON things (owner, name);
            CREATE TABLE tags (name {text} NOT NULL){strict};
            CREATE UNIQUE INDEX tags_lower_name ON tags (lower(name));
            INSERT INTO tags VALUES ('fast');
            INSERT INTO owners VALUES (1, 'a@example.org'), (2, NULL);)"};
        auto const log = make_null_log();
        migrate(**db, std::span{&tables, 1}, *log);
        insert_thing(1, Null{}, "disk", 5);
    }

    void insert_thing(Param owner, Param later, Param name, Param size) {
        (*db)->write_now([&](Tx& tx) {
            tx.execute("INSERT INTO things (owner, later, name, size, gone) VALUES ($1, $2, $3, $4, $5)",
                       {owner, later, name, size, false});
        });
    }

    // The error of one statement.
    DatabaseError error_of(std::string const& sql, std::initializer_list<Param> params = {}) {
        return error_of([&] { (*db)->write_now([&](Tx& tx) { tx.execute(sql, params); }); });
    }
    DatabaseError error_of(std::function<void()> const& call) {
        try {
            call();
        } catch (DatabaseError const& error) {
            return error;
        }
        throw std::runtime_error("no error");
    }

    std::optional<TestDatabase> db;
};

TEST_P(Errors, ADuplicateNamesItsIndex) {
    auto const error = error_of([&] { insert_thing(1, Null{}, "disk", 5); });
    EXPECT_EQ(error.kind(), Kind::unique);
    EXPECT_EQ(error.constraint(), "things_owner_name");
}

TEST_P(Errors, ADuplicateOfAnExpressionNamesItsIndex) {
    auto const error = error_of("INSERT INTO tags VALUES ('FAST')");
    EXPECT_EQ(error.kind(), Kind::unique);
    EXPECT_EQ(error.constraint(), "tags_lower_name");
}

TEST_P(Errors, ADuplicateKeyHasOneNameOnBothEngines) {
    auto const key = error_of("INSERT INTO owners VALUES (1, 'b@example.org')");
    EXPECT_EQ(key.kind(), Kind::unique);
    EXPECT_EQ(key.constraint(), "owners_pkey");
    EXPECT_EQ(error_of("INSERT INTO owners VALUES (3, 'a@example.org')").constraint(), "owners_mail_key");
}

TEST_P(Errors, AMissingParentIsAForeignKey) {
    EXPECT_EQ(error_of([&] { insert_thing(9, Null{}, "tape", 5); }).kind(), Kind::foreign_key);
    EXPECT_EQ(error_of("DELETE FROM owners WHERE id = 1").kind(), Kind::foreign_key);
}

TEST_P(Errors, AMissingParentThatMayComeLaterIsAForeignKeyAtTheCommit) {
    EXPECT_EQ(error_of([&] { insert_thing(1, 9, "tape", 5); }).kind(), Kind::foreign_key);
    insert_thing(1, 2, "tape", 5);
}

TEST_P(Errors, ABrokenRuleIsACheck) {
    auto const error = error_of([&] { insert_thing(1, Null{}, "tape", 0); });
    EXPECT_EQ(error.kind(), Kind::check);
    EXPECT_EQ(error.constraint(), "size_is_positive");
    EXPECT_EQ(error_of([&] { insert_thing(1, Null{}, Null{}, 5); }).kind(), Kind::check);
}

TEST_P(Errors, AMistakeInAStatementIsOther) {
    EXPECT_EQ(error_of("SELEC 1").kind(), Kind::other);
    EXPECT_EQ(error_of("SELECT * FROM nowhere").kind(), Kind::other);
    EXPECT_EQ(error_of("DELETE FROM things WHERE size = $1", {1, 2}).kind(), Kind::other);
    EXPECT_EQ(error_of("DELETE FROM things; DELETE FROM owners").kind(), Kind::other);
}

INSTANTIATE_TEST_SUITE_P(Engines, Errors, each_engine, engine_name);

TEST(Problems, WhatMayPassIs503WithATimeAndTheRestIs500WithoutInternals) {
    for (auto const kind : {Kind::serialization, Kind::interrupted, Kind::unavailable, Kind::full}) {
        auto const problem = to_problem({kind, "secret detail"});
        EXPECT_EQ(problem.status(), 503);
        EXPECT_TRUE(problem.retry_after.has_value());
        EXPECT_FALSE(problem.detail.contains("secret"));
    }
    for (auto const kind : {Kind::unique, Kind::foreign_key, Kind::check, Kind::schema, Kind::other}) {
        auto const problem = to_problem({kind, "secret detail"});
        EXPECT_EQ(problem.status(), 500);
        EXPECT_FALSE(problem.detail.contains("secret"));
    }
}

TEST(Opening, AnUnknownSchemeIsRefusedWithoutQuotingTheUrl) {
    auto const log = make_null_log();
    for (auto const* url :
         {"mysql://u:hunter2@host/db", "postgres://u:hun@ter2@host/db", "postgres://u:hunter2@host:bad/db",
          "postgres://u:hunter2@127.0.0.1:1/db", "sqlite:"}) {
        try {
            open_database(Secret{url}, {}, *log);
            ADD_FAILURE() << url;
        } catch (DatabaseError const& error) {
            EXPECT_EQ(error.kind(), Kind::unavailable) << url;
            EXPECT_FALSE(std::string_view{error.what()}.contains("ter2")) << error.what();
        }
    }
}

}  // namespace
}  // namespace securestack::test
