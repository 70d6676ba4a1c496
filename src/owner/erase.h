#pragma once
// Erases what one user wrote: every post of his, in every group where he is or was a member, is
// recalled with the operator's rights. Numbers, times and the hash of each body stay, so digests
// hold and nobody's history breaks.
//
// Thread: the caller's; it blocks until all is done. Cost: a look for his row in every group of the
// server, then all entries of those where he has one. Limits: kErasuresWaiting recalls without an
// answer. Not found: posts made in his name in groups where he never had a row.

#include <cstdint>
#include <functional>

#include "base/code.h"
#include "base/ids.h"
#include "store/store.h"
#include "wire/pb.h"

namespace stentor::owner {

struct Erased {
    std::uint64_t groups{};   // Where he had written something.
    std::uint64_t entries{};  // Recalled.
    std::uint64_t refused{};  // Not recalled: erase again.
};

// Posts a command with the operator's rights; `done` is called once, on any thread.
using PostAsOperator =
    std::function<void(GroupId gid, pb::ClientFrame command,
                       std::move_only_function<void(Result<pb::ServerFrame>)> done)>;

// An error of the store ends it early; what was recalled stays so, and it may be begun again.
[[nodiscard]] Result<Erased> erase_user(store::Store& store, UserId uid,
                                        const PostAsOperator& post);

}  // namespace stentor::owner
