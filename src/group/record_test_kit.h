#pragma once
// For the tests of this folder: a Partition whose port gathers, and a plain record that
// answers its loads and commits when the test says so.

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "group/partition.h"
#include "group/plain_record_test_kit.h"
#include "wire/pb.h"

namespace stentor::group {

inline constexpr UserId kAnn{1};
inline constexpr UserId kBob{2};
inline constexpr UserId kCho{3};
inline constexpr UserId kDan{4};
inline constexpr Time kStart = from_ms(1'700'000'000'000);

struct ToldEvent {
    GroupId gid;
    Epoch epoch;
    bus::GroupEvent event;
};

struct Answered {
    std::uint32_t request_id{};
    pb::ServerFrame frame;
};

class GroupTest : public testing::Test, protected GroupPort, protected PlainRecord {
protected:
    explicit GroupTest(Settings settings = {.rate = {}, .staged_max = 100, .parked_max = 100})
        : settings_{settings} {}

    // ---- Commands; each returns its request id.
    std::uint32_t submit(UserId uid, pb::ClientFrame frame, bool limits_lifted = true,
                         bool operator_rights = false) {
        const std::uint32_t id = ++last_request_;
        partition_.on_command({.reply_to = {.node = {1}, .connection = {}, .request_id = id},
                               .gid = gid,
                               .uid = uid,
                               .limits_lifted = limits_lifted,
                               .operator_rights = operator_rights,
                               .random = {static_cast<std::uint8_t>(id)},
                               .frame = std::move(frame)},
                              now);
        return id;
    }
    std::uint32_t create(UserId uid, bool history = false, const pb::GroupSettings& settings = {}) {
        pb::ClientFrame frame;
        *frame.mutable_create_group()->mutable_settings() = settings;
        frame.mutable_create_group()->mutable_settings()->set_history_for_joiners(history);
        return submit(uid, std::move(frame));
    }
    std::uint32_t join(UserId uid) {
        pb::ClientFrame frame;
        frame.mutable_join_group()->set_gid(gid.value);
        return submit(uid, std::move(frame));
    }
    std::uint32_t leave(UserId uid) {
        pb::ClientFrame frame;
        frame.mutable_leave_group()->set_gid(gid.value);
        return submit(uid, std::move(frame));
    }
    std::uint32_t read(UserId uid, Seq seq) {
        pb::ClientFrame frame;
        frame.mutable_read()->set_epoch(1);
        frame.mutable_read()->set_seq(seq.value);
        return submit(uid, std::move(frame));
    }
    std::uint32_t send(UserId uid, const Cmid& cmid, const std::string& body,
                       const Cmid& after = {}, bool limits_lifted = true) {
        pb::ClientFrame frame;
        pb::Send& send = *frame.mutable_send();
        send.set_cmid(std::string{cmid.view()});
        if (after) send.set_after(std::string{after.view()});
        send.set_body(body);
        return submit(uid, std::move(frame), limits_lifted);
    }
    std::uint32_t recall(UserId uid, Seq seq, bool operator_rights = false) {
        pb::ClientFrame frame;
        frame.mutable_recall()->set_epoch(operator_rights ? 0 : 1);
        frame.mutable_recall()->set_seq(seq.value);
        return submit(uid, std::move(frame), true, operator_rights);
    }
    std::uint32_t edit(UserId uid, Seq seq, std::uint32_t revision, const std::string& body) {
        pb::ClientFrame frame;
        frame.mutable_edit()->set_epoch(1);
        frame.mutable_edit()->set_seq(seq.value);
        frame.mutable_edit()->set_revision(revision);
        frame.mutable_edit()->set_body(body);
        return submit(uid, std::move(frame));
    }
    std::uint32_t react(UserId uid, Seq seq, const std::string& emoji, bool remove = false) {
        pb::ClientFrame frame;
        frame.mutable_react()->set_epoch(1);
        frame.mutable_react()->set_seq(seq.value);
        frame.mutable_react()->set_emoji(emoji);
        frame.mutable_react()->set_remove(remove);
        return submit(uid, std::move(frame));
    }
    std::uint32_t hide(UserId uid, const std::vector<Seq>& seqs) {
        pb::ClientFrame frame;
        frame.mutable_hide()->set_epoch(1);
        for (const Seq seq : seqs) frame.mutable_hide()->add_seqs(seq.value);
        return submit(uid, std::move(frame));
    }
    std::uint32_t type(UserId uid) {
        pb::ClientFrame frame;
        frame.mutable_typing();
        return submit(uid, std::move(frame));
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
        for (int i = 0; i < 500; ++i) {
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
    void set_storm(const rules::StormRule& storm) { partition_.set_storm(storm); }
    void use_keywords(std::string_view list) {
        auto keywords = rules::Keywords::from_list(list);
        ASSERT_TRUE(keywords);
        partition_.use_keywords(std::make_shared<const rules::Keywords>(std::move(*keywords)));
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

    Time now = kStart;
    std::deque<Load> loads;
    std::deque<store::Commit> commits;
    std::vector<Answered> answers;
    std::vector<ToldEvent> items;  // Of all spans, in their order.
    std::vector<bus::GroupItem> spans;
    std::vector<bus::Nudge> nudges;
    std::optional<bus::OpenAnswer> opened;

    Result<Found> found(const Load& load) { return look_up(load, now); }

private:
    void load(Load load) override { loads.push_back(load); }
    void commit(store::Commit commit) override { commits.push_back(std::move(commit)); }
    void advance_read(store::Members::ReadPosition position) override {
        auto& read = members[position.uid].read;
        read = std::max(read, position.read);
    }
    void answer(const bus::ReplyTo& to, pb::ServerFrame frame) override {
        answers.push_back({to.request_id, std::move(frame)});
    }
    void answer_open(std::uint64_t /*ask*/, Result<bus::OpenAnswer> answer) override {
        if (answer) opened = std::move(*answer);
    }
    void publish(bus::GroupItem item) override {
        for (const bus::GroupEvent& event : item.events) {
            items.push_back({.gid = item.gid, .epoch = item.epoch, .event = event});
        }
        spans.push_back(std::move(item));
    }
    void nudge(bus::Nudge nudge) override { nudges.push_back(std::move(nudge)); }

    Settings settings_;
    Partition partition_{{.term = {3}, .epoch = {1}}, settings_, *this};
    std::uint32_t last_request_{};
    std::uint64_t last_ask_{};
    std::uint32_t made_{};
};

}  // namespace stentor::group
