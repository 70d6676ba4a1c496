// Accounts that close, and tokens that end, while something of theirs is under way.

#include <vector>

#include "account/shared_gate.h"
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
        partition().on_post({.reply_to = {.node = {1}, .connection = {}, .request_id = request},
                             .gid = gid,
                             .uid = kAnn,
                             .token_minted = minted,
                             .limits_lifted = true,
                             .random = {static_cast<std::uint8_t>(request)},
                             .command = std::move(frame)},
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

}  // namespace
}  // namespace stentor::group
