#include "store/rocks/rocks_store.h"

#include <filesystem>

#include "base/temporary_folder_test_kit.h"
#include "store/conformance.h"

namespace stentor::store {
namespace {

RocksOptions options_in(const TemporaryFolder& folder) { return {.path = folder / "store"}; }

class RocksSubject final : public Subject {
public:
    RocksSubject() { reopen(); }
    Store& store() override { return *store_; }
    void reopen() override {
        store_.reset();
        auto opened = open_rocks(options_in(folder_));
        if (!opened) throw std::runtime_error(std::string{opened.error().where});
        store_ = std::move(*opened);
    }

private:
    TemporaryFolder folder_;
    std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Rocks, Conformance,
                         testing::Values(EngineUnderTest{
                             "rocks", [] { return std::make_unique<RocksSubject>(); }}),
                         name_of);

TEST(RocksStore, SaysThatAPathIsHeld) {
    const TemporaryFolder folder;
    const auto first = open_rocks(options_in(folder));
    ASSERT_TRUE(first);
    const auto second = open_rocks(options_in(folder));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error(), (Error{Code::store_unavailable, "path is held by another process"}));
}

TEST(RocksStore, SaysThatAPathCannotBeUsed) {
    const auto store = open_rocks({.path = "/proc/no-store"});
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error(), (Error{Code::store_unavailable, "cannot be opened"}));
}

}  // namespace
}  // namespace stentor::store
