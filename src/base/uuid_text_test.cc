#include "base/uuid_text.h"

#include <gtest/gtest.h>

namespace stentor {
namespace {

// RFC 9562 appendix A.6.
constexpr std::string_view kExample = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";

TEST(UuidText, ReadsAndWritesTheExampleOfTheStandard) {
    const auto cmid = cmid_from_text(kExample);
    ASSERT_TRUE(cmid);
    EXPECT_EQ(to_ms(cmid->time()), 1'645'557'742'000U);
    EXPECT_EQ(to_text(*cmid), kExample);
    EXPECT_EQ(cmid_from_text("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"), cmid);
}

TEST(UuidText, RefusesWhatIsNone) {
    for (const std::string_view text :
         {"", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
          "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
          "017f22e2-79b0-7cc3-08c4-dc0c0c07398f", "017f22e2x79b0-7cc3-98c4-dc0c0c07398f"}) {
        EXPECT_FALSE(cmid_from_text(text)) << text;
    }
}

}  // namespace
}  // namespace stentor
