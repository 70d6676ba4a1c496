#include <gmock/gmock.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/limits.h"
#include "group/rules/activity.h"
#include "group/rules/fold.h"
#include "group/rules/keywords.h"
#include "group/rules/repeats.h"
#include "group/rules/storm.h"

namespace stentor::rules {
namespace {

Keywords list(std::string_view words) {
    auto made = Keywords::from_list(words);
    EXPECT_TRUE(made);
    return std::move(*made);
}

TEST(Fold, TakesCaseWidthAndInvisibleCharactersAway) {
    EXPECT_EQ(folded("Ｂ\u200bＡd"), U"bad");
    EXPECT_EQ(folded("ПРИВЕТ ΣΑΣ Ñ Ž"), U"привет σασ ñ ž");
    EXPECT_EQ(folded("b\u0336a\u0336d"), U"bad");
    EXPECT_EQ(folded("\U0001d401\U0001d41a\U0001d41d"), U"bad");
    EXPECT_EQ(folded("x\xff\xc3"), U"x\ufffd\ufffd");
}

TEST(Keywords, FindsAWordWhateverItsCaseWidthOrInvisibleCharacters) {
    const Keywords words = list("# a comment\n\n  casino\t\r\n赌博\n");
    EXPECT_EQ(words.size(), 2U);
    EXPECT_TRUE(words.found_in("visit my CaSiNo!"));
    EXPECT_TRUE(words.found_in("ＣＡＳＩＮＯ"));
    EXPECT_TRUE(words.found_in("cas\u200bino"));
    EXPECT_TRUE(words.found_in("我们去赌博吧"));
    EXPECT_TRUE(words.found_in("赌\u2060博"));
    EXPECT_FALSE(words.found_in("a comment"));
}

TEST(Keywords, AWordIsNotFoundWithinAnother) {
    const Keywords words = list("ass\n*shop*\nre*\n");
    EXPECT_FALSE(words.found_in("first class, assembly"));
    EXPECT_TRUE(words.found_in("an ass."));
    EXPECT_TRUE(words.found_in("workshops"));
    EXPECT_TRUE(words.found_in("a reminder"));
    EXPECT_FALSE(words.found_in("a bare one"));
}

TEST(Keywords, AFaultyListNamesLineAndLimit) {
    const auto long_word = Keywords::from_list("good\n" + std::string(257, 'x'));
    ASSERT_FALSE(long_word);
    EXPECT_EQ(long_word.error().line, 2U);
    EXPECT_EQ(long_word.error().limit, limits::kKeywordBytes);
    EXPECT_EQ(Keywords::from_list("a\nb\n\xff\n").error().line, 3U);
    EXPECT_EQ(Keywords::from_list("\u200b\n").error().line, 1U);
}

TEST(Keywords, AListHasSoManyWordsAndBytes) {
    std::string lines;
    for (std::size_t i = 0; i < limits::kKeywords; ++i) {
        const std::string number = std::to_string(100'000 + i);
        for (const char digit : number) lines += static_cast<char>('a' + (digit - '0'));
        lines += '\n';
    }
    EXPECT_EQ(list(lines).size(), limits::kKeywords);
    const auto words = Keywords::from_list(lines + "more\n");
    ASSERT_FALSE(words);
    EXPECT_EQ(words.error().limit, limits::kKeywords);
    EXPECT_EQ(words.error().line, limits::kKeywords + 1);

    std::string comment = "tea\n#" + std::string(limits::kKeywordListBytes - 5, 'x');
    EXPECT_EQ(list(comment).size(), 1U);
    const auto bytes = Keywords::from_list(comment += 'x');
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().limit, limits::kKeywordListBytes);

    EXPECT_EQ(list(std::string(limits::kKeywordBytes, 'x')).size(), 1U);
    EXPECT_FALSE(Keywords::from_list(std::string(limits::kKeywordBytes + 1, 'x')));
}

// The longest rule that can be set needs all that is kept, and no more is.
TEST(Repeats, AsManyTextsAreKeptAsARuleMayCount) {
    constexpr RepeatRule kRule{.times = limits::kRepeatsKept, .within = Millis{60'000}};
    const Time now = from_ms(1'000'000);
    Repeats repeats;
    for (std::size_t i = 0; i < limits::kRepeatsKept; ++i) {
        EXPECT_FALSE(repeats.against(kRule, 7, now)) << i;
        repeats.add(7, now);
    }
    EXPECT_TRUE(repeats.against(kRule, 7, now));
    repeats.add(8, now);
    EXPECT_FALSE(repeats.against(kRule, 7, now)) << "the oldest was forgotten";
}

// Against a search for each word on its own.
TEST(Keywords, FindWhatASearchForEachWordFinds) {
    std::mt19937 random{7};
    const auto word = [&](std::size_t most) {
        std::string text(1 + random() % most, 'a');
        for (char& c : text) c = static_cast<char>('a' + random() % 3);
        return text;
    };
    int found = 0;
    for (int round = 0; round < 2'000; ++round) {
        std::vector<std::string> words;
        std::string lines;
        for (std::size_t i = 0; i < 1 + random() % 6; ++i) {
            words.push_back(word(5));
            lines += "*" + words.back() + "*\n";
        }
        const std::string text = word(12);
        const bool expected = std::ranges::any_of(
            words, [&](const std::string& each) { return text.contains(each); });
        ASSERT_EQ(list(lines).found_in(text), expected) << lines << text;
        found += expected ? 1 : 0;
    }
    EXPECT_GT(found, 200);
    EXPECT_LT(found, 1'900);
}

TEST(Activity, SlowsInStepsWhileBusyAndLetsGoAfterwards) {
    constexpr ActivityRule kRule{.entries_per_s = 10};
    constexpr RateLimit kLimit{};
    Activity activity;
    Time now = from_ms(1'000'000);
    Millis longest{};
    for (int i = 0; i < 6'000; ++i) {
        now += Millis{10};
        activity.on_entry(kRule, now);
        const Millis period = activity.slowed(kRule, kLimit, now).period;
        EXPECT_GE(period, longest);
        longest = period;
    }
    EXPECT_NEAR(activity.entries_per_s(now), 100, 5);
    EXPECT_EQ(longest, Millis{60'000});
    now += Millis{90'000};
    EXPECT_EQ(activity.slowed(kRule, kLimit, now).period, kLimit.period);
    EXPECT_EQ(activity.slowed(kRule, kLimit, now).burst, kLimit.burst);
}

TEST(ComeBackTimes, GivesEachATimeOfHisOwnWithinBounds) {
    ComeBackTimes times;
    Time now = from_ms(1'000'000);
    for (int i = 0; i < 55'000; ++i) {
        EXPECT_EQ(times.next(now), limits::kStormBackMin + i * limits::kStormBackEvery);
    }
    for (int i = 0; i < 100'000; ++i) {
        const Millis wait = times.next(now);
        EXPECT_GE(wait, limits::kStormBackMin);
        EXPECT_LE(wait, limits::kStormBackMax);
        if (i % 7 == 0) now += Millis{1};
    }
    now += Millis{100'000};
    EXPECT_EQ(times.next(now), limits::kStormBackMin);
}

TEST(ComeBackTimes, OfAMillionNoSecondGetsMoreThanItsShare) {
    ComeBackTimes times;
    const Time now = from_ms(1'000'000);
    std::map<std::int64_t, int> in_second;
    for (int i = 0; i < 1'000'000; ++i) ++in_second[times.next(now).count() / 1'000];
    for (const auto& [second, count] : in_second) EXPECT_LE(count, 19'000) << second;
    EXPECT_GE(in_second.size(), 55U);
}

TEST(Activity, LeavesAQuietGroupAlone) {
    constexpr ActivityRule kRule{.entries_per_s = 10};
    Activity activity;
    Time now = from_ms(1'000'000);
    for (int i = 0; i < 600; ++i) {
        now += Millis{125};
        activity.on_entry(kRule, now);
        EXPECT_FALSE(activity.slows());
    }
}

// Against a list of all that was ever said.
TEST(Repeats, AgreeWithAListOfEverythingSaid) {
    constexpr RepeatRule kRule{.times = 3, .within = Millis{10'000}};
    std::mt19937 random{11};
    Repeats repeats;
    std::vector<std::pair<std::uint64_t, Time>> all;
    Time now = from_ms(1'000'000);
    int refused = 0;
    for (int i = 0; i < 20'000; ++i) {
        now += Millis{random() % 2'500 + 700};
        const std::uint64_t text = 1 + random() % 4;
        std::uint32_t same = 0;
        for (const auto& [said, when] : all) {
            if (said == text && when + kRule.within > now) ++same;
        }
        const auto wait = repeats.against(kRule, text, now);
        ASSERT_EQ(wait.has_value(), same >= kRule.times);
        if (wait) {
            ++refused;
            EXPECT_EQ(repeats.against(kRule, text, now + *wait), std::nullopt);
            continue;
        }
        repeats.add(text, now);
        all.emplace_back(text, now);
        if (all.size() > 50) all.erase(all.begin());
    }
    EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace stentor::rules
