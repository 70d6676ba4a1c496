#pragma once
// What moderators and the operator change in groups, as rows of the audit: a command of that kind
// is remembered until it is answered, with what stood there before its commit and after.
//
// Owner: a worker. Thread: its own. Cost: nothing for other commands but a look at their kind; for
// one of these, a read of a row that its group has just read. Limits: kWatched at once; what comes
// beyond is not told.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "bus/bus.h"
#include "store/store.h"

namespace stentor::owner {

class ModerationWatch {
public:
    static constexpr std::size_t kWatched = 4'096;

    // False: it should be watched, and there is no room.
    [[nodiscard]] bool on_command(const bus::Command& command);
    // Before it is handed to the committer: the store still has what was before.
    void on_commit(const store::Commit& commit, store::Store& store);
    // A row, when the command was done and is one for the audit.
    [[nodiscard]] std::optional<bus::AuditEntry> on_answer(const bus::ReplyTo& to,
                                                           const pb::ServerFrame& frame, Time now);

    [[nodiscard]] bool empty() const { return watched_.empty(); }

private:
    // Node, connection (shard, index, generation), request.
    using Key = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;
    struct Watched {
        GroupId gid;
        UserId by;
        bool by_operator{};
        pb::ClientFrame frame;
        std::string address;
        std::string before;  // JSON, once it is committed.
        std::string after;
        UserId whose;  // Of an entry: who wrote it.
    };

    [[nodiscard]] static Key key_of(const bus::ReplyTo& to);
    static void look_at_member(Watched& watched, const store::Commit& commit,
                               store::Members& store);
    static void look_at_settings(Watched& watched, const store::Commit& commit,
                                 store::GroupLog& store);
    static void look_at_entry(Watched& watched, const store::Commit& commit);

    std::map<Key, Watched> watched_;
};

}  // namespace stentor::owner
