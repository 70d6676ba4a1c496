#pragma once
// Groups that are written straight into a record which no server has open: a million of them would
// take too long to be made and joined one by one.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "store/store.h"

namespace stentor::bench {

class MadeUpGroups {
public:
    explicit MadeUpGroups(store::Store& record);

    // An open group of these members, the first of whom owns it and has written `text` in it,
    // unless that is empty. Nobody has read anything. They need no accounts where tokens are
    // minted.
    void add(GroupId gid, std::span<const UserId> members, std::string_view text);
    // More members of a group that the record has or add() was told of; none of them is in it yet.
    void add_members(GroupId gid, std::span<const UserId> members);
    // What was added is on the disk. Throws std::runtime_error, as the others do.
    void finish();

private:
    void gather(store::Commit commit, std::span<const UserId> members, store::Role first);

    store::Store& record_;
    Epoch epoch_;
    Term term_;
    Time now_;
    std::vector<store::Commit> gathered_;  // Each of another group.
    std::size_t rows_{};                   // Of members, in them.
};

}  // namespace stentor::bench
