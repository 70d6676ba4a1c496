#include "load/bench/made_up_groups.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "wire/log_entry.h"
#include "wire/pb.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kGroupsPerCommit = 2'000;
constexpr std::size_t kRowsPerCommit = 20'000;

pb::Entry entry_of(GroupId gid, UserId sender, std::string_view text, Time time) {
    pb::Body body;
    body.set_text(std::string{text});
    std::array<std::uint8_t, 10> bytes{};
    std::memcpy(bytes.data(), &gid.value, sizeof gid.value);
    pb::Entry entry;
    entry.set_seq(1);
    entry.set_sender(sender.value);
    entry.set_cmid(std::string{Cmid::made_at(time, bytes).view()});
    entry.set_kind(pb::ENTRY_KIND_POST);
    entry.set_time_ms(to_ms(time));
    entry.set_ordinal(1);
    entry.set_body(body.SerializeAsString());
    return entry;
}

}  // namespace

MadeUpGroups::MadeUpGroups(store::Store& record) : record_{record}, now_{now()} {
    const auto epoch = record.epoch();
    const auto term = record.next_term();
    if (!epoch || !term) throw std::runtime_error{"the record gives no epoch or no term"};
    epoch_ = *epoch;
    term_ = *term;
}

void MadeUpGroups::add(GroupId gid, std::span<const UserId> members, std::string_view text) {
    pb::GroupSettings settings;
    settings.set_name("bench");
    settings.set_join_policy(pb::JOIN_POLICY_OPEN);
    settings.set_history_for_joiners(true);
    store::Commit commit{.gid = gid, .term = term_};
    const std::size_t at_once = std::min(members.size(), kRowsPerCommit);
    commit.head = {.epoch = epoch_,
                   .term = term_,
                   .digest = genesis(gid),
                   .time = now_,
                   .floor_digest = genesis(gid),
                   .members = at_once,
                   .creator = members.front(),
                   .settings = settings.SerializeAsString(),
                   .version = 1};
    if (!text.empty()) {
        commit.entries.push_back(
            log_entry(entry_of(gid, members.front(), text, now_), genesis(gid)));
        commit.head.seq = commit.entries.back().seq;
        commit.head.digest = commit.entries.back().digest;
        commit.head.ordinal = 1;
    }
    gather(std::move(commit), members.first(at_once), store::Role::owner);
    if (at_once < members.size()) add_members(gid, members.subspan(at_once));
}

void MadeUpGroups::add_members(GroupId gid, std::span<const UserId> members) {
    finish();
    auto head = record_.head(gid);
    if (!head) throw std::runtime_error{"the record has no such group"};
    head->term = term_;
    while (!members.empty()) {
        const auto some = members.first(std::min(members.size(), kRowsPerCommit));
        members = members.subspan(some.size());
        store::Commit commit{.gid = gid, .term = term_, .expected = head->version};
        ++head->version;
        head->members += some.size();
        commit.head = *head;
        gather(std::move(commit), some, store::Role::member);
        finish();
    }
}

void MadeUpGroups::gather(store::Commit commit, std::span<const UserId> members,
                          store::Role first) {
    commit.members.reserve(members.size());
    for (const UserId uid : members) {
        const auto role = uid == members.front() ? first : store::Role::member;
        commit.members.push_back({.uid = uid, .role = role, .version = 1, .joined = now_});
    }
    rows_ += members.size();
    gathered_.push_back(std::move(commit));
    if (gathered_.size() >= kGroupsPerCommit || rows_ >= kRowsPerCommit) finish();
}

void MadeUpGroups::finish() {
    if (gathered_.empty()) return;
    const auto outcomes = record_.commit(std::exchange(gathered_, {}));
    rows_ = 0;
    const bool written = std::ranges::all_of(
        outcomes, [](store::Outcome outcome) { return outcome == store::Outcome::done; });
    if (!written) throw std::runtime_error{"the record does not take the groups"};
}

}  // namespace stentor::bench
