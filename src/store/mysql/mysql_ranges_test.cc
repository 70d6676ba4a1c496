// What a call reads is what it answers: counted by the server, because EXPLAIN promises ranges that
// are none.

#include <gmock/gmock.h>

#include <functional>
#include <map>

#include "store/conformance.h"
#include "store/mysql/mariadb_test_kit.h"
#include "wire/pb.h"

namespace stentor::store {
namespace {

constexpr std::uint64_t kMany = 3'000;  // Rows of each kind, in each of two groups.
constexpr UserId kFirst{1};

std::string six_digits(std::uint64_t n) { return std::to_string(100'000 + n); }

class MysqlRanges : public testing::Test {
protected:
    MysqlRanges() : options_(Mariadb::only().fresh()), store_(open_mysql(options_).value()) {}
    ~MysqlRanges() override {
        store_.reset();
        Mariadb::only().drop(options_.database);
    }

    void SetUp() override {
        for (std::uint64_t uid = 1; uid <= kMany / 10; ++uid) {
            UserRow user{{uid}, six_digits(uid), six_digits(uid), "p", kNoon};
            user.tokens_since = kNoon;
            ASSERT_TRUE(store_->add_user(user));
        }
        for (const std::uint64_t gid : {1U, 2U}) fill({gid});
        for (std::uint64_t gid = 10; gid < 500; ++gid) {
            Commit next = Scribe{{gid}}.next(0);
            next.members = {member_row(kFirst)};
            ASSERT_EQ(store_->commit({&next, 1})[0], Outcome::done);
        }
        std::vector<AuditRow> audit(kMany, AuditRow{.time = kNoon, .text = "{}"});
        ASSERT_TRUE(store_->add_audit(audit));
        for (std::uint64_t n = 0; n < 500; ++n) {
            ASSERT_TRUE(store_->set_setting((n % 2 == 0 ? "a/" : "b/") + six_digits(n), "v"));
        }
        for (const std::string& table : look_.look("SHOW TABLES")) {
            look_.look("ANALYZE TABLE " + table);
        }
    }
    void fill(GroupId gid) {
        Scribe scribe{gid, {1}, gid.value};
        Commit next = scribe.next(kMany);
        for (std::uint64_t n = 1; n <= kMany; ++n) {
            next.members.push_back(member_row({n}));
            next.reactions.push_back({kFirst, {n}, "+", true});
            next.tallies.push_back({{n}, {{"+", 1}}});
            next.invites.push_back({.code = six_digits(n), .by = kFirst});
        }
        pb::UserLogEntry line;
        line.mutable_note()->set_text("note");
        for (std::uint64_t n = 1; n <= 900; ++n) {
            next.user_events.push_back({.uid = {gid.value},
                                        .entry = line.SerializeAsString(),
                                        .hidden = {{n}},
                                        .note = true,
                                        .anchor = {n}});
        }
        next.moderation.assign(900, {.time = kNoon, .by = kFirst, .seq = {1}});
        ASSERT_EQ(store_->commit({&next, 1})[0], Outcome::done);
        scribe.accept(next);
        for (int i = 0; i < 300; ++i) {
            next = scribe.next(1);
            ASSERT_EQ(store_->commit({&next, 1})[0], Outcome::done);
            scribe.accept(next);
        }
        newest_.insert_or_assign(gid, scribe);
    }

    std::uint64_t rows_read() {
        std::uint64_t sum = 0;
        const auto counters = look_.look("SHOW GLOBAL STATUS LIKE 'Handler_read_%'");
        for (std::size_t i = 0; i < counters.size(); i += 2) {
            // Those of a scan count rows; this look itself is one of them, of a table in memory.
            if (counters[i] != "Handler_read_rnd_deleted") sum += std::stoull(counters[i + 1]);
        }
        return sum;
    }
    // How many rows the server looks at for this.
    std::uint64_t cost(const std::function<void()>& call) {
        const std::uint64_t start = rows_read();
        const std::uint64_t own = rows_read() - start;
        const std::uint64_t before = rows_read();
        call();
        return rows_read() - before - own;
    }

    const MysqlOptions options_;
    std::unique_ptr<Store> store_;
    RawConnection look_{options_};
    std::map<GroupId, Scribe> newest_;
};

TEST_F(MysqlRanges, PagesOfALogAreRanges) {
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->entries({1}, {1'500}, 100)->entries.size(), 100U); }),
              220U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->load_group({1}, {1}, kNoon)->newest.size(), 256U); }),
              257U + 256U + 3'310U);  // And every send since.
    EXPECT_LE(cost([&] { EXPECT_TRUE(store_->first_at({1}, kNoon + Millis{1'000})); }), 400U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->sent_since({1}, kNoon, 50)->size(), 50U); }), 60U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->groups({100}, 50)->size(), 50U); }), 110U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->feed(200, 50)->rows.size(), 50U); }), 60U);
}

TEST_F(MysqlRanges, PagesOfMembersAreRanges) {
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->members({1}, {1'500}, 50)->size(), 50U); }), 60U);
    const auto named = [&](std::string_view prefix, const Members::NamePlace& after) {
        return store_->members_by_name({1}, prefix, after, Listed::members, 50)->size();
    };
    EXPECT_LE(cost([&] { EXPECT_EQ(named("", {six_digits(100), {100}}), 50U); }), 110U);
    EXPECT_LE(cost([&] { EXPECT_EQ(named("10010", {}), 10U); }), 40U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->users_by_name("", six_digits(100), 50)->size(), 50U); }),
              110U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->memberships(kFirst, 50)->size(), 50U); }), 160U);
    EXPECT_LE(cost([&] { EXPECT_TRUE(store_->member({1}, {1'500})->has_value()); }), 5U);
    std::vector<Members::MemberKey> keys;
    std::vector<UserId> uids;
    for (std::uint64_t n = 1; n <= 50; ++n) {
        keys.push_back({{1 + n % 2}, {10 * n}});
        uids.push_back({5 * n});
    }
    EXPECT_LE(cost([&] { EXPECT_TRUE(store_->member_rows(keys)->front()); }), 140U);
    EXPECT_LE(cost([&] { EXPECT_TRUE(store_->user_rows(uids)->front()); }), 140U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->group_lists(uids, 10)->front().size(), 2U); }), 300U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->user_log_heads(uids)->size(), 50U); }), 140U);
}

TEST_F(MysqlRanges, PagesOfWhatStandsBesideAreRanges) {
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->invites({1}, six_digits(1'500), 50)->size(), 50U); }),
              60U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->tallies({1}, {1'500}, {1'549})->size(), 50U); }), 60U);
    EXPECT_LE(
        cost([&] { EXPECT_EQ(store_->reactions_of({1}, kFirst, {1'500}, {1'549})->size(), 50U); }),
        110U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->reactions_to({1}, {9}, "", {}, 50)->size(), 1U); }), 9U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->hidden({1}, kFirst, {500}, {549})->size(), 50U); }),
              60U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->notes({1}, kFirst, {100}, {800})->size(), 50U); }), 60U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->moderation({1}, 0, 50)->size(), 50U); }), 60U);
    const std::uint64_t after = (std::uint64_t{1} << 32U) + 500;
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->user_log(kFirst, after, 50)->entries.size(), 50U); }),
              60U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->audit(0, 50)->size(), 50U); }), 60U);
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->settings("a/1001")->size(), 50U); }), 60U);
    const std::uint64_t newest = store_->account_changes(0, 1)->head;
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->account_changes(newest - 50, 99)->rows.size(), 50U); }),
              120U);
}

TEST_F(MysqlRanges, ACommitReadsItsOwnRowsAlone) {
    Scribe& scribe = newest_.at({2});
    Commit next = scribe.next(10);
    next.members = {member_row(kFirst, 2)};
    next.joining = {{299}};
    next.user_events = {{.uid = {2}, .entry = ""}};
    EXPECT_LE(cost([&] { EXPECT_EQ(store_->commit({&next, 1})[0], Outcome::done); }), 60U);
    const Members::ReadPosition position{{2}, {1'500}, {9}, {1}, {1}};
    EXPECT_LE(cost([&] { EXPECT_TRUE(store_->advance_read({&position, 1})); }), 12U);
    EXPECT_EQ(store_->member({2}, {1'500})->value().read, Seq{9});
}

}  // namespace
}  // namespace stentor::store
