#include "load/bench/shown_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stentor::bench {
namespace {

using testing::HasSubstr;

std::optional<pb::Entry> entry_at(std::uint64_t seq) {
    if (seq > 5) return std::nullopt;
    pb::Entry entry;
    entry.set_seq(seq);
    entry.set_sender(100 + seq);
    entry.set_body("entry " + std::to_string(seq));
    return entry;
}

crowd::ShownLog shown(std::uint64_t first, std::uint64_t last) {
    crowd::ShownLog log;
    for (std::uint64_t seq = first; seq <= last; ++seq) {
        log[seq] = {100 + seq, "entry " + std::to_string(seq)};
    }
    return log;
}

TEST(ShownCheck, AllFromTheFirstThatWasShownIsCompared) {
    const ShownCheck check = check_shown(shown(2, 5), 5, entry_at);
    EXPECT_EQ(check.compared, 4U);
    EXPECT_EQ(check.fault, "");
    EXPECT_EQ(check_shown({}, 0, entry_at).fault, "");
}

TEST(ShownCheck, AHoleIsSeen) {
    crowd::ShownLog log = shown(1, 5);
    log.erase(3);
    EXPECT_THAT(check_shown(log, 5, entry_at).fault, HasSubstr("shown entry 3"));
}

TEST(ShownCheck, TheNewestHasToBeShown) {
    EXPECT_THAT(check_shown(shown(1, 4), 5, entry_at).fault, HasSubstr("shown entry 5"));
}

TEST(ShownCheck, NothingAtAllIsSeen) {
    EXPECT_THAT(check_shown({}, 5, entry_at).fault, HasSubstr("anything"));
}

TEST(ShownCheck, WhatIsBeyondTheHeadIsSeen) {
    EXPECT_THAT(check_shown(shown(1, 5), 4, entry_at).fault, HasSubstr("beyond"));
    EXPECT_THAT(check_shown(shown(1, 1), 0, entry_at).fault, HasSubstr("beyond"));
}

TEST(ShownCheck, AnotherBodyAndAnotherSenderAreSeen) {
    crowd::ShownLog log = shown(1, 5);
    log[4].body = "another";
    EXPECT_THAT(check_shown(log, 5, entry_at).fault, HasSubstr("entry 4"));
    log = shown(1, 5);
    log[4].sender = 1;
    EXPECT_THAT(check_shown(log, 5, entry_at).fault, HasSubstr("entry 4"));
}

TEST(ShownCheck, ALogThatLostEntriesIsSeen) {
    EXPECT_THAT(check_shown(shown(1, 6), 6, entry_at).fault, HasSubstr("no entry 6"));
}

}  // namespace
}  // namespace stentor::bench
