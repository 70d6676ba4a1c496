#pragma once
// For the tests of this folder: a Partition whose effects are gathered, and a record of plain
// containers that answers its loads and commits when the test says so.

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "group/partition.h"
#include "wire/pb.h"

namespace stentor::group {

inline constexpr GroupId kGroup{7};
inline constexpr UserId kAnn{1};
inline constexpr UserId kBob{2};
inline constexpr Time kStart = from_ms(1'700'000'000'000);

struct Answered {
    std::uint32_t request_id{};
    pb::ServerFrame frame;
};

class GroupTest : public testing::Test, protected Effects {
protected:
    explicit GroupTest(Settings settings = {.rate = {}, .staged_max = 100, .parked_max = 100})
        : settings_{settings} {}

    // ---- Commands; each returns its request id.
    std::uint32_t post(UserId uid, pb::ClientFrame command, bool limits_lifted = true,
                       bool operator_rights = false) {
        const std::uint32_t id = ++last_request_;
        partition_.on_post({.reply_to = {.node = {1}, .connection = {}, .request_id = id},
                            .gid = gid,
                            .uid = uid,
                            .limits_lifted = limits_lifted,
                            .operator_rights = operator_rights,
                            .command = std::move(command)},
                           now);
        return id;
    }
    std::uint32_t create(UserId uid, bool history = false, const pb::GroupSettings& settings = {}) {
        pb::ClientFrame frame;
        *frame.mutable_create_group()->mutable_settings() = settings;
        frame.mutable_create_group()->mutable_settings()->set_history_for_joiners(history);
        return post(uid, std::move(frame));
    }
    std::uint32_t join(UserId uid) {
        pb::ClientFrame frame;
        frame.mutable_join_group()->set_gid(gid.value);
        return post(uid, std::move(frame));
    }
    std::uint32_t leave(UserId uid) {
        pb::ClientFrame frame;
        frame.mutable_leave_group()->set_gid(gid.value);
        return post(uid, std::move(frame));
    }
    std::uint32_t read(UserId uid, Seq seq) {
        pb::ClientFrame frame;
        frame.mutable_read()->set_epoch(1);
        frame.mutable_read()->set_seq(seq.value);
        return post(uid, std::move(frame));
    }
    std::uint32_t send(UserId uid, const Cmid& cmid, const std::string& body,
                       const Cmid& after = {}, bool limits_lifted = true) {
        pb::ClientFrame frame;
        pb::Send& send = *frame.mutable_send();
        send.set_cmid(std::string{cmid.view()});
        if (after) send.set_after(std::string{after.view()});
        send.set_body(body);
        return post(uid, std::move(frame), limits_lifted);
    }
    std::uint32_t recall(UserId uid, Seq seq, bool operator_rights = false) {
        pb::ClientFrame frame;
        frame.mutable_recall()->set_epoch(operator_rights ? 0 : 1);
        frame.mutable_recall()->set_seq(seq.value);
        return post(uid, std::move(frame), true, operator_rights);
    }
    std::uint32_t edit(UserId uid, Seq seq, std::uint32_t revision, const std::string& body) {
        pb::ClientFrame frame;
        frame.mutable_edit()->set_epoch(1);
        frame.mutable_edit()->set_seq(seq.value);
        frame.mutable_edit()->set_revision(revision);
        frame.mutable_edit()->set_body(body);
        return post(uid, std::move(frame));
    }
    std::uint32_t react(UserId uid, Seq seq, const std::string& emoji, bool remove = false) {
        pb::ClientFrame frame;
        frame.mutable_react()->set_epoch(1);
        frame.mutable_react()->set_seq(seq.value);
        frame.mutable_react()->set_emoji(emoji);
        frame.mutable_react()->set_remove(remove);
        return post(uid, std::move(frame));
    }
    std::uint32_t hide(UserId uid, const std::vector<Seq>& seqs) {
        pb::ClientFrame frame;
        frame.mutable_hide()->set_epoch(1);
        for (const Seq seq : seqs) frame.mutable_hide()->add_seqs(seq.value);
        return post(uid, std::move(frame));
    }
    std::uint32_t type(UserId uid) {
        pb::ClientFrame frame;
        frame.mutable_typing();
        return post(uid, std::move(frame));
    }
    // Distinct ids made at `when`.
    Cmid cmid(Time when) {
        std::array<std::uint8_t, 10> random{};
        random[9] = static_cast<std::uint8_t>(++made_);
        random[8] = static_cast<std::uint8_t>(made_ >> 8U);
        return Cmid::made_at(when, random);
    }
    Cmid cmid() { return cmid(now); }

