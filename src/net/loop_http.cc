#include "net/loop_http.h"

#include <utility>

#include "net/http/response.h"
#include "net/loop_accept.h"
#include "net/loop_bans.h"
#include "net/loop_constants.h"
#include "net/loop_lifetime.h"
#include "net/loop_timers.h"
#include "net/loop_websocket.h"
#include "net/loop_write.h"

namespace stentor::net {
namespace {

std::string_view reason_of(unsigned status) {
    switch (status) {
        case 411: return "Content-Length is needed";
        case 413: return "body too large";
        case 417: return "only 100-continue can be expected";
        case 431: return "header too large";
        default: return "not HTTP/1.1";
    }
}

void answer_request(LoopState& loop, std::uint32_t index, const http::Response& response,
                    bool keep_alive);
void take_piece(LoopState& loop, http::Responder asker, const SharedBytes& piece);

void on_request(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    http::Request request = connection.exchange->parser.take();
    ++connection.requests;
    connection.exchange->head_only = request.method == "HEAD";
    const access::Address client = client_of(loop, connection, request.header("x-forwarded-for"));
    if (is_banned(loop, client)) {
        end_half_open(loop, index);
        loop.counters.refused_banned.add();
        // A proxy's connection goes on: the next request may be somebody else's.
        return answer_request(loop, index, banned_response(),
                              request.keep_alive && is_accepting(loop));
    }
    if (request.path == loop.options.websocket_path)
        return upgrade_to_websocket(loop, index, request, client);

    end_half_open(loop, index);
    loop.counters.http_requests.add();
    request.peer = access::shown(client);
    connection.exchange->answering = true;
    connection.exchange->keep_alive = request.keep_alive;
    connection.deadline = loop.now + loop.options.within.http_idle;
    rearm(loop, index);
    const http::Responder responder{.connection = loop.table.token(index),
                                    .request = connection.requests};
    loop.handler->on_http(std::move(request), responder, loop.now);
}

void end_answer(LoopState& loop, std::uint32_t index, bool keep_alive) {
    Connection& connection = loop.table.at(index);
    if (!keep_alive) return start_linger(loop, index);
    connection.deadline = loop.now + loop.options.within.http_idle;
    rearm(loop, index);
    make_ready(loop, index);
}

void take_piece(LoopState& loop, http::Responder asker, const SharedBytes& piece) {
    Connection* connection = loop.table.find(asker.connection);
    const bool awaited = connection != nullptr && !connection->dead &&
                         connection->phase == Phase::http && connection->streaming != nullptr &&
                         connection->requests == asker.request;
    if (!awaited) return;
    const std::uint32_t index = asker.connection.index;
    Streaming& streaming = *connection->streaming;
    streaming.asked = false;
    // Its length was told: there is no other way to say that the rest does not come.
    if (piece == nullptr || piece->empty() || piece->size() > streaming.left) {
        return doom(loop, index);
    }
    streaming.left -= piece->size();
    const Written written = write_bytes(loop, index, Backlog::Kind::http, piece);
    if (written == Written::refused) return doom(loop, index);
    if (written == Written::whole) go_on_streaming(loop, index);
}

void answer_request(LoopState& loop, std::uint32_t index, const http::Response& response,
                    bool keep_alive) {
    Connection& connection = loop.table.at(index);
    const bool head_only = connection.exchange != nullptr && connection.exchange->head_only;
    const bool streams = response.source != nullptr && response.source->size() > 0 && !head_only;
    const bool has_body =
        !streams && response.body != nullptr && !response.body->empty() && !head_only;
    const bool joined = has_body && response.body->size() <= kJoinedBytes;
    connection.exchange.reset();

    std::string head = http::head_of(response, keep_alive, loop.now);
    if (joined) head.append(*response.body);
    Written written = write_bytes(loop, index, Backlog::Kind::http, share(std::move(head)));
    if (has_body && !joined && written != Written::refused) {
        written = write_bytes(loop, index, Backlog::Kind::http, response.body);
    }
    if (written == Written::refused) return doom(loop, index);
    if (!streams) return end_answer(loop, index, keep_alive);
    connection.streaming = std::make_unique<Streaming>(Streaming{
        .source = response.source, .left = response.source->size(), .keep_alive = keep_alive});
    if (written == Written::whole) go_on_streaming(loop, index);
}

}  // namespace

void go_on_streaming(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    Streaming& streaming = *connection.streaming;
    if (streaming.left == 0) {
        const bool keep_alive = streaming.keep_alive;
        connection.streaming.reset();
        return end_answer(loop, index, keep_alive);
    }
    if (std::exchange(streaming.asked, true)) return;
    connection.deadline = loop.now + loop.options.within.http_idle;
    rearm(loop, index);
    const http::Responder asker{.connection = loop.table.token(index),
                                .request = connection.requests};
    streaming.source->next([&loop, asker](SharedBytes piece) {
        loop.shard.post(
            [&loop, asker, piece = std::move(piece)] { take_piece(loop, asker, piece); });
    });
}

void take_request(LoopState& loop, std::uint32_t index, std::span<char>& bytes) {
    using State = http::RequestParser::State;
    Connection& connection = loop.table.at(index);
    if (connection.exchange == nullptr) {
        connection.exchange = std::make_unique<Exchange>(loop.options.large_bodies);
        // The first one is under the deadline that was set when the connection was accepted.
        if (connection.requests > 0) connection.deadline = loop.now + loop.options.within.http;
        rearm(loop, index);
    }
    http::RequestParser& parser = connection.exchange->parser;
    const State before = parser.state();
    std::span<const char> rest = bytes;
    const State state = parser.feed(rest);
    bytes = bytes.last(rest.size());
    switch (state) {
        case State::header: return;
        case State::body:
            if (before == State::header) connection.deadline = loop.now + loop.options.within.http;
            if (parser.take_expectation()) {
                write_bytes(loop, index, Backlog::Kind::http, share(std::string{http::kContinue}));
            }
            return;
        case State::whole: return on_request(loop, index);
        case State::wrong: break;
    }
    const bool large = parser.status() == 413 || parser.status() == 431;
    (large ? loop.counters.refused_large : loop.counters.refused_malformed).add();
    refuse_request(loop, index, http::plain(parser.status(), reason_of(parser.status())));
}

void Shard::respond(http::Responder responder, const http::Response& response) {
    LoopState& loop = loop_;
    const Connection* connection = loop.table.find(responder.connection);
    const bool awaited = connection != nullptr && !connection->dead &&
                         connection->phase == Phase::http && connection->exchange != nullptr &&
                         connection->exchange->answering &&
                         connection->requests == responder.request;
    if (!awaited) return;
    // While draining, a client that asks again should find another server.
    const bool keep_alive =
        connection->exchange->keep_alive && !response.close && is_accepting(loop);
    answer_request(loop, responder.connection.index, response, keep_alive);
}

void refuse_request(LoopState& loop, std::uint32_t index, const http::Response& response) {
    answer_request(loop, index, response, false);
}

}  // namespace stentor::net
