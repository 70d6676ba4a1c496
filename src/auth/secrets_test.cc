#include "auth/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "base/temporary_folder_test_kit.h"

namespace stentor::auth {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class SecretsFile : public testing::Test {
protected:
    void write(std::string_view content, fs::perms mode = fs::perms{0600}) const {
        std::ofstream{file_, std::ios::binary} << content;
        fs::permissions(file_, mode);
    }
    [[nodiscard]] std::string content() const {
        std::ifstream in{file_};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    // What the operator is told; empty when the file is taken.
    [[nodiscard]] std::string refusal() const {
        try {
            (void)load_or_make_secrets(file_);
            return "";
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    }

    TemporaryFolder folder_;
    fs::path file_ = folder_ / "secrets";
};

const std::string kHead = "stentor-secrets 1\n";
const std::string kHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

TEST_F(SecretsFile, IsMadeOnceForTheOwnerOnlyAndReadAgain) {
    const mode_t before = ::umask(0);
    const Secrets made = load_or_make_secrets(file_);
    ::umask(before);

    EXPECT_EQ(fs::status(file_).permissions(), fs::perms{0600});
    ASSERT_EQ(made.keys.size(), 1U);
    EXPECT_EQ(load_or_make_secrets(file_).keys[0].secret, made.keys[0].secret);
    EXPECT_EQ(std::distance(fs::directory_iterator{folder_.path()}, {}), 1)
        << "something was left over";
}

TEST_F(SecretsFile, TwoServersGetDifferentKeys) {
    const Secrets first = load_or_make_secrets(file_);
    fs::remove(file_);
    EXPECT_NE(load_or_make_secrets(file_).keys[0].secret, first.keys[0].secret);
}

TEST_F(SecretsFile, AnyLooserModeIsRefused) {
    for (const unsigned loose : {0640U, 0604U, 0620U, 0602U, 0610U, 0666U}) {
        write(kHead + "key 1 " + kHex + "\n", fs::perms{loose});
        EXPECT_THAT(refusal(), HasSubstr("chmod 600")) << std::oct << loose;
    }
    fs::permissions(file_, fs::perms{0400});
    EXPECT_EQ(refusal(), "");
}

TEST_F(SecretsFile, ShortCutOffOrWeakContentIsRefused) {
    for (const std::string& bad :
         {std::string{}, kHead, kHead + "key 1 " + kHex, kHead + "key 1 " + kHex.substr(2) + "\n",
          kHead + "key 1 " + kHex + "00\n", kHead + "key 0 " + kHex + "\n",
          kHead + "key one " + kHex + "\n", kHead + "key 1 " + std::string(64, '0') + "\n",
          kHead + "key 1 " + kHex + "\nkey 1 " + kHex + "\n", kHead + "\n",
          "stentor-secrets 2\nkey 1 " + kHex + "\n", std::string(100'000, 'a')}) {
        write(bad);
        EXPECT_THAT(refusal(), HasSubstr(file_.string())) << bad.substr(0, 100);
        EXPECT_EQ(content(), bad) << "a refused file must be left as it is";
    }
}

TEST_F(SecretsFile, LinksAndFoldersAreRefused) {
    fs::create_symlink("/dev/zero", file_);
    EXPECT_NE(refusal(), "");
    fs::remove(file_);
    fs::create_directory(file_);
    EXPECT_THAT(refusal(), HasSubstr("plain file"));
}

TEST_F(SecretsFile, AMissingFolderIsSaid) {
    file_ = folder_ / "none" / "secrets";
    EXPECT_THAT(refusal(), HasSubstr("No such file"));
}

TEST_F(SecretsFile, TheFirstOfSeveralKeysMintsAndAllVerify) {
    std::string other = kHex;
    other[0] = 'f';
    write(kHead + "key 7 " + other + "\nkey 1 " + kHex + "\n");
    const Secrets secrets = load_or_make_secrets(file_);
    ASSERT_EQ(secrets.keys.size(), 2U);
    EXPECT_EQ(secrets.keys[0].id, 7U);
    const Claims claims{.uid = {5}, .expires = from_ms(2000)};
    for (const TokenKey& key : secrets.keys) {
        EXPECT_TRUE(verify(secrets.keys, mint(key, claims), from_ms(1000)));
    }
}

}  // namespace
}  // namespace stentor::auth
