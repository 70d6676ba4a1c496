// What becomes of accounts, and the audit.

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "base/limits.h"
#include "store/conformance.h"

namespace stentor::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const UserRow kAnn{{7}, "Ann", "ann", "secret", kNoon};
const UserRow kBob{{8}, "Bob", "bob", "secret", kNoon};

std::vector<UserId> changed_accounts(Store& store, std::uint64_t after = 0) {
    std::vector<UserId> uids;
    const AccountChanges changes = store.account_changes(after, 100).value();
    for (const AccountChanges::Row& row : changes.rows) uids.push_back(row.state.uid);
    return uids;
}

TEST_P(Conformance, AChangedUserKeepsEverythingThatIsSaid) {
    ASSERT_TRUE(store().add_user(kAnn));
    UserRow row = kAnn;
    row.password = "other";
    row.disabled = true;
    row.tokens_since = kNoon + 1h;
    row.sign_ins = {{kNoon + 2h, "Firefox", "192.0.2.1"}, {kNoon + 3h, "", ""}};
    row.ended_tokens = {kNoon + 2h};
    ASSERT_TRUE(put_user(store(), row));
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(store().user({7}).value(), row);
        reopen();
    }
    row.picture = "/api/v1/media/0a1b";
    ASSERT_TRUE(put_user(store(), row));
    EXPECT_EQ(store().user({7}).value(), row);
    EXPECT_EQ(put_user(store(), kBob).error().code, Code::not_found);
}

// Each writes what it read, with one field changed.
TEST_P(Conformance, OfTwoChangesAtOnceNeitherIsLost) {
    constexpr int kChanges = 50;
    ASSERT_TRUE(store().add_user(kAnn));
    std::vector<std::jthread> threads;
    threads.emplace_back([&] {
        for (int i = 0; i < kChanges; ++i) {
            ASSERT_TRUE(store().change_user({7}, [](UserRow row) -> Result<UserRow> {
                row.password += '1';
                return row;
            }));
        }
    });
    threads.emplace_back([&] {
        for (int i = 0; i < kChanges; ++i) {
            ASSERT_TRUE(store().change_user({7}, [](UserRow row) -> Result<UserRow> {
                row.disabled = true;
                row.tokens_since += 1ms;
                return row;
            }));
        }
    });
    threads.emplace_back([&] {
        for (int i = 0; i < kChanges; ++i) {
            ASSERT_TRUE(store().change_user({7}, [](UserRow row) -> Result<UserRow> {
                row.name = "Ann " + row.picture;
                row.name_key = "ann " + row.picture;
                row.picture += 'p';
                return row;
            }));
        }
    });
    threads.clear();
    const UserRow row = store().user({7})->value();
    EXPECT_EQ(row.password, kAnn.password + std::string(kChanges, '1'));
    EXPECT_EQ(row.tokens_since, Time{} + kChanges * 1ms);
    EXPECT_TRUE(row.disabled);
    EXPECT_EQ(row.picture, std::string(kChanges, 'p'));
    EXPECT_EQ(store().user_by_name(row.name_key).value(), row);
}

TEST_P(Conformance, AChangeMayBeRefusedByWhoeverMakesIt) {
    ASSERT_TRUE(store().add_user(kAnn));
    const auto refused = store().change_user({7}, [](const UserRow& row) -> Result<UserRow> {
        EXPECT_EQ(row, kAnn);
        return std::unexpected(Error{Code::not_permitted, "account"});
    });
    EXPECT_EQ(refused.error(), (Error{Code::not_permitted, "account"}));
    EXPECT_EQ(store().user({7}).value(), kAnn);
    const auto other = store().change_user({7}, [](UserRow row) -> Result<UserRow> {
        row.uid = {99};
        row.created = {};
        row.picture = "p";
        return row;
    });
    ASSERT_TRUE(other);
    EXPECT_EQ(other->uid, kAnn.uid);
    EXPECT_EQ(other->created, kAnn.created);
    EXPECT_EQ(store().user({7}).value(), *other);
}

