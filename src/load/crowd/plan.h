#pragma once
// Who the members of a crowd are, and where they go.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "auth/token.h"
#include "base/ids.h"

namespace stentor::crowd {

inline constexpr std::size_t kRoomsMax = 4;

// Groups of the same size, one after the other: the n-th member is in the one numbered n / size.
struct GroupRow {
    GroupId first;
    std::uint64_t size{};

    [[nodiscard]] GroupId of(std::uint64_t n) const { return {first.value + n / size}; }
};

struct Plan {
    std::string address;  // Of the server: numeric IPv4, on the loopback.
    std::uint16_t port{};
    auth::TokenKey key;  // That the server verifies with.
    std::uint64_t first_uid{};
    std::size_t members{};
    std::vector<GroupRow> rooms;       // That each watches; at most kRoomsMax.
    std::size_t members_a_thread{};    // A thread's descriptor table must hold them.
    std::size_t handshakes_at_once{};  // Of a thread.
    double sleepers{};                 // Share of the members who will stop reading.

    [[nodiscard]] std::size_t threads() const {
        return (members + members_a_thread - 1) / members_a_thread;
    }
};

}  // namespace stentor::crowd
