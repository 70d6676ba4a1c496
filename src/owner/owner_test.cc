// The owner with its threads, over the engine in memory and the bus of one process.

#include "owner/owner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <latch>
#include <mutex>
#include <thread>

#include "base/limits.h"
#include "bus/local/local_bus.h"
#include "bus/route/local/local_routes.h"
#include "store/memory/memory_store.h"

namespace stentor::owner {
namespace {

constexpr NodeId kNode{1};
constexpr GroupId kGroup{77};
constexpr UserId kAnn{11};
constexpr UserId kBob{12};
constexpr UserId kCho{13};

Cmid cmid(std::uint8_t n) {
    const std::array<std::uint8_t, 10> random{n, n, n};
    return Cmid::made_at(now(), random);
}

class Node final : public bus::NodeInbox {
public:
    void on_items(std::shared_ptr<const bus::Items> items) override {
        const std::lock_guard lock{mutex_};
        for (const auto& item : items->items) {
            if (item->to == 0) continue;
            const auto [known, first] =
                known_.try_emplace(std::pair{item->gid, items->term}, item->from);
            EXPECT_EQ(item->from, known->second) << "a hole in the group, or told again";
            EXPECT_TRUE(!first || item->from == 0 || item->events.empty())
                << "an owner tells first how far the group had come";
            known->second = item->to;
            items_.push_back(item);
        }
        arrived_.notify_all();
    }
    void on_answers(std::vector<bus::Answer> answers) override {
        const std::lock_guard lock{mutex_};
        for (bus::Answer& answer : answers) {
            answers_[answer.reply_to.request_id] = std::move(answer.frame);
        }
        arrived_.notify_all();
    }

    void on_nudges(std::vector<bus::Nudge> /*nudges*/) override {}

    pb::ServerFrame answer(std::uint32_t request_id) {
        std::unique_lock lock{mutex_};
        const bool came = arrived_.wait_for(lock, std::chrono::seconds{10},
                                            [&] { return answers_.contains(request_id); });
        EXPECT_TRUE(came) << "no answer to " << request_id;
        return answers_[request_id];
    }
    std::vector<LogEntry> entries(std::size_t count) {
        std::unique_lock lock{mutex_};
        std::vector<LogEntry> all;
        arrived_.wait_for(lock, std::chrono::seconds{10}, [&] {
            all.clear();
            for (const auto& item : items_) {
                for (const bus::GroupEvent& event : item->events) {
                    const auto* added = std::get_if<bus::EntriesAdded>(&event);
                    if (added == nullptr) continue;
                    all.insert(all.end(), added->entries.begin(), added->entries.end());
                }
            }
            return all.size() >= count;
        });
        return all;
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::map<std::pair<GroupId, Term>, std::uint64_t> known_;  // Versions, by who tells of them.
    std::map<std::uint32_t, pb::ServerFrame> answers_;
    std::vector<std::shared_ptr<const bus::GroupItem>> items_;
};

class OwnerTest : public testing::Test {
protected:
    OwnerTest() {
        bus_.attach(&node_);
        routes_.report({.node = kNode, .instance = 1, .version = 1, .gid = kGroup, .online = 1});
        start();
    }

    void start() {
        owner_ = std::make_unique<Owner>(
            store_, bus_, routes_,
            OwnerOptions{.groups = {.staged_max = limits::kStagedPerGroup,
                                    .parked_max = limits::kParkedPerGroup}});
        bus_.attach(owner_.get());
    }

