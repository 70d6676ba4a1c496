#pragma once
// What every engine must pass: one suite of behaviours, given an engine by each engine's own test:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, Conformance, testing::Values(EngineUnderTest{...}), name_of);

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "store/store.h"

namespace stentor::store {

// A store in a place of its own that can be closed and opened again on what it holds.
class Subject {
public:
    Subject() = default;
    Subject(const Subject&) = delete;
    Subject& operator=(const Subject&) = delete;
    virtual ~Subject() = default;
    [[nodiscard]] virtual Store& store() = 0;
    virtual void reopen() = 0;
};

struct EngineUnderTest {
    std::string name;
    std::function<std::unique_ptr<Subject>()> make;  // Empty, of epoch 1.
};

std::string name_of(const testing::TestParamInfo<EngineUnderTest>& engine);

class Conformance : public testing::TestWithParam<EngineUnderTest> {
protected:
    void SetUp() override { subject_ = GetParam().make(); }
    [[nodiscard]] Store& store() { return subject_->store(); }
    void reopen() { subject_->reopen(); }
    [[nodiscard]] Outcome commit(const Commit& commit) { return store().commit({&commit, 1})[0]; }

private:
    std::unique_ptr<Subject> subject_;
};

inline constexpr GroupId kGroup{100};                      // Of most tests.
inline constexpr Time kNoon = from_ms(1'767'268'800'000);  // 2026-01-01 12:00 UTC

[[nodiscard]] Cmid cmid_at(Time time, std::uint64_t random);
[[nodiscard]] MemberRow member_row(UserId uid, std::uint64_t version = 1);

// change_user() to this row, whatever was there.
Result<UserRow> put_user(Store& store, const UserRow& row);

// Writes one group as its owner would, one commit after the other.
class Scribe {
public:
    explicit Scribe(GroupId gid, Term term = {1}, std::uint64_t seed = 1);

    // The next commit: `count` posts of `body_bytes` each, with their sent rows; of a group that
    // does not exist yet, its creation. Nothing is remembered of it before accept().
    [[nodiscard]] Commit next(std::size_t count, std::size_t body_bytes = 5);
    // The commit was done: the following ones continue it.
    void accept(const Commit& commit);
    // next(), without entries, that replaces the entry at `seq` by one with another body.
    [[nodiscard]] Commit edit(Seq seq);

    [[nodiscard]] GroupId gid() const { return gid_; }
    [[nodiscard]] const HeadRow& head() const { return head_; }
    [[nodiscard]] const std::vector<LogEntry>& log() const { return log_; }  // From seq 1 on.
    [[nodiscard]] const std::vector<SentRow>& sent() const { return sent_; }
    void set_term(Term term) { term_ = term; }
    // As an owner that begins.
    void take(const HeadRow& taken) {
        head_ = taken;
        term_ = taken.term;
    }
    void set_time(Time time) { now_ = time; }

private:
    GroupId gid_;
    Term term_;
    HeadRow head_;
    Time now_ = kNoon;
    std::mt19937_64 random_;
    std::vector<LogEntry> log_;
    std::vector<SentRow> sent_;
};

// Reads the whole log page by page; fails the test at the first hole or broken digest.
[[nodiscard]] std::vector<LogEntry> read_log(Store& store, GroupId gid);
// As `scribe` wrote it: same head, same bytes, same digests, all sent rows there.
void expect_as_written(Store& store, const Scribe& scribe);

}  // namespace stentor::store
