#pragma once
// What commits changed beside adding entries: a row for each version that did, kept for
// kChangesKept versions. The same in every engine. Pure.

#include <optional>
#include <set>
#include <vector>

#include "base/limits.h"
#include "store/rows.h"

namespace stentor::store {

// What one commit changed beside adding entries.
struct ChangeRow {
    std::vector<Seq> entries;     // That it replaced.
    std::vector<UserId> members;  // Whose rows it wrote.

    friend bool operator==(const ChangeRow&, const ChangeRow&) = default;
};

// What became of a group after one of its versions, in one consistent look.
struct GroupChanges {
    HeadRow head;
    // False: more than is kept or told at once. Then `changed` and `members` are empty.
    bool whole{};
    std::vector<LogEntry> changed;   // As they are now, in the order of seq; those that are kept.
    std::vector<MemberRow> members;  // As they are now, in the order of uid; one without a row is
                                     // none any more.
    std::vector<LogEntry> entries;   // Dense; as GroupLog::entries() gives them.
};

// Of this commit; none where it added entries alone.
[[nodiscard]] std::optional<ChangeRow> change_row(const Commit& commit);

// Whether the rows of all versions after `since` are kept.
[[nodiscard]] inline bool knows_changes(const HeadRow& head, std::uint64_t since) {
    return since <= head.version && head.version - since < limits::kChangesKept;
}

// Rows of many versions: what was changed more than once is told once.
struct Changed {
    std::set<Seq> entries;
    std::set<UserId> members;

    // False: these are more than are told at once.
    [[nodiscard]] bool add(const ChangeRow& row) {
        entries.insert(row.entries.begin(), row.entries.end());
        members.insert(row.members.begin(), row.members.end());
        return entries.size() + members.size() <= limits::kChangesKept;
    }
};

}  // namespace stentor::store
