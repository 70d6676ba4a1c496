#include "auth/password.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <vector>

#include "auth/password_queue.h"
#include "base/limits.h"

namespace stentor::auth {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

TEST(Argon2, TakesTheRightPasswordOnly) {
    Argon2Hasher hasher{kArgon2CostForTests};
    const auto encoded = hasher.hash("correct horse");
    ASSERT_TRUE(encoded);
    EXPECT_THAT(*encoded, StartsWith("$argon2id$v=19$m=8,t=1,p=1$"));
    EXPECT_TRUE(hasher.matches(*encoded, "correct horse"));
    EXPECT_FALSE(hasher.matches(*encoded, "correct horsf"));
    EXPECT_FALSE(hasher.matches(*encoded, ""));
}

TEST(Argon2, TwoHashesOfOnePasswordDiffer) {
    Argon2Hasher hasher{kArgon2CostForTests};
    EXPECT_NE(hasher.hash("same words"), hasher.hash("same words"));
}

TEST(Argon2, DamagedHashesMatchNothing) {
    Argon2Hasher hasher{kArgon2CostForTests};
    const std::string encoded = hasher.hash("correct horse").value();
    for (const std::string& bad :
         {std::string{}, std::string{"$"}, encoded.substr(0, 20), std::string(5000, 'a')}) {
        EXPECT_FALSE(hasher.matches(bad, "correct horse"));
    }
}

TEST(Argon2, TheDecoyCostsWhatARealHashCosts) {
    Argon2Hasher hasher{};
    EXPECT_THAT(std::string{hasher.decoy()}, StartsWith("$argon2id$v=19$m=12288,t=3,p=1$"));
    EXPECT_FALSE(hasher.matches(hasher.decoy(), ""));
}

// Holds the queue's thread until the test lets it go, and keeps what it was asked.
class HeldHasher final : public PasswordHasher {
public:
    Result<std::string> hash(std::string_view password) override {
        entered_.release();
        gate_.get_future().wait();
        return "hash of " + std::string{password};
    }
    bool matches(std::string_view encoded, std::string_view password) override {
        checked.emplace_back(encoded);
        return encoded == password;
    }
    [[nodiscard]] std::string_view decoy() const override { return "decoy"; }

    void await_entered() { entered_.acquire(); }
    void open() { gate_.set_value(); }

    std::vector<std::string> checked;

private:
    struct Signal {
        std::promise<void> promise;
        void release() { promise.set_value(); }
        void acquire() { promise.get_future().wait(); }
    };
    Signal entered_;
    std::promise<void> gate_;
};

TEST(PasswordQueue, AnUnknownNameIsHashedTooAndFalse) {
    HeldHasher hasher;
    std::vector<bool> answers;
    {
        PasswordQueue queue{hasher};
        std::promise<void> last;
        queue.check({}, "secret", "secret",
                    [&](Result<bool> is) { answers.push_back(is.value()); });
        queue.check({}, "", "decoy", [&](Result<bool> is) {
            answers.push_back(is.value());
            last.set_value();
        });
        last.get_future().wait();
    }
    EXPECT_THAT(answers, ElementsAre(true, false));
    EXPECT_THAT(hasher.checked, ElementsAre("secret", "decoy"));
}

TEST(PasswordQueue, AFullOneRefusesAtOnceWithATime) {
    HeldHasher hasher;
    std::vector<Code> codes;
    std::uint32_t retry_after_ms = 0;
    std::string hashed;
    {
        PasswordQueue queue{hasher, 2};
        std::promise<void> done;
        queue.hash({}, "a", [&](Result<std::string> is) {
            hashed = is.value();
            done.set_value();
        });
        hasher.await_entered();
        const auto waits = [&](Result<bool> is) {
            codes.push_back(is ? Code::ok : is.error().code);
        };
        queue.check({}, "x", "x", waits);
        queue.check({}, "x", "x", waits);
        EXPECT_EQ(queue.waiting(), 2U);

        queue.check({}, "x", "x", [&](Result<bool> is) {
            ASSERT_FALSE(is);
            EXPECT_EQ(is.error().code, Code::overloaded);
            retry_after_ms = is.error().retry_after_ms;
        });
        EXPECT_GE(retry_after_ms, 100U) << "not refused at once";

        hasher.open();
        done.get_future().wait();
    }
    EXPECT_EQ(hashed, "hash of a");
    EXPECT_EQ(codes.size(), 2U) << "what waited was not answered exactly once";
    for (const Code code : codes) EXPECT_TRUE(code == Code::ok || code == Code::draining);
}

TEST(PasswordQueue, HoldsAsManyAsItSays) {
    HeldHasher hasher;
    PasswordQueue queue{hasher};
    queue.hash({}, "a", [](const auto&) {});
    hasher.await_entered();
    std::size_t refused = 0;
    const auto count = [&](const Result<bool>& is) {
        refused += !is && is.error().code == Code::overloaded ? 1U : 0U;
    };
    for (std::size_t i = 0; i < limits::kPasswordQueue; ++i) queue.check({}, "x", "x", count);
    EXPECT_EQ(queue.waiting(), limits::kPasswordQueue);
    EXPECT_EQ(refused, 0U);
    queue.check({}, "x", "x", count);
    EXPECT_EQ(refused, 1U);
    hasher.open();
    queue.stop();
}

TEST(PasswordQueue, AStoppedOneAnswersAtOnce) {
    HeldHasher hasher;
    PasswordQueue queue{hasher};
    queue.stop();
    Code code = Code::ok;
    queue.check({}, "x", "x", [&](Result<bool> is) { code = is ? Code::ok : is.error().code; });
    EXPECT_EQ(code, Code::draining);
}

}  // namespace
}  // namespace stentor::auth
