#include "server/record/epochs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/temporary_folder_test_kit.h"
#include "server/record/backup.h"
#include "server/record/replicas.h"
#include "store/archive/records.h"
#include "store/replica/place.h"
#include "store/rocks/rocks_store.h"

namespace stentor::server {
namespace {

namespace fs = std::filesystem;

constexpr Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

class Epochs : public testing::Test {
protected:
    Epochs() {
        for (const char* each : {"backups", "servers"}) fs::create_directories(folder_ / each);
    }

    // A server's folder that nobody serves from.
    void make_server(const fs::path& data) const {
        fs::create_directories(data);
        std::ofstream{data / "secrets"} << "secret\n";
        EXPECT_TRUE(store::open_rocks({.path = (data / "store").string()}));
    }
    void make_backup(const fs::path& data, const fs::path& backup) const {
        const auto store = store::open_rocks({.path = (data / "store").string()});
        take_backup(*store::maintenance_of(**store), data, backup);
    }
    void make_export(const fs::path& data, const fs::path& file) const {
        const auto store = store::open_rocks({.path = (data / "store").string()});
        std::ofstream out{file};
        archive::export_all(**store, out, {});
    }
    static Epoch epoch_in(const fs::path& data) {
        const auto store = store::open_rocks({.path = (data / "store").string()});
        return (*store)->epoch().value();
    }
    // A note that cannot be made: nothing but the folders tells.
    [[nodiscard]] Beginning without_a_note() const {
        return {.now = kNow, .note = "/proc/stentor/epoch"};
    }
    [[nodiscard]] Beginning with_a_note() const {
        return {.now = kNow, .note = folder_ / "state" / "stentor" / "epoch"};
    }

    // Each way to begin a history, into a place of its own in `above`; returns its epoch.
    using Begin = std::function<Epoch(const fs::path& above, const Beginning&)>;
    [[nodiscard]] std::vector<std::pair<const char*, Begin>> ways() const {
        return {
            {"restore",
             [this](const fs::path& above, const Beginning& beginning) {
                 make_server(above / "origin");
                 make_backup(above / "origin", above / "backup");
                 fs::remove_all(above / "origin");
                 return Epoch{restore_backup(above / "backup", above / "restored into", beginning)};
             }},
            {"import",
             [this](const fs::path& above, const Beginning& beginning) {
                 make_server(above / "exported");
                 make_export(above / "exported", above / "export.jsonl");
                 import_record(above / "export.jsonl", above / "imported", beginning);
                 return epoch_in(above / "imported");
             }},
            {"accept-loss",
             [this](const fs::path& above, const Beginning& beginning) {
                 make_server(above / "damaged");
                 return Epoch{accept_loss(above / "damaged", beginning, true)};
             }},
            {"promote", [this](const fs::path& above, const Beginning& beginning) {
                 make_server(above / "copy");
                 fs::rename(above / "copy" / "store", above / "copy" / "aside");
                 replica::Place place{above / "copy"};
                 place.begin("127.0.0.1:7000");
                 fs::rename(above / "copy" / "aside", place.store());
                 return promote_copy(above / "copy", false, beginning).epoch;
             }}};
    }

