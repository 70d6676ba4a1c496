// Accounts that close, and tokens that end, while something of theirs is under way.

#include <vector>

#include "auth/account/shared_gate.h"
#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

struct WithGate {
    account::SharedGate gate{account::kTokenLives};
};

class GateTest : private WithGate, public GroupTest {
protected:
    GateTest() : GroupTest({.rate = {}, .staged_max = 100, .parked_max = 100, .gate = &gate}) {
        create(kAnn);
        settle();
        answers.clear();
    }
    std::uint32_t send_with(Time minted, const Cmid& id) {
        pb::ClientFrame frame;
        frame.mutable_send()->set_cmid(std::string{id.view()});
        frame.mutable_send()->set_body("x");
        const std::uint32_t request = ++requests_;
        partition().on_command({.reply_to = {.node = {1}, .connection = {}, .request_id = request},
                                .gid = gid,
                                .uid = kAnn,
                                .token_minted = minted,
                                .limits_lifted = true,
                                .random = {static_cast<std::uint8_t>(request)},
                                .frame = std::move(frame)},
                               now);
        return request;
    }
    void end_tokens_before(Time since) {
        const std::vector<bus::AccountState> states{{.uid = kAnn, .tokens_since = since}};
        gate.apply(states, now);
    }

private:
    std::uint32_t requests_{1'000};
};

// It had sent the same again under its next token, and that one is good.
TEST_F(GateTest, ARetryUnderANewTokenIsNotRefusedForTheFormerOne) {
    const Cmid id = cmid();
    const std::uint32_t first = send_with(kStart, id);
    flush();
    end_tokens_before(kStart + Millis{1});
    const std::uint32_t again = send_with(kStart + Millis{2}, id);
    commits.clear();
    partition().on_committed(gid, store::Outcome::unknown);
    settle();
    EXPECT_EQ(refusal_of(first), Code::token_invalid);
    EXPECT_EQ(refusal_of(again), Code::timeout) << "unknown: it asks once more";
    EXPECT_TRUE(log.empty());
    const std::uint32_t last = send_with(kStart + Millis{2}, id);
    settle();
    EXPECT_EQ(seq_of(last), Seq{1});
}

// ---- A rate of one's own

class UserRateTest : private WithGate, public GroupTest {
protected:
    UserRateTest()
        : GroupTest({.rate = {.period = Millis{1'000}, .burst = 5},
                     .staged_max = 100,
                     .parked_max = 100,
                     .gate = &gate}) {
        create(kAnn);
        settle();
        join(kBob);
        settle();
        answers.clear();
    }
    void give(UserId uid, const UserRate& rate) {
        const bus::AccountState state{.uid = uid, .rate = rate};
        gate.apply({&state, 1}, now);
    }
    // How many of `count` at once are stored.
    int stored(UserId uid, int count) {
        std::vector<std::uint32_t> requests;
        for (int i = 0; i < count; ++i) {
            requests.push_back(send(uid, cmid(), "x" + std::to_string(i), {}, false));
        }
        settle();
        return static_cast<int>(std::ranges::count_if(
            requests, [&](std::uint32_t request) { return seq_of(request) != Seq{}; }));
    }
};

TEST_F(UserRateTest, ItIsTheirsAloneAtOnceAndUntilItIsTakenAway) {
    EXPECT_EQ(stored(kBob, 10), 5);
    now += Millis{60'000};
    give(kBob, {.per_s = 1, .burst = 2});
    EXPECT_EQ(stored(kBob, 10), 2);
    EXPECT_EQ(stored(kAnn, 10), 5) << "everybody else's is as it was";
    now += Millis{60'000};
    give(kBob, {.per_s = 100, .burst = 20});
    EXPECT_EQ(stored(kBob, 30), 20);
    now += Millis{100};
    EXPECT_EQ(stored(kBob, 30), 10) << "one in each 10 ms";
    now += Millis{60'000};
    give(kBob, {});
    EXPECT_EQ(stored(kBob, 10), 5);
}

TEST_F(UserRateTest, WhoHasUsedUpASlowerRateDoesNotWaitForItAtAFasterOne) {
    give(kBob, {.per_s = 1, .burst = 60});
    EXPECT_EQ(stored(kBob, 70), 60);
    give(kBob, {.per_s = 100, .burst = 20});
    EXPECT_EQ(stored(kBob, 1), 0);
    now += Millis{1'000};
    EXPECT_EQ(stored(kBob, 30), 20);
}

TEST_F(UserRateTest, WhoFloodsWaitsAllTheSame) {
    for (int i = 0; i < 10; ++i) static_cast<void>(stored(kBob, 5));
    give(kBob, {.per_s = 100, .burst = 20});
    now += Millis{1'000};
    EXPECT_EQ(stored(kBob, 1), 0);
}

TEST_F(UserRateTest, EditsAreAtTheSameRate) {
    const auto request = send(kBob, cmid(), "one", {}, false);
    settle();
    const Seq seq = seq_of(request);
    now += Millis{60'000};
    give(kBob, {.per_s = 1, .burst = 2});
    const auto edit_again = [&](std::uint32_t revision) {
        pb::ClientFrame frame;
        frame.mutable_edit()->set_epoch(1);
        frame.mutable_edit()->set_seq(seq.value);
        frame.mutable_edit()->set_revision(revision);
        frame.mutable_edit()->set_body("x" + std::to_string(revision));
        const auto edited = submit(kBob, std::move(frame), false);
        settle();
        return refusal_of(edited);
    };
    EXPECT_EQ(edit_again(0), Code::ok);
    EXPECT_EQ(edit_again(1), Code::ok);
    EXPECT_EQ(edit_again(2), Code::rate_limited);
}

}  // namespace
}  // namespace stentor::group
