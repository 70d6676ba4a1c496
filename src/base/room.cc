#include "base/room.h"

#include <filesystem>
#include <utility>

#include "base/log.h"

namespace stentor {
namespace {

std::atomic<Room*>& watched() {
    static std::atomic<Room*> room;
    return room;
}

}  // namespace

bool Room::enough(Time now) {
    Time due = next_look_.load(std::memory_order_relaxed);
    if (now < due || !next_look_.compare_exchange_strong(due, now + kRoomLookEvery)) {
        return enough_.load(std::memory_order_relaxed);
    }
    const std::optional<std::uint64_t> free = look_();
    const bool enough = !free || *free >= kLeastRoom;
    if (enough_.exchange(enough) != enough) {
        const std::uint64_t bytes = free.value_or(0);
        if (enough) {
            log::info("the disk has room again", {{"free_bytes", bytes}});
        } else {
            log::error("the disk is full: nothing is written until there is room",
                       {{"free_bytes", bytes}, {"needed_bytes", kLeastRoom}});
        }
    }
    return enough;
}

std::optional<std::uint64_t> free_bytes(const std::string& path) {
    std::error_code problem;
    const std::filesystem::space_info space = std::filesystem::space(path, problem);
    if (problem) return std::nullopt;
    return space.available;
}

void watch_room(const std::string& path) {
    static Room room{[path] { return free_bytes(path); }};
    watched() = &room;
}

bool has_room() {
    Room* const room = watched();
    return room == nullptr || room->enough(now());
}

}  // namespace stentor
