#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/configuration.hpp"

namespace securestack {
namespace {

using testing::HasSubstr;

class ConfigurationTest : public testing::Test {
  protected:
    ~ConfigurationTest() override { std::filesystem::remove_all(directory_); }

    std::string write_file(std::string const& text) {
        auto const path = directory_ / "securestack.toml";
        std::ofstream{path} << text;
        return path;
    }

    Configuration load() {
        sources.environment.emplace_back("HOME", directory_);
        if (sources.flags.empty() || sources.flags.front().first != "data_dir") {
            sources.flags.insert(sources.flags.begin(), {"data_dir", directory_});
        }
        return load_configuration(sources);
    }

    static SettingValue value_of(Configuration const& configuration, std::string_view name) {
        for (auto const& value : configuration.values) {
            if (value.spec->name == name) return value;
        }
        return {};
    }

    static std::filesystem::path make_directory() {
        auto path = (std::filesystem::temp_directory_path() / "ss-configuration-XXXXXX").string();
        return mkdtemp(path.data());
    }

    std::filesystem::path const directory_ = make_directory();
    ConfigurationSources sources;
};

TEST_F(ConfigurationTest, DefaultsServeOnLoopbackOverSqliteInTheDataDirectory) {
    auto const loaded = load();

    EXPECT_THAT(loaded.errors, testing::IsEmpty());
    EXPECT_EQ(loaded.settings.listen, (ListenAddress{"127.0.0.1", 8000}));
    EXPECT_EQ(loaded.settings.database.reveal(), "sqlite:" + directory_.string() + "/securestack.db");
    EXPECT_EQ(loaded.settings.rate_limit_login, (Rate{10, std::chrono::seconds{60}}));
    EXPECT_EQ(loaded.settings.url(), "http://localhost:8000");
    EXPECT_EQ(value_of(loaded, "listen").origin, "default");
}

TEST_F(ConfigurationTest, AFlagWinsOverTheEnvironmentAndThatOverTheFile) {
    auto const path = write_file("listen = \"127.0.0.1:1\"\nthreads = 3\nregistration = \"closed\"\n");
    sources.environment = {{"SECURESTACK_LISTEN", "127.0.0.1:2"}, {"SECURESTACK_THREADS", "4"}};
    sources.flags = {{"listen", "127.0.0.1:3"}};

    auto const loaded = load();

    EXPECT_EQ(loaded.settings.listen.port, 3);
    EXPECT_EQ(value_of(loaded, "listen").origin, "flag --listen");
    EXPECT_EQ(loaded.settings.threads, 4U);
    EXPECT_EQ(value_of(loaded, "threads").origin, "environment SECURESTACK_THREADS");
    EXPECT_EQ(loaded.settings.registration, RegistrationPolicy::closed);
    EXPECT_EQ(value_of(loaded, "registration").origin, path + ":3");
}

TEST_F(ConfigurationTest, EverythingThatIsWrongIsToldAtOnceWithItsPlaceAndTheNearestName) {
    auto const path = write_file("\nlisen = \"127.0.0.1:8000\"\nthreads = \"many\"\n");
    sources.environment = {{"SECURESTACK_DATABSE", "x"}, {"SECURESTACK_LOG_LEVEL", "loud"}};
    sources.flags = {{"rate_limit_login", "often"}};

    auto const loaded = load();

    EXPECT_THAT(loaded.errors,
                testing::UnorderedElementsAre(
                    SettingError{"environment SECURESTACK_DATABSE",
                                 "no setting has this name; did you mean SECURESTACK_DATABASE?"},
                    SettingError{path + ":2", "unknown setting \"lisen\"; did you mean listen?"},
                    SettingError{path + ":3", "threads must be a whole number from 1 to 256; it is \"many\""},
                    SettingError{"environment SECURESTACK_LOG_LEVEL",
                                 "log_level must be debug, info, warn, error or off; it is \"loud\""},
                    SettingError{"flag --rate-limit-login",
                                 "rate_limit_login must be a rate such as 10/min (per s, min, h or d), or "
                                 "off; it is \"often\""}));
}

TEST_F(ConfigurationTest, AFileThatIsNotTomlIsToldWithItsLine) {
    auto const path = write_file("threads = 2\nlisten = \n");

    auto const loaded = load();

    ASSERT_EQ(loaded.errors.size(), 1U);
    EXPECT_EQ(loaded.errors[0].where, path + ":2");
    EXPECT_THAT(loaded.errors[0].what, HasSubstr("not valid TOML"));
}

TEST_F(ConfigurationTest, ANamedFileMustExist) {
    sources.config_flag = directory_ / "absent.toml";

    auto const loaded = load();

    ASSERT_EQ(loaded.errors.size(), 1U);
    EXPECT_EQ(loaded.errors[0].where, sources.config_flag);
}

TEST_F(ConfigurationTest, ListsInTheFileMeanTheSameAsCommasInTheEnvironment) {
    write_file("trusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n");

    auto const loaded = load();

    EXPECT_THAT(loaded.errors, testing::IsEmpty());
    ASSERT_EQ(loaded.settings.trusted_proxies.size(), 2U);
    EXPECT_TRUE(loaded.settings.trusted_proxies[0].contains(*Address::parse("10.1.2.3")));
}

TEST_F(ConfigurationTest, ShownValuesHideTheDatabasePassword) {
    sources.flags = {
        {"database", "postgres://app:hunter2@db.example/stack?password=hunter2&sslmode=require"}};

    auto const loaded = load();
    auto const text = show_configuration(loaded, false) + show_configuration(loaded, true);

    EXPECT_THAT(text, testing::Not(HasSubstr("hunter2")));
    EXPECT_THAT(text, HasSubstr("postgres://app:***@db.example/stack?password=***&sslmode=require"));
    EXPECT_THAT(text, HasSubstr("flag --database"));
}

TEST_F(ConfigurationTest, AWrongDatabaseIsToldWithoutItsPassword) {
    sources.flags = {{"database", "mysql://app:hunter2@db.example/stack"}};

    auto const loaded = load();

    ASSERT_EQ(loaded.errors.size(), 1U);
    EXPECT_THAT(loaded.errors[0].what, testing::Not(HasSubstr("hunter2")));
}

TEST_F(ConfigurationTest, ACertificateNeedsItsKey) {
    sources.flags = {{"tls_cert", "cert.pem"}};

    auto const loaded = load();

    ASSERT_EQ(loaded.errors.size(), 1U);
    EXPECT_THAT(loaded.errors[0].what, HasSubstr("tls_cert and tls_key go together"));
}

TEST_F(ConfigurationTest, VariablesThatKubernetesSetsForAServiceAreNoSettings) {
    sources.environment = {{"SECURESTACK_SERVICE_HOST", "10.0.0.1"},
                           {"SECURESTACK_SERVICE_PORT_HTTP", "80"},
                           {"SECURESTACK_PORT", "tcp://10.0.0.1:80"},
                           {"SECURESTACK_PORT_80_TCP_ADDR", "10.0.0.1"}};

    EXPECT_THAT(load().errors, testing::IsEmpty());
}

TEST_F(ConfigurationTest, TheIssuerDoesNotFollowTheAddressOfAReplica) {
    sources.flags = {{"listen", "127.0.0.1:9001"}};

    EXPECT_EQ(load().settings.issuer(), "securestack");
}

TEST(SettingTypes, AMaskedDatabaseNeverHoldsItsPassword) {
    struct Case {
        char const* url;
        char const* shown;
    };
    for (auto const& [url, shown] : std::initializer_list<Case>{
             {"sqlite:/var/lib/securestack/securestack.db", "sqlite:/var/lib/securestack/securestack.db"},
             {"postgres://db.example/stack", "postgres://db.example/stack"},
             {"postgres://db.example:5432/stack?sslmode=require",
              "postgres://db.example:5432/stack?sslmode=require"},
             {"postgres://alice@db.example:5432/stack", "postgres://alice@db.example:5432/stack"},
             {"postgres://alice:s3cret@db.example/stack", "postgres://alice:***@db.example/stack"},
             {"postgresql://alice:s3cret@[::1]:5432/stack", "postgresql://alice:***@[::1]:5432/stack"},
             {"postgres://alice:s3cret-and-longer-than-the-mask@db/stack?password=s3cret",
              "postgres://alice:***@db/stack?password=***"},
             {"postgres://alice:s@db/?password=s3cret&sslmode=require",
              "postgres://alice:***@db/?password=***&sslmode=require"},
             {"postgres://alice:s@db?sslpassword=s3cret&password=s3cret&a=b",
              "postgres://alice:***@db?sslpassword=***&password=***&a=b"},
             {"postgres:///stack?password=s3cret@db", "postgres:///stack?password=***"},
             {"postgres://alice:s3cr/et@db/stack", "postgres://alice:***@db/stack"},
             {"postgres://alice:s3cr@et@db/stack", "postgres://alice:***@db/stack"},
             {"postgres://alice:s3cr:et@db/stack", "postgres://alice:***@db/stack"},
             {"postgres://alice:password=s3cret@db/stack", "postgres://alice:***"},
             {"postgres://alice:s3cret", "postgres://alice:***"},
             {"postgres://alice:s3cret/stack", "postgres://alice:***"},
             {"postgres://alice:99999", "postgres://alice:***"},
             {"alice:s3cret@db/stack", "***"}}) {
        EXPECT_EQ(mask_database(url), shown) << url;
    }
}

TEST_F(ConfigurationTest, AStopIsDelayedByAMinuteAtMost) {
    sources.flags = {{"shutdown_delay", "61s"}};
    EXPECT_EQ(load().errors.size(), 1U);
    sources.flags = {{"shutdown_delay", "60s"}};
    EXPECT_EQ(load().settings.shutdown_delay, std::chrono::minutes{1});
    sources.flags.clear();
    EXPECT_EQ(load().settings.shutdown_delay, std::chrono::seconds{0});
}

TEST(SettingTypes, DurationsRatesAndAddressesAreReadStrictly) {
    std::chrono::seconds duration{};
    ListenAddress listen;
    std::optional<Rate> rate;

    EXPECT_EQ(read_duration("90m", std::chrono::seconds{1}, std::chrono::days{1}, duration), "");
    EXPECT_EQ(duration, std::chrono::minutes{90});
    EXPECT_NE(read_duration("90", std::chrono::seconds{1}, std::chrono::days{1}, duration), "");
    EXPECT_NE(read_duration("2d", std::chrono::seconds{1}, std::chrono::days{1}, duration), "");
    EXPECT_NE(read_duration("99999999999999999d", std::chrono::seconds{1}, std::chrono::days{1}, duration),
              "");
    EXPECT_EQ(read_setting("[::1]:80", listen), "");
    EXPECT_EQ(listen.to_string(), "[::1]:80");
    for (auto const* wrong : {"::1:80", "8000", ":8000", "host", "host:70000", "a b:1", "http://x:1"}) {
        EXPECT_NE(read_setting(wrong, listen), "") << wrong;
    }
    EXPECT_EQ(read_setting("off", rate), "");
    EXPECT_FALSE(rate);
    for (auto const* wrong : {"0/min", "10", "10/week", "-1/s"})
        EXPECT_NE(read_setting(wrong, rate), "") << wrong;
}

}  // namespace
}  // namespace securestack
