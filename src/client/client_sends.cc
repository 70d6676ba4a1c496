#include <utility>

#include "client/client.h"
#include "wire/pb.h"

namespace stentor::client {

void Client::post(Moment moment, GroupId gid, const Cmid& cmid, std::string body, Seq seen) {
    outbox_.add({.gid = gid, .cmid = cmid, .seen = seen, .body = std::move(body)});
    if (state_ == State::ready) proceed(moment);
}

void Client::offer_again(Moment moment, GroupId gid, std::vector<Lost> lost) {
    // What is in flight here went out before the fork was known: the whole chain goes again.
    again(gid, moment.now, false);
    std::vector<Outbox::Item> items;
    for (Lost& send : lost) {
        items.push_back({.gid = gid, .cmid = send.cmid, .seen = {}, .body = std::move(send.body)});
    }
    outbox_.add_first(gid, std::move(items));
    if (state_ == State::ready) proceed(moment);
}

void Client::flush_outbox(Moment moment) {
    for (const Outbox::Chain& chain : outbox_.chains()) {
        const GroupCursor* group = cursor(chain.gid);
        if (group != nullptr && group->phase != GroupCursor::Phase::open &&
            group->phase != GroupCursor::Phase::refused) {
            continue;  // It is being opened; until then a send would only be refused.
        }
        while (room()) {
            const auto next = outbox_.next(chain, moment.now);
            if (!next) break;
            pb::ClientFrame frame;
            pb::Send& send = *frame.mutable_send();
            send.set_gid(chain.gid.value);
            send.set_cmid(std::string{next->item->cmid.view()});
            if (next->after) send.set_after(std::string{next->after.view()});
            send.set_seen(next->item->seen.value);
            send.set_body(next->item->body);
            if (group != nullptr) send.set_epoch(group->epoch().value);
            outbox_.departed(*next->item, command(moment, frame, Purpose::send, chain.gid));
        }
    }
}

// Found by the id and not by the request: the answer may be to an earlier try.
void Client::sent(const pb::ServerFrame& frame) {
    const pb::Sent& sent = frame.sent();
    const auto cmid = Cmid::from(sent.cmid());
    if (!cmid || !outbox_.answered({sent.gid()}, *cmid)) return;
    std::erase_if(requests_, [&](const Request& request) {
        return request.purpose == Purpose::send && request.gid == GroupId{sent.gid()} &&
               outbox_.by_request(request.id) == nullptr;
    });
    host_.on_sent({sent.gid()}, *cmid, {sent.epoch()}, {sent.seq()});
}

void Client::again(GroupId gid, Time when, bool one_at_a_time) {
    if (one_at_a_time) {
        outbox_.hold(gid, when);
    } else {
        outbox_.again(gid, when);
    }
    std::erase_if(requests_, [&](const Request& request) {
        return request.purpose == Purpose::send && request.gid == gid;
    });
}

void Client::refused_send(Moment moment, std::uint32_t request_id, const pb::Refused& refused) {
    Outbox::Item* item = outbox_.by_request(request_id);
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
            const Millis pause = outbox_.is_oldest(*item)
                                     ? backoff(outbox_.count_try(gid), moment.random)
                                     : Millis{};
            if (code == Code::epoch_changed || code == Code::not_open) {
                if (GroupCursor* group = find(gid)) group->phase = GroupCursor::Phase::closed;
            }
            host_.on_held(gid, cmid, {.code = code, .retry_after_ms = refused.retry_after_ms()});
            return again(gid, moment.now + after + pause, false);
        }
        case Remedy::later: {
            const std::uint32_t tries = outbox_.count_try(gid);
            // Told a time, a little spread is enough; told none, the usual delays.
            const Millis pause = backoff(after.count() == 0 ? tries : 0, moment.random);
            host_.on_held(gid, cmid, {.code = code, .retry_after_ms = refused.retry_after_ms()});
            return again(gid, moment.now + after + pause, true);
        }
        case Remedy::ask:
        case Remedy::never: outbox_.drop(gid, cmid); host_.on_gave_up(gid, cmid, code);
    }
}

}  // namespace stentor::client
