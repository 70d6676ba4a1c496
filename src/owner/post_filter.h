#pragma once
// The port to an outside filter: asked about what a person brings before people, after all other
// rules have let it pass.
//
// Thread: any; a call must not block, whatever the service does.

#include <functional>

#include "base/code.h"
#include "base/ids.h"
#include "group/effects.h"

namespace stentor::owner {

struct FilteredPost {
    GroupId gid;  // 0: of an account.
    UserId uid;   // 0: they have none yet.
    group::VerdictOn what;
};

class PostFilter {
public:
    // Called exactly once, on any thread. An error refuses the post with it.
    using Done = std::move_only_function<void(Result<group::Verdict>)>;

    PostFilter() = default;
    PostFilter(const PostFilter&) = delete;
    PostFilter& operator=(const PostFilter&) = delete;
    virtual ~PostFilter() = default;

    virtual void judge(const FilteredPost& post, Done done) = 0;
};

}  // namespace stentor::owner
