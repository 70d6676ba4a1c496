#pragma once
// Every reason for which a command is refused or a connection ends: one list, the wire's. The
// numbers are those of proto/stentor/v1/code.proto (wire/code_test.cc compares the two), repeated
// here so that parts without the wire can name them.

#include <cstdint>
#include <expected>
#include <string_view>

namespace stentor {

enum class Code : std::uint16_t {
    ok = 0,

    epoch_changed = 100,
    predecessor_missing = 101,
    not_open = 102,
    token_expired = 103,
    slow_consumer = 104,
    revision_changed = 105,

    rate_limited = 200,
    overloaded = 201,
    store_unavailable = 202,
    owner_moved = 203,
    timeout = 204,
    draining = 205,
    storm = 206,
    slow_mode = 207,
    shard_full = 208,
    muted = 209,

    text_too_long = 300,
    empty_body = 301,
    bad_name = 302,
    name_taken = 303,
    bad_credentials = 304,
    password_too_weak = 305,
    filtered = 306,
    send_expired = 307,
    too_many_groups = 308,
    not_permitted = 309,
    group_full = 310,
    window_closed = 311,
    approval_pending = 312,

    malformed = 400,
    unsupported_version = 401,
    token_invalid = 402,
    not_found = 403,
    not_a_member = 404,
    bad_range = 405,
    bad_field = 406,
    hello_required = 407,
    frame_too_large = 408,
    cmid_reused = 409,
    unsupported = 410,
    banned = 411,
    internal = 412,
    clock_skew = 413,
};

// What the code's hundred tells a client to do.
enum class Remedy : std::uint8_t { none, now, later, ask, never };

constexpr Remedy remedy(Code code) { return static_cast<Remedy>(static_cast<int>(code) / 100); }

// As in code.proto, without the prefix: "RATE_LIMITED". "UNKNOWN" for a number not in the list.
[[nodiscard]] std::string_view name_of(Code code);

// Making one allocates nothing: `where` is a literal that names a field or a place.
struct Error {
    Code code{};
    std::string_view where{};
    std::uint64_t limit{};
    std::uint32_t retry_after_ms{};
    std::string_view rule{};  // The group's or the operator's rule that refused it.

    friend constexpr bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = std::expected<T, Error>;

}  // namespace stentor
