#include "client/requests.h"

#include <algorithm>
#include <utility>

#include "client/groups.h"
#include "client/sends.h"
#include "client/user_log.h"
#include "wire/frames.h"
#include "wire/pb.h"

namespace stentor::client {
namespace {

void answer_timeout(ClientState& client, const Request& request) {
    pb::ServerFrame frame;
    frame.set_request_id(request.id);
    *frame.mutable_refused() = wire::refused_of({.code = Code::timeout});
    client.host.on_answer(request.id, frame);
}

}  // namespace

std::uint32_t send_command(ClientState& client, Moment moment, pb::ClientFrame& frame,
                           Purpose purpose, GroupId gid) {
    Requests& requests = client.requests;
    if (requests.next_id == 0) requests.next_id = 1;
    const std::uint32_t id = requests.next_id++;
    frame.set_request_id(id);
    requests.open.push_back({id, purpose, gid, moment.now + client.settings->answer_within});
    requests.said_at = moment.now;
    client.host.transmit(wire::encode(frame));
    return id;
}

Request take_request(Requests& requests, std::uint32_t id) {
    const auto found = std::ranges::find(requests.open, id, &Request::id);
    if (id == 0 || found == requests.open.end()) return {0, Purpose::other, {}, {}};
    const Request request = *found;
    requests.open.erase(found);
    return request;
}

void expire_requests(ClientState& client, Moment moment) {
    std::vector<Request>& open = client.requests.open;
    for (std::size_t i = 0; i < open.size();) {
        const Request request = open[i];
        if (moment.now < request.deadline) {
            ++i;
            continue;
        }
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
        switch (request.purpose) {
            case Purpose::hello:
            case Purpose::open: break;
            case Purpose::pull: pull_expired(client, moment, request.gid); break;
            case Purpose::send:
                if (send_expired(client, moment, request)) i = 0;
                break;
            case Purpose::user_log: user_log_failed(client, moment, {}); break;
            case Purpose::other: answer_timeout(client, request);
        }
    }
}

void lose_requests(ClientState& client) {
    for (const Request& request : std::exchange(client.requests.open, {})) {
        if (request.purpose == Purpose::other) answer_timeout(client, request);
    }
}

Millis backoff(const Settings& settings, std::uint32_t tries, std::uint64_t random) {
    const std::uint32_t doublings = std::min(tries, 16U);
    const Millis most = std::min(settings.retry_max, settings.retry_min * (1 << doublings));
    return Millis{spread(random + tries) % (static_cast<std::uint64_t>(most.count()) + 1)};
}

}  // namespace stentor::client
