// The WebSocket side of a connection: handshake, frames, closing.

#include <optional>
#include <utility>

#include "net/loop.h"
#include "net/ws/frame.h"
#include "net/ws/handshake.h"

namespace stentor::net {
namespace {

std::optional<std::string_view> find(const http::Request& request, std::string_view name) {
    for (const http::Header& header : request.headers) {
        if (header.name == name) return header.value;
    }
    return std::nullopt;
}

// All that stand under this name.
std::string joined(const http::Request& request, std::string_view name) {
    std::string all;
    for (const http::Header& header : request.headers) {
        if (header.name == name) all.append(all.empty() ? "" : ",").append(header.value);
    }
    return all;
}

ws::Handshake handshake_of(const http::Request& request) {
    return {.method = request.method,
            .http_version = request.version,
            .host = find(request, "host"),
            .upgrade = find(request, "upgrade"),
            .connection = find(request, "connection"),
            .version = find(request, "sec-websocket-version"),
            .key = find(request, "sec-websocket-key"),
            .protocol = find(request, "sec-websocket-protocol"),
            .origin = find(request, "origin")};
}

http::Response refusal_of(const ws::Verdict& verdict) {
    http::Response response = http::plain(verdict.status, verdict.reason);
    if (verdict.status == 405) response.headers.push_back({.name = "Allow", .value = "GET"});
    if (verdict.status == 426) {
        response.headers.push_back({.name = "Upgrade", .value = "websocket"});
        response.headers.push_back({.name = "Sec-WebSocket-Version", .value = "13"});
    }
    return response;
}

std::string_view reason_of(std::uint16_t code) {
    switch (code) {
        case ws::close_code::kBadPayload: return "not UTF-8";
        case ws::close_code::kTooLarge: return "message too large";
        default: return "protocol error";
    }
}

}  // namespace

void Loop::upgrade(std::uint32_t index, const http::Request& request,
                   const access::Address& client) {
    Connection& connection = table_.at(index);
    if (!accepting()) {
        return refuse_request(index, http::plain(503, "draining", options_.within.retry_after));
    }
    const ws::Verdict verdict = ws::judge(handshake_of(request), options_.origins);
    if (verdict.status != 101) {
        counters_.refused_handshake.add();
        return refuse_request(index, refusal_of(verdict));
    }
    if (!locate(index, client)) return;
    const Peer peer{.address = access::shown(client),
                    .origin = std::string{request.header("origin")}};
    const std::string extensions =
        options_.compression ? ws::permessage_deflate(joined(request, "sec-websocket-extensions"))
                             : std::string{};
    const SharedBytes accepted =
        share(ws::accepted(request.header("sec-websocket-key"), extensions));
    connection.deflates = !extensions.empty();
    if (connection.deflates) connection.parser.allow_compressed();
    connection.exchange.reset();
    if (write_bytes(index, Backlog::Kind::http, accepted) == Written::refused) return doom(index);
    // The request that said it is forgotten; a ban that comes later asks for it.
    if (client != address_of(connection)) {
        if (connection.transport == nullptr) connection.transport = std::make_unique<Transport>();
        connection.transport->source = client;
    }
    connection.phase = Phase::open;
    connection.deadline = Time::max();
    connection.told = true;
    counters_.sockets.add();
    update_busy(index);
    handler_->on_connected(table_.token(index), peer, now_);
}

void Loop::take_frame(std::uint32_t index, std::span<char>& bytes) {
    using Kind = ws::Event::Kind;
    Connection& connection = table_.at(index);
    const ws::Event event = connection.parser.next(bytes);
    if (connection.phase == Phase::closing) {
        // Only the peer's Close matters now; or that it will never come.
        if (event.kind == Kind::close || event.kind == Kind::error) linger(index);
        return;
    }
    switch (event.kind) {
        case Kind::none: return;
        case Kind::binary:
            if (event.compressed) return take_compressed(index, event.payload);
            counters_.messages_in.add();
            return handler_->on_message(table_.token(index), event.payload, now_);
        case Kind::text: return fail(index, ws::close_code::kUnsupportedKind, "binary only");
        case Kind::ping:
        case Kind::pong: return on_control(index, event.kind == Kind::ping, event.payload);
        case Kind::close: return start_close(index, event.code, {}, Phase::lingering);
        case Kind::error: return fail(index, event.code, reason_of(event.code));
    }
}

void Loop::take_compressed(std::uint32_t index, std::string_view payload) {
    const auto message = inflater_.inflate(payload, limits::kClientFrameBytes);
    if (!message) {
        const bool large = message.error().code == Code::frame_too_large;
        const auto code = large ? ws::close_code::kTooLarge : ws::close_code::kBadPayload;
        return fail(index, code, large ? reason_of(code) : "not compressed as agreed");
    }
    counters_.messages_in.add();
    handler_->on_message(table_.token(index), *message, now_);
}

// Pongs count too: they cost us the same.
void Loop::on_control(std::uint32_t index, bool ping, std::string_view payload) {
    Connection& connection = table_.at(index);
    const auto second = static_cast<std::uint32_t>(to_ms(now_) / 1'000);
    if (std::exchange(connection.control_second, second) != second) connection.control_frames = 0;
    if (++connection.control_frames > limits::kPingsPerSecond) {
        counters_.refused_flood.add();
        return start_close(index, ws::close_code::kPolicy, "too many pings", Phase::lingering);
    }
    if (!ping) return;
    write_bytes(index, Backlog::Kind::pong, share(ws::server_frame(ws::Opcode::pong, payload)));
}

// What comes after a wrong frame cannot be read, so there is no Close to wait for.
void Loop::fail(std::uint32_t index, std::uint16_t code, std::string_view reason) {
    counters_.refused_frames.add();
    start_close(index, code, reason, Phase::lingering);
}

void Loop::start_close(std::uint32_t index, std::uint16_t code, std::string_view reason,
                       Phase next) {
    Connection& connection = table_.at(index);
    // On TCP the last message has said why.
    if (!connection.framed) {
        write_bytes(index, Backlog::Kind::close, share(ws::server_close(code, reason)));
    }
    if (connection.dead) return;
    leave_open(index);
    if (next == Phase::lingering || connection.framed) return linger(index);
    connection.phase = next;
    connection.deadline = now_ + options_.within.close;
    update_busy(index);
    rearm(index);
    make_ready(index);  // It may have been paused.
}

// A message whose rest does not come would hold its buffer for ever.
void Loop::watch_message(std::uint32_t index) {
    Connection& connection = table_.at(index);
    const bool halfway =
        connection.framed ? connection.transport->frames.halfway() : connection.parser.halfway();
    if (connection.paused || !halfway) {
        connection.deadline = Time::max();
    } else if (connection.deadline == Time::max()) {
        connection.deadline = now_ + options_.within.message;
        rearm(index);
    }
}

}  // namespace stentor::net
