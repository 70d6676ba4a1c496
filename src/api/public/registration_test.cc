#include "api/public/registration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "api/http/settings_test_kit.h"
#include "base/limits.h"
#include "bus/bus_test_kit.h"

namespace stentor::api {
namespace {

using testing::IsEmpty;

constexpr Time kMade = from_ms(1'000'000);

std::array<std::uint8_t, kSecretTextBytes> random_of(std::uint8_t byte) {
    std::array<std::uint8_t, kSecretTextBytes> random{};
    random.fill(byte);
    return random;
}

// Keeps settings, and answers when it is told to: what is asked meanwhile waits.
class SettingsBus final : public bus::QuestionsBus {
public:
    void ask(PartitionId /*partition*/, bus::Question question, bus::ReplyHandler reply) override {
        asked.emplace_back(std::move(question), std::move(reply));
    }
    void answer_all() {
        while (!asked.empty()) {
            auto [question, reply] = std::move(asked.front());
            asked.erase(asked.begin());
            if (failing) {
                reply(std::unexpected(Error{.code = Code::store_unavailable, .where = "store"}));
                continue;
            }
            reply(*settings.answer(question));
        }
    }

    KeptSettings settings;
    std::vector<std::pair<bus::Question, bus::ReplyHandler>> asked;
    bool failing{};
};

class RegistrationTest : public testing::Test {
protected:
    std::string make(std::uint32_t uses, Time expires = now() + Millis{60'000}) {
        MadeRegistrationToken made =
            make_registration_token("May", uses, expires, random_of(++drawn_), kMade);
        bus_.settings.rows[token_setting(made.token.id)] = to_setting(made.token);
        return made.text;
    }
    void take(const std::string& text) {
        registration_->take(text, [this](Result<std::string> id) {
            if (id) {
                taken_.push_back(*id);
            } else {
                refused_.push_back(id.error());
            }
        });
    }
    [[nodiscard]] RegistrationToken only_token() const {
        return registration_tokens_in(bus_.settings.all()).at(0);
    }

    SettingsBus bus_;
    std::shared_ptr<Registration> registration_ = std::make_shared<Registration>(bus_);
    std::vector<std::string> taken_;
    std::vector<Error> refused_;
    std::uint8_t drawn_{};
};

// Both have read that one use is left before either has counted its own.
TEST_F(RegistrationTest, TwoProcessesDoNotGiveOneUseTwice) {
    const auto other = std::make_shared<Registration>(bus_);
    const std::string token = make(1);
    take(token);
    std::size_t there = 0;
    std::vector<Error> refused;
    other->take(token, [&](const Result<std::string>& id) {
        if (id) {
            ++there;
        } else {
            refused.push_back(id.error());
        }
    });
    bus_.answer_all();
    EXPECT_EQ(taken_.size() + there, 1U);
    EXPECT_EQ(refused_.size() + refused.size(), 1U);
    EXPECT_EQ(only_token().uses, 1U);
}

TEST_F(RegistrationTest, ATokenMakesNoMoreAccountsThanItMayHoweverManyAskAtOnce) {
    const std::string token = make(2);
    for (int i = 0; i < 5; ++i) take(token);
    bus_.answer_all();
    EXPECT_EQ(taken_.size(), 2U);
    ASSERT_EQ(refused_.size(), 3U);
    EXPECT_EQ(refused_[0].code, Code::bad_field);
    EXPECT_EQ(refused_[0].where, "token");
    EXPECT_EQ(only_token().uses, 2U);
    EXPECT_TRUE(is_over(only_token(), now()));
}

TEST_F(RegistrationTest, WhatCameToNothingIsGivenBack) {
    const std::string token = make(1);
    take(token);
    bus_.answer_all();
    ASSERT_EQ(taken_.size(), 1U);
    registration_->give_back(taken_[0]);
    take(token);
    bus_.answer_all();
    EXPECT_EQ(taken_.size(), 2U);
    EXPECT_EQ(only_token().uses, 1U);
}

TEST_F(RegistrationTest, AnEndedOneAnOldOneAndAMadeUpOneAreRefusedAlike) {
    take(make(1, now() - Millis{1}));
    bus_.answer_all();
    const std::string ended = make(1);
    bus_.settings.rows.clear();
    take(ended);
    std::string other = make(1);
    other.back() = other.back() == 'A' ? 'E' : 'A';
    take(other);
    take("");
    take("str_/token");
    bus_.answer_all();
    EXPECT_THAT(taken_, IsEmpty());
    ASSERT_EQ(refused_.size(), 5U);
    for (const Error& error : refused_) {
        EXPECT_EQ(error.code, Code::bad_field);
        EXPECT_EQ(error.where, "token");
    }
}

// The operator's row is theirs alone: what is counted meanwhile does not bring it back.
TEST_F(RegistrationTest, AUseThatIsUnderWayDoesNotUndoItsEnd) {
    const std::string token = make(3);
    take(token);
    auto [question, reply] = std::move(bus_.asked.front());
    bus_.asked.clear();
    std::vector<bus::Setting> found = bus_.settings.all();
    bus_.settings.rows.clear();
    reply(bus::Reply{std::move(found)});
    bus_.answer_all();
    take(token);
    bus_.answer_all();
    EXPECT_EQ(taken_.size(), 1U);
    EXPECT_EQ(refused_.size(), 1U);
}

TEST_F(RegistrationTest, AFailingStoreIsToldAndCountsNothing) {
    const std::string token = make(1);
    bus_.failing = true;
    take(token);
    bus_.answer_all();
    ASSERT_EQ(refused_.size(), 1U);
    EXPECT_EQ(refused_[0].code, Code::store_unavailable);
    bus_.failing = false;
    take(token);
    bus_.answer_all();
    EXPECT_EQ(taken_.size(), 1U);
}

TEST_F(RegistrationTest, ABoundedNumberWaits) {
    const std::string token = make(1);
    for (std::size_t i = 0; i <= limits::kOutgoingWaiting; ++i) take(token);
    ASSERT_EQ(refused_.size(), 1U);
    EXPECT_EQ(refused_[0].code, Code::overloaded);
    EXPECT_GT(refused_[0].retry_after_ms, 0U);
    bus_.answer_all();
    EXPECT_EQ(taken_.size(), 1U);
}

TEST(RegistrationTokens, WhatIsKeptIsReadAgainAndHoldsNoToken) {
    const MadeRegistrationToken made =
        make_registration_token("May \"A\"", 7, from_ms(5'000'000), random_of(9), kMade);
    EXPECT_FALSE(to_setting(made.token).contains(made.text));
    const auto read =
        registration_tokens_in({{token_setting(made.token.id), to_setting(made.token)},
                                {used_setting(made.token.id), "3"},
                                {used_setting("0123456789abcdef"), "1"},
                                {token_setting("broken"), "{"}});
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read[0].name, "May \"A\"");
    EXPECT_EQ(read[0].uses_max, 7U);
    EXPECT_EQ(read[0].uses, 3U);
    EXPECT_EQ(read[0].created, kMade);
    EXPECT_FALSE(is_over(read[0], kMade));
    EXPECT_TRUE(is_over(read[0], from_ms(5'000'000)));
    const auto damaged =
        registration_tokens_in({{token_setting(made.token.id), to_setting(made.token)},
                                {used_setting(made.token.id), "x"}});
    EXPECT_TRUE(is_over(damaged.at(0), kMade)) << "it is not good again";
}

}  // namespace
}  // namespace stentor::api