    std::uint32_t submit(UserId uid, pb::ClientFrame command, bool lifted = true) {
        const std::uint32_t request_id = ++last_request_;
        command.set_request_id(request_id);
        EXPECT_TRUE(bus_.submit(partition_of(kGroup),
                                {.reply_to = {.node = kNode, .request_id = request_id},
                                 .gid = kGroup,
                                 .uid = uid,
                                 .limits_lifted = lifted,
                                 .frame = std::move(command)}));
        return request_id;
    }
    void add_user(UserId uid, const std::string& name) {
        ASSERT_TRUE(store_.add_user({.uid = uid, .name = name, .name_key = name}));
    }
    std::uint32_t create(UserId uid) {
        pb::ClientFrame command;
        command.mutable_create_group()->mutable_settings()->set_name("tea");
        return submit(uid, std::move(command));
    }
    std::uint32_t join(UserId uid) {
        pb::ClientFrame command;
        command.mutable_join_group()->set_gid(kGroup.value);
        return submit(uid, std::move(command));
    }
    std::uint32_t send(UserId uid, const Cmid& id, const std::string& text, bool lifted = true) {
        pb::ClientFrame command;
        pb::Body body;
        body.set_text(text);
        command.mutable_send()->set_gid(kGroup.value);
        command.mutable_send()->set_cmid(std::string{id.view()});
        command.mutable_send()->set_body(body.SerializeAsString());
        return submit(uid, std::move(command), lifted);
    }
    Result<bus::Reply> ask(bus::Question question) {
        std::promise<Result<bus::Reply>> promise;
        bus_.ask(partition_of(kGroup), std::move(question),
                 [&](Result<bus::Reply> reply) { promise.set_value(std::move(reply)); });
        return promise.get_future().get();
    }
    bus::OpenAnswer open(UserId uid) {
        const auto reply = ask(bus::AskOpen{.gid = kGroup, .uid = uid, .with_view = true});
        EXPECT_TRUE(reply) << name_of(reply.error().code);
        return reply ? std::get<bus::OpenAnswer>(*reply) : bus::OpenAnswer{};
    }