    // ---- The shell's work
    void answer_loads() {
        while (!loads.empty()) {
            const Load load = loads.front();
            loads.pop_front();
            partition_.on_loaded({.load = load, .found = found(load)}, now);
        }
    }
    void fail_loads() {
        for (const Load& load : std::exchange(loads, {})) {
            partition_.on_loaded(
                {.load = load, .found = std::unexpected(Error{.code = Code::store_unavailable})},
                now);
        }
    }
    // `applied`: what the record does; `outcome`: what the group is told.
    void commit_once(bool applied = true, store::Outcome outcome = store::Outcome::done) {
        partition_.flush();
        ASSERT_FALSE(commits.empty());
        const store::Commit commit = std::move(commits.front());
        commits.pop_front();
        if (applied) apply(commit);
        partition_.on_committed(gid, outcome);
    }
    // Until nothing moves any more.
    void settle() {
        for (int i = 0; i < 50; ++i) {
            answer_loads();
            partition_.flush();
            if (commits.empty()) return;
            const store::Commit commit = std::move(commits.front());
            commits.pop_front();
            const bool right = commit.expected == (head ? head->version : 0);
            if (right) apply(commit);
            partition_.on_committed(gid, right ? store::Outcome::done : store::Outcome::conflict);
        }
        FAIL() << "it never settles";
    }
    void flush() { partition_.flush(); }
    void use_keywords(std::string_view list) {
        auto keywords = safety::Keywords::from_list(list);
        ASSERT_TRUE(keywords);
        partition_.use_keywords(std::make_shared<const safety::Keywords>(std::move(*keywords)));
    }
    void deliver(const Load& load) {
        partition_.on_loaded({.load = load, .found = found(load)}, now);
    }
    Partition& partition() { return partition_; }
    void tick() { partition_.on_tick(now); }
    // A commit lands that this owner made once and lost sight of.
    void land_send_behind_its_back(UserId uid, const Cmid& id, const std::string& body) {
        pb::Entry entry;
        entry.set_seq(log.size() + 1);
        entry.set_sender(uid.value);
        entry.set_cmid(std::string{id.view()});
        entry.set_kind(pb::ENTRY_KIND_POST);
        entry.set_time_ms(to_ms(now));
        entry.set_ordinal(head->ordinal + 1);
        entry.set_body(body);
        store::Commit commit{.gid = gid, .head = *head};
        commit.entries.push_back(log_entry(entry, log.empty() ? genesis(gid) : log.back().digest));
        const LogEntry& landed = commit.entries.back();
        commit.head.seq = landed.seq;
        commit.head.digest = landed.digest;
        commit.head.ordinal = landed.ordinal;
        commit.head.time = landed.time;
        ++commit.head.version;
        commit.sent.push_back(
            {.cmid = id, .uid = uid, .seq = landed.seq, .body_hash = hash_of(body)});
        apply(commit);
    }
    void apply(const store::Commit& commit) {
        head = commit.head;
        log.insert(log.end(), commit.entries.begin(), commit.entries.end());
        for (const auto& row : commit.sent) sent[{row.uid, row.cmid}] = row;
        for (const auto& row : commit.members) members[row.uid] = row;
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
        for (const auto& row : commit.invites) invites[row.code] = row;
        for (const auto& event : commit.user_events) {
            pb::UserLogEntry entry;
            entry.ParseFromString(event.entry);
            user_logs[event.uid].push_back(std::move(entry));
        }
    }

    // ---- Looks
    const pb::ServerFrame* answer_to(std::uint32_t request_id) const {
        const auto it = std::ranges::find(answers, request_id, &Answered::request_id);
        return it == answers.end() ? nullptr : &it->frame;
    }
    Code refusal_of(std::uint32_t request_id) const {
        const pb::ServerFrame* frame = answer_to(request_id);
        if (frame == nullptr || !frame->has_refused()) return Code::ok;
        return static_cast<Code>(frame->refused().code());
    }
    Seq seq_of(std::uint32_t request_id) const {
        const pb::ServerFrame* frame = answer_to(request_id);
        return frame == nullptr || !frame->has_sent() ? Seq{} : Seq{frame->sent().seq()};
    }
    std::optional<bus::OpenAnswer> open(UserId uid) {
        opened.reset();
        partition_.on_open(++last_ask_, {.gid = gid, .uid = uid, .with_view = true}, now);
        settle();
        return opened;
    }

    GroupId gid = kGroup;
    Time now = kStart;
    std::deque<Load> loads;
    std::deque<store::Commit> commits;
    std::vector<Answered> answers;
    std::vector<bus::Item> items;
    std::vector<bus::Nudge> nudges;
    std::optional<bus::OpenAnswer> opened;

