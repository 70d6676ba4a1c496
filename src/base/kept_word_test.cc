#include "base/kept_word.h"

#include <gtest/gtest.h>

#include <string>

namespace stentor {
namespace {

TEST(KeptWord, OutlivesWhatItCameIn) {
    std::string_view kept;
    {
        const std::string field = "settings.slow_mode_s, longer than a short string";
        kept = kept_word(field);
        EXPECT_EQ(kept, field);
        EXPECT_NE(kept.data(), field.data());
    }
    EXPECT_EQ(kept.data(), kept_word(std::string{kept}).data()) << "kept once";
}

TEST(KeptWord, IsEmptyWhereItIsTooLongOrThereAreTooMany) {
    EXPECT_EQ(kept_word(std::string(kWordBytes, 'x')).size(), kWordBytes);
    EXPECT_EQ(kept_word(std::string(kWordBytes + 1, 'x')), "");
    for (std::size_t i = 0; i < kWordsKept; ++i) {
        const std::string_view kept = kept_word("word " + std::to_string(i));
        if (kept.empty()) break;
    }
    EXPECT_EQ(kept_word("one more"), "");
    EXPECT_EQ(kept_word("word 0"), "word 0") << "what is kept stays";
}

}  // namespace
}  // namespace stentor
