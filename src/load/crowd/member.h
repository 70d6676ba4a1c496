#pragma once
// What one member of a crowd holds. A million of them must stand beside the server they load.

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/limits.h"
#include "load/crowd/plan.h"
#include "net/ws/parser.h"

namespace stentor::crowd {

struct Member {
    enum class Phase : std::uint8_t {
        away,
        connecting,
        shaking,   // The upgrade is on its way.
        greeting,  // Hello is.
        here,
    };

    static constexpr std::uint32_t kMessageBytesMax = 2 * limits::kRangeBytes;

    net::ws::Parser parser{net::ws::Role::client, kMessageBytesMax};
    std::unique_ptr<std::string> answer;          // To the upgrade, as far as it came.
    std::array<std::uint32_t, kRoomsMax> held{};  // Newest seq without a gap, of each room.
    std::array<std::uint32_t, kRoomsMax> told{};  // Newest head it heard of.
    int descriptor{-1};
    Phase phase{Phase::away};
    std::uint8_t tries{};    // In a row that led nowhere.
    std::uint8_t known{};    // One bit a room: what it holds of that means something.
    std::uint8_t opened{};   // One bit a room.
    std::uint8_t pulling{};  // One bit a room.
    bool settled{};          // Was watching once on this connection.
    bool watching{};         // As Counts::watching.
    bool asleep{};           // Takes nothing out of its socket.
};
static_assert(sizeof(Member) <= 72);

}  // namespace stentor::crowd
