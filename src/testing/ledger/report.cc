#include "testing/ledger/report.h"

#include <fmt/format.h>

#include <numeric>

namespace stentor::ledger {

std::string_view name_of(Violation violation) {
    switch (violation) {
        case Violation::acked_not_stored: return "acknowledged but not stored";
        case Violation::stored_twice: return "stored twice";
        case Violation::stored_uninvoked: return "stored though nobody sent it";
        case Violation::stored_refused: return "stored though refused for good";
        case Violation::wrong_content: return "stored with other content than was sent";
        case Violation::hole_in_log: return "hole in the log";
        case Violation::broken_chain: return "digests that do not follow";
        case Violation::view_gap: return "gap in a receiver's view";
        case Violation::view_duplicate: return "delivered twice to a receiver";
        case Violation::view_disorder: return "delivered out of order to a receiver";
        case Violation::view_differs: return "receivers who hold different entries";
        case Violation::sender_order: return "sender's order not kept";
        case Violation::real_time_order: return "acknowledged earlier but numbered later";
        case Violation::head_not_reached: return "receiver who did not reach the head";
        case Violation::outside_membership: return "received outside of membership";
        case Violation::misuse: return "wrong use of the ledger";
        case Violation::kCount: break;
    }
    return "?";
}

std::uint64_t Report::lost() const {
    return count(Violation::acked_not_stored) + count(Violation::hole_in_log) +
           count(Violation::view_gap) + count(Violation::head_not_reached);
}

std::uint64_t Report::duplicated() const {
    return count(Violation::stored_twice) + count(Violation::view_duplicate);
}

std::uint64_t Report::out_of_order() const {
    return count(Violation::view_disorder) + count(Violation::sender_order) +
           count(Violation::real_time_order);
}

std::uint64_t Report::wrong() const {
    const std::uint64_t all =
        std::accumulate(violations.begin(), violations.end(), std::uint64_t{0});
    return all - lost() - duplicated() - out_of_order();
}

bool Report::clean() const {
    return std::accumulate(violations.begin(), violations.end(), std::uint64_t{0}) == 0;
}

std::string Report::summary() const {
    std::string line = fmt::format("{} lost, {} duplicated, {} out of order", lost(), duplicated(),
                                   out_of_order());
    if (wrong() != 0) line += fmt::format(", {} otherwise wrong", wrong());
    return line;
}

}  // namespace stentor::ledger
