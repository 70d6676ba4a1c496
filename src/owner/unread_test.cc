// Unread counts against a model of fifty lines: what an Open says and what the List says, under
// everything that may happen to them. The group's shell is here a loop without threads, so that
// read positions are late in the store as they are in life.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>

#include "base/limits.h"
#include "group/partition.h"
#include "owner/load.h"
#include "owner/questions.h"
#include "store/damage.h"
#include "store/memory/memory_store.h"

namespace stentor::owner {
namespace {

constexpr GroupId kGroup{77};
constexpr Term kTerm{3};
constexpr std::uint64_t kUsers = 5;  // 1 to 5; 1 owns the group.

// The `number`th of its moment.
pb::ClientFrame some_send(Time now, std::uint64_t number) {
    std::array<std::uint8_t, 10> random{};
    random[9] = static_cast<std::uint8_t>(number);
    random[8] = static_cast<std::uint8_t>(number >> 8U);
    pb::ClientFrame frame;
    frame.mutable_send()->set_cmid(std::string{Cmid::made_at(now, random).view()});
    frame.mutable_send()->set_body("x");
    return frame;
}

// Entries that cannot be read, like those of one damaged block. A page needs the digest before it.
class Damaged final : public store::MemoryStore {
public:
    Seq first;
    Seq last;  // 0: none.

    Result<store::EntryPage> entries(GroupId gid, Seq from, std::size_t count) override {
        if (from - 1 <= last && from + count > first && last > Seq{}) {
            return std::unexpected(
                Error{.code = Code::store_unavailable, .where = store::kDamagedWhere});
        }
        return MemoryStore::entries(gid, from, count);
    }
    Result<store::GroupStart> load_group(GroupId gid, Term term, Time sent_since) override {
        auto start = MemoryStore::load_group(gid, term, sent_since);
        if (!start || last == Seq{}) return start;
        const auto readable = std::ranges::upper_bound(start->newest, last, {}, &LogEntry::seq);
        if (readable == start->newest.end()) {
            start->newest.clear();
            start->digest_before = start->head.digest;
        } else {
            start->digest_before = readable->digest;
            start->newest.erase(start->newest.begin(), readable + 1);
        }
        return start;
    }
    Result<std::vector<Seq>> hidden(GroupId gid, UserId uid, Seq from, Seq to) override {
        if (from <= last && to >= first && last > Seq{}) {
            return std::unexpected(
                Error{.code = Code::store_unavailable, .where = store::kDamagedWhere});
        }
        return MemoryStore::hidden(gid, uid, from, to);
    }
};

class Shell : public group::GroupPort {
public:
    Shell() : partition_{{.term = kTerm, .epoch = {1}}, settings_, *this} {}

    pb::ServerFrame post(UserId uid, pb::ClientFrame command, bool operator_rights = false) {
        answer_.reset();
        partition_.on_command({.reply_to = {.node = {1}, .request_id = 1},
                               .gid = kGroup,
                               .uid = uid,
                               .limits_lifted = true,
                               .operator_rights = operator_rights,
                               .frame = std::move(command)},
                              now);
        settle();
        EXPECT_TRUE(answer_);
        return answer_.value_or(pb::ServerFrame{});
    }
    std::optional<std::uint32_t> unread_at_open(UserId uid) {
        opened_.reset();
        partition_.on_open(1, {.gid = kGroup, .uid = uid}, now);
        settle();
        return opened_;
    }
    std::optional<std::uint32_t> unread_in_list(UserId uid) {
        write_positions();
        auto reply = Questions{store_}.answer(bus::AskList{.uid = uid, .count = 10});
        EXPECT_TRUE(reply);
        const auto& groups = std::get<pb::Groups>(*reply);
        if (groups.groups().empty()) return std::nullopt;
        EXPECT_EQ(groups.unread_total(), groups.groups(0).unread());
        newest_in_list = {groups.groups(0).last().seq()};
        return groups.groups(0).unread();
    }
    void tick() {
        partition_.on_tick(now);
        settle();
    }
    void write_positions() { EXPECT_TRUE(store_.advance_read(std::exchange(positions_, {}))); }
    store::HeadRow head() { return *store_.head(kGroup); }

