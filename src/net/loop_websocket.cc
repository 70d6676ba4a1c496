#include "net/loop_websocket.h"

#include <optional>
#include <utility>

#include "net/loop_accept.h"
#include "net/loop_http.h"
#include "net/loop_lifetime.h"
#include "net/loop_timers.h"
#include "net/loop_write.h"
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

void take_compressed(LoopState& loop, std::uint32_t index, std::string_view payload) {
    const auto message = loop.reading.inflater.inflate(payload, limits::kClientFrameBytes);
    if (!message) {
        const bool large = message.error().code == Code::frame_too_large;
        const auto code = large ? ws::close_code::kTooLarge : ws::close_code::kBadPayload;
        return fail_websocket(loop, index, code,
                              large ? reason_of(code) : "not compressed as agreed");
    }
    loop.counters.messages_in.add();
    loop.events->on_message(loop.table.token(index), *message, loop.now);
}

// Pongs count too: they cost us the same.
void on_control(LoopState& loop, std::uint32_t index, bool ping, std::string_view payload) {
    Connection& connection = loop.table.at(index);
    const auto second = static_cast<std::uint32_t>(to_ms(loop.now) / 1'000);
    if (std::exchange(connection.control_second, second) != second) connection.control_frames = 0;
    if (++connection.control_frames > limits::kPingsPerSecond) {
        loop.counters.refused_flood.add();
        return start_close(loop, index, ws::close_code::kPolicy, "too many pings",
                           Phase::lingering);
    }
    if (!ping) return;
    write_bytes(loop, index, Backlog::Kind::pong,
                share(ws::server_frame(ws::Opcode::pong, payload)));
}

}  // namespace

void Shard::close(ConnectionToken token, std::uint16_t code, std::string_view reason) {
    if (find_open(loop_, token) == nullptr) return;
    start_close(loop_, token.index, code, reason, Phase::closing);
}

void upgrade_to_websocket(LoopState& loop, std::uint32_t index, const http::Request& request,
                          const access::Address& client) {
    Connection& connection = loop.table.at(index);
    if (!is_accepting(loop)) {
        return refuse_request(loop, index,
                              http::plain(503, "draining", loop.options.within.retry_after));
    }
    const ws::Verdict verdict = ws::judge(handshake_of(request), loop.options.origins);
    if (verdict.status != 101) {
        loop.counters.refused_handshake.add();
        return refuse_request(loop, index, refusal_of(verdict));
    }
    if (!locate_client(loop, index, client)) return;
    const std::string extensions =
        loop.options.compression
            ? ws::permessage_deflate(joined(request, "sec-websocket-extensions"))
            : std::string{};
    const SharedBytes accepted =
        share(ws::accepted(request.header("sec-websocket-key"), extensions));
    connection.deflates = !extensions.empty();
    if (connection.deflates) connection.parser.allow_compressed();
    connection.exchange.reset();
    if (write_bytes(loop, index, Backlog::Kind::http, accepted) == Written::refused)
        return doom(loop, index);
    // The request that said it is forgotten; a ban that comes later asks for it.
    if (client != address_of(connection)) {
        if (connection.transport == nullptr) connection.transport = std::make_unique<Transport>();
        connection.transport->source = client;
    }
    connection.phase = Phase::open;
    connection.deadline = Time::max();
    connection.told = true;
    loop.counters.sockets.add();
    update_busy(loop, index);
    loop.events->on_connected(loop.table.token(index), loop.now);
}

void take_frame(LoopState& loop, std::uint32_t index, std::span<char>& bytes) {
    using Kind = ws::Event::Kind;
    Connection& connection = loop.table.at(index);
    const ws::Event event = connection.parser.next(bytes);
    if (connection.phase == Phase::closing) {
        // Only the peer's Close matters now; or that it will never come.
        if (event.kind == Kind::close || event.kind == Kind::error) start_linger(loop, index);
        return;
    }
    switch (event.kind) {
        case Kind::none: return;
        case Kind::binary:
            if (event.compressed) return take_compressed(loop, index, event.payload);
            loop.counters.messages_in.add();
            return loop.events->on_message(loop.table.token(index), event.payload, loop.now);
        case Kind::text:
            return fail_websocket(loop, index, ws::close_code::kUnsupportedKind, "binary only");
        case Kind::ping:
        case Kind::pong: return on_control(loop, index, event.kind == Kind::ping, event.payload);
        case Kind::close: return start_close(loop, index, event.code, {}, Phase::lingering);
        case Kind::error: return fail_websocket(loop, index, event.code, reason_of(event.code));
    }
}

// What comes after a wrong frame cannot be read, so there is no Close to wait for.
void fail_websocket(LoopState& loop, std::uint32_t index, std::uint16_t code,
                    std::string_view reason) {
    loop.counters.refused_frames.add();
    start_close(loop, index, code, reason, Phase::lingering);
}

void start_close(LoopState& loop, std::uint32_t index, std::uint16_t code, std::string_view reason,
                 Phase next) {
    Connection& connection = loop.table.at(index);
    // On TCP the last message has said why.
    if (!connection.framed) {
        write_bytes(loop, index, Backlog::Kind::close, share(ws::server_close(code, reason)));
    }
    if (connection.dead) return;
    leave_open(loop, index);
    if (next == Phase::lingering || connection.framed) return start_linger(loop, index);
    connection.phase = next;
    connection.deadline = loop.now + loop.options.within.close;
    update_busy(loop, index);
    rearm(loop, index);
    make_ready(loop, index);  // It may have been paused.
}

// A message whose rest does not come would hold its buffer for ever.
void watch_message(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    const bool halfway =
        connection.framed ? connection.transport->frames.halfway() : connection.parser.halfway();
    if (connection.paused || !halfway) {
        connection.deadline = Time::max();
    } else if (connection.deadline == Time::max()) {
        connection.deadline = loop.now + loop.options.within.message;
        rearm(loop, index);
    }
}

}  // namespace stentor::net
