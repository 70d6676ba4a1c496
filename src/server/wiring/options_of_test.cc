#include "server/wiring/options_of.h"

#include <gtest/gtest.h>

namespace stentor::server {
namespace {

using std::chrono::seconds;

class NobodyVerifier final : public session::Verifier {
public:
    Result<session::Identity> verify(std::string_view token, Time now) const override {
        static_cast<void>(token);
        static_cast<void>(now);
        return std::unexpected(Error{Code::token_invalid, "token"});
    }
};

Millis pulse(std::uint64_t connections, Millis set = {}) {
    config::Settings settings;
    settings.server.connections = connections;
    settings.server.pulse = set;
    const account::SharedGate gate{account::kTokenLives};
    return session_rules(settings, NobodyVerifier{}, gate).pulse;
}

TEST(SessionRules, PulsesGrowRarerWithTheCrowd) {
    EXPECT_EQ(pulse(0), seconds{30});
    EXPECT_EQ(pulse(250'000), seconds{30});
    EXPECT_EQ(pulse(500'000), seconds{60});
    EXPECT_EQ(pulse(1'000'000), seconds{120});
    EXPECT_EQ(pulse(10'000'000), seconds{120});
}

TEST(SessionRules, APulseThatIsSetHoldsInWholeSeconds) {
    EXPECT_EQ(pulse(1'000'000, seconds{10}), seconds{10});
    EXPECT_EQ(pulse(0, Millis{1}), seconds{1});
}

}  // namespace
}  // namespace stentor::server
