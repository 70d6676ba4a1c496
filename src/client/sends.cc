#include "client/sends.h"

#include <utility>

#include "client/groups.h"
#include "client/requests.h"
#include "wire/pb.h"

namespace stentor::client {

void flush_outbox(ClientState& client, Moment moment) {
    for (const Outbox::Chain& chain : client.outbox.chains()) {
        const GroupCursor* group = find_group(client, chain.gid);
        if (group != nullptr && group->phase != GroupCursor::Phase::open &&
            group->phase != GroupCursor::Phase::refused) {
            continue;  // It is being opened; until then a send would only be refused.
        }
        while (client.requests.room()) {
            const auto next = client.outbox.next(chain, moment.now);
            if (!next) break;
            pb::ClientFrame frame;
            pb::Send& send = *frame.mutable_send();
            send.set_gid(chain.gid.value);
            send.set_cmid(std::string{next->item->cmid.view()});
            if (next->after) send.set_after(std::string{next->after.view()});
            send.set_seen(next->item->seen.value);
            send.set_body(next->item->body);
            if (group != nullptr) send.set_epoch(group->epoch().value);
            client.outbox.departed(*next->item,
                                   send_command(client, moment, frame, Purpose::send, chain.gid));
        }
    }
}

// Found by the id and not by the request: the answer may be to an earlier try.
void on_sent(ClientState& client, const pb::Sent& sent) {
    const auto cmid = Cmid::from(sent.cmid());
    if (!cmid || !client.outbox.answered({sent.gid()}, *cmid)) return;
    std::erase_if(client.requests.open, [&](const Request& request) {
        return request.purpose == Purpose::send && request.gid == GroupId{sent.gid()} &&
               client.outbox.by_request(request.id) == nullptr;
    });
    client.host.on_sent({sent.gid()}, *cmid, {sent.epoch()}, {sent.seq()});
}

void send_again(ClientState& client, GroupId gid, Time when, bool one_at_a_time) {
    if (one_at_a_time) {
        client.outbox.hold(gid, when);
    } else {
        client.outbox.again(gid, when);
    }
    std::erase_if(client.requests.open, [&](const Request& request) {
        return request.purpose == Purpose::send && request.gid == gid;
    });
}

void refused_send(ClientState& client, Moment moment, std::uint32_t request_id,
                  const pb::Refused& refused) {
    Outbox::Item* item = client.outbox.by_request(request_id);
    if (item == nullptr) return;  // An earlier try: the chain has gone out again since.
    const GroupId gid = item->gid;
    const Cmid cmid = item->cmid;
    const Code code{static_cast<std::uint16_t>(refused.code())};
    const Millis after{refused.retry_after_ms()};
    switch (remedy(code)) {
        case Remedy::none:
        case Remedy::now: {
            // The oldest has no predecessor that could be missing; if it is refused all the same,
            // it waits, or the two would talk for ever.
            const Millis pause =
                client.outbox.is_oldest(*item)
                    ? backoff(*client.settings, client.outbox.count_try(gid), moment.random)
                    : Millis{};
            if (code == Code::epoch_changed || code == Code::not_open) {
                if (GroupCursor* group = find_group(client, gid))
                    group->phase = GroupCursor::Phase::closed;
            }
            client.host.on_held(gid, cmid,
                                {.code = code, .retry_after_ms = refused.retry_after_ms()});
            return send_again(client, gid, moment.now + after + pause, false);
        }
        case Remedy::later: {
            const std::uint32_t tries = client.outbox.count_try(gid);
            // Told a time, a little spread is enough; told none, the usual delays.
            const Millis pause =
                backoff(*client.settings, after.count() == 0 ? tries : 0, moment.random);
            client.host.on_held(gid, cmid,
                                {.code = code, .retry_after_ms = refused.retry_after_ms()});
            return send_again(client, gid, moment.now + after + pause, true);
        }
        case Remedy::ask:
        case Remedy::never: client.outbox.drop(gid, cmid); client.host.on_gave_up(gid, cmid, code);
    }
}

bool send_expired(ClientState& client, Moment moment, const Request& request) {
    if (client.outbox.by_request(request.id) == nullptr) return false;
    const std::uint32_t tries = client.outbox.count_try(request.gid);
    send_again(client, request.gid, moment.now + backoff(*client.settings, tries, moment.random),
               true);
    return true;
}

}  // namespace stentor::client
