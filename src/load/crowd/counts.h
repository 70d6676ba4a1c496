#pragma once
// What reached the members of a crowd, and what was wrong with it.

#include <cstdint>

namespace stentor::crowd {

struct Counts {
    // ---- Connections
    std::uint64_t attempts{};
    std::uint64_t watching{};     // Now: open, and once had everything up to the head it was told.
    std::uint64_t ended{};        // By the server, or never opened.
    std::uint64_t refused{};      // Handshakes and commands that may be tried again.
    std::uint64_t turned_away{};  // Refused for good.
    std::uint64_t told_slow{};    // That they read too slowly.
    // ---- What came
    std::uint64_t pushes{};   // Batches that brought something new.
    std::uint64_t entries{};  // In pushes.
    std::uint64_t fetched{};  // Entries in Opened and Range.
    std::uint64_t heads{};    // Told instead of contents.
    std::uint64_t pulses{};
    std::uint64_t drills{};  // Pushes that came once more while that was asked for.
    // ---- What must not be
    std::uint64_t gaps{};        // A push that did not continue what its reader held.
    std::uint64_t repeated{};    // An entry pushed again.
    std::uint64_t unlike{};      // An entry that is not what others were shown, or a broken digest.
    std::uint64_t unreadable{};  // No frame of the protocol, or nothing that could come here.
    std::uint64_t resets{};      // Its history is gone: told so, another epoch, or an older head.

    [[nodiscard]] std::uint64_t violations() const {
        return gaps + repeated + unlike + unreadable + resets + turned_away;
    }
    void add(const Counts& other) {
        attempts += other.attempts;
        watching += other.watching;
        ended += other.ended;
        refused += other.refused;
        turned_away += other.turned_away;
        told_slow += other.told_slow;
        pushes += other.pushes;
        entries += other.entries;
        fetched += other.fetched;
        heads += other.heads;
        pulses += other.pulses;
        drills += other.drills;
        gaps += other.gaps;
        repeated += other.repeated;
        unlike += other.unlike;
        unreadable += other.unreadable;
        resets += other.resets;
    }
};

}  // namespace stentor::crowd
