#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/master_key.hpp"

namespace securestack {
namespace {

namespace fs = std::filesystem;

MasterKey key_of(char fill) {
    return MasterKey(Secret(std::string(32, fill)));
}

class MasterKeyFile : public ::testing::Test {
  protected:
    MasterKeyFile() : folder_(fs::temp_directory_path() / ("master_key_" + to_hex(random_bytes(8)))) {
        fs::create_directory(folder_);
    }
    ~MasterKeyFile() override { fs::remove_all(folder_); }

    fs::path write(std::size_t size, mode_t mode) {
        std::ofstream(file_) << std::string(size, 'k');
        ::chmod(file_.c_str(), mode);
        return file_;
    }

    fs::path folder_;
    fs::path file_ = folder_ / "master.key";
};

TEST(Seal, OpensUnderTheSameKeyAndContextOnly) {
    auto const sealed = key_of('a').seal(bytes_of("totp secret"), "totp:1");

    auto const opened = key_of('a').open(sealed, "totp:1");
    ASSERT_TRUE(opened);
    EXPECT_EQ(text_of(*opened), "totp secret");
    EXPECT_FALSE(key_of('a').open(sealed, "totp:2"));
    EXPECT_FALSE(key_of('b').open(sealed, "totp:1"));
}

TEST(Seal, EveryChangedBitAndEveryCutIsNoticed) {
    auto const key = key_of('a');
    auto const sealed = key.seal(bytes_of("x"), "c");
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        auto changed = sealed;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        EXPECT_FALSE(key.open(changed, "c")) << bit;
    }
    for (std::size_t size = 0; size < sealed.size(); ++size)
        EXPECT_FALSE(key.open(ByteView(sealed).first(size), "c")) << size;
}

TEST(Seal, TheSameTextIsSealedDifferentlyEachTime) {
    auto const key = key_of('a');
    EXPECT_NE(key.seal(bytes_of("x"), "c"), key.seal(bytes_of("x"), "c"));
    EXPECT_TRUE(key.open(key.seal({}, "c"), "c")->empty());
}

TEST(Derive, GivesOneKeyPerPurpose) {
    EXPECT_EQ(key_of('a').derive("cursor").size(), 32u);
    EXPECT_EQ(key_of('a').derive("cursor"), key_of('a').derive("cursor"));
    EXPECT_NE(key_of('a').derive("cursor"), key_of('a').derive("webhook"));
    EXPECT_NE(key_of('a').derive("cursor"), key_of('b').derive("cursor"));
}

TEST(MasterKey, OfAnotherSizeIsABrokenAssumption) {
    EXPECT_THROW(MasterKey(Secret(std::string(31, 'a'))), std::invalid_argument);
}

TEST_F(MasterKeyFile, IsMadePrivateOnceAndReadAgain) {
    auto const made = MasterKey::load_or_create(file_);
    ASSERT_TRUE(made);
    auto const read = MasterKey::load_or_create(file_);
    ASSERT_TRUE(read);

    EXPECT_EQ(made->derive("x"), read->derive("x"));
    struct stat status {};
    ASSERT_EQ(::stat(file_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0600u);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(MasterKeyFile, TwoProgramsThatStartAtOnceGetTheSameKey) {
    std::vector<Bytes> derived(8);
    {
        std::vector<std::jthread> threads;
        for (auto& mine : derived)
            threads.emplace_back([&] { mine = MasterKey::load_or_create(file_).value().derive("x"); });
    }
    for (auto const& mine : derived) EXPECT_EQ(mine, derived.front());
}

TEST_F(MasterKeyFile, OfTheWrongSizeIsRefusedWithItsName) {
    for (std::size_t const size : {0u, 31u, 33u, 64u}) {
        auto const loaded = MasterKey::load(write(size, 0600));
        ASSERT_FALSE(loaded) << size;
        EXPECT_NE(loaded.error().detail.find(file_.string()), std::string::npos);
        EXPECT_NE(loaded.error().detail.find("32"), std::string::npos);
    }
}

TEST_F(MasterKeyFile, ThatOthersCanUseIsRefusedWithTheRemedy) {
    for (mode_t const mode : {0644u, 0604u, 0602u, 0660u}) {
        auto const loaded = MasterKey::load(write(32, mode));
        ASSERT_FALSE(loaded) << mode;
        EXPECT_NE(loaded.error().detail.find("chmod 600"), std::string::npos);
    }
    EXPECT_TRUE(MasterKey::load(write(32, 0440)));  // a mounted secret that a group reads
}

TEST_F(MasterKeyFile, ThatCannotBeOpenedOrMadeSaysWhy) {
    auto const missing = MasterKey::load(file_);
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().detail.find("No such file"), std::string::npos);
    EXPECT_FALSE(MasterKey::load_or_create(folder_ / "absent" / "master.key"));
    EXPECT_FALSE(MasterKey::load(folder_));
}

}  // namespace
}  // namespace securestack
