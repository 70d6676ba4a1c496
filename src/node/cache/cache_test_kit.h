#pragma once
// For the tests of this folder: a group's log as its owner has it, and what a cache tells.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "node/cache/cache.h"
#include "node/cache/payloads.h"
#include "wire/frames.h"

namespace stentor::cache {

inline constexpr GroupId kGroup{77};
inline constexpr UserId kAnn{1};
inline constexpr UserId kBob{2};
inline constexpr Epoch kEpoch{3};
inline constexpr Term kTerm{5};

// A group's log as its owner has it.
class Log {
public:
    explicit Log(std::uint64_t count = 0) {
        digests.push_back(genesis(kGroup));
        add(count);
    }
    void add(std::uint64_t count, const std::string& body = "body") {
        for (std::uint64_t i = 0; i < count; ++i) {
            pb::Entry entry;
            entry.set_seq(entries.size() + 1);
            entry.set_sender(kAnn.value);
            entry.set_kind(pb::ENTRY_KIND_POST);
            entry.set_cmid(
                std::string{Cmid::made_at(from_ms(1), std::array<std::uint8_t, 10>{}).view()});
            entry.set_body(body);
            entries.push_back(log_entry(entry, digests.back()));
            digests.push_back(entries.back().digest);
        }
    }
    LogEntry recall(std::uint64_t seq) {
        LogEntry& held = entries[seq - 1];
        pb::Entry entry;
        entry.ParseFromString(*held.bytes);
        entry.clear_body();
        entry.set_revision(entry.revision() + 1);
        entry.set_recalled(true);
        held.revision = entry.revision();
        held.recalled = true;
        held.bytes = share(entry.SerializeAsString());
        return held;
    }
    std::vector<LogEntry> slice(std::uint64_t from, std::uint64_t to) const {
        to = std::min<std::uint64_t>(to, entries.size());
        if (from > to) return {};
        return {entries.begin() + static_cast<long>(from - 1),
                entries.begin() + static_cast<long>(to)};
    }
    std::uint64_t head() const { return entries.size(); }
    bus::GroupView view(std::uint64_t newest = 256) const {
        const std::uint64_t first = head() > newest ? head() - newest + 1 : 1;
        return {.gid = kGroup,
                .epoch = epoch,
                .head = Seq{head()},
                .digest = digests.back(),
                .floor_digest = digests.front(),
                .members = 2,
                .newest = slice(first, head()),
                .digest_before = digests[first - 1]};
    }
    bus::EntriesAnswer answer(const bus::AskEntries& ask) const {
        return {.entries = slice(ask.from.value, ask.from.value + ask.count - 1),
                .digest_before = digests[std::min<std::size_t>(ask.from.value - 1, head())],
                .epoch = epoch,
                .head = Seq{head()},
                .floor_digest = digests.front(),
                .version = version};
    }
    bus::OpenAnswer open_answer(const bus::MemberView& member) const {
        return {.member = member, .epoch = epoch, .term = term, .versions = {version, version}};
    }
    // All that was ever changed is told, whatever was asked for.
    bus::ChangesAnswer changes(const bus::AskChanges& ask) const {
        bus::ChangesAnswer answer{
            .epoch = epoch,
            .version = version,
            .head = Seq{head()},
            .digest = digests.back(),
            .group = {.settings = {}, .members = 2, .floor = {}, .floor_digest = digests.front()},
            .entries = slice(ask.after.value + 1, ask.after.value + limits::kRangeEntries)};
        std::ranges::copy_if(entries, std::back_inserter(answer.changed),
                             [](const LogEntry& entry) { return entry.revision > 0; });
        return answer;
    }
    std::uint64_t version = 0;  // Of the group; what changes it in a test says so (lose, item).
    Epoch epoch = kEpoch;
    Term term = kTerm;
    std::vector<LogEntry> entries;
    std::vector<Digest> digests;
};

inline bus::Items items_of(bus::GroupItem item, Term term = kTerm) {
    return {.term = term, .items = {std::make_shared<const bus::GroupItem>(std::move(item))}};
}

class Told : public CachePort {
public:
    struct Asked {
        AskId id;
        bus::Question question;
    };
    struct To {
        Waiter waiter;
        pb::ServerFrame frame;
        OpenResult seating;
    };
    void ask(AskId id, PartitionId, bus::Question question) override {
        asks.push_back({id, std::move(question)});
    }
    void opened(const Waiter& waiter, std::string payload, const OpenResult& seating) override {
        opens.push_back({waiter, *wire::decode_event(payload), seating});
    }
    void ranged(const Waiter& waiter, SharedBytes range, GroupId, Epoch, Seq, Seq last,
                Seq) override {
        const std::string payload = addressed(waiter.request_id, *range);
        ranges.push_back({waiter, *wire::decode_event(payload), {.reached = last}});
    }
    void answered(const Waiter& waiter, std::string payload) override {
        answers.push_back({waiter, *wire::decode_event(payload), {}});
    }
    void told(const Waiter& waiter, std::string payload) override {
        unasked.push_back({waiter, *wire::decode_event(payload), {}});
    }
    void refused(const Waiter&, GroupId, const Error& error) override { refusals.push_back(error); }
    void push(Push push, std::span<const ShardIndex> shards) override {
        EXPECT_FALSE(shards.empty());
        pushes.push_back(std::move(push));
    }
    void head_moved(GroupId, Epoch epoch, Seq head, std::span<const ShardIndex>) override {
        heads.emplace_back(epoch, head);
    }
    void online(GroupId, std::uint64_t count, std::span<const ShardIndex>) override {
        onlines.push_back(count);
    }
    void ousted(GroupId, UserId uid, std::uint64_t version, const std::string&,
                std::span<const ShardIndex>) override {
        ousts.emplace_back(uid, version);
    }
    void list_watchers(GroupId, std::uint64_t ticket, std::span<const ShardIndex> shards) override {
        lists.insert(lists.end(), shards.size(), ticket);
    }
    void badges(const ConnectionToken& connection, const pb::Pulse& pulse) override {
        pulses.emplace_back(connection, pulse);
    }
    void expel(const ConnectionToken& connection, const Error& error) override {
        expelled.emplace_back(connection, error);
    }
    void overlay(GroupId, UserId uid, std::span<const ShardIndex>) override {
        overlays.push_back(uid);
    }
    void report_route(GroupId, std::uint32_t online) override { routes.push_back(online); }

