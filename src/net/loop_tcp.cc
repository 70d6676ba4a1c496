#include "net/loop_tcp.h"

#include <utility>

#include "net/loop_lifetime.h"
#include "net/loop_write.h"
#include "net/tcp/frame.h"
#include "net/ws/frame_header.h"

namespace stentor::net {

void take_tcp_frame(LoopState& loop, std::uint32_t index, std::span<char>& bytes) {
    using Kind = tcp::Event::Kind;
    const tcp::Event event = loop.table.at(index).transport->frames.next(bytes);
    switch (event.kind) {
        case Kind::none: return;
        case Kind::message:
            loop.counters.messages_in.add();
            return loop.handler->on_message(loop.table.token(index), event.payload, loop.now);
        case Kind::too_large:
            loop.counters.refused_frames.add();
            return refuse_tcp(loop, index,
                              {.code = Code::frame_too_large,
                               .where = "frame",
                               .limit = limits::kClientFrameBytes});
    }
}

// Says why, and shuts our side.
void refuse_tcp(LoopState& loop, std::uint32_t index, const Error& error) {
    write_bytes(loop, index, Backlog::Kind::close, share(tcp::frame(loop.handler->refusal(error))));
    if (loop.table.at(index).dead) return;
    leave_open(loop, index);
    start_linger(loop, index);
}

// Shared bytes are frames of a WebSocket server, whole ones; these are the same messages.
const SharedBytes& as_tcp(LoopState& loop, const SharedBytes& frames) {
    if (loop.writing.framed_for_ws == frames) return loop.writing.framed_for_tcp;
    std::string bytes;
    bytes.reserve(frames->size() + tcp::kLengthBytes);
    std::string_view rest = *frames;
    ws::FrameHeader header;
    while (ws::decode_header(rest, ws::Role::client, header) == ws::HeaderState::whole) {
        const auto size = static_cast<std::size_t>(header.payload_bytes);
        tcp::append_frame(bytes, rest.substr(header.size, size));
        rest.remove_prefix(header.size + size);
    }
    loop.writing.framed_for_ws = frames;
    loop.writing.framed_for_tcp = share(std::move(bytes));
    return loop.writing.framed_for_tcp;
}

}  // namespace stentor::net
