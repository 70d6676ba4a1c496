#pragma once
// The port to words: which entries of a group hold them. An index beside the record: losing it
// loses nothing, it is made again from the logs.
//
// Thread: any; calls block on a disk, so only loaders make them.

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/code.h"
#include "base/ids.h"

namespace stentor::search {

// Entries of a group above `floor` and below `before` whose text holds words that begin with each
// of `words`; of `sender`, or of anybody where that is 0.
struct Wanted {
    GroupId gid;
    std::string_view words;
    UserId sender;
    Seq floor;
    Seq before;
    std::size_t count_max{};
};

class Search {
public:
    Search() = default;
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;
    virtual ~Search() = default;

    // Newest first. What was recalled or dropped since it was indexed may still be among them: the
    // record decides. bad_field: there is no word in it. store_unavailable: the index is being
    // made, or cannot be read.
    [[nodiscard]] virtual Result<std::vector<Seq>> find(const Wanted& wanted) = 0;
};

}  // namespace stentor::search
