#include "owner/load.h"

#include <gtest/gtest.h>

#include <vector>

#include "store/memory/memory_store.h"

namespace stentor::owner {
namespace {

constexpr GroupId kGroup{7};
constexpr Term kTerm{1};

// One member's row is damaged.
class DamagedMember final : public store::MemoryStore {
public:
    UserId damaged;

    Result<std::optional<store::MemberRow>> member(GroupId gid, UserId uid) override {
        if (uid == damaged) return std::unexpected(Error{.code = Code::store_unavailable});
        return MemoryStore::member(gid, uid);
    }
};

TEST(Load, ADamagedRowKeepsNobodyElseFromTheirs) {
    DamagedMember store;
    store::Commit commit{.gid = kGroup, .term = kTerm};
    commit.head = {
        .epoch = {1}, .term = kTerm, .digest = genesis(kGroup), .members = 3, .version = 1};
    for (const std::uint64_t uid : {1U, 2U, 3U}) {
        commit.members.push_back({.uid = {uid}, .role = store::Role::member, .version = 1});
    }
    ASSERT_EQ(store.commit({&commit, 1})[0], store::Outcome::done);
    std::vector<group::Load> loads;
    for (const std::uint64_t uid : {3U, 2U, 1U, 9U}) {
        loads.push_back({.gid = kGroup, .what = group::LoadMember{{uid}}});
    }
    const auto roles = [&] {
        std::vector<std::optional<store::Role>> found;
        for (const group::Loaded& loaded : carry_out_together(loads, store)) {
            if (!loaded.found) {
                found.emplace_back();
                continue;
            }
            const auto& row = std::get<std::optional<store::MemberRow>>(*loaded.found);
            found.emplace_back(row ? row->role : store::Role::none);
        }
        return found;
    };
    using store::Role;
    using Roles = std::vector<std::optional<Role>>;
    EXPECT_EQ(roles(), (Roles{Role::member, Role::member, Role::member, Role::none}));
    store.damaged = {2};
    EXPECT_EQ(roles(), (Roles{Role::member, std::nullopt, Role::member, Role::none}));
}

}  // namespace
}  // namespace stentor::owner
