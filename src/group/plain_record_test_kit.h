#pragma once
// For the tests of this folder: what a store keeps of one group, in plain containers.

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "group/effects.h"

namespace stentor::group {

inline constexpr GroupId kGroup{7};

struct PlainRecord {
    void apply(const store::Commit& commit) {
        head = commit.head;
        log.insert(log.end(), commit.entries.begin(), commit.entries.end());
        for (const auto& row : commit.sent) sent[{row.uid, row.cmid}] = row;
        const bool closed = store::is_closed(commit.head);
        for (const auto& row : commit.members) {
            members[row.uid] = row;
            if (closed) members.erase(row.uid);
        }
        for (const auto& entry : commit.changed) log[entry.seq.value - 1] = entry;
        for (const auto& row : commit.reactions) {
            if (row.on) {
                reactions.insert({row.seq, row.uid, row.emoji});
            } else {
                reactions.erase({row.seq, row.uid, row.emoji});
            }
        }
        for (const auto& row : commit.tallies) tallies[row.seq] = row;
        std::ranges::copy(commit.user_events, std::back_inserter(events));
        for (const auto& row : commit.invites) {
            invites[row.code] = row;
            if (closed) invites.erase(row.code);
        }
        for (const auto& code : commit.dropped_invites) invites.erase(code);
        std::ranges::copy(commit.member_events, std::back_inserter(member_events));
        for (const auto& row : commit.moderation) moderation.insert(moderation.begin(), row);
        if (commit.unnamed) unnamed.push_back(commit.unnamed);
        for (const auto& event : commit.user_events) {
            pb::UserLogEntry entry;
            entry.ParseFromString(event.entry);
            user_logs[event.uid].push_back(std::move(entry));
        }
    }

    Result<Found> look_up(const Load& load, Time when) {
        if (const auto* asked = std::get_if<LoadFor>(&load.what)) return found_for(*asked);
        if (const auto* member = std::get_if<LoadMember>(&load.what)) {
            const auto it = members.find(member->uid);
            return Found{it == members.end() ? std::nullopt : std::optional{it->second}};
        }
        if (const auto* asked = std::get_if<LoadSent>(&load.what)) {
            const auto it = sent.find({asked->uid, asked->cmid});
            return Found{it == sent.end() ? std::nullopt : std::optional{it->second}};
        }
        if (const auto* older = std::get_if<LoadOlder>(&load.what)) return page_to(older->to);
        if (const auto* asked = std::get_if<LoadHidden>(&load.what)) return hidden_by(*asked);
        if (const auto* readers = std::get_if<LoadReaders>(&load.what)) {
            std::vector<store::MemberRow> rows;
            auto next = members.upper_bound(readers->after);
            for (; next != members.end() && rows.size() < limits::kReadersPage; ++next) {
                rows.push_back(next->second);
            }
            return Found{std::move(rows)};
        }
        if (std::holds_alternative<LoadStaff>(load.what)) {
            std::vector<store::MemberRow> staff;
            for (const auto& [uid, row] : members) {
                if (row.role >= store::Role::admin) staff.push_back(row);
            }
            return Found{std::move(staff)};
        }
        if (std::holds_alternative<LoadRest>(load.what)) {
            LoadedRest rest;
            for (const auto& [uid, row] : members) {
                if (rest.members.size() < rest_page) rest.members.push_back(row);
            }
            for (const auto& [code, row] : invites) rest.invites.push_back(row);
            return Found{std::move(rest)};
        }
        if (const auto* floor = std::get_if<LoadFloor>(&load.what)) {
            Seq seq = floor->at_least;
            while (seq < head->seq && log[seq.value].time < floor->before) ++seq;
            return Found{entry_at(seq)};
        }
        if (const auto* sweep = std::get_if<LoadReactions>(&load.what)) return found_for(*sweep);
        if (!head) return std::unexpected(Error{.code = Code::not_found});
        LoadedGroup group{{.head = *head}, when - limits::kYoungIds};
        const std::size_t kept = std::min(log.size(), limits::kRing);
        group.newest.assign(log.end() - static_cast<std::ptrdiff_t>(kept), log.end());
        group.digest_before = kept == log.size() ? genesis(gid) : log[log.size() - kept - 1].digest;
        for (const auto& [seq, tally] : tallies) {
            if (seq.value + kept > log.size()) group.tallies.push_back(tally);
        }
        for (const auto& [id, row] : sent) {
            if (row.cmid.time() >= group.sent_since) group.sent.push_back(row);
        }
        return Found{std::move(group)};
    }