    store::MemoryStore store_;
    Node node_;
    bus::LocalBus bus_;
    route::LocalRoutes routes_;
    std::unique_ptr<Owner> owner_;
    std::uint32_t last_request_{};
};

TEST_F(OwnerTest, AnswersNumbersAndPublishesInOneOrder) {
    EXPECT_TRUE(node_.answer(create(kAnn)).has_group_ready());
    EXPECT_TRUE(node_.answer(join(kBob)).has_group_ready());
    EXPECT_TRUE(node_.answer(join(kCho)).has_group_ready());
    std::vector<std::uint32_t> requests;
    // Not the owner's own, which go first.
    for (std::uint8_t i = 0; i < 50; ++i) {
        requests.push_back(send(i % 2 == 0 ? kBob : kCho, cmid(i), std::to_string(i)));
    }

    for (std::size_t i = 0; i < requests.size(); ++i) {
        EXPECT_EQ(node_.answer(requests[i]).sent().seq(), i + 1);
    }
    const auto entries = node_.entries(50);
    ASSERT_EQ(entries.size(), 50U);
    Digest digest = genesis(kGroup);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        EXPECT_EQ(entries[i].seq.value, i + 1);
        EXPECT_TRUE(continues(digest, entries[i]));
        digest = entries[i].digest;
    }
    EXPECT_EQ(open(kBob).view->digest, digest);
}

TEST_F(OwnerTest, ARetryAfterARestartGetsTheOriginalNumber) {
    node_.answer(create(kAnn));
    const Cmid id = cmid(1);
    EXPECT_EQ(node_.answer(send(kAnn, id, "once")).sent().seq(), 1U);
    node_.answer(send(kAnn, cmid(2), "other"));
    owner_.reset();
    start();

    const pb::ServerFrame again = node_.answer(send(kAnn, id, "once"));

    EXPECT_EQ(again.sent().seq(), 1U);
    EXPECT_EQ(open(kAnn).view->head, Seq{2});
}

TEST_F(OwnerTest, AFormerOwnerIsFencedAndSaysSo) {
    node_.answer(create(kAnn));
    const auto former = std::move(owner_);
    start();
    node_.answer(send(kAnn, cmid(1), "to the new owner"));
    bus_.attach(former.get());

    const pb::ServerFrame answer = node_.answer(send(kAnn, cmid(2), "to the former owner"));

    EXPECT_EQ(answer.refused().code(), pb::CODE_OWNER_MOVED);
    EXPECT_EQ(store_.head(kGroup)->seq, Seq{1});
    bus_.attach(owner_.get());
}

TEST_F(OwnerTest, UnreadCountsOthersPostsAboveTheCursor) {
    node_.answer(create(kAnn));
    node_.answer(join(kBob));
    for (std::uint8_t i = 0; i < 30; ++i) node_.answer(send(kAnn, cmid(i), "news"));
    node_.answer(send(kBob, cmid(100), "mine"));
    EXPECT_EQ(open(kBob).member.unread, 30U);
    EXPECT_EQ(open(kAnn).member.unread, 1U);

    pb::ClientFrame read;
    read.mutable_read()->set_gid(kGroup.value);
    read.mutable_read()->set_epoch(1);
    read.mutable_read()->set_seq(10);
    EXPECT_TRUE(node_.answer(submit(kBob, read)).has_done());

    EXPECT_EQ(open(kBob).member.unread, 20U);
    // The list is read from the store, which is told of read positions a moment after the answer.
    pb::Groups groups;
    for (int tries = 0; tries < 1'000; ++tries) {
        const auto list = ask(bus::AskList{.uid = kBob});
        ASSERT_TRUE(list);
        groups = std::get<pb::Groups>(*list);
        ASSERT_EQ(groups.groups_size(), 1);
        if (groups.groups(0).unread() == 20) break;
        std::this_thread::sleep_for(Millis{5});
    }
    EXPECT_EQ(groups.groups(0).unread(), 20U);
    EXPECT_EQ(groups.groups(0).last().seq(), 31U);
}

TEST_F(OwnerTest, AQuietGroupIsShownInTheStoresEpochThoughItRisesMeanwhile) {
    node_.answer(create(kAnn));
    node_.answer(send(kAnn, cmid(1), "kept"));
    ASSERT_TRUE(store_.raise_epoch({}));
    Epoch shown = open(kAnn).view->epoch;
    for (int i = 0; i < 2'000 && shown == Epoch{1}; ++i) {
        std::this_thread::sleep_for(Millis{5});
        shown = open(kAnn).view->epoch;
    }
    EXPECT_EQ(shown, Epoch{2});
    EXPECT_EQ(node_.answer(send(kAnn, cmid(2), "goes on")).sent().seq(), 2U);
}

TEST_F(OwnerTest, AReadPositionThatWasAnsweredIsInTheStoreWhenTheOwnerHasEnded) {
    node_.answer(create(kAnn));
    node_.answer(join(kBob));
    node_.answer(send(kAnn, cmid(1), "news"));
    pb::ClientFrame read;
    read.mutable_read()->set_gid(kGroup.value);
    read.mutable_read()->set_epoch(1);
    read.mutable_read()->set_seq(1);
    EXPECT_TRUE(node_.answer(submit(kBob, read)).has_done());
    owner_.reset();
    EXPECT_EQ((*store_.member(kGroup, kBob))->read, Seq{1});
    start();
}

TEST_F(OwnerTest, ForgetsClientIdsThatNoRetryMayUseAnyMore) {
    node_.answer(create(kAnn));
    node_.answer(send(kAnn, cmid(1), "young"));
    const Cmid old = Cmid::made_at(now() - limits::kSendWindow - 2 * limits::kSendWindowSlack,
                                   std::array<std::uint8_t, 10>{});
    owner_.reset();
    const auto head = store_.head(kGroup);
    store::Commit commit{
        .gid = kGroup, .term = head->term, .expected = head->version, .head = *head};
    ++commit.head.version;
    commit.sent.push_back({.cmid = old, .uid = kAnn, .seq = {1}});
    ASSERT_EQ(store_.commit({&commit, 1}).front(), store::Outcome::done);
    ASSERT_TRUE(store_.sent(kGroup, kAnn, old)->has_value());

    start();

    for (int tries = 0; tries < 1'000 && store_.sent(kGroup, kAnn, old)->has_value(); ++tries) {
        join(kBob);  // Any work wakes the committer.
        std::this_thread::sleep_for(Millis{5});
    }
    EXPECT_FALSE(store_.sent(kGroup, kAnn, old)->has_value());
    EXPECT_EQ(store_.sent_since(kGroup, now() - limits::kYoungIds, 10)->size(), 1U);
}

TEST_F(OwnerTest, AGroupOfOthersLooksLikeNone) {
    node_.answer(create(kAnn));
    const auto other = ask(bus::AskOpen{.gid = kGroup, .uid = kBob});
    const auto none = ask(bus::AskOpen{.gid = {kGroup.value + 1}, .uid = kBob});
    ASSERT_FALSE(other);
    ASSERT_FALSE(none);
    EXPECT_EQ(other.error(), none.error());
}

// What is nobody's has no turn, and would take all threads.
TEST(OwnersLoaders, WhoAsksForManyNamesLeavesAThreadToOthers) {
    class SlowNames final : public store::MemoryStore {
    public:
        Result<std::vector<std::optional<store::UserRow>>> user_rows(
            std::span<const UserId> uids) override {
            if (uids.size() > 1) released.wait();
            return store::MemoryStore::user_rows(uids);
        }
        std::latch released{1};
    };
    SlowNames store;
    bus::LocalBus bus;
    route::LocalRoutes routes;
    Owner owner{store, bus, routes, OwnerOptions{.loaders = 2}};
    bus.attach(&owner);
    for (int i = 0; i < 2; ++i) {
        bus.ask({}, bus::AskUsers{.asker = kAnn, .uids = {kAnn, kBob}}, [](auto) {});
    }
    std::promise<void> answered;
    bus.ask({}, bus::AskUsers{.asker = kBob, .uids = {kBob}},
            [&](const auto&) { answered.set_value(); });
    EXPECT_EQ(answered.get_future().wait_for(std::chrono::seconds{10}), std::future_status::ready);
    store.released.count_down();
}

// What raises the storm level is how long a command waits, not for how long there was work.
TEST_F(OwnerTest, ALongQueueOfReadPositionsIsNoWaitOfCommands) {
    node_.answer(create(kAnn));
    static_cast<void>(owner_->take_longest_commit());
    const Time start = now();
    std::uint32_t last = 0;
    for (int i = 0; i < 200'000; ++i) {
        pb::ClientFrame command;
        command.mutable_read()->set_gid(kGroup.value);
        command.mutable_read()->set_epoch(1);
        last = submit(kAnn, std::move(command));
    }
    node_.answer(last);
    const Millis took = now() - start;
    EXPECT_LT(owner_->take_longest_commit(), took / 2);
}

TEST_F(OwnerTest, NamesAreTakenOnce) {
    const bus::AskAddUser ann{.name = "Ann", .name_key = "ann", .password_hash = "hash"};
    const auto first = ask(ann);
    ASSERT_TRUE(first);
    const auto second = ask(ann);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::name_taken);
    const auto found = ask(bus::AskUserByName{.name_key = "ann"});
    ASSERT_TRUE(found);
    EXPECT_EQ(std::get<bus::Account>(*found).uid, std::get<bus::Account>(*first).uid);
}

// ---- Names and the outside filter

class FilterOfNames final : public PostFilter {
public:
    void judge(const FilteredPost& command, Done done) override {
        asked.push_back(std::string{command.what.kind} + ' ' + command.what.texts.front().text);
        if (fails) {
            return done(
                std::unexpected(Error{.code = Code::overloaded, .where = command.what.field}));
        }
        if (holds) {
            held.push_back(std::move(done));
            return;
        }
        done(group::Verdict{.allow = !command.what.texts.front().text.starts_with("Bad")});
    }
    std::vector<std::string> asked;
    std::vector<Done> held;
    bool fails{};
    bool holds{};
};

class JudgedNames : public testing::Test {
protected:
    JudgedNames() { start(); }
    void start() {
        OwnerOptions options{.judge = &filter};
        options.groups.rules.filter = true;
        owner = std::make_unique<Owner>(store, bus, routes, options);
        bus.attach(owner.get());
    }
    Result<bus::Reply> ask(bus::Question question) {
        std::promise<Result<bus::Reply>> promise;
        bus.ask({}, std::move(question),
                [&](Result<bus::Reply> reply) { promise.set_value(std::move(reply)); });
        return promise.get_future().get();
    }
    static bus::AskAddUser adding(const std::string& name, bool operator_rights = false) {
        return {.operator_rights = operator_rights,
                .name = name,
                .name_key = name,
                .password_hash = "hash"};
    }
    static bus::AskOutsideUser from_outside(const std::string& name) {
        return {.issuer = "elsewhere", .subject = name, .name = name, .name_key = name};
    }

