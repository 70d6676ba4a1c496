#pragma once
// One history as the store told it, commit by commit: what a restore goes back to, and what every
// client is held against. Plain containers, looked at from the top each time.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/cmid.h"
#include "base/digest.h"
#include "base/ids.h"
#include "wire/pb.h"

namespace stentor::sim {

struct Record {
    using Who = std::pair<GroupId, UserId>;

    struct Row {
        std::vector<pb::Entry> revisions;  // As first stored, then as edited or recalled.
        Digest digest;

        [[nodiscard]] const pb::Entry& newest() const { return revisions.back(); }
    };
    // They see what lies above floor, up to left.
    struct Stay {
        Seq floor;
        std::optional<Seq> left;
    };
    // A note whose writer was told that it is kept.
    struct Note {
        GroupId gid;
        UserId reader;
        std::string text;
    };

    std::map<GroupId, std::vector<Row>> logs;
    std::map<GroupId, Term> terms;
    std::set<std::pair<UserId, Cmid>> stored;
    std::map<Who, std::vector<Stay>> stays;
    std::map<Who, Seq> shown;  // The highest that they, or a send of theirs, ever said was seen.
    std::vector<Note> notes;
    std::map<Who, std::set<Seq>> hidden;  // Those of which they were told that they are.

    [[nodiscard]] Seq head(GroupId gid) const;
    [[nodiscard]] const Row* row(GroupId gid, Seq seq) const;
    [[nodiscard]] bool is_member(GroupId gid, UserId uid) const;
    [[nodiscard]] bool may_see(GroupId gid, UserId uid, Seq seq) const;
    // Counted entry by entry, but for `without`; `live`: those that were recalled do not count.
    [[nodiscard]] std::uint32_t unread(GroupId gid, UserId uid, Seq cursor, bool live,
                                       std::span<const Seq> without) const;
};

}  // namespace stentor::sim
