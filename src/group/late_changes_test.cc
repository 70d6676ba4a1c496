// Changes by who is muted, changes that are asked for again later, and the versions of rows.

#include <gmock/gmock.h>

#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

class LateChanges : public GroupTest {
protected:
    LateChanges() {
        create(kAnn);
        settle();
        join(kBob);
        send(kBob, cmid(), "one");
        settle();
        items.clear();
    }
};

TEST_F(LateChanges, WhoIsMutedNeitherEditsNorIsSeenTyping) {
    pb::ClientFrame frame;
    frame.mutable_change_member()->set_uid(kBob.value);
    frame.mutable_change_member()->set_mute_until_ms(to_ms(now + Millis{60'000}));
    submit(kAnn, std::move(frame));
    settle();
    items.clear();
    const auto edited = edit(kBob, {1}, 0, "uno");
    settle();
    EXPECT_EQ(refusal_of(edited), Code::muted);
    EXPECT_EQ(log[0].revision, 0U);
    type(kBob);
    EXPECT_TRUE(items.empty());
    now += Millis{60'000};
    type(kBob);
    EXPECT_EQ(items.size(), 1U);
}

TEST_F(LateChanges, ARecallIsAskedForAgainHoweverLate) {
    recall(kBob, {1});
    settle();
    now += limits::kRecallWindow + Millis{1};
    const auto again = recall(kBob, {1});
    settle();
    EXPECT_TRUE(answer_to(again)->has_done());
}

TEST_F(LateChanges, WhatWasThereBeforeOneCameIsNotHidden) {
    join(kCho);
    settle();
    EXPECT_EQ(refusal_of(hide(kCho, {{1}})), Code::not_found);
    send(kAnn, cmid(), "two");
    settle();
    EXPECT_EQ(refusal_of(hide(kCho, {{2}, {1}})), Code::not_found);
    EXPECT_EQ(refusal_of(hide(kCho, {{2}})), Code::ok);
}

TEST_F(LateChanges, WhatIsOnesOwnFromNowOnIsANewVersionOfTheRow) {
    const std::uint64_t version = members[kBob].version;
    hide(kBob, {{1}});
    settle();
    EXPECT_EQ(members[kBob].version, version + 1);
    hide(kBob, {{1}});
    settle();
    EXPECT_EQ(members[kBob].version, version + 1) << "it was so already";
}

}  // namespace
}  // namespace stentor::group
