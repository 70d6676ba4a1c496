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
    // unless that is empty. Nobody has read anything.
    void add(GroupId gid, std::span<const UserId> members, std::string_view text);
    // What was added is on the disk. Throws std::runtime_error, as add() does.
    void finish();

private:
    store::Store& record_;
    Epoch epoch_;
    Term term_;
    Time now_;
    std::vector<store::Commit> gathered_;
};

}  // namespace stentor::bench
