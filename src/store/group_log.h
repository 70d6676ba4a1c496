#pragma once
// The port to the logs of groups: heads, entries and what was sent. Rules of all ports: store.h.

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/port.h"
#include "store/changes.h"
#include "store/rows.h"

namespace stentor::store {

class GroupLog : public Port {
public:
    // Compares and writes each commit on its own; one sync for all. Two commits of one group may
    // not stand in one call. Result: one outcome each, in order. `positions` ride along behind them
    // (Members::advance_read); that one cannot be written fails no commit.
    [[nodiscard]] virtual std::vector<Outcome> commit(std::span<const Commit> commits,
                                                      std::span<const ReadPosition> positions) = 0;
    [[nodiscard]] std::vector<Outcome> commit(std::span<const Commit> commits) {
        return commit(commits, {});
    }

    // All that an owner begins with, in one look: nothing is written between its parts. It takes
    // the head: writes `term` into it when it holds a smaller one, and from then on a smaller term
    // is fenced. The store's epoch is written as well where it is the larger, and the head then
    // notes where the former history ends. Damaged rows are left out: entries behind the newest
    // damaged place are there, and none of the sums where one of them cannot be read. not_found: no
    // such group. owner_moved: it holds a larger term.
    [[nodiscard]] virtual Result<GroupStart> load_group(GroupId gid, Term term,
                                                        Time sent_since) = 0;
    [[nodiscard]] Result<HeadRow> take_head(GroupId gid, Term term) {
        auto start = load_group(gid, term, Time::max());
        if (!start) return std::unexpected(start.error());
        return std::move(start->head);
    }
    // The head without taking it. not_found.
    [[nodiscard]] virtual Result<HeadRow> head(GroupId gid) = 0;

    // Entries from `from` on, at most `count_max` and kRangeBytes, at least one where there is one.
    // A `count_max` beyond 1 to kRangeEntries is moved into it. Past the head the page is empty and
    // digest_before is the head's. bad_range: `from` is at or below the group's floor. not_found.
    [[nodiscard]] virtual Result<EntryPage> entries(GroupId gid, Seq from,
                                                    std::size_t count_max) = 0;
    // What the commits after version `since` have done: entries after `after`, or after the floor
    // where it is higher, at most kRangeEntries and kRangeBytes; and all that was changed beside.
    // Cost: what was changed, not what there is. Not whole where `since` is kChangesKept versions
    // ago, or of another history, where more than kChangesKept rows were changed or one of them is
    // damaged; entries that are damaged are left out, and with them their page. not_found.
    [[nodiscard]] virtual Result<GroupChanges> changes(GroupId gid, std::uint64_t since,
                                                       Seq after) = 0;
    // seq of the first kept entry whose time is at or after `time`; head + 1 when there is none.
    // not_found.
    [[nodiscard]] virtual Result<Seq> first_at(GroupId gid, Time time) = 0;

    [[nodiscard]] virtual Result<std::optional<SentRow>> sent(GroupId gid, UserId uid,
                                                              Cmid cmid) = 0;
    // Those whose cmid was made at or after `since`, in no order, at most `count_max`, newest first
    // when there are more.
    [[nodiscard]] virtual Result<std::vector<SentRow>> sent_since(GroupId gid, Time since,
                                                                  std::size_t count_max) = 0;
    // Forgets sends whose cmid was made before `time`; may keep up to a day more.
    virtual Result<void> forget_sent_before(Time time) = 0;

    // Heads of all groups in the order of gid, after `after`.
    struct GroupHead {
        GroupId gid;
        HeadRow head;
    };
    [[nodiscard]] virtual Result<std::vector<GroupHead>> groups(GroupId after,
                                                                std::size_t count_max) = 0;
};

}  // namespace stentor::store
