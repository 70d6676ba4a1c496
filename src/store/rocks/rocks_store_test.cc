#include "store/rocks/rocks_store.h"

#include <filesystem>

#include "store/conformance.h"

namespace stentor::store {
namespace {

// A directory of its own that goes with it.
class Place {
public:
    Place() {
        std::string pattern = std::filesystem::temp_directory_path() / "stentor-rocks-XXXXXX";
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no directory");
        path_ = pattern;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { std::filesystem::remove_all(path_); }
    [[nodiscard]] RocksOptions options() const { return {.path = path_ / "store"}; }

private:
    std::filesystem::path path_;
};

class RocksSubject final : public Subject {
public:
    RocksSubject() { reopen(); }
    Store& store() override { return *store_; }
    void reopen() override {
        store_.reset();
        auto opened = open_rocks(place_.options());
        if (!opened) throw std::runtime_error(std::string{opened.error().where});
        store_ = std::move(*opened);
    }

private:
    Place place_;
    std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Rocks, Conformance,
                         testing::Values(EngineUnderTest{
                             "rocks", [] { return std::make_unique<RocksSubject>(); }}),
                         name_of);

TEST(RocksStore, SaysThatAPathIsHeld) {
    const Place place;
    const auto first = open_rocks(place.options());
    ASSERT_TRUE(first);
    const auto second = open_rocks(place.options());
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
