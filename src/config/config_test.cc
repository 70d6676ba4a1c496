#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/limits.h"
#include "config/address.h"
#include "config/assign.h"
#include "config/document.h"
#include "config/file.h"
#include "config/keys.h"
#include "config/units.h"

namespace stentor::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Flaw> flaws_in(std::string_view toml) {
    const auto settings = parse(toml, {});
    return settings ? std::vector<Flaw>{} : settings.error();
}

TEST(Units, TimesAndSizesNeedTheirUnit) {
    EXPECT_EQ(parse_time("30 s"), Millis{30'000});
    EXPECT_EQ(parse_time("30s"), Millis{30'000});
    EXPECT_EQ(parse_time("2 d"), Millis{172'800'000});
    EXPECT_EQ(parse_size("64 KiB"), 65'536U);
    for (const char* bad : {"", "30", "s", "-1 s", "1.5 s", "30  s", "30 S", "30 KiB", " 30 s",
                            "99999999999999999999 s", "9223372036854775807 d"}) {
        EXPECT_FALSE(parse_time(bad)) << bad;
    }
    for (const char* bad : {"64", "64 KB", "64 s", "-1 B"}) EXPECT_FALSE(parse_size(bad)) << bad;
}

TEST(Units, WhatIsWrittenIsReadTheSame) {
    for (const std::uint64_t value :
         {0U, 1U, 999U, 1'000U, 60'000U, 90'000U, 86'400'000U, 65'536U}) {
        EXPECT_EQ(parse_time(text_of_time(Millis{value})), Millis{value});
        EXPECT_EQ(parse_size(text_of_size(value)), value);
    }
    EXPECT_EQ(text_of_time(Millis{90'000}), "90 s");
    EXPECT_EQ(text_of_time(Millis{86'400'000}), "1 d");
}

TEST(Addresses, AreNumericWithAPort) {
    EXPECT_EQ(parse_address("127.0.0.1:8080")->port, 8080);
    EXPECT_EQ(parse_address("[::1]:0")->host, "::1");
    EXPECT_EQ(parse_address("[::1]:80")->text(), "[::1]:80");
    for (const char* bad : {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80",
                            "localhost:80", "[127.0.0.1]:80", "127.0.0.1:8o"}) {
        EXPECT_FALSE(parse_address(bad)) << bad;
    }
}

TEST(Keys, TheGeneratedFileHoldsEveryKeyAtItsDefault) {
    Settings other;
    other.server.workers = 9;
    other.accounts.sign_up = false;
    other.server.drain_within = Millis{1};
    const auto read = parse(commented_file(), other);
    ASSERT_TRUE(read) << told("generated", read.error());
    EXPECT_THAT(changes(Settings{}, *read), testing::IsEmpty());
}

TEST(Keys, NamesAreUniqueAndSectionsStandTogether) {
    std::set<std::string> paths;
    std::set<std::string_view> sections;
    std::string_view section;
    for (const Key& key : keys()) {
        EXPECT_TRUE(paths.insert(key.path()).second) << key.path();
        if (key.section != section) {
            EXPECT_TRUE(sections.insert(key.section).second) << key.path();
            section = key.section;
        }
        EXPECT_TRUE(key.meaning.ends_with('.')) << key.path();
    }
}

TEST(Keys, EachDefaultIsAllowed) {
    for (const Key& key : keys()) {
        Settings settings;
        const std::string line = "[" + std::string{key.section} + "]\n" + std::string{key.name} +
                                 " = " + text_of(settings, key) + "\n";
        EXPECT_TRUE(flaws_in(line).empty()) << line;
    }
}

TEST(File, TheFileOverridesWhatItNamesAlone) {
    const auto read = parse(
        "[limits]\nsends_burst = 9\n[server]\ndrain_within = \"2 min\"\n"
        "[listen]\nhttp = [\"0.0.0.0:80\", \"[::]:80\"]\n[accounts]\nsign_up = false\n",
        {});
    ASSERT_TRUE(read);
    EXPECT_EQ(read->limits.sends_burst, 9U);
    EXPECT_EQ(read->server.drain_within, Millis{120'000});
    EXPECT_THAT(read->listen.http, ElementsAre("0.0.0.0:80", "[::]:80"));
    EXPECT_FALSE(read->accounts.sign_up);
    EXPECT_EQ(read->limits.sends_per_second, Settings{}.limits.sends_per_second);
}

TEST(File, EveryFlawIsSaidWithItsLineAndWhatIsAllowed) {
    const auto flaws = flaws_in(
        "[limits]\n"
        "sends_burts = 5\n"       // 2: unknown
        "sends_per_second = 0\n"  // 3: range
        "[server]\n"
        "workers = \"two\"\n"      // 5: type
        "drain_within = \"10\"\n"  // 6: unit
        "burst = 1\n"              // 7: unknown
        "[log]\n"
        "level = \"loud\"\n"  // 9: choice
        "[listen]\n"
        "http = [\"127.0.0.1:http\"]\n"  // 11: form of an element
        "[limitz]\n"                     // 12: unknown section
        "x = 1\n");
    ASSERT_EQ(flaws.size(), 8U);
    const std::map<std::uint32_t, std::string> by_line = [&] {
        std::map<std::uint32_t, std::string> lines;
        for (const Flaw& flaw : flaws) lines[flaw.line] = flaw.text;
        return lines;
    }();
    EXPECT_THAT(by_line.at(2),
                AllOf(HasSubstr("limits.sends_burts"), HasSubstr("is it limits.sends_burst?")));
    EXPECT_EQ(by_line.at(3), "limits.sends_per_second takes: whole number from 1 to 1000");
    EXPECT_THAT(by_line.at(5), HasSubstr("server.workers takes: whole number from 1 to 64"));
    EXPECT_THAT(by_line.at(6),
                HasSubstr("with its unit (ms, s, min, h, d) from \"0 s\" to \"1 h\""));
    EXPECT_THAT(by_line.at(7), HasSubstr("there is no key server.burst"));
    EXPECT_THAT(by_line.at(9), HasSubstr("\"debug\", \"info\", \"warning\", \"error\""));
    EXPECT_THAT(by_line.at(11), HasSubstr("ADDRESS:PORT"));
    EXPECT_THAT(by_line.at(12), HasSubstr("there is no key limitz"));
}

// What the server cannot do is not to be set.
TEST(File, EachBoundOfTheServersIsTakenAndOneMoreIsRefused) {
    struct Row {
        std::string section, key;
        std::uint64_t limit;
        std::string unit;
    };
    const Row rows[] = {
        {"groups", "members_max", limits::kMembersPerGroup, ""},
        {"groups", "who_read_members", limits::kWhoReadRows, ""},
        {"groups", "keep_for", limits::kRetentionSMax, "s"},
        {"groups", "keep_messages", limits::kIdMax, ""},
        {"groups", "slow_mode", limits::kSlowModeS, "s"},
        {"safety", "repeats", limits::kRepeatsKept, ""},
    };
    for (const auto& [section, key, limit, unit] : rows) {
        const auto flaws = [&](std::uint64_t value) {
            const std::string written = std::to_string(value);
            return flaws_in("[" + section + "]\n" + key + " = " +
                            (unit.empty() ? written : '"' + written + ' ' + unit + '"') + "\n");
        };
        EXPECT_THAT(flaws(limit), testing::IsEmpty()) << key;
        ASSERT_EQ(flaws(limit + 1).size(), 1U) << key;
        EXPECT_EQ(flaws(limit + 1)[0].line, 2U) << key;
    }
}

TEST(File, ARightNameInTheWrongSectionIsFound) {
    const auto flaws = flaws_in("[server]\nsends_burst = 5\n");
    ASSERT_EQ(flaws.size(), 1U);
    EXPECT_THAT(flaws[0].text, HasSubstr("is it limits.sends_burst?"));
}

TEST(File, WhatIsNoTomlIsSaidWithItsLine) {
    const auto flaws = flaws_in("[limits]\nsends_burst = \n");
    ASSERT_EQ(flaws.size(), 1U);
    EXPECT_EQ(flaws[0].line, 2U);
    EXPECT_EQ(flaws_in("[limits]\n[limits]\n").size(), 1U);
    EXPECT_EQ(told("a.toml", {{.line = 2, .text = "wrong"}}), "a.toml:2: wrong\n");
}

TEST(File, OneThatIsNotThereIsAFlaw) {
    const auto read = read_file("/nonexistent/stentor.toml", {});
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error()[0].text, HasSubstr("cannot be read"));
}

TEST(Environment, EveryKeyHasAVariable) {
    Settings settings;
    const std::map<std::string, const char*> variables{
        {"STENTOR_LIMITS_SENDS_BURST", "7"},
        {"STENTOR_SERVER_DRAIN_WITHIN", "3 s"},
        {"STENTOR_LISTEN_HTTP", "127.0.0.1:1,127.0.0.1:2"},
        {"STENTOR_ACCOUNTS_SIGN_UP", "false"},
        {"STENTOR_LISTEN_ORIGINS", ""}};
    settings.listen.origins = {"https://a.example"};
    const auto get = [&](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second;
    };
    ASSERT_TRUE(apply_environment(settings, get));
    EXPECT_EQ(settings.limits.sends_burst, 7U);
    EXPECT_EQ(settings.server.drain_within, Millis{3'000});
    EXPECT_THAT(settings.listen.http, ElementsAre("127.0.0.1:1", "127.0.0.1:2"));
    EXPECT_FALSE(settings.accounts.sign_up);
    EXPECT_TRUE(settings.listen.origins.empty());
}

TEST(Environment, ABadValueNamesItsVariable) {
    for (const char* bad : {"", "x", "-1", "1001", "99999999999999999999", "5 "}) {
        Settings settings;
        const auto get = [&](const char* name) {
            return std::string_view{name} == "STENTOR_LIMITS_SENDS_BURST" ? bad : nullptr;
        };
        const auto applied = apply_environment(settings, get);
        ASSERT_FALSE(applied) << bad;
        EXPECT_THAT(applied.error(), AllOf(HasSubstr("STENTOR_LIMITS_SENDS_BURST"),
                                           HasSubstr("whole number from 1 to 1000")));
    }
}

TEST(Environment, AMisspeltVariableIsRefusedWithTheNearest) {
    EXPECT_TRUE(check_variables({"PATH", "STENTOR_LISTEN_HTTP", "STENTOR_CONFIG",
                                 "STENTOR_SERVICE_HOST", "STENTOR_PORT_80_TCP"}));
    const auto flaw = check_variables({"STENTOR_LISTEN_HTTP", "STENTOR_ACCOUNT_SIGN_UP"});
    ASSERT_FALSE(flaw);
    EXPECT_THAT(flaw.error(),
                AllOf(HasSubstr("STENTOR_ACCOUNT_SIGN_UP"),
                      HasSubstr("is it STENTOR_ACCOUNTS_SIGN_UP"), HasSubstr("accounts.sign_up")));
    const auto far = check_variables({"STENTOR_FOO"});
    ASSERT_FALSE(far);
    EXPECT_THAT(far.error(), AllOf(HasSubstr("STENTOR_FOO"), HasSubstr("stentor gen-config"),
                                   Not(HasSubstr("is it"))));
}

TEST(Changes, AreFoundKeyByKey) {
    Settings after;
    after.log.level = "debug";
    after.server.workers = 2;
    const auto changed = changes({}, after);
    ASSERT_EQ(changed.size(), 2U);
    EXPECT_EQ(changed[0]->path(), "server.workers");
    EXPECT_FALSE(changed[0]->reloads);
    EXPECT_EQ(changed[1]->path(), "log.level");
    EXPECT_TRUE(changed[1]->reloads);
}

}  // namespace
}  // namespace stentor::config
