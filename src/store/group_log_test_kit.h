#pragma once
// For tests: writes a group's log as its owner would, as far as a log needs one.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "store/store.h"
#include "wire/pb.h"

namespace stentor::store {

class GroupLogScribe {
public:
    GroupLogScribe(Store& store, GroupId gid) : store_{store}, gid_{gid} {
        head_ = {.epoch = {1}, .term = {1}, .digest = genesis(gid), .floor_digest = genesis(gid)};
    }

    // In one commit; the number of the last.
    Seq post(const std::vector<pb::Body>& bodies) {
        Commit commit = next();
        for (const pb::Body& body : bodies) {
            pb::Entry entry;
            entry.set_seq(++commit.head.seq.value);
            entry.set_sender(kSender.value);
            entry.set_cmid(std::string{cmid().view()});
            entry.set_kind(pb::ENTRY_KIND_POST);
            entry.set_time_ms(1'000);
            entry.set_ordinal(++commit.head.ordinal);
            entry.set_body(body.SerializeAsString());
            commit.entries.push_back(log_entry(entry, commit.head.digest));
            commit.head.digest = commit.entries.back().digest;
            log_.push_back(entry);
        }
        write(commit);
        return head_.seq;
    }
    void edit(Seq seq, const pb::Body& body) {
        change(seq, [&](pb::Entry& entry) { entry.set_body(body.SerializeAsString()); });
    }
    void recall(Seq seq) {
        change(seq, [](pb::Entry& entry) {
            entry.clear_body();
            entry.set_recalled(true);
        });
    }
    void set_floor(Seq floor) {
        Commit commit = next();
        commit.head.floor = floor;
        commit.head.floor_digest = store_.entries(gid_, floor, 1)->entries[0].digest;
        write(commit);
    }

private:
    static constexpr UserId kSender{11};

    template <class Change>
    void change(Seq seq, Change change) {
        Commit commit = next();
        pb::Entry& entry = log_[seq.value - 1];
        if (entry.body_hash().empty()) {
            entry.set_body_hash(std::string{hash_of(entry.body()).view()});
        }
        change(entry);
        entry.set_revision(entry.revision() + 1);
        const auto page = store_.entries(gid_, seq, 1);
        commit.changed.push_back(log_entry(entry, page->digest_before));
        write(commit);
    }
    Commit next() {
        Commit commit{.gid = gid_, .term = {1}, .expected = head_.version, .head = head_};
        ++commit.head.version;
        commit.head.time = from_ms(1'000);
        return commit;
    }
    void write(const Commit& commit) {
        ASSERT_EQ(store_.commit({&commit, 1})[0], Outcome::done);
        head_ = commit.head;
    }
    Cmid cmid() {
        std::array<std::uint8_t, 10> random{};
        random[9] = ++last_;
        return Cmid::made_at(from_ms(1'000), random);
    }

    Store& store_;
    GroupId gid_;
    HeadRow head_;
    std::vector<pb::Entry> log_;
    std::uint8_t last_{};
};

}  // namespace stentor::store
