#pragma once
// Answers that several kinds of commands share.

#include "base/code.h"
#include "base/time.h"
#include "wire/frames.h"
#include "wire/pb.h"

namespace stentor::group {

// Said alike of what does not exist and of what one may not see.
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

inline pb::ServerFrame refused_answer(const Error& error) {
    pb::ServerFrame frame;
    *frame.mutable_refused() = wire::refused_of(error);
    return frame;
}

}  // namespace stentor::group
