#include "store/rocks/log_check.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder_test_kit.h"
#include "store/conformance.h"
#include "store/rocks/log_file.h"
#include "store/rocks/rocks_store.h"
#include "store/rocks/synced_mark.h"

namespace stentor::store {
namespace {

namespace fs = std::filesystem;

constexpr GroupId kGroup{1};

class DamagedLog : public testing::Test {
protected:
    void write(Store& store, int commits) {
        for (int i = 0; i < commits; ++i) {
            const Commit next = scribe_.next(1, 300);
            ASSERT_EQ(store.commit({&next, 1})[0], Outcome::done);
            scribe_.accept(next);
        }
    }
    void write_and_close(int commits) {
        const auto store = open_rocks(options());
        ASSERT_TRUE(store);
        write(**store, commits);
    }
    // Writes `commits` and is then killed: what the kernel holds stays, nothing is closed.
    void write_and_be_killed(int commits) {
        const fs::path alive = place_ / "alive";
        auto store = open_rocks({.path = alive.string()});
        ASSERT_TRUE(store);
        write(**store, commits);
        fs::copy(alive, place_ / "store", fs::copy_options::recursive);
        fs::remove(place_ / "store" / "LOCK");
    }
    [[nodiscard]] RocksOptions options() const { return {.path = (place_ / "store").string()}; }
    [[nodiscard]] fs::path log() const {
        fs::path largest;
        for (const auto& file : fs::directory_iterator{place_ / "store"}) {
            if (file.path().extension() != ".log") continue;
            if (largest.empty() || fs::file_size(largest) < file.file_size()) largest = file.path();
        }
        return largest;
    }
    [[nodiscard]] static fs::path manifest(const fs::path& store) {
        std::string name;
        std::getline(std::ifstream{store / "CURRENT"}, name);
        return store / name;
    }
    // The last byte of how many restart points it has: one, which holds of every block of meta
    // data; the type of an uncompressed block follows.
    [[nodiscard]] static std::vector<std::pair<std::string, std::uint64_t>> ends_of_blocks(
        const fs::path& store) {
        constexpr std::string_view kEnd{"\1\0\0\0\0", 5};
        std::vector<std::pair<std::string, std::uint64_t>> ends;
        for (const auto& file : fs::directory_iterator{store}) {
            if (file.path().extension() != ".sst") continue;
            std::ifstream in{file.path(), std::ios::binary};
            const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
            for (std::size_t at = bytes.find(kEnd); at != std::string::npos;
                 at = bytes.find(kEnd, at + 1)) {
                ends.emplace_back(file.path().filename().string(), at + 3);
            }
        }
        return ends;
    }
    // Of a copy of `whole` with these bits flipped: whether it is refused. If not, all is there.
    bool is_refused(const fs::path& whole, const std::string& file, std::uint64_t at, int bits) {
        SCOPED_TRACE(file + " " + std::to_string(at));
        fs::remove_all(place_ / "store");
        fs::copy(whole, place_ / "store", fs::copy_options::recursive);
        flip(place_ / "store" / file, at, bits);
        const auto store = open_rocks(options());
        if (store) expect_as_written(**store, scribe_);
        return !store;
    }
    static void flip(const fs::path& file, std::uint64_t at, int bits = 0x55) {
        std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
        bytes.seekg(static_cast<std::streamoff>(at));
        const char was = static_cast<char>(bytes.get());
        bytes.seekp(static_cast<std::streamoff>(at));
        bytes.put(static_cast<char>(was ^ bits));
    }

    TemporaryFolder place_;
    Scribe scribe_{kGroup};
};

constexpr Error kDamaged{Code::store_unavailable,
                         "damaged: messages that were stored would be lost"};

TEST_F(DamagedLog, AKilledStoreOpensWithEverything) {
    write_and_be_killed(50);
    const auto store = open_rocks(options());
    ASSERT_TRUE(store);
    expect_as_written(**store, scribe_);
}

TEST_F(DamagedLog, AFlippedByteInTheMiddleIsRefusedAndNothingIsTouched) {
    write_and_be_killed(300);
    const std::uint64_t middle = fs::file_size(log()) / 2;
    flip(log(), middle);
    for (int i = 0; i < 2; ++i) {
        const auto refused = open_rocks(options());
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error(), kDamaged);
    }
    flip(log(), middle);
    const auto store = open_rocks(options());
    ASSERT_TRUE(store) << "the damage was mended outside, so nothing is lost";
    expect_as_written(**store, scribe_);
}

TEST_F(DamagedLog, AFlippedByteInTheLastRecordIsRefused) {
    write_and_be_killed(20);
    flip(log(), fs::file_size(log()) - 20);
    const auto refused = open_rocks(options());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), kDamaged);
}

