#include <algorithm>

#include "client/client.h"
#include "wire/pb.h"

namespace stentor::client {
namespace {

// The upper bits of a number tell the history that gave it, so the first one of a log is never 1
// itself.
bool is_very_first(std::uint64_t number) { return (number & 0xffff'ffffU) == 1; }

}  // namespace

// `continues`: it was asked for with the cursor, so its first entry is the next one whatever its
// number; a restored server goes on at a number far above the last.
void Client::on_user_log(Moment moment, const pb::UserLog& log, bool continues) {
    if (log.reset()) {
        user_log_ = {.seq = log.head(), .head = log.head()};
        host_.on_user_log_reset();
        return;
    }
    user_log_.head = std::max(user_log_.head, log.head());
    const bool asked_for = continues;
    const std::uint64_t before = user_log_.seq;
    for (const pb::UserLogEntry& entry : log.entries()) {
        const std::uint64_t number = entry.user_log_seq();
        if (number == 0) {
            host_.on_user_log(entry);
            continue;
        }
        if (number <= user_log_.seq) continue;
        user_log_.head = std::max(user_log_.head, number);
        const bool follows =
            number == user_log_.seq + 1 || (user_log_.seq == 0 && is_very_first(number));
        if (!continues && !follows) break;  // A gap: fetched.
        continues = false;
        user_log_.seq = number;
        host_.on_user_log(entry);
    }
    const bool moved = user_log_.seq != before;
    user_log_.tries = moved ? 0 : user_log_.tries;
    // An answer that brings nothing must not be asked for again at once, for ever.
    if (asked_for && !moved && user_log_.seq < user_log_.head) {
        user_log_.not_before = moment.now + backoff(user_log_.tries++, moment.random);
    }
}

void Client::fetch_user_log(Moment moment) {
    const bool wanted = user_log_.seq < user_log_.head && !user_log_.fresh;
    if (!wanted || user_log_.fetching || moment.now < user_log_.not_before || !room()) return;
    user_log_.fetching = true;
    pb::ClientFrame frame;
    frame.mutable_fetch_user_log()->set_after_seq(user_log_.seq);
    command(moment, frame, Purpose::user_log, {});
}

}  // namespace stentor::client
