#pragma once
// What happened in a run. A fault that never happens tests nothing, so a test wants each of these
// above zero over a few hundred seeds.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stentor::sim {

enum class Seen : std::uint8_t {
    // The store
    commit_done,
    commit_conflict,
    commit_fenced,
    commit_unknown_not_applied,
    commit_aborted,
    commit_call_aborted,
    commit_unknown_applied,
    commit_unknown_applied_later,
    late_commit_beaten,       // It came, and found that the log had gone on without it.
    late_commit_inside_load,  // It came between two reads of one load.
    load_failed,
    load_slow,
    changes_forgotten,
    read_position_failed,
    // The bus
    post_delivered_twice,
    post_refused,
    queue_wiped,
    ask_lost,
    reply_lost,
    ask_timed_out,
    items_lost,
    items_late,
    items_again,
    answers_lost,
    node_cut_off,
    routes_wiped,
    // Processes
    ask_misrouted,
    owner_moved_told,
    owner_crashed,
    owner_paused,
    owner_taken_over_while_paused,
    stale_owner_resumed,
    renewals_lost,
    lease_lapsed,
    partition_moved,
    tenure_retaken,
    command_forwarded,
    question_forwarded,
    node_crashed,
    node_paused,
    // Storms
    storm_calm,
    storm_merging,
    storm_slowing,
    storm_refusing,
    // Connections
    connection_refused,
    connection_dropped,
    connection_half_open,
    connection_closed_by_server,
    client_reconnected,
    client_crashed,
    write_kept,
    write_refused,
    write_refused_over_budget,  // Nothing was taken, and nothing waits on that link.
    drained_after_refusal,      // Then there was room.
    half_frame_over_budget,     // The link was closed for it.
    reply_over_budget,
    frame_split,
    batch_compressed,
    reading_paused,
    stuck_socket_closed,
    slow_socket_closed,
    vanished_client_found,
    reader_stopped,
    reader_woke_up,
    reader_woke_up_closed,  // Only then it learns that it had been.
    // What members did and got
    sent,
    refused_rate,
    refused_predecessor,
    refused_storm,
    refused_slow_mode,
    sent_after_storm,  // It was refused by one before.
    refused_other,
    joined,
    left,
    left_and_came_back,
    ousted,
    read_moved,
    read_backwards_tried,
    hostile_pull_below_floor,
    hostile_pull_answered,
    hostile_open_refused,
    hostile_garbage,
    opened_fresh,
    opened_resumed,
    opened_reset,
    batch_applied,
    head_heard,
    pulse_heard,
    level_heard,  // In a pulse or a batch, above 0.
    range_applied,
    gap_pulled,
    scrolled_up,
    // What was changed, and what is told to one alone
    recalled,
    recalled_by_owner,
    edited,
    change_refused,
    change_told,
    change_found_again,  // In a page that was pulled once more.
    reacted,
    tally_heard,
    hidden,
    note_written,
    note_heard,
    kicked,
    kicked_and_came_back,
    user_log_heard,
    user_log_behind,  // A device learned what had happened while it was away.
    user_log_reset,
    read_elsewhere_heard,
    reacted_elsewhere_heard,
    // Restores
    restored,
    restore_cut_entries,
    fork_heard,
    fork_below_held,  // It held what was cut.
    offered_again,
    former_epoch_refused,
    // Accounts
    account_disabled,
    account_enabled,
    account_signed_out,
    account_erased,
    password_changed,
    token_ended,
    signed_in_again,
    void_session_ended,
    void_token_refused,
    account_nudge_heard,
    kCount,
};

[[nodiscard]] std::string_view name_of(Seen seen);

class Counters {
public:
    void count(Seen seen) { ++values_[static_cast<std::size_t>(seen)]; }
    [[nodiscard]] std::uint64_t operator[](Seen seen) const {
        return values_[static_cast<std::size_t>(seen)];
    }
    void add(const Counters& other) {
        for (std::size_t i = 0; i < values_.size(); ++i) values_[i] += other.values_[i];
    }

private:
    std::array<std::uint64_t, static_cast<std::size_t>(Seen::kCount)> values_{};
};

}  // namespace stentor::sim
