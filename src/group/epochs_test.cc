// What was shown before a restore is not what stands at that number now.

#include <gmock/gmock.h>

#include <array>

#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

class Epochs : public GroupTest {
protected:
    Epochs() : GroupTest{{.rate = {}, .staged_max = 500, .parked_max = 500}} {
        create(kAnn);
        settle();
        join(kBob);
        settle();
        send(kBob, cmid(), "one");
        settle();
    }
    // `command` of the entry 1, by who may.
    std::uint32_t ask(const std::string& command, std::uint64_t epoch) {
        pb::ClientFrame frame;
        const auto about_the_entry = [&](auto& change) {
            change.set_seq(1);
            change.set_epoch(epoch);
        };
        if (command == "recall") about_the_entry(*frame.mutable_recall());
        if (command == "clear_reactions") about_the_entry(*frame.mutable_clear_reactions());
        if (command == "edit") {
            about_the_entry(*frame.mutable_edit());
            frame.mutable_edit()->set_body("y");
        }
        if (command == "react") {
            about_the_entry(*frame.mutable_react());
            frame.mutable_react()->set_emoji("\U0001F44D");
        }
        if (command == "hide") {
            frame.mutable_hide()->add_seqs(1);
            frame.mutable_hide()->set_epoch(epoch);
        }
        if (command == "configure_group") {
            frame.mutable_configure_group()->mutable_settings()->set_topic("y");
            frame.mutable_configure_group()->add_fields("topic");
            frame.mutable_configure_group()->set_epoch(epoch);
        }
        const auto request = submit(command == "edit" ? kBob : kAnn, std::move(frame));
        answer_loads();
        return request;
    }
};

TEST_F(Epochs, WhatNamesAnotherOneChangesNothing) {
    // In an order in which each may follow the ones before.
    constexpr std::array kCommands = {
        "edit", "react", "hide", "clear_reactions", "configure_group", "recall"};
    for (const char* command : kCommands) {
        const auto former = ask(command, 2);
        ASSERT_EQ(refusal_of(former), Code::epoch_changed) << command;
        EXPECT_EQ(answer_to(former)->refused().field(), "epoch") << command;
        EXPECT_EQ(answer_to(former)->refused().limit(), 1U) << command;
        EXPECT_TRUE(commits.empty()) << command;
    }
    for (const char* command : kCommands) {
        const auto present = ask(command, 1);
        settle();
        ASSERT_NE(answer_to(present), nullptr) << command;
        EXPECT_EQ(refusal_of(present), Code::ok) << command;
    }
}

// A copy has taken over that lacks the newest entry: whoever opens a quiet group must not be shown
// what nobody else will ever see.
TEST_F(Epochs, AQuietGroupIsLoadedAgainWhenTheStoreGoesOnInAnother) {
    send(kBob, cmid(), "lost");
    settle();
    EXPECT_EQ(open(kBob)->view->epoch, Epoch{1});
    log.pop_back();
    head->seq = {1};
    head->digest = log[0].digest;
    --head->version;
    head->epoch = {2};
    head->forks = {{{1}, {1}}};
    partition().set_epoch({2});
    tick();
    settle();
    const auto shown = open(kBob);
    EXPECT_EQ(shown->view->epoch, Epoch{2});
    EXPECT_EQ(shown->view->head, Seq{1});
    const auto next = send(kBob, cmid(), "goes on");
    settle();
    EXPECT_EQ(seq_of(next), Seq{2});
    tick();
    EXPECT_TRUE(loads.empty()) << "once";
}

}  // namespace
}  // namespace stentor::group