// Two who count, or move a place, from what they read.
TEST_P(Conformance, ASettingIsReplacedOnlyWhereItIsWhatWasRead) {
    EXPECT_EQ(store().replace_setting("a/n", "0", "1").error(), kSettingChanged);
    ASSERT_TRUE(store().replace_setting("a/n", {}, "0"));
    EXPECT_EQ(store().replace_setting("a/n", {}, "1").error(), kSettingChanged);
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 3; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 30;) {
                    const std::string kept = store().setting("a/n")->value();
                    const auto written =
                        store().replace_setting("a/n", kept, std::to_string(std::stoi(kept) + 1));
                    if (written) ++i;
                    ASSERT_TRUE(written || written.error() == kSettingChanged);
                }
            });
        }
    }
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(store().setting("a/n").value(), "90");
        reopen();
    }
    EXPECT_EQ(store().replace_setting("a/n", "89", {}).error(), kSettingChanged);
    ASSERT_TRUE(store().replace_setting("a/n", "90", {}));
    EXPECT_EQ(store().setting("a/n").value(), std::nullopt);
    EXPECT_EQ(store().replace_setting("", {}, "1").error().code, Code::bad_field);
}

TEST_P(Conformance, AnErasedAccountFreesItsNameEverywhere) {
    ASSERT_TRUE(store().add_user(kAnn));
    ASSERT_TRUE(store().add_user(kBob));
    const auto join = [&](GroupId gid, const MemberRow& row) {
        Scribe scribe{gid};
        Commit next = scribe.next(1);
        next.members = {row};
        ASSERT_EQ(commit(next), Outcome::done);
    };
    MemberRow waits = member_row({7});
    waits.role = Role::none;
    waits.pending = true;
    MemberRow banned = member_row({7});
    banned.role = Role::none;
    banned.banned = true;
    join({1}, member_row({7}));
    join({2}, waits);
    join({3}, banned);
    UserRow erased = kAnn;
    erased.name = "Closed account";
    erased.name_key = "bob";
    erased.erased = true;
    EXPECT_EQ(put_user(store(), erased).error().code, Code::name_taken);
    EXPECT_EQ(store().user({7}).value(), kAnn);

    erased.name_key = "closed account 7";
    erased.password.clear();
    ASSERT_TRUE(put_user(store(), erased));

    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(store().user({7}).value(), erased);
        EXPECT_EQ(store().user_by_name("ann").value(), std::nullopt);
        EXPECT_EQ(store().user_by_name("closed account 7").value(), erased);
        EXPECT_THAT(store().users_by_name("a", "", 9).value(), IsEmpty());
        const std::vector<std::pair<GroupId, Listed>> places{
            {{1}, Listed::members}, {{2}, Listed::waiting}, {{3}, Listed::banned}};
        for (const auto& [gid, whom] : places) {
            EXPECT_THAT(store().members_by_name(gid, "ann", {}, whom, 9).value(), IsEmpty());
            const auto listed = store().members_by_name(gid, "closed", {}, whom, 9).value();
            ASSERT_EQ(listed.size(), 1U);
            EXPECT_EQ(listed[0].name, "Closed account");
        }
        reopen();
    }
    EXPECT_TRUE(store().add_user({{9}, "Ann", "ann", "x", kNoon}));
    erased.erased = false;
    erased.disabled = true;
    ASSERT_TRUE(put_user(store(), erased));
    EXPECT_TRUE(store().user({7})->value().erased) << "for good";
}

TEST_P(Conformance, AccountChangesTellEachAccountOnceAtItsNewestChange) {
    ASSERT_TRUE(store().add_user(kAnn));
    ASSERT_TRUE(store().add_user(kBob));
    EXPECT_EQ(store().account_changes(0, 10)->head, 0U);
    UserRow ann = kAnn;
    UserRow bob = kBob;
    ann.disabled = true;
    bob.tokens_since = kNoon;
    ASSERT_TRUE(put_user(store(), ann));
    ASSERT_TRUE(put_user(store(), bob));
    const std::uint64_t second = store().account_changes(0, 10)->head;
    EXPECT_THAT(changed_accounts(store()), ElementsAre(UserId{7}, UserId{8}));
    EXPECT_THAT(changed_accounts(store(), second), IsEmpty());

    // What a gate need not know is no change.
    bob.password = "other";
    bob.sign_ins = {{kNoon, "Firefox", "192.0.2.1"}};
    ASSERT_TRUE(put_user(store(), bob));
    EXPECT_EQ(store().account_changes(0, 10)->head, second);

    ann.disabled = false;
    ann.ended_tokens = {kNoon, kNoon + 1h};
    ASSERT_TRUE(put_user(store(), ann));
    for (int i = 0; i < 2; ++i) {
        const AccountChanges changes = store().account_changes(0, 10).value();
        ASSERT_EQ(changes.rows.size(), 2U);
        EXPECT_EQ(changes.rows[0].state, (AccountState{.uid = {8}, .tokens_since = kNoon}));
        EXPECT_EQ(changes.rows[1].state,
                  (AccountState{.uid = {7}, .ended_tokens = {kNoon, kNoon + 1h}}));
        EXPECT_EQ(changes.rows[0].number, second);
        EXPECT_GT(changes.rows[1].number, second);
        EXPECT_EQ(changes.head, changes.rows[1].number);
        EXPECT_THAT(changed_accounts(store(), second), ElementsAre(UserId{7}));
        EXPECT_EQ(store().account_changes(0, 1)->rows.size(), 1U);
        EXPECT_EQ(store().account_changes(0, 1)->head, changes.head);
        reopen();
    }
}

