// A backup's file: what comes out is what went in, and a byte that was changed is found wherever it stands.
#include <fcntl.h>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/file.hpp"
#include "storage/migrate.hpp"
#include "upkeep/backup_file.hpp"
#include "upkeep/tar.hpp"

namespace securestack {
namespace {

using ::testing::HasSubstr;

class BackupFile : public ::testing::Test {
  protected:
    void SetUp() override {
        auto pattern = (std::filesystem::temp_directory_path() / "securestack-test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::filesystem::path path(std::string const& name) const { return directory_ / name; }

    Secret migrated_database() const {
        Secret const url{"sqlite:" + path("data.db").string()};
        auto const log = make_null_log();
        auto const database = open_database(url, {}, *log);
        migrate(*database, *log);
        database->close();
        return url;
    }
    BackupManifest back_up(std::filesystem::path const& file,
                           std::optional<Secret> key = std::nullopt) const {
        File out{file, O_RDWR | O_CREAT | O_TRUNC};
        return write_backup(out,
                            {.database = migrated_database(),
                             .directory = directory_,
                             .product_version = "1.2.3",
                             .now = *parse_time("2026-11-22T02:25:00Z"),
                             .key_fingerprint = "0011",
                             .master_key = std::move(key)},
                            keep_going);
    }
    static UnpackedBackup unpack(std::filesystem::path const& file, File* into = nullptr) {
        File in{file, O_RDONLY};
        return unpack_backup(
            in, [&](BackupManifest const&) { return into; }, keep_going);
    }
    static bool keep_going(std::string_view, std::uint64_t, std::uint64_t) { return true; }
    static std::string read(std::filesystem::path const& file) {
        std::ifstream in{file, std::ios::binary};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    static void write(std::filesystem::path const& file, std::string const& content) {
        std::ofstream{file, std::ios::binary} << content;
    }

    std::filesystem::path directory_;
};

TEST_F(BackupFile, HoldsWhatWasCopiedAndSaysWhatItIs) {
    auto const written = back_up(path("a.tar"));
    File copy{path("copy.db"), O_RDWR | O_CREAT};

    auto const [manifest, key] = unpack(path("a.tar"), &copy);

    EXPECT_EQ(manifest.product_version, "1.2.3");
    EXPECT_EQ(format_time(manifest.created_at), "2026-11-22T02:25:00.000000Z");
    EXPECT_EQ(manifest.snapshot.rows, written.snapshot.rows);
    EXPECT_EQ(manifest.snapshot.schema_version, migrations(Engine::sqlite).back().number);
    EXPECT_EQ(std::filesystem::file_size(path("copy.db")), manifest.database_bytes);
    EXPECT_FALSE(key.has_value());
}

TEST_F(BackupFile, HoldsTheMasterKeyOnlyWhenAsked) {
    Secret const key{std::string(32, 'k')};
    back_up(path("with.tar"), key);

    auto const unpacked = unpack(path("with.tar"));

    ASSERT_TRUE(unpacked.master_key.has_value());
    EXPECT_EQ(unpacked.master_key->reveal(), key.reveal());
    EXPECT_TRUE(unpacked.manifest.has_master_key);
}

TEST_F(BackupFile, IsReadByTarAndSha256sum) {
    back_up(path("a.tar"), Secret{std::string(32, 'k')});

    auto const command = "cd " + directory_.string() +
                         " && tar xf a.tar && sha256sum -c --quiet SHA256SUMS && test -s manifest.json";

    EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST_F(BackupFile, EveryChangedByteIsFound) {
    back_up(path("a.tar"), Secret{std::string(32, 'k')});
    auto const whole = read(path("a.tar"));

    // Every fifth byte of the first header and the manifest, some of the copy, many of what follows it.
    auto const step = [&](std::size_t at) -> std::size_t {
        if (at < 2048) return 5;
        return at + 4096 < whole.size() ? 49'999 : 11;
    };
    for (std::size_t at = 0; at < whole.size(); at += step(at)) {
        auto damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x01);
        write(path("b.tar"), damaged);
        EXPECT_THROW(unpack(path("b.tar")), BackupError) << "byte " << at;
    }
}

TEST_F(BackupFile, OneThatIsCutOffOrGoesOnIsRefused) {
    back_up(path("a.tar"));
    auto const whole = read(path("a.tar"));

    for (auto const size : {std::size_t{0}, std::size_t{511}, std::size_t{512}, whole.size() / 2,
                            whole.size() - 1024, whole.size() - 1}) {
        write(path("b.tar"), whole.substr(0, size));
        EXPECT_THROW(unpack(path("b.tar")), BackupError) << "cut to " << size;
    }
    write(path("b.tar"), whole + '\0');
    EXPECT_THROW(unpack(path("b.tar")), BackupError);
}

TEST_F(BackupFile, SomethingElseIsRefusedWithoutAWord) {
    write(path("b.tar"), std::string(4096, 'x'));
    EXPECT_THROW(unpack(path("b.tar")), BackupError);
}

TEST_F(BackupFile, WhoIsToldToStopLeavesNoCopyBehind) {
    auto const url = migrated_database();
    File out{path("a.tar"), O_RDWR | O_CREAT};

    EXPECT_ANY_THROW(write_backup(out, {.database = url, .directory = directory_},
                                  [](std::string_view, std::uint64_t, std::uint64_t) { return false; }));

    for (auto const& entry : std::filesystem::directory_iterator(directory_))
        EXPECT_THAT(entry.path().string(), ::testing::Not(HasSubstr(".part")));
}

TEST_F(BackupFile, ASizeBeyondEightGigabytesSurvivesItsHeader) {
    constexpr std::uint64_t large = 9ULL << 30;
    {
        File out{path("h"), O_RDWR | O_CREAT};
        TarWriter{out, Time{}}.begin("database.sqlite", large);
    }
    File in{path("h"), O_RDONLY};

    auto const entry = TarReader{in}.next();

    ASSERT_TRUE(entry.has_value());
    EXPECT_EQ(entry->size, large);
}

TEST_F(BackupFile, APendingFileReplacesOnlyWhenTold) {
    write(path("x"), "old");
    {
        PendingFile kept{path("x")};
        kept.file().write("new");
        EXPECT_THROW(kept.publish(PendingFile::Existing::keep), FileError);
    }
    EXPECT_EQ(read(path("x")), "old");

    PendingFile replacing{path("x")};
    replacing.file().write("new");
    replacing.publish(PendingFile::Existing::replace);

    EXPECT_EQ(read(path("x")), "new");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{directory_}, {}), 1);
}

}  // namespace
}  // namespace securestack