    void damage(Seq first, Seq last) {
        store_.first = first;
        store_.last = last;
    }

    Time now = from_ms(1'700'000'000'000);
    Seq newest_at_open;  // 0: none.
    Seq newest_in_list;

private:
    void settle() {
        for (int i = 0; i < 100; ++i) {
            partition_.flush();
            if (loads_.empty() && commits_.empty()) return;
            for (const group::Load& load : std::exchange(loads_, {})) {
                partition_.on_loaded(carry_out(load, kTerm, now, store_), now);
            }
            for (const store::Commit& commit : std::exchange(commits_, {})) {
                partition_.on_committed(commit.gid, store_.commit({&commit, 1})[0]);
            }
        }
        FAIL() << "it never settles";
    }
    void load(group::Load load) override { loads_.push_back(std::move(load)); }
    void commit(store::Commit commit) override { commits_.push_back(std::move(commit)); }
    void advance_read(store::Members::ReadPosition position) override {
        positions_.push_back(position);
    }
    void answer(const bus::ReplyTo& /*to*/, pb::ServerFrame frame) override {
        answer_ = std::move(frame);
    }
    void answer_open(std::uint64_t /*ask*/, Result<bus::OpenAnswer> answer) override {
        if (!answer) return;
        opened_ = answer->member.unread;
        newest_at_open = answer->last ? answer->last->seq : Seq{};
    }
    void publish(bus::GroupItem /*item*/) override {}
    void nudge(bus::Nudge /*nudge*/) override {}

    Damaged store_;
    group::Settings settings_{.rate = {}, .staged_max = 1'000, .parked_max = 1'000};
    group::Partition partition_;
    std::vector<group::Load> loads_;
    std::vector<store::Commit> commits_;
    std::vector<store::Members::ReadPosition> positions_;
    std::optional<pb::ServerFrame> answer_;
    std::optional<std::uint32_t> opened_;
};

// Counts by looking at everything.
class Model {
public:
    struct Post {
        UserId sender;
        bool recalled{};
    };
    struct Reader {
        bool inside{};
        std::uint64_t floor{};
        std::uint64_t read{};
        std::set<std::uint64_t> hidden;
    };
    std::vector<Post> log;
    std::map<UserId, Reader> readers;
    std::uint64_t floor{};

    void join(UserId uid) {
        Reader& reader = readers[uid];
        if (reader.inside) return;
        reader = {.inside = true,
                  .floor = log.size(),
                  .read = std::max(reader.read, log.size()),
                  .hidden = std::move(reader.hidden)};
    }
    void read(UserId uid, std::uint64_t seq) {
        Reader& reader = readers[uid];
        reader.read = std::max(reader.read, std::min<std::uint64_t>(seq, log.size()));
    }
    [[nodiscard]] std::optional<std::uint32_t> unread(UserId uid) {
        const Reader& reader = readers[uid];
        if (!reader.inside) return std::nullopt;
        std::uint32_t count = 0;
        for (std::uint64_t seq = std::max({reader.read, reader.floor, floor}) + 1;
             seq <= log.size(); ++seq) {
            const Post& post = log[seq - 1];
            const bool counts = post.sender != uid && !post.recalled;
            count += counts && !reader.hidden.contains(seq) ? 1U : 0U;
        }
        return std::min(count, limits::kUnreadCap);
    }
    // What stands in their list; 0: nothing.
    [[nodiscard]] std::uint64_t newest(UserId uid) {
        const Reader& reader = readers[uid];
        std::uint64_t seq = log.size();
        while (seq > std::max(reader.floor, floor) && reader.hidden.contains(seq)) --seq;
        return seq > std::max(reader.floor, floor) ? seq : 0;
    }
};

class Unread : public testing::TestWithParam<unsigned> {
protected:
    Unread() {
        pb::ClientFrame create;
        create.mutable_create_group()->mutable_settings()->set_retention_entries(130);
        shell_.post({1}, std::move(create));
        model_.join({1});
        shell_.tick();
    }