TEST_P(Conformance, ARateIsAChangeUntilItIsTakenAway) {
    ASSERT_TRUE(store().add_user(kAnn));
    UserRow ann = kAnn;
    ann.rate = {.per_s = 3, .burst = 9};
    ASSERT_TRUE(put_user(store(), ann));
    reopen();
    EXPECT_EQ(store().user(kAnn.uid)->value(), ann);
    const AccountChanges given = store().account_changes(0, 10).value();
    ASSERT_EQ(given.rows.size(), 1U);
    EXPECT_EQ(given.rows[0].state, (AccountState{.uid = kAnn.uid, .rate = ann.rate}));
    ann.rate = {};
    ASSERT_TRUE(put_user(store(), ann));
    const AccountChanges taken = store().account_changes(given.head, 10).value();
    ASSERT_EQ(taken.rows.size(), 1U) << "whoever followed must hear of it";
    EXPECT_EQ(taken.rows[0].state, AccountState{.uid = kAnn.uid});
}

TEST_P(Conformance, AnAccountThatIsAddedClosedIsAChange) {
    UserRow closed = kAnn;
    closed.disabled = true;
    ASSERT_TRUE(store().add_user(closed));
    EXPECT_THAT(changed_accounts(store()), ElementsAre(UserId{7}));
}

TEST_P(Conformance, AccountChangesAndAuditGoOnAboveEveryNumberEverGiven) {
    ASSERT_TRUE(store().add_user(kAnn));
    UserRow ann = kAnn;
    std::uint64_t last = 0;
    std::uint64_t last_audit = 0;
    for (int i = 0; i < 4; ++i) {
        ann.tokens_since = kNoon + i * 1h;
        ASSERT_TRUE(put_user(store(), ann));
        ASSERT_TRUE(store().add_audit(std::vector<AuditRow>{{.time = kNoon, .text = "{}"}}));
        const std::uint64_t number = store().account_changes(0, 10)->head;
        const std::uint64_t audit = store().audit(0, 1)->front().number;
        // A lost history may have gone on from `last`, but within its epoch.
        EXPECT_GT(number, last);
        EXPECT_GT(audit, last_audit);
        last = number + 1'000;
        last_audit = audit + 1'000;
        ASSERT_TRUE(store().raise_epoch({}));
    }
}

TEST_P(Conformance, TheAuditIsReadFromTheNewestOnAndForgetsTheOldest) {
    EXPECT_THAT(store().audit(0, 10).value(), IsEmpty());
    std::vector<AuditRow> rows;
    for (int i = 0; i < 5; ++i) {
        rows.push_back({.number = 77, .time = kNoon + i * 1h, .text = std::to_string(i)});
    }
    ASSERT_TRUE(store().add_audit({}));
    ASSERT_TRUE(store().add_audit(std::span{rows}.first(3)));
    ASSERT_TRUE(store().add_audit(std::span{rows}.last(2)));
    const auto texts = [&](std::uint64_t before, std::size_t count) {
        const std::vector<AuditRow> page = store().audit(before, count).value();
        std::string text;
        for (const AuditRow& row : page) text += row.text;
        return text;
    };
    const std::vector<AuditRow> all = store().audit(0, 10).value();
    ASSERT_EQ(all.size(), 5U);
    EXPECT_EQ(all[0].time, kNoon + 4h);
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(texts(0, 10), "43210");
        EXPECT_EQ(texts(0, 2), "43");
        EXPECT_EQ(texts(all[1].number, 2), "21");
        EXPECT_EQ(texts(all[4].number, 2), "");
        EXPECT_EQ(texts(0, 0), "");
        reopen();
    }
    ASSERT_TRUE(store().forget_audit_before(kNoon + 2h));
    EXPECT_EQ(texts(0, 10), "432");
    ASSERT_TRUE(store().forget_audit_before(kNoon + 9h));
    EXPECT_EQ(texts(0, 10), "");
    reopen();
    ASSERT_TRUE(store().add_audit(std::span{rows}.first(1)));
    EXPECT_GT(store().audit(0, 1)->front().number, all[0].number) << "no number is given twice";
}

