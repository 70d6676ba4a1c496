// Frames on a bare TCP connection: the same messages as on a WebSocket, without its handshake, its
// pings and its Close.

#include <utility>

#include "net/loop.h"
#include "net/tcp/frame.h"
#include "net/ws/frame_header.h"

namespace stentor::net {

void Loop::take_tcp_frame(std::uint32_t index, std::span<char>& bytes) {
    using Kind = tcp::Event::Kind;
    const tcp::Event event = table_.at(index).transport->frames.next(bytes);
    switch (event.kind) {
        case Kind::none: return;
        case Kind::message:
            counters_.messages_in.add();
            return handler_->on_message(table_.token(index), event.payload, now_);
        case Kind::too_large:
            counters_.refused_frames.add();
            return refuse_tcp(index, {.code = Code::frame_too_large,
                                      .where = "frame",
                                      .limit = limits::kClientFrameBytes});
    }
}

// Says why, and shuts our side.
void Loop::refuse_tcp(std::uint32_t index, const Error& error) {
    write_bytes(index, Backlog::Kind::close, share(tcp::frame(handler_->refusal(error))));
    if (table_.at(index).dead) return;
    leave_open(index);
    linger(index);
}

// Shared bytes are frames of a WebSocket server, whole ones; these are the same messages.
const SharedBytes& Loop::as_tcp(const SharedBytes& frames) {
    if (framed_for_ws_ == frames) return framed_for_tcp_;
    std::string bytes;
    bytes.reserve(frames->size() + tcp::kLengthBytes);
    std::string_view rest = *frames;
    ws::FrameHeader header;
    while (ws::decode_header(rest, ws::Role::client, header) == ws::HeaderState::whole) {
        const auto size = static_cast<std::size_t>(header.payload_bytes);
        tcp::append_frame(bytes, rest.substr(header.size, size));
        rest.remove_prefix(header.size + size);
    }
    framed_for_ws_ = frames;
    framed_for_tcp_ = share(std::move(bytes));
    return framed_for_tcp_;
}

}  // namespace stentor::net
