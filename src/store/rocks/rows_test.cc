#include "store/rocks/rows.h"

#include <gtest/gtest.h>

#include "store/conformance.h"
#include "store/moderation.h"
#include "store/rocks/keys.h"

namespace stentor::store {
namespace {

std::string hex(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        if (!out.empty()) out += ' ';
        out += kDigits[value >> 4U];
        out += kDigits[value & 15U];
    }
    return out;
}

MemberRow worked_member() {
    return {.uid = {3},
            .role = Role::admin,
            .floor = {5},
            .read = {300},
            .version = 2,
            .joined = from_ms(1'000),
            .muted_for_me = true};
}

ModerationRow worked_report() {
    return {.time = from_ms(1'000),
            .by = {3},
            .kind = ModerationKind::report,
            .uid = {4},
            .epoch = {1},
            .seq = {7},
            .reason = "rude"};
}

TEST(StoredForm, IsWhatTheDocumentSays) {
    EXPECT_EQ(hex(keys::member({258}, {3})),
              "6d 00 00 00 00 00 00 01 02 00 00 00 00 00 00 00 03 00");
    EXPECT_EQ(hex(rows::encode(worked_member())), "02 02 01 05 ac 02 00 02 e8 07 00 00");
    EXPECT_EQ(hex(keys::read_position({258}, {3})),
              "6d 00 00 00 00 00 00 01 02 00 00 00 00 00 00 00 03 01");
    EXPECT_EQ(hex(rows::encode(301)), "01 ad 02");
    EXPECT_EQ(keys::shown(keys::member({258}, {3})), "m 258 3");
    EXPECT_EQ(keys::shown(keys::entry({258}, {7})), "258 7");
    EXPECT_EQ(keys::shown(keys::name("a name that is long")), "n") << "no names in the log";
    EXPECT_EQ(keys::shown({}), "");
    EXPECT_EQ(hex(keys::entry({258}, {7})), "00 00 00 00 00 00 01 02 00 00 00 00 00 00 00 07");
}

TEST(StoredForm, OfWhatStandsBesideIsWhatTheDocumentSays) {
    using keys::Kind;
    EXPECT_EQ(hex(keys::beside({258}, Kind::reaction, {3}, {300}, "+")),
              "00 00 00 00 00 00 01 02 00 00 00 00 00 00 00 01 72 00 00 00 00 00 00 00 03 "
              "00 00 00 00 00 00 01 2c 2b");
    EXPECT_EQ(hex(keys::beside({258}, Kind::tally, {}, {300})),
              "00 00 00 00 00 00 01 02 00 00 00 00 00 00 00 01 74 00 00 00 00 00 00 00 00 "
              "00 00 00 00 00 00 01 2c");
    EXPECT_EQ(hex(rows::encode(TallyRow{{300}, {{"+", 2}}})), "01 01 01 2b 02");
    EXPECT_EQ(hex(keys::fixed(9)), "00 00 00 00 00 00 00 09");
    EXPECT_EQ(hex(rows::encode(FeedRow{9, {258}, {300}, {301}, {{7}}, {}})),
              "01 82 02 ac 02 02 01 07");
    const MemberEvent kick{{5}, MemberEvent::Kind::kicked, {4}};
    EXPECT_EQ(hex(rows::encode(FeedRow{9, {258}, {300}, {299}, {}, {kick}})),
              "01 00 82 02 ac 02 00 00 01 05 03 04");
    EXPECT_EQ(hex(keys::moderation({258}, moderation_number(9, 0))),
              "50 00 00 00 00 00 00 01 02 00 00 00 00 00 00 90 00");
    EXPECT_EQ(hex(rows::encode(worked_report())), "01 e8 07 03 01 04 01 07 00 72 75 64 65");
    EXPECT_EQ(rows::decode_moderation(0, rows::encode(worked_report())), worked_report());
    EXPECT_EQ(keys::parse_moderation(keys::moderation({258}, 9))->number, 9U);
    EXPECT_EQ(hex(keys::change({258}, 9)), "43 00 00 00 00 00 00 01 02 00 00 00 00 00 00 00 09");
    EXPECT_EQ(hex(rows::encode(ChangeRow{{{7}}, {{3}, {300}}})), "01 01 07 02 03 ac 02");
    EXPECT_EQ(hex(keys::user_log({3}, 2)), "6c 00 00 00 00 00 00 00 03 00 00 00 00 00 00 00 02");
    EXPECT_EQ(hex(rows::encode(rows::UserLogLine{(std::uint64_t{1} << 32U) + 2, ""})),
              "01 82 80 80 80 10");
}

// Cut, longer or of a later version: nothing, and never a row with wrong fields.
template <class Row>
void expect_strict(const Row& row, auto decode) {
    const std::string bytes = rows::encode(row);
    EXPECT_EQ(decode(bytes), row);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(decode(std::string_view{bytes}.substr(0, size))) << size;
    }
    EXPECT_FALSE(decode(bytes + '\0'));
    std::string later = bytes;
    ++later[0];
    EXPECT_FALSE(decode(later));
}

TEST(StoredForm, ReadsBackExactlyWhatWasWritten) {
    HeadRow head{.epoch = {1}, .term = {~std::uint64_t{0}}, .seq = {300}, .digest = genesis({1})};
    head.home = ~std::uint32_t{0};
    head.settings = std::string(200, '\0');
    head.forks = {{{1}, {300}}, {{2}, {~std::uint64_t{0}}}};
    expect_strict(head, [](std::string_view in) { return rows::decode_head(in); });
    expect_strict(worked_member(),
                  [](std::string_view in) { return rows::decode_member({3}, in); });
    const Cmid cmid = cmid_at(kNoon, 9);
    expect_strict(SentRow{cmid, {4}, {9}, genesis({2})},
                  [&](std::string_view in) { return rows::decode_sent({4}, cmid, in); });
    expect_strict(UserRow{{5}, "Ann", "ann", "secret", kNoon},
                  [](std::string_view in) { return rows::decode_user({5}, in); });
    UserRow erased{{5}, "Ann", "ann", "", kNoon};
    erased.erased = true;
    erased.sign_ins = {{kNoon, "Firefox", "192.0.2.1"}, {kNoon, "", ""}};
    erased.ended_tokens = {kNoon, from_ms(1)};
    erased.rate = {.per_s = 300, .burst = 7};
    erased.picture = "0a1b";
    expect_strict(erased, [](std::string_view in) { return rows::decode_user({5}, in); });
    expect_strict(
        InviteRow{
            "c", {5}, kNoon, ~std::uint32_t{0}, kNoon, ~std::uint32_t{0}, true, "For parents"},
        [](std::string_view in) { return rows::decode_invite("c", in); });
    expect_strict(InviteRow{"c", {5}, kNoon, {}},
                  [](std::string_view in) { return rows::decode_invite("c", in); });
    expect_strict(TallyRow{{9}, {{"+", 300}, {"++", 1}}},
                  [](std::string_view in) { return rows::decode_tally({9}, in); });
    expect_strict(ChangeRow{{{300}, {1}}, {{7}}},
                  [](std::string_view in) { return rows::decode_change(in); });
    expect_strict(FeedRow{9, {258}, {8}, {7}, {{300}, {1}}, {}},
                  [](std::string_view in) { return rows::decode_feed(9, in); });
    using Kind = MemberEvent::Kind;
    expect_strict(
        FeedRow{9, {258}, {8}, {7}, {}, {{{5}, Kind::joined, {5}}, {{300}, Kind::ban_lifted, {}}}},
        [](std::string_view in) { return rows::decode_feed(9, in); });
    expect_strict(~std::uint64_t{0}, [](std::string_view in) { return rows::decode_number(in); });
}

// As 0.1.0 wrote them: what they did not say is what it was then.
TEST(StoredForm, ReadsWhatTheFirstVersionWrote) {
    EXPECT_EQ(rows::decode_member(
                  {3}, std::string_view("\x01\x02\x01\x05\xac\x02\x00\x02\xe8\x07\x00", 11)),
              worked_member());
    EXPECT_EQ(rows::decode_user({5}, std::string_view("\x01\x03"
                                                      "Ann\x03"
                                                      "ann\x01x\xe8\x07\x01\x05",
                                                      15)),
              (UserRow{{5}, "Ann", "ann", "x", from_ms(1'000), true, from_ms(5)}));
    EXPECT_FALSE(rows::decode_user({5}, std::string_view("\x01\x03"
                                                         "Ann\x03"
                                                         "ann\x01x\xe8\x07\x02\x05",
                                                         15)))
        << "no such flag then";
    EXPECT_EQ(rows::decode_invite("c", std::string_view("\x01\x05\xe8\x07\x03", 5)),
              (InviteRow{"c", {5}, from_ms(1'000), 2}));
    EXPECT_EQ(rows::decode_invite("c", std::string_view("\x02\x05\xe8\x07\x03\x09\x04\x01", 8)),
              (InviteRow{"c", {5}, from_ms(1'000), 2, from_ms(9), 4, true}));
    EXPECT_EQ(rows::decode_user({5}, std::string_view("\x03\x03"
                                                      "Ann\x03"
                                                      "ann\x01x\xe8\x07\x00\x05\x00\x00\x02\x09",
                                                      19)),
              (UserRow{{5},
                       "Ann",
                       "ann",
                       "x",
                       from_ms(1'000),
                       false,
                       from_ms(5),
                       false,
                       {},
                       {},
                       {.per_s = 2, .burst = 9}}));
}

TEST(StoredForm, RefusesNumbersThatNoFieldHolds) {
    EXPECT_FALSE(rows::decode_number("\x01" + std::string(9, '\xff') + "\x02"));  // 2^64 and more.
    EXPECT_FALSE(
        rows::decode_member({3}, std::string("\x01\x04\0\0\0\0\0\0\0", 9)));  // No such role.
    EXPECT_FALSE(
        rows::decode_member({3}, std::string("\x01\x03\x20\0\0\0\0\0\0", 9)));  // No such flag.
    EXPECT_TRUE(rows::decode_member({3}, std::string("\x01\x03\0\0\0\0\0\0\0", 9)));
    EXPECT_FALSE(rows::decode_entry({1}, std::string(15, 'x')));
    EXPECT_FALSE(rows::decode_entry({1}, std::string(64, 'x')));
}

TEST(StoredForm, AnEntryIsRefusedUnderAnothersNumber) {
    Scribe scribe{{1}};
    const Commit commit = scribe.next(1);
    const std::string bytes = rows::encode(commit.entries[0]);
    EXPECT_TRUE(rows::decode_entry({1}, bytes));
    EXPECT_FALSE(rows::decode_entry({2}, bytes));
}

}  // namespace
}  // namespace stentor::store
