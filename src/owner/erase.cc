#include "owner/erase.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "base/limits.h"

namespace stentor::owner {
namespace {

// Recalls under way. Shared with their answers, which may come after somebody gave up.
class Recalls {
public:
    void begin() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return waiting_ < limits::kErasuresWaiting; });
        ++waiting_;
    }
    void end(bool done) {
        const std::lock_guard lock{mutex_};
        --waiting_;
        ++(done ? done_ : refused_);
        changed_.notify_all();
    }
    Erased finish(std::uint64_t groups) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return waiting_ == 0; });
        return {.groups = groups, .entries = done_, .refused = refused_};
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t waiting_{};
    std::uint64_t done_{};
    std::uint64_t refused_{};
};

// Whether there was anything to erase.
Result<bool> erase_in(store::Store& store, GroupId gid, UserId uid, const PostAsOperator& post,
                      const std::shared_ptr<Recalls>& recalls) {
    bool found = false;
    auto head = store.head(gid);
    if (!head) return std::unexpected(head.error());
    for (Seq from = head->floor + 1; from <= head->seq;) {
        const auto page = store.entries(gid, from, limits::kRangeEntries);
        if (!page && page.error().code == Code::bad_range) {  // The floor has moved meanwhile.
            head = store.head(gid);
            if (!head) return std::unexpected(head.error());
            from = head->floor + 1;
            continue;
        }
        if (!page) return std::unexpected(page.error());
        if (page->entries.empty()) break;
        from = page->entries.back().seq + 1;
        for (const LogEntry& entry : page->entries) {
            if (entry.sender != uid || entry.recalled || !entry.countable) continue;
            found = true;
            pb::ClientFrame command;
            command.mutable_recall()->set_gid(gid.value);
            command.mutable_recall()->set_seq(entry.seq.value);
            recalls->begin();
            post(gid, std::move(command), [recalls](Result<pb::ServerFrame> answer) {
                recalls->end(answer && answer->has_done());
            });
        }
    }
    return found;
}

}  // namespace

Result<Erased> erase_user(store::Store& store, UserId uid, const PostAsOperator& post) {
    const auto recalls = std::make_shared<Recalls>();
    std::uint64_t groups = 0;
    GroupId after{};
    for (;;) {
        const auto heads = store.groups(after, limits::kSweepGroups);
        if (!heads) return std::unexpected(heads.error());
        for (const store::Store::GroupHead& group : *heads) {
            after = group.gid;
            const auto row = store.member(group.gid, uid);
            if (!row) return std::unexpected(row.error());
            if (!*row) continue;
            const auto found = erase_in(store, group.gid, uid, post, recalls);
            if (!found) return std::unexpected(found.error());
            groups += std::uint64_t{*found};
        }
        if (heads->size() < limits::kSweepGroups) return recalls->finish(groups);
    }
}

}  // namespace stentor::owner
