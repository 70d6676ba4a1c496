#include "client/user_log.h"

#include <algorithm>
#include <utility>

#include "client/requests.h"
#include "wire/pb.h"

namespace stentor::client {
namespace {

// The upper bits of a number tell the history that gave it, so the first one of a log is never 1
// itself.
bool is_very_first(std::uint64_t number) { return (number & 0xffff'ffffU) == 1; }

// `continues`: it was asked for with the cursor, so its first entry is the next one whatever its
// number; a restored server goes on at a number far above the last.
void apply(ClientState& client, const pb::UserLog& page, bool continues) {
    UserLogCursor& log = client.user_log;
    log.head = std::max(log.head, page.head());
    for (const pb::UserLogEntry& entry : page.entries()) {
        const std::uint64_t number = entry.user_log_seq();
        if (number == 0) {
            client.host.on_user_log(entry);
            continue;
        }
        if (number <= log.seq) continue;
        log.head = std::max(log.head, number);
        const bool follows = number == log.seq + 1 || (log.seq == 0 && is_very_first(number));
        if (!continues && !follows) break;  // A gap: fetched.
        continues = false;
        log.seq = number;
        client.host.on_user_log(entry);
    }
}

}  // namespace

void on_user_log(ClientState& client, Moment moment, const Request& request,
                 const pb::UserLog& page) {
    UserLogCursor& log = client.user_log;
    const bool answers = request.purpose == Purpose::user_log && request.id != 0;
    const bool continues = answers || std::exchange(log.fresh, false);
    if (answers) log.fetching = false;
    if (page.reset()) {
        log = {.seq = page.head(), .head = page.head()};
        client.host.on_user_log_reset();
        return;
    }
    const std::uint64_t before = log.seq;
    apply(client, page, continues);
    const bool moved = log.seq != before;
    log.tries = moved ? 0 : log.tries;
    // An answer that brings nothing must not be asked for again at once, for ever.
    if (continues && !moved && log.seq < log.head) {
        log.not_before = moment.now + backoff(*client.settings, log.tries++, moment.random);
    }
}

void fetch_user_log(ClientState& client, Moment moment) {
    UserLogCursor& log = client.user_log;
    const bool wanted = log.seq < log.head && !log.fresh;
    if (!wanted || log.fetching || moment.now < log.not_before || !client.requests.room()) return;
    log.fetching = true;
    pb::ClientFrame frame;
    frame.mutable_fetch_user_log()->set_after_seq(log.seq);
    send_command(client, moment, frame, Purpose::user_log, {});
}

void user_log_failed(ClientState& client, Moment moment, Millis after) {
    UserLogCursor& log = client.user_log;
    log.fetching = false;
    log.not_before = moment.now + after + backoff(*client.settings, log.tries++, moment.random);
}

void user_log_lost(UserLogCursor& log) {
    log.fetching = log.fresh = false;
    log.not_before = {};
}

}  // namespace stentor::client
