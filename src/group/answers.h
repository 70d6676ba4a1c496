#pragma once
// How commands are answered and refused, and the answers that several kinds of them share.

#include "base/code.h"
#include "base/time.h"
#include "bus/bus.h"
#include "wire/frames.h"
#include "wire/pb.h"

namespace stentor::group {

struct GroupState;

// Said alike of what does not exist and of what one may not see.
inline constexpr Error kNoGroup{.code = Code::not_found, .where = "gid"};
inline constexpr Error kNoEntry{.code = Code::not_found, .where = "seq"};

// Another process owns it by now, or will in a moment: nothing was done.
inline constexpr Error kOwnerMoved{
    .code = Code::owner_moved, .where = "partition", .retry_after_ms = 500};

// It was in a commit of which nobody knows whether it was done.
inline constexpr Error kOutcomeUnknown{
    .code = Code::timeout, .where = "store", .retry_after_ms = 1'000};

// Whoever was to own the group next went meanwhile: looked for again.
inline constexpr Error kNoHeir{.code = Code::overloaded, .where = "role", .retry_after_ms = 500};

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

// Nobody asked: nobody is told.
void answer(GroupState& group, const bus::ReplyTo& to, pb::ServerFrame frame);
void refuse(GroupState& group, const bus::ReplyTo& to, const Error& error);

}  // namespace stentor::group