    TemporaryFolder folder_;
};

TEST_F(Epochs, OfEachTwoHistoriesThatBeginBesideEachOtherTheLaterHasTheLarger) {
    for (const auto& [first_name, first] : ways()) {
        for (const auto& [second_name, second] : ways()) {
            const fs::path above = folder_ / first_name / second_name;
            fs::create_directories(above);
            const Epoch former = first(above, without_a_note());
            // The same way once more makes its places anew, as an operator does who tries again.
            if (std::string{first_name} == second_name) {
                for (const char* made : {"restored into", "imported", "damaged", "copy"}) {
                    if (fs::exists(above / made)) {
                        fs::rename(above / made, above / (std::string{made} + " before"));
                    }
                }
                fs::remove_all(above / "backup");
                fs::remove_all(above / "exported");
            }
            EXPECT_GT(second(above, without_a_note()), former) << first_name << ", " << second_name;
        }
    }
}

TEST_F(Epochs, HistoriesThatBeginInPlacesApartArePartedByTheNoteOfTheMachine) {
    Epoch former;
    for (const auto& [name, begin] : ways()) {
        const fs::path above = folder_ / name;
        fs::create_directories(above);
        const Epoch epoch = begin(above, with_a_note());
        EXPECT_GT(epoch, former) << name;
        former = epoch;
    }
}

TEST_F(Epochs, ANoteOutlivesTheRecord) {
    make_server(folder_ / "servers" / "first");
    const std::uint64_t first = accept_loss(folder_ / "servers" / "first", without_a_note(), true);
    fs::remove_all(folder_ / "servers" / "first" / "store");
    EXPECT_EQ(least_epoch({folder_ / "servers" / "second/"}, without_a_note()).value, first + 1);
}

TEST_F(Epochs, ARunningServerBesideIsReadAndNotChanged) {
    const fs::path data = folder_ / "servers" / "running";
    fs::create_directories(data);
    const auto running = store::open_rocks({.path = (data / "store").string()});
    ASSERT_TRUE((*running)->raise_epoch({60'000}));
    std::vector<std::string> before;
    for (const auto& each : fs::recursive_directory_iterator{data}) before.push_back(each.path());
    EXPECT_EQ(least_epoch({folder_ / "servers" / "other"}, without_a_note()), Epoch{60'001});
    std::vector<std::string> after;
    for (const auto& each : fs::recursive_directory_iterator{data}) after.push_back(each.path());
    EXPECT_EQ(after, before);
    EXPECT_TRUE((*running)->add_user({.uid = {7}, .name = "ann", .name_key = "ann"}));
}

TEST_F(Epochs, WhatIsNoRecordAndNoNoteIsPassedOver) {
    const fs::path beside = folder_ / "servers";
    for (const char* each : {"words", "too large", "a folder", "no record"}) {
        fs::create_directories(beside / each / "store");
    }
    std::ofstream{beside / "words" / "restored"} << "long ago\n";
    std::ofstream{beside / "too large" / "restored"} << (std::uint64_t{1} << 21U) << '\n';
    fs::create_directories(beside / "a folder" / "restored");
    std::ofstream{beside / "no record" / "store" / "CURRENT"} << "nonsense";
    EXPECT_EQ(least_epoch({beside / "new"}, without_a_note()),
              least_epoch({folder_ / "backups" / "new"}, without_a_note()));
}

// Else anybody of the machine could use up all epochs.
TEST_F(Epochs, WhereAnybodyMayMakeFoldersThoseOfOthersAreNotBelieved) {
    if (::geteuid() != 0) GTEST_SKIP() << "a folder of somebody else takes the rights to make one";
    const fs::path above = folder_ / "public";
    fs::create_directories(above / "theirs");
    std::ofstream{above / "theirs" / "restored"} << 2'000'000 << '\n';
    ASSERT_EQ(::chown((above / "theirs").c_str(), 65'534, 65'534), 0);
    EXPECT_EQ(least_epoch({above / "new"}, without_a_note()), Epoch{2'000'001});
    fs::permissions(above, fs::perms::all);
    EXPECT_LT(least_epoch({above / "new"}, without_a_note()), Epoch{2'000'000});
}

TEST_F(Epochs, TheLastOneIsRefusedInWords) {
    const fs::path beside = folder_ / "servers" / "last";
    fs::create_directories(beside);
    std::ofstream{beside / "restored"} << (std::uint64_t{1} << 21U) - 1 << '\n';
    try {
        static_cast<void>(least_epoch({folder_ / "servers" / "new"}, without_a_note()));
        FAIL() << "an epoch beyond the last";
    } catch (const std::runtime_error& refused) {
        EXPECT_THAT(refused.what(), testing::HasSubstr("no epoch is left"));
    }
}

}  // namespace
}  // namespace stentor::server
