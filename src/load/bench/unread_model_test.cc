#include "load/bench/unread_model.h"

#include <gtest/gtest.h>

namespace stentor::bench {
namespace {

constexpr GroupId kGid{7};
constexpr UserId kAnn{1};
constexpr UserId kBob{2};

TEST(UnreadModel, OwnEntriesAndThoseThatWereReadDoNotCount) {
    UnreadModel model;
    for (const UserId sender : {kAnn, kBob, kAnn, kBob, kAnn}) model.on_entry(kGid, sender);
    EXPECT_EQ(model.unread(kGid, kBob), 3U);
    model.on_read(kGid, kBob, Seq{2});
    EXPECT_EQ(model.unread(kGid, kBob), 2U);
    EXPECT_EQ(model.unread(kGid, kAnn), 2U);
}

TEST(UnreadModel, APositionNeverMovesBackNorBeyondTheHead) {
    UnreadModel model;
    model.on_entry(kGid, kAnn);
    model.on_read(kGid, kBob, Seq{100});
    model.on_read(kGid, kBob, Seq{0});
    EXPECT_EQ(model.unread(kGid, kBob), 0U);
    model.on_entry(kGid, kAnn);
    EXPECT_EQ(model.unread(kGid, kBob), 1U);
}

TEST(UnreadModel, AboveNinetyNineIsAHundred) {
    UnreadModel model;
    EXPECT_EQ(model.unread(kGid, kBob), 0U);
    for (int i = 0; i < 150; ++i) model.on_entry(kGid, kAnn);
    EXPECT_EQ(model.unread(kGid, kBob), 100U);
    model.on_read(kGid, kBob, Seq{51});
    EXPECT_EQ(model.unread(kGid, kBob), 99U);
}

}  // namespace
}  // namespace stentor::bench
