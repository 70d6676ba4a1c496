#include "sim/counters.h"

namespace stentor::sim {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Seen::kCount)> kNames{
    "commit_done",
    "commit_conflict",
    "commit_fenced",
    "commit_unknown_not_applied",
    "commit_unknown_applied",
    "commit_unknown_applied_later",
    "late_commit_beaten",
    "late_commit_inside_load",
    "load_failed",
    "load_slow",
    "read_position_failed",
    "post_delivered_twice",
    "post_refused",
    "queue_wiped",
    "ask_lost",
    "reply_lost",
    "ask_timed_out",
    "items_lost",
    "answers_lost",
    "node_cut_off",
    "routes_wiped",
    "owner_crashed",
    "owner_paused",
    "owner_taken_over_while_paused",
    "stale_owner_resumed",
    "node_crashed",
    "node_paused",
    "connection_refused",
    "connection_dropped",
    "connection_half_open",
    "connection_closed_by_server",
    "client_reconnected",
    "client_crashed",
    "write_kept",
    "write_refused",
    "frame_split",
    "reading_paused",
    "stuck_socket_closed",
    "sent",
    "refused_rate",
    "refused_predecessor",
    "refused_other",
    "joined",
    "left",
    "left_and_came_back",
    "ousted",
    "read_moved",
    "read_backwards_tried",
    "hostile_pull_below_floor",
    "hostile_pull_answered",
    "hostile_open_refused",
    "hostile_garbage",
    "opened_fresh",
    "opened_resumed",
    "opened_reset",
    "shown_after_missed_oust",
    "batch_applied",
    "head_heard",
    "pulse_heard",
    "range_applied",
    "gap_pulled",
};

static_assert(!kNames.back().empty(), "one name for each, in their order");

}  // namespace

std::string_view name_of(Seen seen) { return kNames[static_cast<std::size_t>(seen)]; }

}  // namespace stentor::sim
