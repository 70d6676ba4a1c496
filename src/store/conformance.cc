#include "store/conformance.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "wire/pb.h"

namespace stentor::store {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Conformance);

std::string name_of(const testing::TestParamInfo<EngineUnderTest>& engine) {
    return engine.param.name;
}

Cmid cmid_at(Time time, std::uint64_t random) {
    std::array<std::uint8_t, 10> bytes{};
    for (unsigned i = 0; i < 8; ++i) bytes[i + 2] = static_cast<std::uint8_t>(random >> (8U * i));
    return Cmid::made_at(time, bytes);
}

MemberRow member_row(UserId uid, std::uint64_t version) {
    return {.uid = uid, .role = Role::member, .version = version, .joined = kNoon};
}

Result<UserRow> put_user(Store& store, const UserRow& row) {
    return store.change_user(row.uid,
                             [&](const UserRow& /*kept*/) -> Result<UserRow> { return row; });
}

Scribe::Scribe(GroupId gid, Term term, std::uint64_t seed)
    : gid_(gid), term_(term), random_(seed) {}

Commit Scribe::next(std::size_t count, std::size_t body_bytes) {
    Commit commit{.gid = gid_, .term = term_, .expected = head_.version, .head = head_};
    HeadRow& head = commit.head;
    if (head_.version == 0) {
        head.epoch = {1};
        head.digest = head.floor_digest = genesis(gid_);
        head.creator = {7};
        head.settings = "settings";
    }
    head.term = term_;
    ++head.version;
    for (std::size_t i = 0; i < count; ++i) {
        now_ += Millis{random_() % 3};
        pb::Entry entry;
        entry.set_seq((++head.seq).value);
        entry.set_sender(1 + random_() % 5);
        entry.set_cmid(std::string{cmid_at(now_, random_()).view()});
        entry.set_kind(pb::ENTRY_KIND_POST);
        entry.set_time_ms(to_ms(now_));
        entry.set_ordinal(++head.ordinal);
        entry.set_body(std::string(body_bytes, static_cast<char>('a' + random_() % 26)));
        commit.entries.push_back(log_entry(entry, head.digest));
        head.digest = commit.entries.back().digest;
        head.time = now_;
        commit.sent.push_back({.cmid = commit.entries.back().cmid,
                               .uid = {entry.sender()},
                               .seq = head.seq,
                               .body_hash = hash_of(entry.body())});
    }
    return commit;
}

void Scribe::accept(const Commit& commit) {
    for (const LogEntry& entry : commit.changed) log_[entry.seq.value - 1] = entry;
    log_.insert(log_.end(), commit.entries.begin(), commit.entries.end());
    sent_.insert(sent_.end(), commit.sent.begin(), commit.sent.end());
    head_ = commit.head;
    now_ = std::max(now_, head_.time);
}

Commit Scribe::edit(Seq seq) {
    Commit commit = next(0);
    const LogEntry& former = log_[seq.value - 1];
    pb::Entry entry;
    EXPECT_TRUE(entry.ParseFromString(*former.bytes));
    if (entry.revision() == 0) {
        entry.set_body_hash(std::string{hash_of(entry.body()).view()});
    }
    entry.set_revision(entry.revision() + 1);
    entry.set_body("edited " + std::to_string(random_() % 1'000));
    auto changed = parse_log_entry(share(entry.SerializeAsString()), former.digest);
    EXPECT_TRUE(changed);
    commit.changed.push_back(std::move(*changed));
    return commit;
}

std::vector<LogEntry> read_log(Store& store, GroupId gid) {
    std::vector<LogEntry> log;
    const Result<HeadRow> head = store.head(gid);
    if (!head) {
        ADD_FAILURE() << "no head: " << name_of(head.error().code);
        return log;
    }
    Digest digest = head->floor_digest;
    for (Seq from = head->floor + 1; from <= head->seq;) {
        const Result<EntryPage> page = store.entries(gid, from, 1'000);
        if (!page || page->entries.empty() || page->digest_before != digest) {
            ADD_FAILURE() << "no page, or one that does not continue, at " << from.value;
            return log;
        }
        for (const LogEntry& entry : page->entries) {
            EXPECT_EQ(entry.seq, from);
            EXPECT_TRUE(continues(digest, entry)) << from.value;
            digest = entry.digest;
            ++from;
            log.push_back(entry);
        }
    }
    EXPECT_EQ(digest, head->digest);
    return log;
}

void expect_as_written(Store& store, const Scribe& scribe) {
    const Result<HeadRow> head = store.head(scribe.gid());
    ASSERT_TRUE(head);
    EXPECT_EQ(*head, scribe.head());
    const std::vector<LogEntry> log = read_log(store, scribe.gid());
    const std::uint64_t floor = head->floor.value;
    ASSERT_EQ(log.size() + floor, scribe.log().size());
    for (std::size_t i = 0; i < log.size(); ++i) {
        const LogEntry& written = scribe.log()[floor + i];
        EXPECT_EQ(*log[i].bytes, *written.bytes);
        EXPECT_EQ(log[i].digest, written.digest);
        EXPECT_EQ(log[i].time, written.time);
        EXPECT_EQ(log[i].revision, written.revision);
    }
    for (const SentRow& row : scribe.sent()) {
        const auto found = store.sent(scribe.gid(), row.uid, row.cmid);
        ASSERT_TRUE(found);
        EXPECT_EQ(*found, row);
    }
}

}  // namespace stentor::store
