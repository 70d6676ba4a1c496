// What befalls a commit in a database, and what is left of it.

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "base/limits.h"
#include "store/conformance.h"
#include "store/mysql/cutting_proxy_test_kit.h"
#include "store/mysql/mariadb_test_kit.h"
#include "wire/pb.h"

namespace stentor::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;

constexpr UserId kAnn{7};

class MysqlFaults : public testing::Test {
protected:
    ~MysqlFaults() override { Mariadb::only().drop(options_.database); }

    [[nodiscard]] static std::unique_ptr<Store> open(const MysqlOptions& options) {
        auto opened = open_mysql(options);
        if (!opened) throw std::runtime_error("cannot open the store");
        return *std::move(opened);
    }
    [[nodiscard]] std::unique_ptr<Store> open() const { return open(options_); }
    static Outcome commit(Store& store, const Commit& next) { return store.commit({&next, 1})[0]; }

    // A group of this scribe, and a user who is told of it.
    static void create(Store& store, Scribe& scribe) {
        const Commit creation = scribe.next(2);
        ASSERT_EQ(commit(store, creation), Outcome::done);
        scribe.accept(creation);
    }
    // A step that writes to most tables.
    static Commit step(Scribe& scribe) {
        Commit next = scribe.next(3);
        next.changed = scribe.edit({1}).changed;
        next.members = {member_row(kAnn)};
        next.joining = {kAnn};
        pb::UserLogEntry line;
        line.set_time_ms(scribe.gid().value);
        next.user_events = {{.uid = kAnn, .entry = line.SerializeAsString(), .hidden = {{1}}}};
        next.reactions = {{kAnn, {2}, "+", true}};
        next.tallies = {{{2}, {{"+", 1}}}};
        next.invites = {{.code = "abc", .by = kAnn}};
        return next;
    }
    // Until somebody waits for a lock. The server shows what it showed to whoever asks again within
    // 100 ms.
    void await_lock_wait() {
        RawConnection look{options_};
        while (look.look("SELECT trx_id FROM information_schema.innodb_trx"
                         " WHERE trx_state = 'LOCK WAIT'")
                   .empty()) {
            std::this_thread::sleep_for(150ms);
        }
    }
    [[nodiscard]] std::size_t rows(const std::string& from) {
        return std::stoul(RawConnection{options_}.look("SELECT COUNT(*) FROM " + from)[0]);
    }

    MysqlOptions options_ = Mariadb::only().fresh();
};

