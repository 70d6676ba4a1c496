#include "base/code.h"

namespace stentor {

std::string_view name_of(Code code) {
    switch (code) {
        case Code::ok: return "OK";
        case Code::epoch_changed: return "EPOCH_CHANGED";
        case Code::predecessor_missing: return "PREDECESSOR_MISSING";
        case Code::not_open: return "NOT_OPEN";
        case Code::token_expired: return "TOKEN_EXPIRED";
        case Code::slow_consumer: return "SLOW_CONSUMER";
        case Code::revision_changed: return "REVISION_CHANGED";
        case Code::rate_limited: return "RATE_LIMITED";
        case Code::overloaded: return "OVERLOADED";
        case Code::store_unavailable: return "STORE_UNAVAILABLE";
        case Code::owner_moved: return "OWNER_MOVED";
        case Code::timeout: return "TIMEOUT";
        case Code::draining: return "DRAINING";
        case Code::storm: return "STORM";
        case Code::slow_mode: return "SLOW_MODE";
        case Code::shard_full: return "SHARD_FULL";
        case Code::muted: return "MUTED";
        case Code::text_too_long: return "TEXT_TOO_LONG";
        case Code::empty_body: return "EMPTY_BODY";
        case Code::bad_name: return "BAD_NAME";
        case Code::name_taken: return "NAME_TAKEN";
        case Code::bad_credentials: return "BAD_CREDENTIALS";
        case Code::password_too_weak: return "PASSWORD_TOO_WEAK";
        case Code::filtered: return "FILTERED";
        case Code::send_expired: return "SEND_EXPIRED";
        case Code::too_many_groups: return "TOO_MANY_GROUPS";
        case Code::not_permitted: return "NOT_PERMITTED";
        case Code::group_full: return "GROUP_FULL";
        case Code::window_closed: return "WINDOW_CLOSED";
        case Code::approval_pending: return "APPROVAL_PENDING";
        case Code::malformed: return "MALFORMED";
        case Code::unsupported_version: return "UNSUPPORTED_VERSION";
        case Code::token_invalid: return "TOKEN_INVALID";
        case Code::not_found: return "NOT_FOUND";
        case Code::not_a_member: return "NOT_A_MEMBER";
        case Code::bad_range: return "BAD_RANGE";
        case Code::bad_field: return "BAD_FIELD";
        case Code::hello_required: return "HELLO_REQUIRED";
        case Code::frame_too_large: return "FRAME_TOO_LARGE";
        case Code::cmid_reused: return "CMID_REUSED";
        case Code::unsupported: return "UNSUPPORTED";
        case Code::banned: return "BANNED";
        case Code::internal: return "INTERNAL";
        case Code::clock_skew: return "CLOCK_SKEW";
    }
    return "UNKNOWN";
}

}  // namespace stentor
