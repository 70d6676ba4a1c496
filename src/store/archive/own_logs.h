#pragma once
// Users' own logs, out of a store and into another. A line is taken along with what it placed
// beside a group's log (a hidden entry, a note), so that both have one number again.
//
// Thread: one, blocking. Cost: a look or two a user, and a commit where a line that placed
// something is of another group than the one before it.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/store.h"

namespace stentor::archive {

class OwnLogReader {
public:
    // Throws std::runtime_error when the store cannot be read, as all of this.
    explicit OwnLogReader(store::Store& store);
    // Serialized pb::UserLogEntry, the oldest first. Of a log that is full the oldest line is left
    // out: a store tells what comes after a line that it keeps.
    [[nodiscard]] std::vector<std::string> lines(UserId uid);
    // What lines of `uid` placed in `gid`, by number of the entry and of the note.
    struct Told {
        std::set<Seq> hidden;
        std::set<std::uint64_t> notes;
    };
    [[nodiscard]] Told told(UserId uid, GroupId gid);

private:
    [[nodiscard]] std::optional<std::uint64_t> before_the_oldest(UserId uid, std::uint64_t head);

    store::Store& store_;
    std::set<Epoch> epochs_;  // In which lines may have been numbered.
};

// Writes into groups that are there already, and that nobody else writes to.
class OwnLogWriter {
public:
    OwnLogWriter(store::Store& store, Term term) : store_{store}, term_{term} {}
    // In the order of the user's log.
    void add(UserId uid, const std::string& line);
    void flush();

private:
    void turn_to(GroupId gid);

    store::Store& store_;
    const Term term_;
    std::optional<GroupId> gid_;  // Of `events_` and `head_`.
    store::HeadRow head_;
    std::vector<store::UserEvent> events_;
};

}  // namespace stentor::archive