    // Of an entry two users a page, of a person two entries: a test need not have many.
    Found found_for(const LoadReactions& load) {
        constexpr std::size_t kPage = 2;
        LoadedSweep page;
        std::set<UserId> whose;
        page.next = load.seq + kPage;
        const Seq to = load.of ? load.seq + (kPage - 1) : load.seq;
        for (const auto& [seq, uid, emoji] : reactions) {
            if (seq < load.seq || seq > to || (load.of && uid != load.of)) continue;
            if (!load.of && uid <= load.after) continue;
            if (!load.of && !whose.contains(uid) && whose.size() == kPage) {
                page.more = true;
                break;
            }
            whose.insert(uid);
            page.after = uid;
            page.rows.push_back({.uid = uid, .seq = seq, .emoji = emoji});
        }
        if (load.of) page.more = to < head->seq;
        for (const auto& [seq, tally] : tallies) {
            const bool any = !tally.counts.empty();
            if (seq >= load.seq && seq <= to && any) page.tallies.push_back(tally);
        }
        return page;
    }
    Found found_for(const LoadFor& load) {
        if (const auto* entry = std::get_if<EntryAt>(&load.what)) return entry_at(entry->seq);
        if (const auto* page = std::get_if<PageTo>(&load.what)) return page_to(page->seq);
        if (std::holds_alternative<ModerationOf>(load.what)) return moderation;
        if (const auto* member = std::get_if<MemberOf>(&load.what)) {
            const auto it = members.find(member->uid);
            return it == members.end() ? std::nullopt : std::optional{it->second};
        }
        if (std::holds_alternative<OwnersOf>(load.what)) {
            std::vector<store::MemberRow> owners;
            for (const auto& [uid, row] : members) {
                if (row.role == store::Role::owner) owners.push_back(row);
            }
            return owners;
        }
        if (const auto* heir = std::get_if<HeirOf>(&load.what)) {
            std::vector<store::MemberRow> heirs;
            for (const auto& [uid, row] : members) {
                if (row.role != store::Role::none && uid != heir->leaving) heirs.push_back(row);
            }
            return heirs;
        }
        if (std::holds_alternative<InvitesOf>(load.what)) {
            std::vector<store::InviteRow> rows;
            for (const auto& [code, row] : invites) rows.push_back(row);
            return rows;
        }
        if (const auto* account = std::get_if<AccountOf>(&load.what)) {
            const auto it = users.find(account->uid);
            return it == users.end() ? std::nullopt : std::optional{it->second};
        }
        if (const auto* command = std::get_if<VerdictOn>(&load.what)) {
            ++asked_verdicts;
            last_asked = *command;
            return verdict;
        }
        if (const auto* entrance = std::get_if<Entrance>(&load.what)) {
            LoadedEntrance found{.groups = groups_of_everybody};
            if (const auto it = invites.find(entrance->invite); it != invites.end()) {
                found.invite = it->second;
                if (const auto maker = members.find(it->second.by); maker != members.end()) {
                    found.maker = maker->second;
                }
                if (const auto user = users.find(it->second.by); user != users.end()) {
                    found.maker_closed = user->second.disabled || user->second.erased;
                }
            }
            if (const auto user = users.find(entrance->with); user != users.end()) {
                found.account = user->second;
            }
            return found;
        }
        const Seq seq = std::get<ReactionsTo>(load.what).seq;
        LoadedReactions loaded{.entry = entry_at(seq), .tally = {.seq = seq}};
        if (const auto it = tallies.find(seq); it != tallies.end()) loaded.tally = it->second;
        for (const auto& [to, uid, emoji] : reactions) {
            if (to == seq && uid == load.uid) {
                loaded.mine.push_back({.uid = uid, .seq = seq, .emoji = emoji});
            }
        }
        return loaded;
    }
    Found hidden_by(const LoadHidden& asked) {
        ++asked_hidden;
        std::set<Seq> seqs;
        for (const auto& event : events) {
            if (event.uid == asked.uid) seqs.insert(event.hidden.begin(), event.hidden.end());
        }
        return std::vector<Seq>(seqs.lower_bound(asked.from), seqs.upper_bound(asked.to));
    }
    Found page_to(Seq seq) const {
        const std::uint64_t to = seq.value;
        const std::uint64_t from = to - std::min<std::uint64_t>(to, limits::kRangeEntries);
        return std::vector<LogEntry>(log.begin() + static_cast<std::ptrdiff_t>(from),
                                     log.begin() + static_cast<std::ptrdiff_t>(to));
    }
    std::optional<LogEntry> entry_at(Seq seq) const {
        if (seq <= head->floor || seq.value > log.size()) return std::nullopt;
        return log[seq.value - 1];
    }

    GroupId gid = kGroup;
    std::optional<store::HeadRow> head;
    std::vector<LogEntry> log;
    std::map<std::pair<UserId, Cmid>, store::SentRow> sent;
    std::map<UserId, store::MemberRow> members;
    std::set<std::tuple<Seq, UserId, std::string>> reactions;
    std::map<Seq, store::TallyRow> tallies;
    std::vector<store::UserEvent> events;
    std::map<std::string, store::InviteRow> invites;
    std::map<UserId, std::vector<pb::UserLogEntry>> user_logs;
    std::vector<MemberEvent> member_events;
    std::vector<store::ModerationRow> moderation;  // Newest first.
    std::vector<UserId> unnamed;
    std::size_t groups_of_everybody{};
    std::size_t rest_page{2};  // Rows of members that go with one step of a closing.

    std::map<UserId, store::UserRow> users;
    Verdict verdict;  // The outside filter's, whatever it is asked.
    VerdictOn last_asked;
    int asked_verdicts{};
    int asked_hidden{};
};

}  // namespace stentor::group
