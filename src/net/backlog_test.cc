#include "net/backlog.h"

#include <gtest/gtest.h>

#include "net/connection_table.h"

namespace stentor::net {
namespace {

using Kind = Backlog::Kind;

std::string front_of(const Backlog& backlog) {
    std::vector<std::string_view> views;
    backlog.front(views, 100);
    std::string joined;
    for (const std::string_view view : views) joined.append(view).append("|");
    return joined;
}

TEST(Backlog, KeepsOrderAndOffset) {
    Backlog backlog;
    backlog.add(Kind::shared, share("half-written"), 5);
    backlog.add(Kind::reply, share("reply"));
    EXPECT_EQ(front_of(backlog), "written|reply|");
    EXPECT_EQ(backlog.bytes(), 12U);
    backlog.written(4);
    EXPECT_EQ(front_of(backlog), "ten|reply|");
    backlog.written(4);
    EXPECT_EQ(front_of(backlog), "eply|");
    backlog.written(4);
    EXPECT_TRUE(backlog.empty());
    EXPECT_EQ(backlog.bytes(), 0U);
}

TEST(Backlog, HasFewPlaces) {
    Backlog backlog;
    for (std::size_t i = 0; i < limits::kRepliesWaiting; ++i) {
        EXPECT_TRUE(backlog.has_room(Kind::reply));
        backlog.add(Kind::reply, share("r"));
    }
    EXPECT_FALSE(backlog.has_room(Kind::reply));
    EXPECT_TRUE(backlog.has_room(Kind::shared));
    backlog.add(Kind::shared, share("s"));
    EXPECT_FALSE(backlog.has_room(Kind::shared));
    EXPECT_TRUE(backlog.has_room(Kind::close));
    backlog.add(Kind::close, share("c"));
    EXPECT_FALSE(backlog.has_room(Kind::close));
    EXPECT_FALSE(backlog.has_room(Kind::pong));
}

TEST(Backlog, HoldsOnePong) {
    Backlog backlog;
    backlog.add(Kind::reply, share("r"));
    backlog.add(Kind::pong, share("first"));
    backlog.add(Kind::pong, share("second"));
    EXPECT_EQ(front_of(backlog), "r|second|");
    EXPECT_EQ(backlog.bytes(), 7U);
    backlog.written(3);
    backlog.add(Kind::pong, share("third"));
    EXPECT_EQ(front_of(backlog), "cond|");  // Half of it is out already.
}

TEST(ConnectionTable, AReusedPlaceHasAnotherGeneration) {
    ConnectionTable table{5};
    const std::uint32_t first = table.add(10);
    table.at(first).phase = Phase::open;
    const ConnectionToken token = table.token(first);
    EXPECT_EQ(table.find(token), &table.at(first));
    EXPECT_EQ(ConnectionToken::unpacked(token.packed()), token);

    table.remove(first);
    EXPECT_EQ(table.find(token), nullptr);
    const std::uint32_t again = table.add(11);
    table.at(again).phase = Phase::open;
    EXPECT_EQ(again, first);
    EXPECT_EQ(table.find(token), nullptr);
    EXPECT_NE(table.find(table.token(again)), nullptr);

    ConnectionToken elsewhere = table.token(again);
    elsewhere.shard = 6;
    EXPECT_EQ(table.find(elsewhere), nullptr);
    EXPECT_EQ(table.find(ConnectionToken{.shard = 5, .index = 1'000'000, .generation = 1}),
              nullptr);
}

TEST(ConnectionTable, PlacesNeverMove) {
    ConnectionTable table{0};
    const Connection* first = &table.at(table.add(3));
    for (int i = 0; i < 5'000; ++i) static_cast<void>(table.add(4));
    EXPECT_EQ(first, &table.at(0));
    EXPECT_EQ(first->descriptor, 3);
}

}  // namespace
}  // namespace stentor::net