    std::optional<store::HeadRow> head;
    std::vector<LogEntry> log;
    std::map<std::pair<UserId, Cmid>, store::SentRow> sent;
    std::map<UserId, store::MemberRow> members;
    std::set<std::tuple<Seq, UserId, std::string>> reactions;
    std::map<Seq, store::TallyRow> tallies;
    std::vector<store::UserEvent> events;
    std::map<std::string, store::InviteRow> invites;
    std::map<UserId, std::vector<pb::UserLogEntry>> user_logs;
    std::size_t groups_of_everybody{};

    std::map<UserId, store::UserRow> users;
    Verdict verdict;  // The outside filter's, whatever it is asked.
    int asked_verdicts{};

    Result<Found> found(const Load& load) {
        if (const auto* asked = std::get_if<LoadFor>(&load.what)) return found_for(*asked);
        if (const auto* member = std::get_if<LoadMember>(&load.what)) {
            const auto it = members.find(member->uid);
            return Found{it == members.end() ? std::nullopt : std::optional{it->second}};
        }
        if (const auto* asked = std::get_if<LoadSent>(&load.what)) {
            const auto it = sent.find({asked->uid, asked->cmid});
            return Found{it == sent.end() ? std::nullopt : std::optional{it->second}};
        }
        if (const auto* older = std::get_if<LoadOlder>(&load.what)) {
            const std::uint64_t to = older->to.value;
            const std::uint64_t from = to - std::min<std::uint64_t>(to, limits::kRangeEntries);
            return Found{std::vector<LogEntry>(log.begin() + static_cast<std::ptrdiff_t>(from),
                                               log.begin() + static_cast<std::ptrdiff_t>(to))};
        }
        if (const auto* readers = std::get_if<LoadReaders>(&load.what)) {
            std::vector<store::MemberRow> rows;
            auto next = members.upper_bound(readers->after);
            for (; next != members.end() && rows.size() < limits::kReadersPage; ++next) {
                rows.push_back(next->second);
            }
            return Found{std::move(rows)};
        }
        if (const auto* floor = std::get_if<LoadFloor>(&load.what)) {
            Seq seq = floor->at_least;
            while (seq < head->seq && log[seq.value].time < floor->before) ++seq;
            return Found{entry_at(seq)};
        }
        if (!head) return std::unexpected(Error{.code = Code::not_found});
        LoadedGroup group{.head = *head, .sent_since = now - limits::kYoungIds};
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

    Found found_for(const LoadFor& load) {
        if (const auto* entry = std::get_if<EntryAt>(&load.what)) return entry_at(entry->seq);
        if (const auto* member = std::get_if<MemberOf>(&load.what)) {
            const auto it = members.find(member->uid);
            return it == members.end() ? std::nullopt : std::optional{it->second};
        }
        if (const auto* account = std::get_if<AccountOf>(&load.what)) {
            const auto it = users.find(account->uid);
            return it == users.end() ? std::nullopt : std::optional{it->second};
        }
        if (std::holds_alternative<VerdictOn>(load.what)) {
            ++asked_verdicts;
            return verdict;
        }
        if (const auto* entrance = std::get_if<Entrance>(&load.what)) {
            const auto it = invites.find(entrance->invite);
            return LoadedEntrance{
                .groups = groups_of_everybody,
                .invite = it == invites.end() ? std::nullopt : std::optional{it->second}};
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
    std::optional<LogEntry> entry_at(Seq seq) const {
        if (seq <= head->floor || seq.value > log.size()) return std::nullopt;
        return log[seq.value - 1];
    }

private:
    void load(Load load) override { loads.push_back(load); }
    void commit(store::Commit commit) override { commits.push_back(std::move(commit)); }
    void advance_read(store::Store::ReadPosition position) override {
        auto& read = members[position.uid].read;
        read = std::max(read, position.read);
    }
    void answer(const bus::ReplyTo& to, pb::ServerFrame frame) override {
        answers.push_back({to.request_id, std::move(frame)});
    }
    void answer_open(std::uint64_t /*ask*/, Result<bus::OpenAnswer> answer) override {
        if (answer) opened = std::move(*answer);
    }
    void publish(bus::Item item) override { items.push_back(std::move(item)); }
    void nudge(bus::Nudge nudge) override { nudges.push_back(std::move(nudge)); }

    Settings settings_;
    Partition partition_{{.term = {3}, .epoch = {1}}, settings_, *this};
    std::uint32_t last_request_{};
    std::uint64_t last_ask_{};
    std::uint32_t made_{};
};

}  // namespace stentor::group
