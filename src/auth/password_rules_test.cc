#include "auth/password_rules.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace stentor::auth {
namespace {

// Nothing but its length is wrong with it.
std::string of_bytes(std::size_t count) {
    std::string password;
    while (password.size() < count) password += "tq7-Vx";
    password.resize(count);
    return password;
}

TEST(PasswordRules, AShortOneAndALongOneAreToldTheBound) {
    EXPECT_TRUE(check_password(of_bytes(limits::kPasswordBytesMin), "Ann", "password"));
    EXPECT_TRUE(check_password(of_bytes(limits::kPasswordBytesMax), "Ann", "password"));
    const Error shorter{.code = Code::password_too_weak,
                        .where = "password",
                        .limit = limits::kPasswordBytesMin,
                        .rule = "short"};
    const Error longer{.code = Code::password_too_weak,
                       .where = "password",
                       .limit = limits::kPasswordBytesMax,
                       .rule = "long"};
    const auto refusal = [](std::size_t bytes) {
        const auto good = check_password(of_bytes(bytes), "Ann", "password");
        return good ? Error{} : good.error();
    };
    EXPECT_EQ(refusal(limits::kPasswordBytesMin - 1), shorter);
    EXPECT_EQ(refusal(limits::kPasswordBytesMax + 1), longer);
}

}  // namespace
}  // namespace stentor::auth
