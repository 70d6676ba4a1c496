// Who comes in while they are in as many groups as one may be; and what a closed group keeps.

#include <gmock/gmock.h>

#include <vector>

#include "base/limits.h"
#include "store/conformance.h"

namespace stentor::store {
namespace {

constexpr UserId kJoiner{9};

Commit creation(GroupId gid) {
    Commit commit = Scribe{gid}.next(0);
    commit.head.creator = {1};
    commit.members = {member_row(kJoiner)};
    commit.joining = {kJoiner};
    return commit;
}

// Until one more group is all that there is room for.
void fill(Store& store) {
    std::vector<Commit> commits;
    for (std::uint64_t gid = 1; gid < limits::kGroupsPerUser; ++gid) {
        commits.push_back(creation({1'000 + gid}));
    }
    for (const Outcome outcome : store.commit(commits)) ASSERT_EQ(outcome, Outcome::done);
}

std::size_t groups(Store& store) {
    return store.memberships(kJoiner, 2 * limits::kGroupsPerUser).value().size();
}

TEST_P(Conformance, OfTwoWhoJoinAtOnceOneComesIn) {
    fill(store());
    EXPECT_EQ(groups(store()), limits::kGroupsPerUser - 1);
    const std::vector<Commit> both{creation({10}), creation({11})};
    EXPECT_EQ(store().commit(both), (std::vector{Outcome::done, Outcome::conflict}));
    EXPECT_EQ(groups(store()), limits::kGroupsPerUser);
    EXPECT_EQ(commit(creation({12})), Outcome::conflict);
    EXPECT_FALSE(store().head({11})) << "nothing was written";
    reopen();
    EXPECT_EQ(commit(creation({13})), Outcome::conflict);
}

TEST_P(Conformance, AChangeOfAMembershipNeedsNoRoom) {
    fill(store());
    Scribe scribe{{10}};
    Commit first = scribe.next(0);
    first.members = {member_row(kJoiner)};
    first.joining = {kJoiner};
    ASSERT_EQ(commit(first), Outcome::done);
    scribe.accept(first);
    Commit again = scribe.next(0);
    again.members = {member_row(kJoiner, 2)};
    again.joining = {kJoiner};
    EXPECT_EQ(commit(again), Outcome::done);
}

TEST_P(Conformance, WhoIsPastTheBoundFromBeforeIsListedInAll) {
    fill(store());
    for (const std::uint64_t gid : {10U, 11U, 12U}) {
        Commit brought = creation({gid});
        brought.joining.clear();  // As an import writes it.
        ASSERT_EQ(commit(brought), Outcome::done);
    }
    EXPECT_EQ(groups(store()), limits::kGroupsPerUser + 2);
}

TEST_P(Conformance, AClosedGroupKeepsItsHeadAlone) {
    Scribe scribe{{10}};
    Commit first = scribe.next(3);
    first.members = {member_row({1}), member_row({2})};
    first.invites = {{.code = "abc", .by = {1}}, {.code = "abd", .by = {1}}};
    ASSERT_EQ(commit(first), Outcome::done);
    scribe.accept(first);
    ASSERT_TRUE(store().advance_read(std::vector{Members::ReadPosition{{10}, {1}, {2}, {1}, {1}}}));

    Commit closing = scribe.next(0);
    closing.head.members = 0;
    closing.head.creator = {};
    closing.head.settings.clear();
    closing.head.floor = closing.head.seq;
    closing.head.floor_digest = closing.head.digest;
    MemberRow gone = member_row({1}, 2);
    gone.role = Role::none;
    gone.left = closing.head.seq;
    closing.members = {gone};
    closing.invites = {{.code = "abc"}};
    ASSERT_EQ(commit(closing), Outcome::done);
    EXPECT_TRUE(is_closed(store().head({10}).value()));
    EXPECT_EQ(store().member({10}, {1}).value(), std::nullopt);
    EXPECT_EQ(store().members({10}, {}, 10).value().size(), 1U) << "the rest goes with later steps";
    EXPECT_TRUE(store().memberships({1}, 10).value().empty());
    EXPECT_EQ(store().invite({10}, "abc").value(), std::nullopt);
    EXPECT_NE(store().invite({10}, "abd").value(), std::nullopt);
    Commit reused = Scribe{{10}}.next(0);
    EXPECT_EQ(commit(reused), Outcome::conflict) << "its number is never given again";
}

TEST_P(Conformance, StaffAreListedApart) {
    for (const std::uint64_t uid : {1U, 2U, 3U, 4U}) {
        const std::string name = "n" + std::to_string(uid);
        ASSERT_TRUE(store().add_user({{uid}, name, name, "p", kNoon}));
    }
    Scribe scribe{{10}};
    Commit first = scribe.next(0);
    for (const std::uint64_t uid : {1U, 2U, 3U, 4U}) first.members.push_back(member_row({uid}));
    first.members[1].role = Role::admin;
    first.members[3].role = Role::owner;
    ASSERT_EQ(commit(first), Outcome::done);
    scribe.accept(first);
    const auto staff = [&] {
        std::vector<UserId> uids;
        const auto rows = store().members_by_name({10}, "", {}, Listed::staff, 10);
        for (const NamedMember& one : rows.value()) uids.push_back(one.row.uid);
        return uids;
    };
    EXPECT_THAT(staff(), testing::ElementsAre(UserId{2}, UserId{4}));
    Commit next = scribe.next(0);
    MemberRow demoted = member_row({2}, 2);
    MemberRow left = member_row({4}, 2);
    left.role = Role::none;
    left.left = {1};
    next.members = {demoted, left};
    ASSERT_EQ(commit(next), Outcome::done);
    EXPECT_TRUE(staff().empty());
}

TEST_P(Conformance, AnInviteIsDroppedByItsCode) {
    Scribe scribe{{10}};
    Commit first = scribe.next(0);
    first.invites = {{.code = "abc", .by = {1}}, {.code = "abd", .by = {1}}};
    ASSERT_EQ(commit(first), Outcome::done);
    scribe.accept(first);
    Commit next = scribe.next(0);
    next.dropped_invites = {"abc", "none"};
    ASSERT_EQ(commit(next), Outcome::done);
    EXPECT_EQ(store().invite({10}, "abc").value(), std::nullopt);
    EXPECT_NE(store().invite({10}, "abd").value(), std::nullopt);
}

}  // namespace
}  // namespace stentor::store
