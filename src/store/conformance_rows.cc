// Reads, and what is written outside a commit.

#include <gmock/gmock.h>

#include <algorithm>

#include "base/limits.h"
#include "store/conformance.h"

namespace stentor::store {
namespace {

using namespace std::chrono_literals;

// A group with `count` entries of `body_bytes`.
Scribe written(Store& store, GroupId gid, std::size_t count, std::size_t body_bytes = 5) {
    Scribe scribe{gid};
    const Commit creation = scribe.next(count, body_bytes);
    EXPECT_EQ(store.commit({&creation, 1})[0], Outcome::done);
    scribe.accept(creation);
    return scribe;
}

TEST_P(Conformance, PagesAreBoundedByCountAndBytes) {
    const Scribe small = written(store(), {1}, 500);
    EXPECT_EQ(store().entries({1}, {1}, 0)->entries.size(), 1U);
    EXPECT_EQ(store().entries({1}, {1}, 3)->entries.size(), 3U);
    EXPECT_EQ(store().entries({1}, {1}, 1'000)->entries.size(), limits::kRangeEntries);
    EXPECT_EQ(store().entries({1}, {499}, 1'000)->entries.size(), 2U);

    const Scribe large = written(store(), {2}, 40, limits::kBodyBytes);
    const EntryPage page = store().entries({2}, {3}, 1'000).value();
    std::size_t bytes = 0;
    for (const LogEntry& entry : page.entries) bytes += entry.bytes->size();
    EXPECT_LE(bytes, limits::kRangeBytes);
    EXPECT_GT(bytes + page.entries.back().bytes->size(), limits::kRangeBytes);

    const Scribe huge = written(store(), {3}, 2, limits::kRangeBytes + 1);
    EXPECT_EQ(store().entries({3}, {1}, 10)->entries.size(), 1U);
}

TEST_P(Conformance, APageKnowsTheDigestBeforeIt) {
    const Scribe scribe = written(store(), kGroup, 30);
    for (const unsigned from : {1U, 2U, 17U, 30U}) {
        const EntryPage page = store().entries(kGroup, {from}, 5).value();
        EXPECT_EQ(page.digest_before, from == 1 ? genesis(kGroup) : scribe.log()[from - 2].digest);
        EXPECT_EQ(page.head, scribe.head());
        EXPECT_TRUE(continues(page.digest_before, page.entries.front()));
    }
    for (const std::uint64_t from : {std::uint64_t{31}, std::uint64_t{32}, ~std::uint64_t{0}}) {
        const EntryPage page = store().entries(kGroup, {from}, 5).value();
        EXPECT_TRUE(page.entries.empty());
        EXPECT_EQ(page.digest_before, scribe.head().digest);
    }
}

TEST_P(Conformance, AGroupIsLoadedWhole) {
    EXPECT_EQ(store().load_group(kGroup, {2}, kNoon).error().code, Code::not_found);
    Scribe scribe = written(store(), kGroup, 300, 2 * limits::kRangeBytes / limits::kRing);
    Commit next = scribe.next(0);
    next.tallies = {{{44}, {{"+1", 1}}}, {{45}, {{"+1", 2}}}, {{300}, {{"+1", 3}}}};
    ASSERT_EQ(commit(next), Outcome::done);
    scribe.accept(next);
    const Time since = scribe.log()[100].time;
    for (int i = 0; i < 2; ++i) {
        const GroupStart start = store().load_group(kGroup, {3}, since).value();
        EXPECT_EQ(start.head.seq, Seq{300});
        EXPECT_EQ(start.head.term, Term{3});
        EXPECT_EQ(start.head.version, 2U);
        ASSERT_EQ(start.newest.size(), limits::kRing) << "more than a page's bytes";
        EXPECT_EQ(start.newest.front().seq, Seq{45});
        EXPECT_EQ(start.digest_before, scribe.log()[43].digest);
        EXPECT_TRUE(continues(start.digest_before, start.newest.front()));
        EXPECT_EQ(*start.newest.back().bytes, *scribe.log()[299].bytes);
        EXPECT_THAT(start.tallies, testing::ElementsAre(next.tallies[1], next.tallies[2]));
        std::vector<SentRow> young;
        std::ranges::copy_if(scribe.sent(), std::back_inserter(young),
                             [&](const SentRow& row) { return row.cmid.time() >= since; });
        EXPECT_THAT(start.sent, testing::UnorderedElementsAreArray(young));
        EXPECT_EQ(store().load_group(kGroup, {2}, since).error().code, Code::owner_moved);
        reopen();
    }
    EXPECT_EQ(store().head(kGroup)->term, Term{3}) << "taken";
    EXPECT_EQ(commit(scribe.next(1)), Outcome::fenced);
}

TEST_P(Conformance, AGroupIsLoadedFromItsFloor) {
    Scribe scribe = written(store(), kGroup, 20);
    Commit next = scribe.next(0);
    next.head.floor = {17};
    next.head.floor_digest = scribe.log()[16].digest;
    ASSERT_EQ(commit(next), Outcome::done);
    scribe.accept(next);
    GroupStart start = store().load_group(kGroup, {1}, kNoon).value();
    ASSERT_EQ(start.newest.size(), 3U);
    EXPECT_EQ(start.digest_before, scribe.log()[16].digest);

    next = scribe.next(0);
    next.head.floor = {20};
    next.head.floor_digest = scribe.log()[19].digest;
    ASSERT_EQ(commit(next), Outcome::done);
    start = store().load_group(kGroup, {1}, kNoon).value();
    EXPECT_TRUE(start.newest.empty());
    EXPECT_EQ(start.digest_before, scribe.head().digest);

    const Scribe empty = written(store(), {101}, 0);
    start = store().load_group({101}, {1}, kNoon).value();
    EXPECT_TRUE(start.newest.empty());
    EXPECT_EQ(start.digest_before, genesis({101}));
}

TEST_P(Conformance, FindsTheFirstEntryAtATime) {
    const Scribe scribe = written(store(), kGroup, 200);
    const Time end = scribe.head().time;
    for (Time time = kNoon - 1ms; time <= end + 1ms; time += 1ms) {
        const auto first = std::ranges::lower_bound(scribe.log(), time, {}, &LogEntry::time);
        const auto seq = static_cast<std::uint64_t>(first - scribe.log().begin()) + 1;
        ASSERT_EQ(store().first_at(kGroup, time).value(), Seq{seq});
    }
}

TEST_P(Conformance, FindsASendByItsWholeId) {
    const Scribe scribe = written(store(), kGroup, 50);
    const SentRow& row = scribe.sent()[20];
    EXPECT_EQ(store().sent(kGroup, row.uid, row.cmid).value(), row);
    EXPECT_EQ(store().sent({101}, row.uid, row.cmid).value(), std::nullopt);
    EXPECT_EQ(store().sent(kGroup, {row.uid.value + 1}, row.cmid).value(), std::nullopt);
    EXPECT_EQ(store().sent(kGroup, row.uid, cmid_at(kNoon, 1)).value(), std::nullopt);
    EXPECT_EQ(store().sent(kGroup, {}, {}).value(), std::nullopt);
}

// Ten days of sends in three groups, and none on some of the days.
std::vector<Scribe> ten_days(Store& store) {
    std::vector<Scribe> scribes;
    for (const unsigned gid : {99U, 100U, 101U}) scribes.emplace_back(GroupId{gid}, Term{1}, gid);
    for (int day = 0; day < 10; ++day) {
        for (Scribe& scribe : scribes) {
            if ((day + static_cast<int>(scribe.gid().value)) % 4 == 0) continue;
            scribe.set_time(kNoon + day * 24h);
            const Commit next = scribe.next(6);
            EXPECT_EQ(store.commit({&next, 1})[0], Outcome::done);
            scribe.accept(next);
        }
    }
    return scribes;
}

TEST_P(Conformance, FindsTheSendsSinceATime) {
    for (const Scribe& scribe : ten_days(store())) {
        for (int hours = -24; hours <= 264; hours += 12) {
            const Time since = kNoon + hours * 1h + 2ms;
            std::vector<SentRow> expected;
            std::ranges::copy_if(scribe.sent(), std::back_inserter(expected),
                                 [&](const SentRow& row) { return row.cmid.time() >= since; });
            const auto all = store().sent_since(scribe.gid(), since, 1'000).value();
            ASSERT_THAT(all, testing::UnorderedElementsAreArray(expected));

            const std::size_t some = std::min<std::size_t>(7, expected.size());
            const auto newest = store().sent_since(scribe.gid(), since, some).value();
            ASSERT_EQ(newest.size(), some);
            for (const SentRow& row : newest) {
                const auto younger = std::ranges::count_if(expected, [&](const SentRow& other) {
                    return other.cmid.time() > row.cmid.time();
                });
                EXPECT_LT(younger, static_cast<std::ptrdiff_t>(some));
            }
        }
        EXPECT_TRUE(store().sent_since(scribe.gid(), kNoon, 0)->empty());
    }
}

TEST_P(Conformance, ForgetsOldSendsWithinADay) {
    const std::vector<Scribe> scribes = ten_days(store());
    for (const int days : {0, 3, 3, 6, 20}) {
        const Time before = kNoon + days * 24h + 1h;
        ASSERT_TRUE(store().forget_sent_before(before));
        for (const Scribe& scribe : scribes) {
            for (const SentRow& row : scribe.sent()) {
                const bool found =
                    store().sent(scribe.gid(), row.uid, row.cmid).value().has_value();
                if (row.cmid.time() >= before) {
                    EXPECT_TRUE(found);
                } else if (row.cmid.time() < before - 24h) {
                    EXPECT_FALSE(found);
                }
            }
            const auto left = store().sent_since(scribe.gid(), from_ms(0), 1'000).value();
            EXPECT_TRUE(std::ranges::all_of(
                left, [&](const SentRow& row) { return row.cmid.time() >= before - 24h; }));
        }
    }
}

TEST_P(Conformance, MembersAreFoundFromBothSides) {
    Scribe scribe = written(store(), kGroup, 1);
    Scribe other = written(store(), {101}, 1);
    Commit next = scribe.next(0);
    for (const unsigned uid : {5U, 3U, 9U, 4U}) next.members.push_back(member_row({uid}));
    next.members[1].role = Role::owner;
    next.members[2] = {.uid = {9}, .role = Role::none, .version = 1, .banned = true};
    next.members[3].muted_until = Time::max();
    next.members[3].muted_for_me = true;
    Commit second = other.next(0);
    second.members = {member_row({3})};
    ASSERT_EQ(commit(next), Outcome::done);
    ASSERT_EQ(commit(second), Outcome::done);
    scribe.accept(next);

    const auto all = store().members(kGroup, {}, 10).value();
    EXPECT_THAT(all, testing::ElementsAre(next.members[1], next.members[3], next.members[0],
                                          next.members[2]));
    EXPECT_EQ(store().members(kGroup, {3}, 2).value(), (std::vector{all[1], all[2]}));
    EXPECT_TRUE(store().members(kGroup, {9}, 2)->empty());
    EXPECT_TRUE(store().members(kGroup, {~std::uint64_t{0}}, 2)->empty());
    EXPECT_TRUE(store().members(kGroup, {}, 0)->empty());
    EXPECT_EQ(store().member(kGroup, {9}).value(), next.members[2]);
    EXPECT_TRUE(store().memberships({9}, 10)->empty());
    const std::vector<Membership> both{{kGroup, next.members[1]}, {{101}, second.members[0]}};
    EXPECT_EQ(store().memberships({3}, 10).value(), both);
    EXPECT_EQ(store().memberships({3}, 1)->size(), 1U);

    next = scribe.next(0);
    next.members = {member_row({3}, 2)};
    next.members[0].left = {1};
    next.members[0].role = Role::none;
    ASSERT_EQ(commit(next), Outcome::done);
    EXPECT_EQ(store().memberships({3}, 10).value(), std::vector{both[1]});
    EXPECT_EQ(store().member(kGroup, {3}).value(), next.members[0]);
}

TEST_P(Conformance, ManyRowsAtOnceAreAsOneByOne) {
    Scribe scribe = written(store(), kGroup, 50);
    Scribe other = written(store(), {101}, 50);
    Commit next = scribe.next(0);
    next.members = {member_row({3}), member_row({4}), member_row({9})};
    Commit second = other.next(0);
    second.members = {member_row({3})};
    second.user_events = {{.uid = {3}}, {.uid = {3}}};
    ASSERT_EQ(commit(next), Outcome::done);
    ASSERT_EQ(commit(second), Outcome::done);
    ASSERT_TRUE(
        store().advance_read(std::vector<Members::ReadPosition>{{kGroup, {9}, {40}, {1}, {1}}}));
    ASSERT_TRUE(store().add_user({{3}, "Ann", "ann", "x", kNoon}));

    // Not in order, one twice, some of nobody.
    const std::vector<UserId> uids{{9}, {77}, {3}, {4}, {3}, {~std::uint64_t{0}}};
    std::vector<Members::MemberKey> keys;
    for (const UserId uid : uids) {
        keys.push_back({{101}, uid});
        keys.push_back({kGroup, uid});
    }
    const auto rows = store().member_rows(keys).value();
    ASSERT_EQ(rows.size(), keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        EXPECT_EQ(rows[i], store().member(keys[i].gid, keys[i].uid).value()) << i;
    }
    EXPECT_EQ(rows[1]->read, Seq{40});

    const auto lists = store().group_lists(uids, 10).value();
    const auto first = store().group_lists(uids, 1).value();
    const auto heads = store().user_log_heads(uids).value();
    const auto users = store().user_rows(uids).value();
    ASSERT_EQ(lists.size(), uids.size());
    ASSERT_EQ(first.size(), uids.size());
    ASSERT_EQ(heads.size(), uids.size());
    ASSERT_EQ(users.size(), uids.size());
    for (std::size_t i = 0; i < uids.size(); ++i) {
        const auto memberships = store().memberships(uids[i], 10).value();
        ASSERT_EQ(lists[i].size(), memberships.size()) << i;
        EXPECT_TRUE(std::ranges::equal(lists[i], memberships, {}, {}, &Membership::gid)) << i;
        EXPECT_EQ(first[i].size(), std::min<std::size_t>(memberships.size(), 1)) << i;
        EXPECT_EQ(heads[i], store().user_log(uids[i], 0, 1)->head) << i;
        EXPECT_EQ(users[i], store().user(uids[i]).value()) << i;
    }
    EXPECT_EQ(lists[2], (std::vector<GroupId>{kGroup, {101}}));
    EXPECT_EQ(first[2], std::vector{kGroup});
    EXPECT_NE(heads[2], 0U);
    EXPECT_TRUE(users[2]);

    EXPECT_TRUE(store().member_rows({})->empty());
    EXPECT_TRUE(store().group_lists({}, 10)->empty());
    EXPECT_TRUE(store().user_log_heads({})->empty());
    EXPECT_TRUE(store().user_rows({})->empty());
}

TEST_P(Conformance, ReadPositionsMoveForwardOnly) {
    Scribe scribe = written(store(), kGroup, 50);
    Commit next = scribe.next(0);
    next.members = {member_row({3}), member_row({4})};
    next.members[1].read = {20};
    ASSERT_EQ(commit(next), Outcome::done);
    scribe.accept(next);
    const auto read = [&](std::uint64_t uid) {
        return store().member(kGroup, {uid})->value().read;
    };
    const auto advance = [&](std::vector<Members::ReadPosition> positions) {
        ASSERT_TRUE(store().advance_read(positions));
    };

    advance({});
    advance({{kGroup, {3}, {10}, {1}, {1}},
             {kGroup, {3}, {30}, {1}, {1}},
             {kGroup, {3}, {20}, {1}, {1}}});
    advance({{kGroup, {4}, {19}, {1}, {1}},
             {kGroup, {77}, {5}, {1}, {1}},
             {{555}, {3}, {5}, {1}, {1}}});
    EXPECT_EQ(read(3), Seq{30});
    EXPECT_EQ(read(4), Seq{20});
    EXPECT_EQ(store().member(kGroup, {77}).value(), std::nullopt);
    advance({{kGroup, {3}, {29}, {1}, {1}}});
    EXPECT_EQ(read(3), Seq{30});

    // A commit that knows an older position changes the role and leaves the position.
    next = scribe.next(0);
    next.members = {member_row({3}, 2)};
    next.members[0].role = Role::admin;
    next.members[0].read = {5};
    ASSERT_EQ(commit(next), Outcome::done);
    EXPECT_EQ(read(3), Seq{30});
    advance({{kGroup, {3}, {31}, {1}, {1}}});
    const MemberRow row = store().members(kGroup, {}, 1)->front();
    EXPECT_EQ(row.role, Role::admin);
    EXPECT_EQ(row.read, Seq{31});
    EXPECT_EQ(store().memberships({3}, 1)->front().row, row);
}

// Its successor has read the row; and numbers of a lost history name other entries.
TEST_P(Conformance, AReadPositionOfAFormerOwnerOrEpochIsPassedOver) {
    Scribe scribe = written(store(), kGroup, 50);
    Commit next = scribe.next(0);
    next.members = {member_row({3})};
    ASSERT_EQ(commit(next), Outcome::done);
    const auto read_after = [&](std::uint64_t seq, Term term, Epoch epoch) {
        const ReadPosition position{kGroup, {3}, {seq}, term, epoch};
        EXPECT_TRUE(store().advance_read({&position, 1}));
        EXPECT_TRUE(store().commit({}, {&position, 1}).empty());
        return store().member(kGroup, {3})->value().read.value;
    };
    EXPECT_EQ(read_after(10, {1}, {1}), 10U);
    ASSERT_TRUE(store().take_head(kGroup, {2}));
    EXPECT_EQ(read_after(20, {1}, {1}), 10U);
    EXPECT_EQ(read_after(30, {2}, {1}), 30U);
    ASSERT_TRUE(store().raise_epoch({}));
    EXPECT_EQ(read_after(40, {2}, {1}), 30U) << "though nobody has taken the head since";
    EXPECT_EQ(read_after(45, {2}, {2}), 45U);
}

TEST_P(Conformance, ReadPositionsRideWithCommits) {
    Scribe scribe = written(store(), kGroup, 50);
    Scribe other = written(store(), {101}, 50);
    Commit next = other.next(0);
    next.members = {member_row({3})};
    ASSERT_EQ(commit(next), Outcome::done);

    next = scribe.next(1);
    next.members = {member_row({4})};
    const std::vector<ReadPosition> positions{
        {kGroup, {4}, {30}, {1}, {1}}, {{101}, {3}, {40}, {1}, {1}}, {kGroup, {9}, {1}, {1}, {1}}};
    EXPECT_EQ(store().commit({&next, 1}, positions), std::vector{Outcome::done});
    reopen();
    EXPECT_EQ(store().member(kGroup, {4})->value().read, Seq{30}) << "they come with the commit";
    EXPECT_EQ(store().member({101}, {3})->value().read, Seq{40});
    EXPECT_EQ(store().member(kGroup, {9}).value(), std::nullopt);

    const ReadPosition further{kGroup, {4}, {31}, {1}, {1}};
    EXPECT_EQ(store().commit({&next, 1}, {&further, 1}), std::vector{Outcome::conflict});
    EXPECT_EQ(store().member(kGroup, {4})->value().read, Seq{31});
}

TEST_P(Conformance, UsersAreUniqueByNameAndId) {
    const UserRow ann{{1}, "Ann", "ann", "$argon2id$", kNoon};
    ASSERT_TRUE(store().add_user(ann));
    EXPECT_EQ(store().add_user({{2}, "ANN", "ann", "x", kNoon}).error().code, Code::name_taken);
    EXPECT_EQ(store().add_user({{1}, "Bob", "bob", "x", kNoon}).error().code, Code::name_taken);
    const UserRow long_one{{~std::uint64_t{0}},
                           std::string(300, 'n'),
                           std::string(300, '\xff'),
                           std::string(1'000, 'p'),
                           kNoon};
    ASSERT_TRUE(store().add_user(long_one));
    ASSERT_TRUE(store().add_user({{3}, "", "", "", {}}));

    EXPECT_EQ(store().user({1}).value(), ann);
    EXPECT_EQ(store().user_by_name("ann").value(), ann);
    EXPECT_EQ(store().user_by_name("an").value(), std::nullopt);
    EXPECT_EQ(store().user_by_name("bob").value(), std::nullopt);
    EXPECT_EQ(store().user({2}).value(), std::nullopt);
    EXPECT_EQ(store().user_by_name(long_one.name_key).value(), long_one);
    EXPECT_EQ(store().user_by_name("")->value().uid, UserId{3});
}

TEST_P(Conformance, TermsGrowAcrossReopening) {
    Term last = store().next_term().value();
    for (int i = 0; i < 5; ++i) {
        if (i % 2 == 0) reopen();
        const Term next = store().next_term().value();
        EXPECT_GT(next, last);
        last = next;
    }
}

TEST_P(Conformance, EverythingSurvivesReopening) {
    std::vector<Scribe> scribes = ten_days(store());
    Commit next = scribes[0].edit({3});
    next.members = {member_row({3}), member_row({4})};
    ASSERT_EQ(commit(next), Outcome::done);
    scribes[0].accept(next);
    const std::vector<Members::ReadPosition> positions{{scribes[0].gid(), {4}, {2}, {1}, {1}}};
    ASSERT_TRUE(store().advance_read(positions));
    ASSERT_TRUE(store().add_user({{1}, "Ann", "ann", "p", kNoon}));
    ASSERT_TRUE(store().take_head(scribes[1].gid(), {9}));

    reopen();

    expect_as_written(store(), scribes[0]);
    expect_as_written(store(), scribes[2]);
    EXPECT_EQ(commit(scribes[1].next(1)), Outcome::fenced);
    EXPECT_EQ(store().member(scribes[0].gid(), {4})->value().read, Seq{2});
    EXPECT_EQ(store().memberships({3}, 10)->size(), 1U);
    EXPECT_EQ(store().user_by_name("ann")->value().name, "Ann");
    EXPECT_EQ(store().epoch(), Epoch{1});
    next = scribes[2].next(3);
    EXPECT_EQ(commit(next), Outcome::done);
}

}  // namespace
}  // namespace stentor::store
