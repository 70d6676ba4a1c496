#include "load/bench/peer_server.h"

#include <gtest/gtest.h>

namespace stentor::bench {
namespace {

TEST(Script, EachMessageNamesItselfAndNothingElseDoes) {
    const Script script{1};
    for (const std::uint64_t number : {1U, 999U, 1'001U, 54'321U}) {
        const std::string text = script.text(number);
        EXPECT_EQ(script.number(text), number) << text;
        EXPECT_EQ(script.number(text + "!"), 0U);
        std::string other = text;
        other.back() ^= 1;
        EXPECT_EQ(script.number(other), 0U) << other;
    }
    EXPECT_EQ(script.number(""), 0U);
    EXPECT_EQ(script.number("0000001"), 0U);
    EXPECT_EQ(script.text(3), Script{1}.text(3));
    EXPECT_NE(script.text(3), Script{2}.text(3));
}

// What the other servers say, as their own clients would read it.
class RivalFrames : public testing::Test {
protected:
    BenchOptions options_;
    Findings findings_;
    Context context_{options_, findings_};
    Script script_{1};
    RivalSetting setting_{context_, script_, {}};
};

TEST_F(RivalFrames, OfSocketIo) {
    const auto rival = socket_io_rival(setting_);
    EXPECT_EQ(rival->hear(R"(0{"sid":"x"})").answer, "40");
    EXPECT_EQ(rival->hear(R"(40{"sid":"y"})").kind, Heard::Kind::ready);
    EXPECT_EQ(rival->hear("2").answer, "3");
    const Heard message = rival->hear(R"(42["said",")" + script_.text(7) + R"("])");
    EXPECT_EQ(message.kind, Heard::Kind::messages);
    EXPECT_EQ(message.first, 7U);
    EXPECT_EQ(message.count, 1U);
    EXPECT_EQ(rival->hear(R"(42["said","0000007 other"])").kind, Heard::Kind::wrong);
    EXPECT_EQ(rival->hear(R"(44{"message":"no"})").kind, Heard::Kind::wrong);
}

TEST_F(RivalFrames, OfPlainText) {
    const auto rival = ws_rival(setting_, 1);
    EXPECT_EQ(rival->hear(script_.text(7)).first, 7U);
    EXPECT_EQ(rival->hear("hello").kind, Heard::Kind::wrong);
}

}  // namespace
}  // namespace stentor::bench
