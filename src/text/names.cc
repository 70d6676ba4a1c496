#include "text/names.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uspoof.h>
#include <unicode/uversion.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include "base/text.h"
#include "text/emoji.h"
#include "text/unicode.h"

namespace stentor::text {
namespace {

constexpr UChar32 kNonJoiner = 0x200c;
constexpr UChar32 kJoiner = 0x200d;
constexpr UChar32 kAsText = 0xfe0e;
constexpr UChar32 kAsEmoji = 0xfe0f;
constexpr UChar32 kFlag = 0x1f3f4;  // What tags may stand behind.
constexpr UChar32 kTagFirst = 0xe0020;
constexpr UChar32 kTagEnd = 0xe007f;
constexpr UChar32 kBlankBraille = 0x2800;
constexpr std::uint8_t kVirama = 9;
// Of our own rules for looks(); higher when they change.
constexpr std::string_view kLooksRules = "1";

bool is(UChar32 c, UProperty property) { return u_hasBinaryProperty(c, property) != 0; }

bool is_pictured(UChar32 c) {
    return is(c, UCHAR_EXTENDED_PICTOGRAPHIC) || is(c, UCHAR_EMOJI_MODIFIER) || c == kAsEmoji;
}

bool is_mark(UChar32 c) {
    return (U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_ME_MASK | U_GC_MC_MASK)) != 0;
}

std::vector<UChar32> characters_of(std::string_view text) {
    std::vector<UChar32> characters;
    while (!text.empty()) {
        const auto c = next_character(text);
        if (!c) break;
        characters.push_back(static_cast<UChar32>(*c));
    }
    return characters;
}

// RFC 5892, A.1: behind a letter that joins to the left of it, before one that joins to the right.
bool parts_joined_letters(const std::vector<UChar32>& all, std::size_t at) {
    const auto joins = [](UChar32 c) {
        return static_cast<UJoiningType>(u_getIntPropertyValue(c, UCHAR_JOINING_TYPE));
    };
    std::size_t before = at;
    while (before > 0 && joins(all[before - 1]) == U_JT_TRANSPARENT) --before;
    std::size_t after = at + 1;
    while (after < all.size() && joins(all[after]) == U_JT_TRANSPARENT) ++after;
    if (before == 0 || after == all.size()) return false;
    const UJoiningType left = joins(all[before - 1]);
    const UJoiningType right = joins(all[after]);
    return (left == U_JT_LEFT_JOINING || left == U_JT_DUAL_JOINING) &&
           (right == U_JT_RIGHT_JOINING || right == U_JT_DUAL_JOINING);
}

// A flag of a part of a country is written with tags: all of them must be one emoji.
bool is_flag_with_tags(const std::vector<UChar32>& all, std::size_t at) {
    const auto is_tag = [](UChar32 c) { return c >= kTagFirst && c <= kTagEnd; };
    std::size_t first = at;
    while (first > 0 && is_tag(all[first])) --first;
    std::size_t end = at;
    while (end < all.size() && is_tag(all[end])) ++end;
    if (all[first] != kFlag) return false;
    icu::UnicodeString flag;
    for (std::size_t i = first; i < end; ++i) flag.append(all[i]);
    return emoji_form(utf8_of(flag)).has_value();
}

// Of a character that shows nothing by itself.
bool has_work_there(const std::vector<UChar32>& all, std::size_t at) {
    const UChar32 c = all[at];
    if (at == 0) return false;
    const UChar32 before = all[at - 1];
    if (c == kAsText || c == kAsEmoji) return is(before, UCHAR_EMOJI);
    if (c >= kTagFirst && c <= kTagEnd) return is_flag_with_tags(all, at);
    if (at + 1 == all.size()) return false;
    if (c == kJoiner && is_pictured(before)) return is(all[at + 1], UCHAR_EXTENDED_PICTOGRAPHIC);
    const bool joins_letters = c == kJoiner || c == kNonJoiner;
    if (joins_letters && u_getCombiningClass(before) == kVirama) return true;
    return c == kNonJoiner && parts_joined_letters(all, at);
}

bool is_shown(const std::vector<UChar32>& all, std::size_t at) {
    const UChar32 c = all[at];
    if (c == kBlankBraille) return false;
    constexpr std::uint32_t kNobodys = U_GC_CN_MASK | U_GC_CO_MASK | U_GC_CS_MASK;
    if ((U_GET_GC_MASK(c) & kNobodys) != 0) return false;
    if (is(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return has_work_there(all, at);
    return at != 0 || !is_mark(c);
}

// Kept by the caller in a static: its guard is a lock that a race detector sees, ICU's own is not.
const icu::Normalizer2& instance(const icu::Normalizer2* (*made_by)(UErrorCode&)) {
    UErrorCode status = U_ZERO_ERROR;
    return *made_by(status);
}

const icu::Normalizer2& folding() {
    static const icu::Normalizer2& made = instance(icu::Normalizer2::getNFKCCasefoldInstance);
    return made;
}

const icu::Normalizer2& composing() {
    static const icu::Normalizer2& made = instance(icu::Normalizer2::getNFCInstance);
    return made;
}

const icu::Normalizer2& composing_compatibly() {
    static const icu::Normalizer2& made = instance(icu::Normalizer2::getNFKCInstance);
    return made;
}

icu::UnicodeString normalized(const icu::Normalizer2& how, const icu::UnicodeString& text) {
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeString result;
    how.normalize(text, result, status);
    return result;
}

const USpoofChecker* checker() {
    static const USpoofChecker* const checker = [] {
        UErrorCode status = U_ZERO_ERROR;
        USpoofChecker* made = uspoof_open(&status);
        uspoof_setRestrictionLevel(made, USPOOF_HIGHLY_RESTRICTIVE);
        uspoof_setChecks(made, USPOOF_RESTRICTION_LEVEL, &status);
        return made;
    }();
    return checker;
}

// Folded behind, since "0" becomes "O".
std::string skeleton(const icu::UnicodeString& text) {
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeString bones;
    uspoof_getSkeletonUnicodeString(checker(), 0, text, bones, &status);
    return utf8_of(normalized(folding(), bones));
}

// Runs of letters, each with the digits that stand in it; the rest parts them.
std::vector<icu::UnicodeString> words_in(const icu::UnicodeString& text) {
    std::vector<icu::UnicodeString> words(1);
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const UChar32 c = text.char32At(i);
        if (u_isalnum(c) != 0 || is_mark(c)) {
            words.back().append(c);
        } else if (!words.back().isEmpty()) {
            words.emplace_back();
        }
    }
    if (words.back().isEmpty()) words.pop_back();
    return words;
}

icu::UnicodeString without_digits_behind(icu::UnicodeString word) {
    while (!word.isEmpty() && u_isdigit(word.char32At(word.length() - 1)) != 0) {
        word.truncate(word.moveIndex32(word.length(), -1));
    }
    return word;
}

constexpr std::array kReserved{
    "operator",  "admin",   "administrator", "moderator", "mod",           "system",
    "server",    "stentor", "support",       "root",      "staff",         "sysop",
    "sysadmin",  "管理员",  "管理員",        "系统",      "系統",          "客服",
    "官方",      "运营者",  "版主",          "система",   "админ",         "администратор",
    "модератор", "owner",   "everyone",      "everybody", "announcements", "announcement",
    "公告",      "所有人",  "全体成员"};
// A group may be called Support; it must not be taken for the server's own group.
constexpr std::array kNoGroup{"Announcements", "Announcement", "The operator", "Operator",
                              "Stentor",       "公告",         "系统公告"};
// What may stand beside them without making a name of its own of it.
constexpr std::array kBeside{"the", "team", "official", "bot", "chat", "account", "service"};

struct Reserved {
    std::set<std::string> words;
    std::set<std::string> beside;
};

const Reserved& reserved() {
    static const Reserved all = [] {
        Reserved made;
        for (const char* word : kReserved) made.words.insert(skeleton(utf16_of(word)));
        for (const char* word : kBeside) made.beside.insert(skeleton(utf16_of(word)));
        return made;
    }();
    return all;
}

}  // namespace

std::string normal(std::string_view text) {
    return utf8_of(normalized(composing(), utf16_of(text)));
}

std::string folded(std::string_view text) { return utf8_of(normalized(folding(), utf16_of(text))); }

bool shown_line(std::string_view text) {
    if (!plain_line(text)) return false;
    const std::vector<UChar32> all = characters_of(text);
    for (std::size_t at = 0; at < all.size(); ++at) {
        if (!is_shown(all, at)) return false;
    }
    return true;
}

bool scripts_fit(std::string_view name) {
    return std::ranges::all_of(
        words_in(normalized(folding(), utf16_of(name))), [](const icu::UnicodeString& word) {
            UErrorCode status = U_ZERO_ERROR;
            return uspoof_checkUnicodeString(checker(), word, nullptr, &status) == 0;
        });
}

std::vector<std::string> looks(std::string_view name) {
    const icu::UnicodeString written = utf16_of(name);
    std::vector<std::string> all{skeleton(normalized(folding(), written))};
    std::string as_written = skeleton(normalized(composing_compatibly(), written));
    if (as_written != all.front()) all.push_back(std::move(as_written));
    return all;
}

std::string looks_version() { return std::string{kLooksRules} + '/' + U_UNICODE_VERSION; }

bool is_reserved_of_groups(std::string_view name) {
    static const std::set<std::string> all = [] {
        std::set<std::string> made;
        for (const char* reserved : kNoGroup) {
            for (std::string& one : looks(reserved)) made.insert(std::move(one));
        }
        return made;
    }();
    return std::ranges::any_of(looks(name),
                               [](const std::string& one) { return all.contains(one); });
}

bool is_reserved(std::string_view name) {
    bool named = false;
    bool only = true;
    icu::UnicodeString joined;
    for (const icu::UnicodeString& word : words_in(normalized(folding(), utf16_of(name)))) {
        const icu::UnicodeString letters = without_digits_behind(word);
        joined.append(letters);
        if (letters.isEmpty()) continue;
        const std::string seen = skeleton(letters);
        const bool speaks = reserved().words.contains(seen);
        named = named || speaks;
        only = only && (speaks || reserved().beside.contains(seen));
    }
    return (named && only) || reserved().words.contains(skeleton(joined));
}

}  // namespace stentor::text