    FilterOfNames filter;
    store::MemoryStore store;
    bus::LocalBus bus;
    route::LocalRoutes routes;
    std::unique_ptr<Owner> owner;
};

TEST_F(JudgedNames, OfNewAccountsAreShownToTheFilter) {
    EXPECT_TRUE(ask(adding("Ann")));
    const auto refused = ask(adding("Bad Bob"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), (Error{.code = Code::filtered, .where = "name", .rule = "filter"}));
    EXPECT_FALSE(store.user_by_name("Bad Bob")->has_value());
    EXPECT_TRUE(ask(adding("Bad Cho", true))) << "the operator's own word";
    EXPECT_THAT(filter.asked, testing::ElementsAre("account Ann", "account Bad Bob"));
    filter.fails = true;
    const auto later = ask(adding("Dan"));
    ASSERT_FALSE(later);
    EXPECT_EQ(later.error().code, Code::overloaded);
    EXPECT_FALSE(store.user_by_name("Dan")->has_value());
}

TEST_F(JudgedNames, FromOtherSystemsAreReplacedAndAskedAboutOnce) {
    for (int i = 0; i < 2; ++i) {
        const auto made = ask(from_outside("Bad Bob"));
        ASSERT_TRUE(made);
        EXPECT_EQ(std::get<bus::Account>(*made).name, "user");
    }
    EXPECT_EQ(std::get<bus::Account>(*ask(from_outside("Cho"))).name, "Cho");
    EXPECT_THAT(filter.asked, testing::ElementsAre("account Bad Bob", "account Cho"));
}

TEST_F(JudgedNames, AVerdictMayComeWhenTheOwnerHasEnded) {
    filter.holds = true;
    std::promise<Result<bus::Reply>> promise;
    bus.ask({}, adding("Ann"), [&](Result<bus::Reply> reply) { promise.set_value(reply); });
    owner.reset();  // Its loaders run what was put.
    ASSERT_EQ(filter.held.size(), 1U);
    filter.held.front()(group::Verdict{.allow = true});
    EXPECT_FALSE(promise.get_future().get());
    EXPECT_FALSE(store.user_by_name("Ann")->has_value());
    start();
}

// ---- Accounts

class ClosedAccountTest : public OwnerTest {
protected:
    ClosedAccountTest() {
        add_user(kAnn, "ann");
        add_user(kBob, "bob");
        EXPECT_TRUE(node_.answer(create(kAnn)).has_group_ready());
        EXPECT_TRUE(node_.answer(join(kBob)).has_group_ready());
    }
    bool change(bus::AskChangeUser change) { return ask(std::move(change)).has_value(); }
    Seq head() { return store_.head(kGroup).value().seq; }
};

TEST_F(ClosedAccountTest, NothingIsStoredAfterTheOperatorWasAnswered) {
    std::vector<std::uint32_t> before;
    for (std::uint8_t n = 1; n <= 100; ++n) before.push_back(send(kBob, cmid(n), "on and on"));
    ASSERT_TRUE(change({.uid = kBob, .disabled = true}));
    const Seq then = head();
    const auto refused = node_.answer(send(kBob, cmid(200), "and on")).refused();
    EXPECT_EQ(refused.code(), pb::CODE_NOT_PERMITTED);
    for (const std::uint32_t request : before) {
        const pb::ServerFrame answer = node_.answer(request);
        EXPECT_TRUE(answer.has_sent() || answer.has_refused());
        if (answer.has_sent()) {
            EXPECT_LE(answer.sent().seq(), then.value);
        }
    }
    EXPECT_EQ(head(), then);
    ASSERT_TRUE(node_.answer(send(kAnn, cmid(1), "others go on")).has_sent());
    ASSERT_TRUE(change({.uid = kBob, .disabled = false}));
    EXPECT_TRUE(node_.answer(send(kBob, cmid(201), "back")).has_sent());
}

TEST_F(ClosedAccountTest, AVoidTokenStoresNothingAndANewOneDoes) {
    const auto send_with = [&](Time minted, std::uint8_t n) {
        pb::Body body;
        body.set_text("x");
        pb::ClientFrame command;
        command.set_request_id(1'000U + n);
        command.mutable_send()->set_gid(kGroup.value);
        command.mutable_send()->set_cmid(std::string{cmid(n).view()});
        command.mutable_send()->set_body(body.SerializeAsString());
        EXPECT_TRUE(bus_.submit(partition_of(kGroup),
                                {.reply_to = {.node = kNode, .request_id = 1'000U + n},
                                 .gid = kGroup,
                                 .uid = kBob,
                                 .token_minted = minted,
                                 .limits_lifted = true,
                                 .frame = std::move(command)}));
        return node_.answer(1'000U + n);
    };
    const Time minted = now();
    EXPECT_TRUE(send_with(minted, 1).has_sent());
    ASSERT_TRUE(change({.uid = kBob, .tokens_since = minted}));
    EXPECT_EQ(send_with(minted, 2).refused().code(), pb::CODE_TOKEN_INVALID);
    const auto hello = ask(bus::AskHello{.uid = kBob, .token_minted = minted});
    ASSERT_FALSE(hello);
    EXPECT_EQ(hello.error().code, Code::token_invalid);
    EXPECT_TRUE(send_with(minted + Millis{1}, 3).has_sent());
}

TEST_F(ClosedAccountTest, IsClosedForTheNextOwnerToo) {
    ASSERT_TRUE(change({.uid = kBob, .erase = true}));
    start();
    EXPECT_EQ(node_.answer(send(kBob, cmid(1), "x")).refused().code(), pb::CODE_NOT_PERMITTED);
}

// ---- Rates of single users

class UserRateTest : public ClosedAccountTest {
protected:
    // Of ten at once.
    int stored(UserId uid) {
        std::vector<std::uint32_t> requests;
        for (int i = 0; i < 10; ++i) requests.push_back(send(uid, cmid(++made_), "x", false));
        int count = 0;
        for (const std::uint32_t request : requests) {
            if (node_.answer(request).has_sent()) ++count;
        }
        return count;
    }

private:
    std::uint8_t made_{};
};

TEST_F(UserRateTest, HoldsOnceItIsAnsweredAndForTheNextOwnerToo) {
    ASSERT_TRUE(change({.uid = kBob, .rate = UserRate{.per_s = 1, .burst = 2}}));
    EXPECT_EQ(stored(kBob), 2);
    EXPECT_EQ(stored(kAnn), 5);
    start();
    EXPECT_EQ(stored(kBob), 2);
    const auto states = ask(bus::AskAccountChanges{.count = 10});
    ASSERT_TRUE(states);
    const auto& page = std::get<bus::AccountChangesAnswer>(*states);
    ASSERT_EQ(page.states.size(), 1U) << "for every node";
    EXPECT_EQ(page.states[0].rate, (UserRate{.per_s = 1, .burst = 2}));
    ASSERT_TRUE(change({.uid = kBob, .rate = UserRate{}}));
    start();
    EXPECT_EQ(stored(kBob), 5);
}

TEST_F(UserRateTest, SoManyUsersMayHaveOneAndAnErasedOneHasNone) {
    for (std::uint64_t i = 0; i < limits::kUserRates - 1; ++i) {
        const std::string name = "user" + std::to_string(i);
        ASSERT_TRUE(store_.add_user({.uid = {1'000 + i},
                                     .name = name,
                                     .name_key = name,
                                     .rate = {.per_s = 1, .burst = 1}}));
    }
    start();
    const UserRate rate{.per_s = 1, .burst = 2};
    ASSERT_TRUE(change({.uid = kBob, .rate = rate}));
    const auto refused = ask(bus::AskChangeUser{.uid = kAnn, .rate = rate});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::not_permitted);
    EXPECT_EQ(refused.error().where, "rates");
    EXPECT_EQ(refused.error().limit, limits::kUserRates);
    EXPECT_TRUE(change({.uid = kBob, .rate = UserRate{.per_s = 9, .burst = 2}})) << "another one";
    EXPECT_TRUE(change({.uid = kAnn, .rate = UserRate{}})) << "none";
    ASSERT_TRUE(change({.uid = kBob, .erase = true}));
    EXPECT_FALSE(store_.user(kBob).value()->rate);
    EXPECT_TRUE(change({.uid = kAnn, .rate = rate}));
}

}  // namespace
}  // namespace stentor::owner