    std::uint64_t below(std::uint64_t end) { return random_() % end; }
    UserId someone() { return UserId{below(kUsers) + 1}; }

    // `seen`: the newest seq that was shown when it was written; it may be long ago.
    void send(UserId uid, std::uint64_t seen, bool operator_rights = false) {
        pb::ClientFrame frame = some_send(shell_.now, ++made_);
        frame.mutable_send()->set_seen(seen);
        if (!shell_.post(uid, std::move(frame), operator_rights).has_sent()) return;
        model_.log.push_back({.sender = uid});
        if (seen > 0) model_.read(uid, seen);
        ++sends_;
    }
    void recall(UserId uid) {
        if (model_.log.empty()) return;
        const std::uint64_t seq = below(model_.log.size()) + 1;
        pb::ClientFrame frame;
        frame.mutable_recall()->set_epoch(1);
        frame.mutable_recall()->set_seq(seq);
        if (!shell_.post(uid, std::move(frame)).has_done()) return;
        model_.log[seq - 1].recalled = true;
        ++recalls_;
    }
    void hide(UserId uid) {
        pb::ClientFrame frame;
        frame.mutable_hide()->set_epoch(1);
        std::set<std::uint64_t> seqs;
        const std::uint64_t newest = model_.log.size() - below(2);
        for (std::uint64_t seq = newest; seq > 0 && seqs.size() <= below(4); --seq) {
            seqs.insert(seq);
        }
        for (const std::uint64_t seq : seqs) frame.mutable_hide()->add_seqs(seq);
        if (!shell_.post(uid, std::move(frame)).has_done()) return;
        model_.readers[uid].hidden.merge(seqs);
        ++hides_;
    }
    void come_or_go(UserId uid) {
        if (uid == UserId{1}) return;  // The owner: a group that all have left is closed.
        pb::ClientFrame frame;
        if (model_.readers[uid].inside) {
            frame.mutable_leave_group()->set_gid(kGroup.value);
            if (shell_.post(uid, std::move(frame)).has_done()) model_.readers[uid].inside = false;
        } else {
            frame.mutable_join_group()->set_gid(kGroup.value);
            if (shell_.post(uid, std::move(frame)).has_group_ready()) model_.join(uid);
        }
    }
    void read(UserId uid) {
        pb::ClientFrame frame;
        const std::uint64_t seq = below(model_.log.size() + 3);
        frame.mutable_read()->set_epoch(1);
        frame.mutable_read()->set_seq(seq);
        if (shell_.post(uid, std::move(frame)).has_done()) model_.read(uid, seq);
    }
    void act() {
        const UserId uid = someone();
        switch (below(13)) {
            case 12: return hide(uid);
            case 0: return recall(below(2) == 0 ? UserId{1} : uid);
            case 1: return come_or_go(uid);
            case 2:
            case 3: return read(uid);
            case 4:  // An outbox is flushed after a night: it was written long ago.
                for (auto i = below(8); i > 0; --i) send(uid, below(model_.log.size() + 1));
                return;
            case 5: return send(uid, 0, true);  // An API, in my name.
            case 6: return send(uid, model_.log.size());
            case 7:
                shell_.now += Millis{30'000};
                shell_.tick();
                model_.floor = shell_.head().floor.value;
                return;
            default: return send(uid, 0);  // From another device that shows nothing.
        }
    }

    std::mt19937 random_{GetParam()};
    Shell shell_;
    Model model_;
    std::uint32_t made_{};
    int sends_{};
    int recalls_{};
    int hides_{};
};

TEST_P(Unread, IsExactInAnOpenAndInTheList) {
    for (int round = 0; round < 120; ++round) {
        for (int i = 0; i < 10; ++i) act();
        for (std::uint64_t uid = 1; uid <= kUsers; ++uid) {
            ASSERT_EQ(shell_.unread_at_open({uid}), model_.unread({uid})) << round;
            ASSERT_EQ(shell_.unread_in_list({uid}), model_.unread({uid})) << round;
            if (!model_.readers[{uid}].inside) continue;
            ASSERT_EQ(shell_.newest_at_open, Seq{model_.newest({uid})}) << round;
            ASSERT_EQ(shell_.newest_in_list, Seq{model_.newest({uid})}) << round;
        }
    }
    EXPECT_GT(sends_, 300);
    EXPECT_GT(recalls_, 3);
    EXPECT_GT(hides_, 3);
    EXPECT_GT(model_.floor, 0U);
}

// One block of an old page shut everybody out of their whole list and of the group, who had not
// read as far as it.
class UnreadBehindDamage : public testing::Test {
protected:
    UnreadBehindDamage() {
        pb::ClientFrame create;
        create.mutable_create_group();
        shell_.post({1}, std::move(create));
        for (const std::uint64_t uid : {2U, 3U}) {
            pb::ClientFrame join;
            join.mutable_join_group();
            EXPECT_TRUE(shell_.post({uid}, std::move(join)).has_group_ready());
        }
    }
    bool send(UserId uid) {
        pb::ClientFrame frame = some_send(shell_.now, ++made_);
        return shell_.post(uid, std::move(frame)).has_sent();
    }
    void send(UserId uid, int count) {
        for (int i = 0; i < count; ++i) ASSERT_TRUE(send(uid));
    }
    // So that nothing of it is in memory.
    void leave_memory() {
        shell_.now += limits::kGroupIdle + Millis{1};
        shell_.tick();
    }

