#include "base/code.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "wire/pb.h"

namespace stentor {
namespace {

// base/ repeats the wire's list so that parts without the wire can name a code.
TEST(Code, BaseAndSchemaHoldTheSameNamesAndNumbers) {
    std::set<std::string> in_schema;
    for (int number = 0; number <= pb::Code_MAX; ++number) {
        const std::string_view name = name_of(static_cast<Code>(number));
        if (!pb::Code_IsValid(number)) {
            EXPECT_EQ(name, "UNKNOWN") << number << " is not in code.proto";
            continue;
        }
        const std::string full = pb::Code_Name(static_cast<pb::Code>(number));
        EXPECT_EQ("CODE_" + std::string{name}, full);
        in_schema.insert(full);
    }
    EXPECT_EQ(in_schema.size(), 44U);
}

TEST(Code, TheHundredIsTheRemedy) {
    EXPECT_EQ(remedy(Code::ok), Remedy::none);
    EXPECT_EQ(remedy(Code::predecessor_missing), Remedy::now);
    EXPECT_EQ(remedy(Code::storm), Remedy::later);
    EXPECT_EQ(remedy(Code::text_too_long), Remedy::ask);
    EXPECT_EQ(remedy(Code::malformed), Remedy::never);
    for (int number = 1; number <= pb::Code_MAX; ++number) {
        if (!pb::Code_IsValid(number)) continue;
        EXPECT_NE(remedy(static_cast<Code>(number)), Remedy::none) << number;
    }
}

}  // namespace
}  // namespace stentor
