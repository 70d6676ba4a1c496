#pragma once
// Bugs that the checkers must be able to see. Each place in shipped code where one can be planted
// asks `planted(Bug::x)`: the constant false, except in the simulator's own build of the pure
// parts and under sanitizers (STENTOR_PLANTED_BUGS). A checker that stays green then is the bug.

#include <cstdint>

namespace stentor {

enum class Bug : std::uint8_t {
    none,
    ack_before_commit,
    push_before_commit,
    no_fence,
    no_duplicate_check,
    number_outside_commit,
    cursor_without_max,
    after_ignored,
    floor_ignored_at_pull,
    cache_above_head,
    push_while_behind,
    sync_off,
    own_send_reads,
    stale_cache_after_recall,
    cursor_without_epoch,
    kick_outside_order,
    notes_without_cursor,
    storm_after_number,
    refused_frame_counts_as_pushed,
    refused_frame_without_drained,
    void_account_stays_connected,  // Live connections are not told.
    answered_before_known,         // Before it is known whether the account is good.
    old_revision_for_good,
    outcome_of_former_tenure,  // Taken by a group that has another commit under way.
    load_of_former_tenure,
    handover_drops_staged,
    answers_after_lease,
    positions_of_former_epoch,  // And those of a former owner.
    not_written_called_done,    // A commit that the store has aborted.
    gap_applied,        // What lies behind a hole is taken as if it continued what is known.
    repeat_applied,     // So is what is known already.
    contents_in_hole,   // Entries behind a hole are shown at once.
    span_skips_kick,    // What a commit with an unknown outcome did counts as told.
    reset_asks_nobody,  // Whoever watches goes on watching though too much was missed.
};

#ifdef STENTOR_PLANTED_BUGS
inline Bug planted_bug = Bug::none;
inline bool planted(Bug bug) { return planted_bug == bug; }
#else
constexpr bool planted(Bug /*bug*/) { return false; }
#endif

}  // namespace stentor
