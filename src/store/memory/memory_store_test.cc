#include "store/memory/memory_store.h"

#include "store/conformance.h"

namespace stentor::store {
namespace {

// Closing is losing it all but what a backup holds, so that is what it is opened on.
class MemorySubject final : public Subject {
public:
    Store& store() override { return *store_; }
    void reopen() override {
        const MemoryStore::Snapshot kept = store_->snapshot();
        store_ = std::make_unique<MemoryStore>();
        store_->restore(kept);
    }

private:
    std::unique_ptr<MemoryStore> store_ = std::make_unique<MemoryStore>();
};

INSTANTIATE_TEST_SUITE_P(Memory, Conformance,
                         testing::Values(EngineUnderTest{
                             "memory", [] { return std::make_unique<MemorySubject>(); }}),
                         name_of);

TEST(MemoryStore, ASnapshotKeepsItsMoment) {
    MemoryStore store;
    Scribe scribe{{1}};
    Commit next = scribe.next(3);
    next.members = {member_row({4})};
    ASSERT_EQ(store.commit({&next, 1})[0], Outcome::done);
    scribe.accept(next);
    const Scribe then = scribe;
    const MemoryStore::Snapshot backup = store.snapshot();

    next = scribe.edit({2});
    next.members = {member_row({5})};
    ASSERT_EQ(store.commit({&next, 1})[0], Outcome::done);
    MemoryStore restored;
    restored.restore(backup);
    ASSERT_EQ(restored.raise_epoch({}).value(), Epoch{2});

    Scribe told = then;
    told.take(restored.head({1}).value());
    EXPECT_EQ(told.head().version, then.head().version);
    expect_as_written(restored, told);
    EXPECT_EQ(restored.memberships({5}, 1)->size(), 0U);
    EXPECT_EQ(store.memberships({5}, 1)->size(), 1U);
    EXPECT_EQ(restored.epoch(), Epoch{2});
    EXPECT_EQ(store.epoch(), Epoch{1});
}

}  // namespace
}  // namespace stentor::store
