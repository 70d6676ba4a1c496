#include "web_push/notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/base64.h"
#include "bus/bus_test_kit.h"
#include "http_client/service_test_kit.h"
#include "web_push/endpoint.h"
#include "wire/log_entry.h"
#include "wire/pb.h"

namespace stentor::web_push {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr GroupId kGroup{9};
constexpr UserId kAnn{1};
constexpr UserId kBob{2};
const Time kMinted = from_ms(to_ms(now()) - 60'000);

// One group of Ann and Bob that grows; what Bob is there.
class GroupBus final : public bus::QuestionsBus {
public:
    void ask(PartitionId /*partition*/, bus::Question question, bus::ReplyHandler reply) override {
        std::unique_lock lock{mutex_};
        auto answer = std::visit([this](const auto& asked) { return answer_to(asked); }, question);
        lock.unlock();
        reply(std::move(answer));
    }

    Seq say(UserId sender, const pb::Body& body) {
        const std::lock_guard lock{mutex_};
        pb::Entry entry;
        entry.set_seq(entries_.size() + 1);
        entry.set_sender(sender.value);
        entry.set_cmid(std::string(16, 'c'));
        entry.set_kind(pb::ENTRY_KIND_POST);
        body.SerializeToString(entry.mutable_body());
        entries_.push_back(log_entry(entry, {}));
        return entries_.back().seq;
    }
    void change(const std::function<void(GroupBus&)>& how) {
        const std::lock_guard lock{mutex_};
        how(*this);
    }
    std::set<std::string> settings() {
        const std::lock_guard lock{mutex_};
        return settings_;
    }

    bus::MemberView bob{.role = pb::ROLE_MEMBER};
    std::uint64_t members{2};
    int feeds{};

private:
    using Answer = Result<bus::Reply>;

    Answer answer_to(const bus::AskFeed& ask) {
        ++feeds;
        bus::FeedAnswer feed{.rows = {}, .head = entries_.size(), .floor = 0};
        for (std::uint64_t n = ask.after + 1; n <= entries_.size() && feed.rows.size() < ask.count;
             ++n) {
            feed.rows.push_back(
                {.number = n, .gid = kGroup, .entries = {entries_[n - 1]}, .members = {}});
        }
        return bus::Reply{std::move(feed)};
    }
    Answer answer_to(const bus::AskGroups& /*ask*/) {
        pb::Groups groups;
        pb::GroupSummary& one = *groups.add_groups();
        one.set_gid(kGroup.value);
        one.set_name("Book club");
        one.set_members(members);
        return bus::Reply{std::move(groups)};
    }
    Answer answer_to(const bus::AskMembers& /*ask*/) {
        pb::Members all;
        for (const UserId uid : {kAnn, kBob}) all.add_members()->set_uid(uid.value);
        return bus::Reply{std::move(all)};
    }
    Answer answer_to(const bus::AskOpen& ask) {
        if (ask.uid != kBob) return std::unexpected(Error{.code = Code::not_found});
        bus::OpenAnswer open;
        open.member = bob;
        return bus::Reply{std::move(open)};
    }
    Answer answer_to(const bus::AskEntries& ask) {
        bus::EntriesAnswer page;
        if (ask.from.value <= entries_.size()) page.entries = {entries_[ask.from.value - 1]};
        return bus::Reply{std::move(page)};
    }
    Answer answer_to(const bus::AskUsers& ask) {
        pb::Users users;
        pb::User& one = *users.add_users();
        one.set_uid(ask.uids.front().value);
        one.set_name("Ann");
        return bus::Reply{std::move(users)};
    }
    Answer answer_to(const bus::AskSetSetting& ask) {
        if (ask.value) {
            settings_.insert(ask.name);
        } else {
            settings_.erase(ask.name);
        }
        return bus::Reply{std::vector<bus::Setting>{}};
    }
    template <class Other>
    Answer answer_to(const Other& /*ask*/) {
        return std::unexpected(Error{.code = Code::unsupported});
    }

    std::mutex mutex_;
    std::vector<LogEntry> entries_;
    std::set<std::string> settings_;
};

class NotifierTest : public testing::Test {
protected:
    NotifierTest() {
        EXPECT_TRUE(allow_.add("127.0.0.1"));
        gate_.become_known();
        poster_ = std::make_unique<http_client::HttpPoster>();
    }
    void subscribe(const std::string& more = "") {
        const std::string body = R"({"endpoint":")" + service_.url() + R"(","p256dh":")" +
                                 base64url(point_of(make_key_pair())) + R"(","auth":")" +
                                 base64url(std::string(16, 'a')) + '"' + more + '}';
        auto one = subscription_in(body, allow_);
        ASSERT_TRUE(one);
        one->uid = kBob;
        one->minted = kMinted;
        one->expires = now() + 1h;
        subscriptions_.add(*std::move(one), [](const Result<void>& added) { EXPECT_TRUE(added); });
    }
    void start() {
        auto presence = [this](UserId, std::move_only_function<void(bool)> answer) {
            ++presence_asked_;
            answer(online_);
        };
        notifier_ = std::make_unique<Notifier>(bus_, subscriptions_, vapid_, gate_, *poster_,
                                               presence, times_);
        // It follows from here on.
        int feeds = 0;
        bus_.change([&](GroupBus& bus) { feeds = bus.feeds; });
        wait_for([&] {
            int more = 0;
            bus_.change([&](GroupBus& bus) { more = bus.feeds; });
            return more >= feeds + 2;
        });
    }
    static bool wait_for(const std::function<bool()>& what) {
        for (int i = 0; i < 2'000; ++i) {
            if (what()) return true;
            std::this_thread::sleep_for(5ms);
        }
        return false;
    }
    bool pushed(std::uint64_t count) {
        return wait_for([&] { return notifier_->counters().pushed >= count; });
    }
    // Nothing of what was said waits any more.
    bool settled() {
        std::this_thread::sleep_for(60ms);
        return wait_for([&] { return notifier_->counters().waiting == 0; });
    }
    static pb::Body words(const std::string& text, UserId mentioned = {}) {
        pb::Body body;
        body.set_text(text);
        if (mentioned) body.add_mentions()->set_uid(mentioned.value);
        return body;
    }
    std::string answer(const std::string& head) {
        const std::lock_guard lock{mutex_};
        heads_.push_back(head);
        const int status = statuses_.empty() ? 201 : statuses_.front();
        if (!statuses_.empty()) statuses_.erase(statuses_.begin());
        return http_client::http_answer("", status);
    }
    std::vector<std::string> heads() {
        const std::lock_guard lock{mutex_};
        return heads_;
    }

    std::mutex mutex_;
    std::vector<std::string> heads_;
    std::vector<int> statuses_;
    GroupBus bus_;
    net::access::Networks allow_;
    account::SharedGate gate_{std::chrono::hours{720}};
    Vapid vapid_{std::nullopt, "mailto:ops@chat.example"};
    Subscriptions subscriptions_{bus_, {}};
    http_client::Service service_{
        [this](const std::string& head, const std::string&) { return answer(head); }};
    std::unique_ptr<http_client::HttpPoster> poster_;
    NotifierTimes times_{.look_every = 5ms,
                         .waiting = {.gather = 30ms, .again = 50ms},
                         .online_for = 2s,
                         .retry_first = 10ms,
                         .retry_last = 20ms,
                         .sweep_every = 10ms};
    std::atomic<bool> online_{};
    std::atomic<int> presence_asked_{};
    std::unique_ptr<Notifier> notifier_;
};

TEST_F(NotifierTest, ManyMessagesAreOnePushThatSaysWhatAServiceNeeds) {
    subscribe();
    start();
    bus_.say(kAnn, words("one"));
    bus_.say(kAnn, words("two"));
    bus_.say(kBob, words("his own"));
    ASSERT_TRUE(pushed(1));
    ASSERT_TRUE(settled());
    ASSERT_EQ(heads().size(), 1U);
    EXPECT_THAT(heads()[0], HasSubstr("Content-Encoding: aes128gcm"));
    EXPECT_THAT(heads()[0], HasSubstr("TTL: 86400"));
    EXPECT_THAT(heads()[0], HasSubstr("Urgency: normal"));
    EXPECT_THAT(heads()[0], HasSubstr("Topic: "));
    EXPECT_THAT(heads()[0], HasSubstr("Authorization: vapid t="));
}

TEST_F(NotifierTest, ACallIsUrgent) {
    subscribe();
    start();
    bus_.say(kAnn, words("@Bob", kBob));
    ASSERT_TRUE(pushed(1));
    EXPECT_THAT(heads()[0], HasSubstr("Urgency: high"));
}

TEST_F(NotifierTest, NobodyIsToldOfWhatTheyHaveRead) {
    subscribe();
    start();
    bus_.change([](GroupBus& bus) { bus.bob.read = Seq{1}; });
    bus_.say(kAnn, words("read on the desk"));
    ASSERT_TRUE(wait_for([&] { return presence_asked_ > 0; }));
    ASSERT_TRUE(settled());
    EXPECT_TRUE(heads().empty());
}

TEST_F(NotifierTest, NobodyIsToldOfAGroupThatTheyLeft) {
    subscribe();
    start();
    bus_.change([](GroupBus& bus) { bus.bob.role = pb::ROLE_NONE; });
    bus_.say(kAnn, words("not for Bob", kBob));
    ASSERT_TRUE(wait_for([&] { return presence_asked_ > 0; }));
    ASSERT_TRUE(settled());
    EXPECT_TRUE(heads().empty());
}

TEST_F(NotifierTest, WhoIsConnectedIsToldOnceTheyAreGone) {
    subscribe();
    online_ = true;
    start();
    bus_.say(kAnn, words("while he is here"));
    ASSERT_TRUE(wait_for([&] { return presence_asked_ > 0; }));
    EXPECT_TRUE(heads().empty());
    online_ = false;
    EXPECT_TRUE(pushed(1));
}

TEST_F(NotifierTest, LevelsSayWhatIsTold) {
    subscribe(R"(,"levels":[{"gid":9,"level":"calls"}])");
    start();
    bus_.say(kAnn, words("to nobody"));
    ASSERT_TRUE(wait_for([&] { return presence_asked_ > 0; }));
    ASSERT_TRUE(settled());
    EXPECT_TRUE(heads().empty());
    bus_.say(kAnn, words("@Bob", kBob));
    ASSERT_TRUE(pushed(1));
    subscribe(R"(,"levels":[{"gid":9,"level":"none"}])");
    const int asked = presence_asked_;
    bus_.say(kAnn, words("@Bob again", kBob));
    ASSERT_TRUE(wait_for([&] { return presence_asked_ > asked; }));
    ASSERT_TRUE(settled());
    EXPECT_EQ(heads().size(), 1U);
}

TEST_F(NotifierTest, InALargeGroupOnlyCallsAreToldUnlessOneWantsAll) {
    bus_.members = 1'000;
    subscribe();
    start();
    bus_.say(kAnn, words("to nobody"));
    bus_.say(kAnn, words("@Bob", kBob));
    ASSERT_TRUE(pushed(1));
    subscribe(R"(,"levels":[{"gid":9,"level":"all"}])");
    bus_.say(kAnn, words("to nobody"));
    ASSERT_TRUE(pushed(2));
    EXPECT_THAT(heads()[1], HasSubstr("Urgency: normal"));
}

TEST_F(NotifierTest, WhatAServiceDoesNotTakeIsTriedAgain) {
    statuses_ = {503, 429};
    subscribe();
    start();
    bus_.say(kAnn, words("one"));
    ASSERT_TRUE(pushed(1));
    EXPECT_EQ(notifier_->counters().failed, 2U);
    EXPECT_EQ(heads().size(), 3U);
}

TEST_F(NotifierTest, WhatIsRefusedForGoodIsGivenUp) {
    statuses_ = {403};
    subscribe();
    start();
    bus_.say(kAnn, words("one"));
    ASSERT_TRUE(wait_for([&] { return notifier_->counters().given_up == 1; }));
    EXPECT_EQ(subscriptions_.size(), 1U);
}

TEST_F(NotifierTest, ASubscriptionThatItsServiceDoesNotKnowIsForgotten) {
    statuses_ = {410};
    subscribe();
    EXPECT_EQ(bus_.settings().size(), 1U);
    start();
    bus_.say(kAnn, words("one"));
    ASSERT_TRUE(wait_for([&] { return subscriptions_.size() == 0; }));
    EXPECT_TRUE(wait_for([&] { return bus_.settings().empty(); }));
    EXPECT_EQ(notifier_->counters().forgotten, 1U);
}

TEST_F(NotifierTest, ASubscriptionEndsWithItsSignIn) {
    subscribe();
    start();
    const bus::AccountState out{
        .uid = kBob, .closed = false, .tokens_since = {}, .ended_tokens = {kMinted}, .rate = {}};
    gate_.apply({&out, 1}, now());
    EXPECT_TRUE(wait_for([&] { return subscriptions_.size() == 0; }));
    EXPECT_TRUE(bus_.settings().empty());
}

TEST_F(NotifierTest, TheFirstToSubscribeHearsOfWhatIsSaidFromThenOn) {
    start();
    bus_.say(kAnn, words("to nobody"));
    subscribe();
    bus_.say(kAnn, words("to Bob"));
    ASSERT_TRUE(pushed(1));
}

// ---- The end

TEST_F(NotifierTest, AtItsEndItTellsWhatWaitsForItsMoment) {
    times_.waiting.gather = 1h;
    subscribe();
    start();
    bus_.say(kAnn, words("one"));
    bus_.say(kAnn, words("two, in the last moment"));
    notifier_->finish();
    EXPECT_EQ(notifier_->counters().pushed, 1U);
    EXPECT_EQ(notifier_->counters().waiting, 0U);
}

TEST_F(NotifierTest, AtItsEndItTellsNothingToWhoIsThere) {
    online_ = true;
    times_.waiting.gather = 1h;
    subscribe();
    start();
    bus_.say(kAnn, words("one"));
    notifier_->finish();
    EXPECT_EQ(presence_asked_, 1);
    EXPECT_TRUE(heads().empty());
}

TEST_F(NotifierTest, ItsEndWaitsForNoOtherTry) {
    statuses_ = {503};
    times_.retry_first = times_.retry_last = 1h;
    times_.waiting.gather = 1h;
    subscribe();
    start();
    bus_.say(kAnn, words("one"));
    notifier_->finish();
    EXPECT_EQ(notifier_->counters().failed, 1U);
    EXPECT_EQ(notifier_->counters().pushed, 0U);
}

// ---- Subscriptions

TEST_F(NotifierTest, OneBrowserAndOneSignInHaveOneSubscription) {
    subscribe();
    subscribe();
    EXPECT_EQ(subscriptions_.size(), 1U);
    EXPECT_EQ(bus_.settings().size(), 1U);
    Subscription other = *subscriptions_.of(kBob).at(0);
    other.uid = kAnn;
    subscriptions_.add(other, [](const Result<void>& added) { EXPECT_TRUE(added); });
    EXPECT_EQ(subscriptions_.size(), 1U) << "it is Ann's browser now";
    EXPECT_FALSE(subscriptions_.has(kBob));
    EXPECT_EQ(bus_.settings().size(), 1U);
    other.id = "another browser of the same sign-in";
    subscriptions_.add(other, [](const Result<void>& added) { EXPECT_TRUE(added); });
    EXPECT_EQ(subscriptions_.size(), 1U);
    subscriptions_.remove(kAnn, kMinted, [](const Result<void>& gone) { EXPECT_TRUE(gone); });
    EXPECT_EQ(subscriptions_.size(), 0U);
    EXPECT_TRUE(bus_.settings().empty());
}

TEST_F(NotifierTest, AUserHasSoManyAndNoMore) {
    subscribe();
    Subscription one = *subscriptions_.of(kBob).at(0);
    for (std::size_t i = 1; i <= limits::kPushSubscriptions; ++i) {
        one.id = std::to_string(i);
        one.minted = kMinted + Millis{static_cast<std::int64_t>(i)};
        subscriptions_.add(one, [&](const Result<void>& added) {
            EXPECT_EQ(added.has_value(), i < limits::kPushSubscriptions);
            if (added) return;
            EXPECT_EQ(added.error().where, "subscriptions");
            EXPECT_EQ(added.error().limit, limits::kPushSubscriptions);
        });
    }
    EXPECT_EQ(subscriptions_.size(), limits::kPushSubscriptions);
}

}  // namespace
}  // namespace stentor::web_push
