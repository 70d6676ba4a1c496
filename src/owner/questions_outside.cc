// What other systems ask for: accounts of their users, small things by name, the feed.

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "base/digest.h"
#include "base/limits.h"
#include "base/text.h"
#include "owner/account.h"
#include "owner/question_sources.h"

namespace stentor::owner {
namespace {

// Between these a browser's numbers are exact; own users lie below 2^40 (AskAddUser).
constexpr std::uint64_t kFirst = std::uint64_t{1} << 40U;
constexpr std::uint64_t kEnd = std::uint64_t{1} << 52U;

std::string hex(const Digest& digest) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : digest.bytes) {
        text += kDigits[byte >> 4U];
        text += kDigits[byte & 0xfU];
    }
    return text;
}

std::string mark_of(const bus::AskOutsideUser& ask) {
    return "outside:" + hex(hash_of(ask.issuer + '\n' + ask.subject));
}

UserId uid_of(const bus::AskOutsideUser& ask) {
    return {kFirst + number_of(hash_of(ask.issuer + '\n' + ask.subject)) % (kEnd - kFirst)};
}

}  // namespace

Result<std::string> name_to_judge(Sources& sources, const bus::Question& question) {
    if (const auto* add = std::get_if<bus::AskAddUser>(&question)) {
        if (const auto good = sources.names.check_words(add->name); !good) {
            return std::unexpected(good.error());
        }
        return add->name;
    }
    if (const auto* change = std::get_if<bus::AskChangeUser>(&question)) {
        if (const auto good = sources.names.check_words(change->name->name); !good) {
            return std::unexpected(good.error());
        }
        return change->name->name;
    }
    const auto& outside = std::get<bus::AskOutsideUser>(question);
    if (!sources.names.check_words(outside.name)) return std::string{};
    const auto known = sources.store.user(uid_of(outside));
    if (!known) return std::unexpected(known.error());
    return *known ? std::string{} : outside.name;
}

// The id follows from issuer and subject, so two exchanges at once make one user. In the place of a
// password's hash stands whose user it is: no password matches it, and an id that two subjects
// should ever share is refused instead of handing one the other's account.
Result<bus::Reply> answer_to(Sources& sources, const bus::AskOutsideUser& ask) {
    const UserId uid = uid_of(ask);
    const std::string mark = mark_of(ask);
    // Its bearer cannot change a name with a listed word in it, so it is replaced.
    const bool listed = !sources.names.check_words(ask.name);
    const std::string name = listed ? std::string{kNamelessUser} : ask.name;
    const std::string key = listed ? name : ask.name_key;
    // The name as wanted, then with more and more of the digest behind it.
    constexpr std::size_t kSuffixes = 4;
    for (std::size_t i = 0; i <= kSuffixes; ++i) {
        const auto known = sources.store.user(uid);
        if (!known) return std::unexpected(known.error());
        if (*known) {
            // An erased one stays: whoever owned it is told that it is closed.
            if ((*known)->password == mark || (*known)->erased)
                return bus::Reply{account_of(**known)};
            return std::unexpected(Error{.code = Code::internal, .where = "uid"});
        }
        const std::string suffix = i == 0 ? "" : '-' + mark.substr(mark.size() - 4 * i);
        const std::size_t room = limits::kNameBytes - std::min(suffix.size(), limits::kNameBytes);
        const std::size_t length = beginning_of(name, room).size();
        store::UserRow row{.uid = uid,
                           .name = name.substr(0, length) + suffix,
                           .name_key = key.substr(0, length) + suffix,
                           .password = mark,
                           .created = now()};
        const auto added = sources.names.add(row);
        if (added) return bus::Reply{account_of(row)};
        if (added.error().code != Code::name_taken) return std::unexpected(added.error());
    }
    return std::unexpected(Error{.code = Code::name_taken, .where = "name"});
}

Result<bus::Reply> answer_to(Sources& sources, const bus::AskSettings& ask) {
    auto found = sources.store.settings(ask.prefix);
    if (!found) return std::unexpected(found.error());
    std::vector<bus::Setting> settings;
    for (auto& [name, value] : *found) settings.push_back({std::move(name), std::move(value)});
    return bus::Reply{std::move(settings)};
}

Result<bus::Reply> answer_to(Sources& sources, const bus::AskSetSetting& ask) {
    if (ask.value && ask.value->size() > limits::kSettingBytes) {
        return std::unexpected(
            Error{.code = Code::bad_field, .where = "value", .limit = limits::kSettingBytes});
    }
    std::optional<std::string_view> value;
    if (ask.value) value = *ask.value;
    std::optional<std::string_view> former;
    if (ask.former && !ask.former->empty()) former = *ask.former;
    const auto set = ask.former ? sources.store.replace_setting(ask.name, former, value)
                                : sources.store.set_setting(ask.name, value);
    if (!set) return std::unexpected(set.error());
    return bus::Reply{std::vector<bus::Setting>{}};
}

// Entries are read as they are now, not as they were committed: what was recalled meanwhile is told
// recalled, and told once more at its own place.
Result<bus::Reply> answer_to(Sources& sources, const bus::AskFeed& ask) {
    const auto page = sources.store.feed(
        ask.after, std::clamp<std::size_t>(ask.count, 1, limits::kFeedRowsPerPage));
    if (!page) return std::unexpected(page.error());
    bus::FeedAnswer answer{.head = page->head, .floor = page->floor};
    std::size_t bytes = 0;
    for (const store::FeedRow& row : page->rows) {
        if (bytes > limits::kRangeBytes) break;
        bus::FeedAnswer::Row told{.number = row.number, .gid = row.gid, .members = row.members};
        bytes += row.members.size() * sizeof(MemberEvent);
        const auto read = [&](Seq from, Seq to) -> Result<void> {
            while (from <= to) {
                const auto entries = sources.store.entries(row.gid, from, to - from + 1);
                // Dropped since, by the group's retention.
                if (!entries && entries.error().code == Code::bad_range) return {};
                if (!entries) return std::unexpected(entries.error());
                if (entries->entries.empty()) return {};
                for (const LogEntry& entry : entries->entries) bytes += entry.bytes->size();
                std::ranges::copy(entries->entries, std::back_inserter(told.entries));
                from = entries->entries.back().seq + 1;
            }
            return {};
        };
        auto good = read(row.first, row.last);
        for (const Seq seq : row.changed) {
            if (good) good = read(seq, seq);
        }
        if (!good) return std::unexpected(good.error());
        answer.rows.push_back(std::move(told));
    }
    return bus::Reply{std::move(answer)};
}

}  // namespace stentor::owner
