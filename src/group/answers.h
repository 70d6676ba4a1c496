#pragma once
// Answers that several kinds of commands share.

#include "base/code.h"
#include "base/time.h"
#include "wire/pb.h"

namespace stentor::group {

// Also said of what one may not see.
inline constexpr Error kNoGroup{.code = Code::not_found, .where = "gid"};
inline constexpr Error kNoEntry{.code = Code::not_found, .where = "seq"};

inline Error muted_for(Millis wait) {
    return {.code = Code::muted, .where = "gid", .retry_after_ms = wait_ms(wait)};
}

inline pb::ServerFrame done() {
    pb::ServerFrame frame;
    frame.mutable_done();
    return frame;
}

}  // namespace stentor::group