TEST_P(Conformance, InvitesOfAGroupAreListedByTheirCodes) {
    Scribe scribe{kGroup};
    Scribe other{{101}};
    Commit next = scribe.next(0);
    const InviteRow used{.code = "b",
                         .by = {3},
                         .expires = kNoon,
                         .uses_left = 0,
                         .made = kNoon - 1h,
                         .uses = 5,
                         .ended = true};
    const InviteRow first{.code = "a", .by = {3}, .expires = kNoon, .made = kNoon};
    const InviteRow last{.code = "ba", .by = {4}, .expires = kNoon};
    next.invites = {last, used, first};
    Commit elsewhere = other.next(0);
    elsewhere.invites = {{.code = "c", .by = {3}, .expires = kNoon}};
    ASSERT_EQ(commit(next), Outcome::done);
    ASSERT_EQ(commit(elsewhere), Outcome::done);
    for (int i = 0; i < 2; ++i) {
        EXPECT_THAT(store().invites(kGroup, "", 10).value(), ElementsAre(first, used, last));
        EXPECT_THAT(store().invites(kGroup, "", 1).value(), ElementsAre(first));
        EXPECT_THAT(store().invites(kGroup, "a", 1).value(), ElementsAre(used));
        EXPECT_THAT(store().invites(kGroup, "aa", 9).value(), ElementsAre(used, last));
        EXPECT_THAT(store().invites(kGroup, "ba", 9).value(), IsEmpty());
        EXPECT_THAT(store().invites({99}, "", 9).value(), IsEmpty());
        reopen();
    }
}

TEST_P(Conformance, ReactionsToAnEntryAreThoseOfItsReaders) {
    Scribe scribe{kGroup};
    Commit next = scribe.next(600);
    // Neighbours in its block and out of it, and others' reactions.
    for (const std::uint64_t uid : {9U, 3U, 5U, 4U}) {
        for (const std::uint64_t seq : {299U, 300U, 301U, 10U, 520U}) {
            if (uid == 4 && seq == 300) continue;
            next.reactions.push_back({{uid}, {seq}, "+", true});
            if (uid == 5) next.reactions.push_back({{uid}, {seq}, "!", true});
        }
    }
    ASSERT_EQ(commit(next), Outcome::done);
    scribe.accept(next);
    const ReactionRow three{{3}, {300}, "+", true};
    const ReactionRow cries{{5}, {300}, "!", true};
    const ReactionRow five{{5}, {300}, "+", true};
    const ReactionRow nine{{9}, {300}, "+", true};
    const auto to = [&](std::string_view emoji, std::uint64_t after, std::size_t count) {
        return store().reactions_to(kGroup, {300}, emoji, {after}, count).value();
    };
    EXPECT_THAT(to("", 0, 9), ElementsAre(three, cries, five, nine));
    EXPECT_THAT(to("+", 0, 9), ElementsAre(three, five, nine));
    EXPECT_THAT(to("!", 0, 9), ElementsAre(cries));
    EXPECT_THAT(to("?", 0, 9), IsEmpty());
    EXPECT_THAT(to("", 0, 2), ElementsAre(three, cries, five)) << "one user's stay together";
    EXPECT_THAT(to("", 3, 1), ElementsAre(cries, five));
    EXPECT_THAT(to("", 5, 9), ElementsAre(nine));
    EXPECT_THAT(to("", ~std::uint64_t{0}, 9), IsEmpty());
    EXPECT_THAT(store().reactions_to({99}, {300}, "", {}, 9).value(), IsEmpty());

    next = scribe.next(0);
    next.head.floor = {300};
    next.head.floor_digest = scribe.log()[299].digest;
    ASSERT_EQ(commit(next), Outcome::done);
    EXPECT_THAT(to("", 0, 9), IsEmpty());
    EXPECT_EQ(store().reactions_to(kGroup, {301}, "", {}, 9)->size(), 5U);
}

TEST_P(Conformance, AMemberRowKeepsWhenTheyWerePutOut) {
    Scribe scribe{kGroup};
    Commit next = scribe.next(1);
    next.members = {member_row({3})};
    next.members[0].role = Role::none;
    next.members[0].left = {1};
    next.members[0].put_out = kNoon + 5h;
    ASSERT_EQ(commit(next), Outcome::done);
    reopen();
    EXPECT_EQ(store().member(kGroup, {3}).value(), next.members[0]);
}

}  // namespace
}  // namespace stentor::store
