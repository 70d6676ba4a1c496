#pragma once
// What the ledger check found.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stentor::ledger {

enum class Violation : std::uint8_t {
    acked_not_stored,  // ok'd, but not in the log at its seq: lost.
    stored_twice,
    stored_uninvoked,  // Nobody sent it.
    stored_refused,    // Refused for good, yet in the log.
    wrong_content,     // Sender, group or body differ from what was invoked.
    hole_in_log,
    broken_chain,  // The log's digests do not follow from its entries.
    view_gap,
    view_duplicate,
    view_disorder,  // Backwards, or a page that is not dense.
    view_differs,   // Another entry, body or digest than the others have at that seq.
    sender_order,
    real_time_order,
    head_not_reached,
    outside_membership,
    misuse,  // The ledger was told nonsense: an id twice, an answer to no send.
    kCount,
};

[[nodiscard]] std::string_view name_of(Violation violation);

struct Report {
    std::uint64_t invoked{};
    std::uint64_t ok{};
    std::uint64_t refused{};
    std::uint64_t unknown{};         // Without an answer ...
    std::uint64_t unknown_stored{};  // ... and in the log all the same.
    std::uint64_t stored{};          // Posts in all logs; those before a fork count once.
    std::uint64_t system{};          // Entries of the server.
    std::uint64_t delivered{};
    std::uint64_t views{};
    std::uint64_t restarts{};  // Views that the server let begin anew, within an epoch.
    std::uint64_t cut{};       // Acknowledged, above a fork that was announced.

    std::array<std::uint64_t, static_cast<std::size_t>(Violation::kCount)> violations{};
    std::vector<std::string> told;  // The first few, in words.

    [[nodiscard]] std::uint64_t count(Violation violation) const {
        return violations[static_cast<std::size_t>(violation)];
    }
    [[nodiscard]] std::uint64_t lost() const;
    [[nodiscard]] std::uint64_t duplicated() const;
    [[nodiscard]] std::uint64_t out_of_order() const;
    // What is none of the three.
    [[nodiscard]] std::uint64_t wrong() const;
    [[nodiscard]] bool clean() const;
    // "N lost, N duplicated, N out of order", and what else is wrong where something is.
    [[nodiscard]] std::string summary() const;
};

}  // namespace stentor::ledger