// Each place once before the server hears of the statement, and once after it has answered.
TEST_F(MysqlFaults, ACutAtAnyStatementLeavesACommitWholeOrNotAtAll) {
    const std::string own = options_.socket + "-" + options_.database;
    CuttingProxy proxy{options_.socket, own};
    MysqlOptions cut = options_;
    cut.socket = own;
    cut.writers = cut.readers = 1;
    const auto store = open(cut);
    const auto direct = open();
    ASSERT_TRUE(direct->add_user({kAnn, "Ann", "ann", "p", kNoon}));
    int aborted = 0;
    int unknown_and_there = 0;
    int unknown_and_not = 0;
    std::uint64_t gid = 0;
    std::size_t written_rows = 0;
    for (const auto how : {CuttingProxy::Cut::before, CuttingProxy::Cut::after}) {
        for (int place = 1;; ++place) {
            Scribe scribe{{++gid}, {1}, gid};
            create(*direct, scribe);
            const Commit next = step(scribe);
            proxy.arm(place, how);
            const Outcome outcome = commit(*store, next);
            proxy.disarm();
            const bool there = direct->head(scribe.gid())->version == next.head.version;
            if (outcome == Outcome::aborted) {
                ++aborted;
                ASSERT_FALSE(there) << place;
            } else if (outcome == Outcome::unknown) {
                ++(there ? unknown_and_there : unknown_and_not);
            } else {
                ASSERT_EQ(outcome, Outcome::done) << place;
                ASSERT_TRUE(there) << place;
            }
            ASSERT_EQ(commit(*store, next), there ? Outcome::conflict : Outcome::done) << place;
            scribe.accept(next);
            expect_as_written(*direct, scribe);
            ++written_rows;
            ASSERT_EQ(rows("user_log"), written_rows) << place;
            ASSERT_EQ(rows("feed"), 2 * written_rows) << place;
            ASSERT_EQ(rows("reaction"), written_rows) << place;
            ASSERT_EQ(rows("listed"), written_rows) << place;
            if (!proxy.fired()) break;
        }
    }
    EXPECT_GT(aborted, 40) << "the places of a commit";
    EXPECT_EQ(unknown_and_there, 1);
    EXPECT_EQ(unknown_and_not, 1);
    const UserLogPage page = direct->user_log(kAnn, 0, 1'000).value();
    EXPECT_EQ(page.head, (std::uint64_t{1} << 32U) + written_rows) << "no number is passed over";
    EXPECT_EQ(direct->feed(0, 1'000)->head, 2 * written_rows);
}

TEST_F(MysqlFaults, TheVictimOfADeadlockIsAborted) {
    const auto store = open();
    Scribe scribe{{100}};
    create(*store, scribe);
    const Commit next = scribe.next(2);
    RawConnection rival{options_};
    // The one who wrote less is the victim.
    ASSERT_EQ(rival.run("START TRANSACTION"), 0U);
    ASSERT_EQ(rival.run("INSERT INTO setting (name,a_value) SELECT seq, '' FROM seq_1_to_3000"),
              0U);
    ASSERT_EQ(rival.run("SELECT * FROM counter WHERE name='feed' FOR UPDATE"), 0U);
    Outcome outcome{};
    {
        std::jthread committer{[&] { outcome = commit(*store, next); }};
        await_lock_wait();
        ASSERT_EQ(rival.run("UPDATE head SET home=1 WHERE gid=100"), 0U);
    }
    EXPECT_EQ(outcome, Outcome::aborted);
    ASSERT_EQ(rival.run("ROLLBACK"), 0U);
    expect_as_written(*store, scribe);
    EXPECT_EQ(commit(*store, next), Outcome::done);
    scribe.accept(next);
    expect_as_written(*store, scribe);
}

// The server undoes one statement alone then, and what follows would commit the rest.
TEST_F(MysqlFaults, AWaitForALockThatIsTooLongUndoesTheWholeCommit) {
    options_.lock_wait_s = 1;
    options_.writers = 1;
    const auto store = open();
    Scribe scribe{{100}};
    create(*store, scribe);
    const Commit next = step(scribe);
    RawConnection rival{options_};
    ASSERT_EQ(rival.run("START TRANSACTION"), 0U);
    ASSERT_EQ(rival.run("SELECT * FROM counter WHERE name='feed' FOR UPDATE"), 0U);
    EXPECT_EQ(commit(*store, next), Outcome::aborted);
    ASSERT_EQ(rival.run("ROLLBACK"), 0U);

    Scribe other{{101}};
    create(*store, other);  // On the same connection.
    expect_as_written(*store, scribe);
    EXPECT_EQ(rows("entry WHERE gid=100"), 2U);
    EXPECT_EQ(rows("user_log"), 0U);
    EXPECT_EQ(commit(*store, next), Outcome::done);
    scribe.accept(next);
    expect_as_written(*store, scribe);
}

// Also in small tables, which a server likes to read from end to end.
TEST_F(MysqlFaults, ACommitWaitsForNothingOfOtherGroupsOrUsers) {
    options_.lock_wait_s = 1;
    const auto store = open();
    constexpr UserId kBob{8};
    ASSERT_TRUE(store->add_user({kAnn, "Ann", "ann", "p", kNoon}));
    ASSERT_TRUE(store->add_user({kBob, "Bob", "bob", "p", kNoon}));
    Scribe held{{100}};
    create(*store, held);
    Commit first = step(held);
    first.members = {member_row(kBob)};
    first.joining = {kBob};
    first.user_events[0].uid = kBob;
    first.moderation = {{.time = kNoon, .by = kBob, .seq = {1}}};
    ASSERT_EQ(commit(*store, first), Outcome::done);
    Scribe free{{101}};
    create(*store, free);
    RawConnection rival{options_};
    // As the store itself: else it would lock the gaps behind its rows, too.
    ASSERT_EQ(rival.run("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"), 0U);
    ASSERT_EQ(rival.run("START TRANSACTION"), 0U);
    for (const std::string table : {"head", "entry", "sent", "member", "listed", "invite",
                                    "reaction", "tally", "hidden", "moderation"}) {
        ASSERT_EQ(rival.run("SELECT * FROM " + table +
                            " WHERE p=" + std::to_string(partition_of(GroupId{100}).value) +
                            " AND gid=100 FOR UPDATE"),
                  0U);
    }
    for (const std::string table : {"account", "belongs", "user_log", "user_log_head"}) {
        ASSERT_EQ(rival.run("SELECT * FROM " + table + " WHERE u=" +
                            std::to_string(partition_of(kBob).value) + " AND uid=8 FOR UPDATE"),
                  0U);
    }
    ASSERT_EQ(rival.run("SELECT * FROM counter WHERE name='account_change' FOR UPDATE"), 0U);

    Commit next = step(free);
    next.moderation = {{.time = kNoon, .by = kAnn, .seq = {1}}};
    ASSERT_EQ(commit(*store, next), Outcome::done);
    free.accept(next);
    next = free.next(1);
    next.reactions = {{kAnn, {2}, "+", false}};
    next.tallies = {{{2}, {}}};
    next.dropped_invites = {"abc"};
    next.members = {member_row(kAnn, 2)};
    next.members[0].role = Role::none;
    next.members[0].left = {1};
    next.moderation = {{.time = kNoon + limits::kModerationKept + 1ms, .by = kAnn, .seq = {1}}};
    EXPECT_EQ(commit(*store, next), Outcome::done);
    free.accept(next);
    next = free.next(0);
    next.head.floor = {2};
    next.head.floor_digest = free.log()[1].digest;
    EXPECT_EQ(commit(*store, next), Outcome::done);
    EXPECT_EQ(rows("entry WHERE gid=101"), 4U);
}

TEST_F(MysqlFaults, AServerThatStandsStillIsWaitedForSoLong) {
    options_.answer_within = options_.connect_within = 1s;
    const auto store = open();
    Scribe scribe{{100}};
    create(*store, scribe);
    const Commit next = scribe.next(1);
    const auto start = std::chrono::steady_clock::now();
    Mariadb::only().pause();
    const Outcome outcome = commit(*store, next);
    const auto head = store->head({100});
    Mariadb::only().go_on();
    EXPECT_EQ(outcome, Outcome::aborted);
    EXPECT_EQ(head.error().code, Code::store_unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 30s);
    EXPECT_EQ(commit(*store, next), Outcome::done);
}

TEST_F(MysqlFaults, ADamagedHeadIsUnknownAndTheOthersAreServed) {
    const auto store = open();
    Scribe scribe{{100}};
    Scribe other{{101}};
    create(*store, scribe);
    create(*store, other);
    ASSERT_EQ(RawConnection{options_}.run("UPDATE head SET forks=0xff WHERE gid=100"), 0U);
    EXPECT_EQ(commit(*store, scribe.next(1)), Outcome::unknown) << "to try again heals nothing";
    EXPECT_EQ(store->head({100}).error().where, "damaged");
    EXPECT_EQ(commit(*store, other.next(1)), Outcome::done);
}

TEST_F(MysqlFaults, AConnectionThatWasKilledWhileItWaitedIsReplaced) {
    const auto store = open();
    Scribe scribe{{100}};
    create(*store, scribe);
    RawConnection rival{options_};
    const auto kill_all = [&] {
        for (const std::string& id :
             rival.look("SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID()"
                        " AND db = '" +
                        options_.database + "'")) {
            rival.run("KILL " + id);
        }
    };
    for (int i = 0; i < 3; ++i) {
        kill_all();
        const Commit next = scribe.next(1);
        EXPECT_EQ(commit(*store, next), Outcome::done);
        scribe.accept(next);
        kill_all();
        expect_as_written(*store, scribe);
        EXPECT_TRUE(store->set_setting("a", std::to_string(i)));
    }
}

// Two processes: nothing that one of them remembers may stand in for what the other wrote.
TEST_F(MysqlFaults, TwoProcessesWriteOneRecord) {
    const auto one = open();
    const auto two = open();
    Scribe scribe{{100}};
    create(*one, scribe);
    for (int i = 0; i < 40; ++i) {
        std::array<Commit, 2> rivals{scribe.next(2), scribe.next(3)};
        std::array<Outcome, 2> outcomes{};
        {
            std::jthread rival{[&] { outcomes[0] = commit(*one, rivals[0]); }};
            outcomes[1] = commit(*two, rivals[1]);
        }
        ASSERT_NE(outcomes[0], outcomes[1]);
        ASSERT_TRUE(outcomes[0] == Outcome::done || outcomes[0] == Outcome::conflict);
        scribe.accept(rivals[outcomes[0] == Outcome::done ? 0 : 1]);
    }
    expect_as_written(*two, scribe);

    ASSERT_TRUE(two->take_head({100}, {2}));
    EXPECT_EQ(commit(*one, scribe.next(1)), Outcome::fenced);
    const Term first = one->next_term().value();
    EXPECT_LT(first, two->next_term().value());
    ASSERT_EQ(two->raise_epoch({}).value(), Epoch{2});
    EXPECT_EQ(one->epoch().value(), Epoch{2});
    EXPECT_EQ(one->head({100})->epoch, Epoch{2});
    scribe.set_term({2});
    EXPECT_EQ(commit(*one, scribe.next(1)), Outcome::conflict) << "of the former epoch";
}

// The commit was judged, and waits: what it was judged by is over when it goes on.
TEST_F(MysqlFaults, ACommitThatWasUnderWayWhenTheEpochRoseIsJudgedAgain) {
    const auto one = open();
    const auto two = open();
    ASSERT_TRUE(one->add_user({kAnn, "Ann", "ann", "p", kNoon}));
    Scribe scribe{{100}};
    create(*one, scribe);
    const Commit next = step(scribe);
    RawConnection rival{options_};
    ASSERT_EQ(rival.run("START TRANSACTION"), 0U);
    ASSERT_EQ(rival.run("SELECT * FROM account FOR UPDATE"), 0U);
    Outcome outcome{};
    {
        std::jthread committer{[&] { outcome = commit(*one, next); }};
        await_lock_wait();
        EXPECT_EQ(two->raise_epoch({}).value(), Epoch{2});
        ASSERT_EQ(rival.run("ROLLBACK"), 0U);
    }
    EXPECT_EQ(outcome, Outcome::conflict);
    EXPECT_EQ(rows("feed"), 1U);
}

TEST_F(MysqlFaults, AGroupIsMadeOnceByTwo) {
    const auto one = open();
    const auto two = open();
    for (std::uint64_t gid = 1; gid <= 30; ++gid) {
        Scribe scribe{{gid}, {1}, gid};
        std::array<Commit, 2> rivals{scribe.next(2), scribe.next(3)};
        std::array<Outcome, 2> outcomes{};
        {
            std::jthread rival{[&] { outcomes[0] = commit(*one, rivals[0]); }};
            outcomes[1] = commit(*two, rivals[1]);
        }
        EXPECT_THAT(outcomes, testing::UnorderedElementsAre(Outcome::done, Outcome::conflict));
        scribe.accept(rivals[outcomes[0] == Outcome::done ? 0 : 1]);
        expect_as_written(*two, scribe);
    }
}

// Groups and users come in opposite orders, and are locked in one.
TEST_F(MysqlFaults, CommittersThatTouchTheSameUsersDoNotDeadlock) {
    constexpr std::size_t kGroups = 10;
    constexpr int kCalls = 40;
    const auto store = open();
    for (std::uint64_t uid = 1; uid <= kGroups; ++uid) {
        const std::string name = "n" + std::to_string(uid);
        ASSERT_TRUE(store->add_user({{uid}, name, name, "p", kNoon}));
    }
    std::atomic<int> not_done{0};
    std::vector<std::jthread> threads;
    for (std::uint64_t w = 0; w < 2; ++w) {
        threads.emplace_back([&, w] {
            std::vector<Scribe> scribes;
            for (std::uint64_t g = 0; g < kGroups; ++g) {
                scribes.emplace_back(GroupId{100 * w + (w == 0 ? g : kGroups - g)}, Term{1}, g);
            }
            for (int call = 1; call <= kCalls; ++call) {
                std::vector<Commit> commits;
                for (std::size_t g = 0; g < kGroups; ++g) {
                    Commit next = scribes[g].next(1);
                    const UserId uid{1 + (w == 0 ? g : kGroups - 1 - g)};
                    next.user_events = {{.uid = uid, .entry = ""}};
                    next.members = {member_row(uid, static_cast<std::uint64_t>(call))};
                    commits.push_back(std::move(next));
                }
                const auto outcomes = store->commit(commits);
                for (std::size_t g = 0; g < kGroups; ++g) {
                    if (outcomes[g] != Outcome::done) ++not_done;
                    scribes[g].accept(commits[g]);
                }
            }
        });
    }
    threads.clear();
    EXPECT_EQ(not_done, 0);
    EXPECT_EQ(rows("user_log"), 2 * kGroups * kCalls);
}

// A server ends the connection at more than it takes at once.
TEST_F(MysqlFaults, ACallThatIsLargerThanTheServerTakesGoesInParts) {
    const auto store = open();
    std::vector<Scribe> scribes;
    std::vector<Commit> commits;
    for (std::uint64_t gid = 1; gid <= 13; ++gid) {
        scribes.emplace_back(GroupId{gid}, Term{1}, gid);
        commits.push_back(scribes.back().next(10, limits::kRangeBytes));
    }
    EXPECT_THAT(store->commit(commits), testing::Each(Outcome::done));
    for (std::size_t i = 0; i < commits.size(); ++i) {
        scribes[i].accept(commits[i]);
        expect_as_written(*store, scribes[i]);
    }
}

// In the collations of characters all emoji are one, and spaces at the end are none.
TEST_F(MysqlFaults, NamesAreBytes) {
    const auto store = open();
    std::uint64_t uid = 0;
    for (const char* name : {"a", "a ", "A", "\U0001F600", "\U0001F601", "\u00e9", "e"}) {
        ASSERT_TRUE(store->add_user({{++uid}, name, name, "p", kNoon})) << name;
        ASSERT_TRUE(store->set_setting(name, name));
        EXPECT_EQ(store->user_by_name(name)->value().uid, UserId{uid});
    }
    EXPECT_THAT(store->settings("").value(), SizeIs(7));
    UserRow long_one{{99}, "n", std::string(2'000, 'n'), "p", kNoon};
    EXPECT_EQ(store->add_user(long_one).error(), (Error{Code::bad_field, "name", 1'200}));
}

TEST_F(MysqlFaults, SeveralProcessesMayMakeTheTablesAtOnce) {
    std::atomic<int> opened{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                if (open_mysql(options_)) ++opened;
            });
        }
    }
    EXPECT_EQ(opened, 4);
    const auto store = open();
    EXPECT_EQ(store->epoch().value(), Epoch{1});
    ASSERT_TRUE(store->raise_epoch({9}));
    EXPECT_EQ(open()->epoch().value(), Epoch{9}) << "opening makes nothing anew";
}

TEST_F(MysqlFaults, AServerThatCannotBeUsedIsRefusedInWords) {
    const auto where = [](const MysqlOptions& options) {
        const auto opened = open_mysql(options);
        return opened ? std::string{"opened"} : std::string{opened.error().where};
    };
    MysqlOptions wrong = options_;
    wrong.socket += "-none";
    EXPECT_EQ(where(wrong), "unreachable");
    wrong = options_;
    wrong.database = "none";
    EXPECT_EQ(where(wrong), "refused");
    wrong = options_;
    wrong.user = "nobody";
    EXPECT_EQ(where(wrong), "refused");
    EXPECT_EQ(where(options_), "opened");
    ASSERT_EQ(RawConnection{options_}.run("UPDATE counter SET number=99 WHERE name='form'"), 0U);
    EXPECT_EQ(where(options_), "later version");
}

}  // namespace
}  // namespace stentor::store