    std::vector<Asked> asks;
    std::vector<To> opens, ranges, answers, unasked;
    std::vector<Error> refusals;
    std::vector<Push> pushes;
    std::vector<std::pair<Epoch, Seq>> heads;
    std::vector<std::pair<UserId, std::uint64_t>> ousts;
    std::vector<std::uint32_t> routes;
    std::vector<std::uint64_t> onlines;
    std::vector<UserId> overlays;
    std::vector<std::pair<ConnectionToken, pb::Pulse>> pulses;
    std::vector<std::pair<ConnectionToken, Error>> expelled;
    std::vector<std::uint64_t> lists;  // Tickets, one for each shard.
};

class CacheTest : public ::testing::Test {
protected:
    static Waiter waiter(std::uint32_t request_id = 1, std::uint32_t shard = 0) {
        return {.connection = {.shard = shard}, .request_id = request_id};
    }
    void open(std::uint64_t seq = 0, Epoch epoch = {}, UserId uid = kAnn) {
        cache.on_open(waiter(), kGroup, uid, epoch, Seq{seq}, now);
    }
    void pull(std::uint64_t from, std::uint64_t to, std::uint64_t floor = 0) {
        cache.on_pull(waiter(), kGroup, log.epoch, Seq{from}, Seq{to},
                      {.floor = Seq{floor}, .mine_of = member.overlay ? kAnn : UserId{}}, now);
    }
    // The owner answers everything it was asked.
    void answer_all() {
        while (!told.asks.empty()) answer_one();
    }
    void answer_one() {
        auto ask = std::move(told.asks.front());
        told.asks.erase(told.asks.begin());
        cache.on_reply(ask.id, answer(ask.question), now);
    }
    Result<bus::Reply> answer(const bus::Question& question) {
        if (const auto* entries = std::get_if<bus::AskEntries>(&question))
            return log.answer(*entries);
        if (std::holds_alternative<bus::AskNear>(question)) return Seq{near};
        if (const auto* asked = std::get_if<bus::AskMine>(&question)) {
            mine_asked.push_back(*asked);
            return mine;
        }
        if (const auto* asked = std::get_if<bus::AskChanges>(&question)) {
            bus::ChangesAnswer changes = log.changes(*asked);
            changes.rows = rows;
            changes.reset = too_much;
            return changes;
        }
        if (const auto* asked = std::get_if<bus::AskStays>(&question)) {
            bus::StaysAnswer stays{.epoch = log.epoch, .version = log.version, .rows = {}};
            for (const UserId uid : asked->uids)
                stays.rows.push_back({.uid = uid, .member = member});
            return stays;
        }
        const auto& opening = std::get<bus::AskOpen>(question);
        if (member.role == pb::ROLE_NONE)
            return std::unexpected(Error{.code = Code::not_a_member, .where = "gid"});
        auto reply = log.open_answer(member);
        if (opening.with_view) {
            reply.view = log.view();
            reply.view->tallies = tallies;
            reply.view->forks = forks;
        }
        return reply;
    }
    void open_it() {
        open();
        answer_all();
        ASSERT_EQ(told.opens.size(), 1U);
        told.opens.clear();
    }
    // Of the group's version `to`; sums and typing have none.
    void item(bus::GroupEvent event, std::uint64_t to, Term term = kTerm) {
        bus::GroupItem made{.gid = kGroup, .epoch = log.epoch};
        const bool beside = std::holds_alternative<bus::TalliesChanged>(event) ||
                            std::holds_alternative<bus::TypingSeen>(event);
        if (beside) {
            beside_numbers.insert(to);
        } else {
            made.from = to - 1;
            while (beside_numbers.contains(made.from)) --made.from;
            made.to = to;
            log.version = std::max(log.version, to);
        }
        made.events.push_back(std::move(event));
        cache.on_items(items_of(std::move(made), term), now);
    }
    void lose() { ++log.version; }  // A commit was made, and nothing told.
    // The owner has read the group, and says how far it has come.
    void read_anew() {
        const std::uint64_t at = log.version;
        cache.on_items(items_of({kGroup, log.epoch, at, at, {}}), now);
    }
    // The store goes back: another history, of 400 entries, from `fork` on.
    void restore(std::uint64_t fork) {
        forks.push_back({.epoch = log.epoch, .seq = Seq{fork}});
        const Epoch next{log.epoch.value + 1};
        log = Log{400};
        log.epoch = next;
        log.version = 1;
        read_anew();
    }
    void add(std::uint64_t count, std::uint64_t number, const std::string& body = "body") {
        const std::uint64_t head = log.head();
        log.add(count, body);
        item(bus::EntriesAdded{log.slice(head + 1, log.head()), log.digests[head]}, number);
    }
    static std::vector<std::uint64_t> seqs(const auto& entries) {
        std::vector<std::uint64_t> all;
        for (const pb::Entry& entry : entries) all.push_back(entry.seq());
        return all;
    }

    Log log{500};
    Told told;
    Cache cache{told};
    bus::MemberView member{.role = pb::ROLE_MEMBER, .version = 1};
    std::vector<pb::Tally> tallies;  // Of the view.
    std::vector<bus::ForkPoint> forks;
    std::vector<bus::Stay> rows;  // That were changed.
    bool too_much = false;        // Was missed to be told.
    bus::Mine mine;
    std::vector<bus::AskMine> mine_asked;
    std::uint64_t near = 0;
    Time now = from_ms(1'000'000);
    std::set<std::uint64_t> beside_numbers;  // Numbers that a test gave to what has no version.
};

}  // namespace stentor::cache
