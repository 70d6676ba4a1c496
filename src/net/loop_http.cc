// The HTTP side of a connection: one request at a time, its answer, the next.

#include <utility>

#include "net/http/response.h"
#include "net/loop.h"
#include "net/loop_constants.h"

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

}  // namespace

void Loop::take_request(std::uint32_t index, std::span<char>& bytes) {
    using State = http::RequestParser::State;
    Connection& connection = table_.at(index);
    if (connection.exchange == nullptr) {
        connection.exchange = std::make_unique<Exchange>();
        // The first one is under the deadline that was set when the connection was accepted.
        if (connection.requests > 0) connection.deadline = now_ + options_.within.http;
        rearm(index);
    }
    http::RequestParser& parser = connection.exchange->parser;
    const State before = parser.state();
    std::span<const char> rest = bytes;
    const State state = parser.feed(rest);
    bytes = bytes.last(rest.size());
    switch (state) {
        case State::header: return;
        case State::body:
            if (before == State::header) connection.deadline = now_ + options_.within.http;
            if (parser.take_expectation()) {
                write_bytes(index, Backlog::Kind::http, share(std::string{http::kContinue}));
            }
            return;
        case State::whole: return on_request(index);
        case State::wrong: break;
    }
    const bool large = parser.status() == 413 || parser.status() == 431;
    (large ? counters_.refused_large : counters_.refused_malformed).add();
    refuse_request(index, http::plain(parser.status(), reason_of(parser.status())));
}

void Loop::on_request(std::uint32_t index) {
    Connection& connection = table_.at(index);
    http::Request request = connection.exchange->parser.take();
    ++connection.requests;
    connection.exchange->head_only = request.method == "HEAD";
    const access::Address client = client_of(connection, request.header("x-forwarded-for"));
    if (banned(client)) {
        through(index);
        counters_.refused_banned.add();
        // A proxy's connection goes on: the next request may be somebody else's.
        return answer(index, banned_response(), request.keep_alive && accepting());
    }
    if (request.path == options_.websocket_path) return upgrade(index, request, client);

    through(index);
    counters_.http_requests.add();
    request.peer = access::shown(client);
    connection.exchange->answering = true;
    connection.exchange->keep_alive = request.keep_alive;
    connection.deadline = now_ + options_.within.http_idle;
    rearm(index);
    const http::Responder responder{.connection = table_.token(index),
                                    .request = connection.requests};
    handler_->on_http(std::move(request), responder, now_);
}

void Loop::respond(http::Responder responder, const http::Response& response) {
    const Connection* connection = table_.find(responder.connection);
    const bool awaited = connection != nullptr && !connection->dead &&
                         connection->phase == Phase::http && connection->exchange != nullptr &&
                         connection->exchange->answering &&
                         connection->requests == responder.request;
    if (!awaited) return;
    // While draining, a client that asks again should find another server.
    const bool keep_alive = connection->exchange->keep_alive && !response.close && accepting();
    answer(responder.connection.index, response, keep_alive);
}

void Loop::refuse_request(std::uint32_t index, const http::Response& response) {
    answer(index, response, false);
}

void Loop::answer(std::uint32_t index, const http::Response& response, bool keep_alive) {
    Connection& connection = table_.at(index);
    const bool head_only = connection.exchange != nullptr && connection.exchange->head_only;
    const bool has_body = response.body != nullptr && !response.body->empty() && !head_only;
    const bool joined = has_body && response.body->size() <= kJoinedBytes;
    connection.exchange.reset();

    std::string head = http::head_of(response, keep_alive, now_);
    if (joined) head.append(*response.body);
    Written written = write_bytes(index, Backlog::Kind::http, share(std::move(head)));
    if (has_body && !joined && written != Written::refused) {
        written = write_bytes(index, Backlog::Kind::http, response.body);
    }
    if (written == Written::refused) return doom(index);
    if (!keep_alive) return linger(index);
    connection.deadline = now_ + options_.within.http_idle;
    rearm(index);
    make_ready(index);
}

}  // namespace stentor::net
