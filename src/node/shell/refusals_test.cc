#include "node/shell/refusals.h"

#include <gtest/gtest.h>

#include "wire/frames.h"
#include "wire/pb.h"

namespace stentor::node {
namespace {

TEST(Refusals, EachIsCountedByItsCodeWhateverItBears) {
    Refusals refusals;
    for (const std::uint32_t request_id : {0U, 1U, 127U, 128U, 0xffffffffU}) {
        refusals.look_at(wire::encode_refused(
            request_id, {.code = Code::overloaded, .where = "questions", .retry_after_ms = 1}));
    }
    refusals.look_at(wire::encode_refused(
        7, {.code = Code::rate_limited, .where = std::string_view{"list"}, .rule = "cost"}));
    EXPECT_EQ(refusals.of(Code::overloaded), 5U);
    EXPECT_EQ(refusals.of(Code::rate_limited), 1U);
}

TEST(Refusals, AnswersThatAreNoneAreNotCounted) {
    pb::ServerFrame sent;
    sent.set_request_id(3);
    sent.mutable_sent()->set_seq(201);
    pb::ServerFrame unasked;
    unasked.mutable_pulse()->set_time_ms(200);
    for (const pb::ServerFrame& frame : {sent, unasked, pb::ServerFrame{}}) {
        EXPECT_FALSE(refused_in(wire::encode(frame)));
    }
    const std::string refused = wire::encode_refused(9, {.code = Code::overloaded});
    for (std::size_t bytes = 0; bytes + 1 < refused.size(); ++bytes) {
        static_cast<void>(refused_in(std::string_view{refused}.substr(0, bytes)));
    }
}

}  // namespace
}  // namespace stentor::node