    Shell shell_;
    std::uint32_t made_{};
};

TEST_F(UnreadBehindDamage, AnOpenAndTheListCountWhatStandsAboveIt) {
    send({1}, 20);
    send({2}, 600);
    shell_.damage({150}, {170});
    leave_memory();
    EXPECT_EQ(shell_.unread_at_open({2}), 0U) << "the 20 unread ones are below";
    EXPECT_EQ(shell_.unread_in_list({2}), 0U);
    EXPECT_EQ(shell_.newest_in_list, Seq{620});
    EXPECT_EQ(shell_.unread_at_open({3}), 100U);
    EXPECT_EQ(shell_.unread_in_list({3}), 100U);
    EXPECT_TRUE(send({2}));
}

TEST_F(UnreadBehindDamage, NearTheHeadItTakesNeitherOpensNorSends) {
    send({1}, 90);
    shell_.damage({30}, {40});
    leave_memory();
    EXPECT_EQ(shell_.unread_at_open({3}), 49U) << "the digest of 41 needs that of 40";
    EXPECT_EQ(shell_.unread_in_list({3}), 49U);
    EXPECT_TRUE(send({2}));
    EXPECT_EQ(shell_.unread_at_open({3}), 50U);
    EXPECT_EQ(shell_.unread_in_list({3}), 50U);
}

TEST_F(UnreadBehindDamage, AtTheHeadNothingIsCountedAndWritingGoesOn) {
    send({1}, 90);
    shell_.damage({80}, {90});
    leave_memory();
    EXPECT_EQ(shell_.unread_at_open({3}), 0U);
    EXPECT_EQ(shell_.unread_in_list({3}), 0U);
    EXPECT_EQ(shell_.newest_in_list, Seq{}) << "it cannot be shown";
    EXPECT_TRUE(send({1}));
    EXPECT_EQ(shell_.unread_at_open({3}), 1U);
}

// What one has hidden stands in blocks of its own.
TEST_F(UnreadBehindDamage, WhatWasHiddenThereIsCounted) {
    send({1}, 90);
    pb::ClientFrame hide;
    hide.mutable_hide()->set_epoch(1);
    hide.mutable_hide()->add_seqs(90);
    ASSERT_TRUE(shell_.post({3}, std::move(hide)).has_done());
    EXPECT_EQ(shell_.unread_in_list({3}), 89U);
    shell_.damage({85}, {86});
    leave_memory();
    EXPECT_EQ(shell_.unread_at_open({3}), 3U) << "88 to 90";
    EXPECT_TRUE(shell_.unread_in_list({3}));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Unread, testing::Range(0U, 8U));

}  // namespace
}  // namespace stentor::owner