TEST_F(DamagedLog, ALogThatIsCutShortIsRefused) {
    write_and_be_killed(20);
    fs::resize_file(log(), fs::file_size(log()) / 2);
    const auto refused = open_rocks(options());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), kDamaged);
}

// RocksDB takes a length that leads past the end for a torn end, makes the tables anew that the
// lost rest had named, and passes over what the log has for them.
TEST_F(DamagedLog, NoFlippedByteOfTheManifestLosesATable) {
    write_and_be_killed(20);
    const fs::path whole = place_ / "whole";
    fs::rename(place_ / "store", whole);
    const std::string name = manifest(whole).filename().string();
    const std::uint64_t size = fs::file_size(whole / name);
    int refused = 0;
    for (std::uint64_t at = 0; at < size; ++at) {
        refused += is_refused(whole, name, at, 0x55) ? 1 : 0;
        if (HasFailure()) return;
    }
    EXPECT_GT(refused, 0);
}

// As after a loss of power: bytes of a write that nobody was told of.
TEST_F(DamagedLog, ATornEndIsNoDamage) {
    write_and_be_killed(20);
    std::ofstream{log(), std::ios::app | std::ios::binary} << std::string(100, 'x');
    const auto store = open_rocks(options());
    ASSERT_TRUE(store);
    expect_as_written(**store, scribe_);
}

// The file beside the log was lost with the power; claims behind the place tell it.
TEST_F(DamagedLog, WithoutTheMarkTheRecordsBehindTellIt) {
    write_and_be_killed(300);
    fs::remove(place_ / "store" / "synced");
    flip(log(), fs::file_size(log()) / 2);
    EXPECT_FALSE(open_rocks(options()));
}

TEST_F(DamagedLog, ClaimsOfAnotherStoreProveNothing) {
    write_and_be_killed(300);
    std::ofstream{place_ / "store" / "synced", std::ios::binary}
        << encode(Synced{.start = 1, .update = 1});
    flip(log(), fs::file_size(log()) / 2);
    EXPECT_TRUE(open_rocks(options())) << "as a follower's torn log with its leader's claims";
}

// A bit at the end of a table's properties makes RocksDB look for a hash index, which ends the
// process: it is to be refused in words, as any other damage.
TEST_F(DamagedLog, NoBitAtTheEndOfATablesBlockEndsTheProcess) {
    write_and_close(20);
    const fs::path whole = place_ / "whole";
    fs::rename(place_ / "store", whole);
    int refused = 0;
    for (const auto& [name, at] : ends_of_blocks(whole)) {
        refused += is_refused(whole, name, at, 0x80) ? 1 : 0;
        if (HasFailure()) return;
    }
    EXPECT_GT(refused, 0);
}

TEST_F(DamagedLog, GoesOnWithLossOnlyWhenTold) {
    write_and_be_killed(300);
    flip(log(), fs::file_size(log()) / 2);
    RocksOptions accepting = options();
    accepting.accept_loss = true;
    {
        const auto store = open_rocks(accepting);
        ASSERT_TRUE(store);
        const HeadRow head = (*store)->head(kGroup).value();
        EXPECT_LT(head.seq, scribe_.head().seq);
        EXPECT_GT(head.seq, Seq{0});
    }
    EXPECT_TRUE(open_rocks(options())) << "the loss was accepted once and is over";
}

TEST_F(DamagedLog, TellsWhichFileAtWhichByteAndWhatWouldBeLost) {
    write_and_be_killed(300);
    flip(log(), fs::file_size(log()) / 2);
    const auto lost = find_lost_updates(*rocksdb::FileSystem::Default(), options().path,
                                        [] { return Result<std::uint64_t>{100}; });
    ASSERT_TRUE(lost && *lost);
    EXPECT_THAT(**lost, testing::HasSubstr(log().filename().string() + " is damaged at byte "));
    EXPECT_THAT(**lost, testing::HasSubstr("updates 101 to "));
}

TEST(LogFile, ChecksumIsCastagnolis) {
    EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
    EXPECT_EQ(crc32c("6789", crc32c("12345")), 0xe3069283U);
}

TEST(SyncedMark, ReadsBackOnlyWhatWasWritten) {
    const Synced synced{.start = ~std::uint64_t{0}, .update = 300, .closed = true};
    const std::string bytes = encode(synced);
    EXPECT_EQ(decode_synced(bytes), synced);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::string flipped = bytes;
        flipped[i] ^= 4;
        EXPECT_EQ(decode_synced(flipped), std::nullopt) << i;
        EXPECT_EQ(decode_synced(bytes.substr(0, i)), std::nullopt) << i;
    }
}

}  // namespace
}  // namespace stentor::store
