#include "net/loop_tcp.h"

#include <utility>

#include "net/loop_lifetime.h"
#include "net/loop_write.h"
#include "net/tcp/frame.h"

namespace stentor::net {

void take_tcp_frame(LoopState& loop, std::uint32_t index, std::span<char>& bytes) {
    using Kind = tcp::Event::Kind;
    const tcp::Event event = loop.table.at(index).transport->frames.next(bytes);
    switch (event.kind) {
        case Kind::none: return;
        case Kind::message:
            loop.counters.messages_in.add();
            return loop.events->on_message(loop.table.token(index), event.payload, loop.now);
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

// A pass brings the same push to many.
const SharedBytes& framed_for_tcp(LoopState& loop, const SharedPush& push) {
    Writing& writing = loop.writing;
    if (writing.framed == push) return writing.framed_for_tcp;
    std::string bytes;
    for (std::size_t n = 0; n < push->count(); ++n) tcp::append_frame(bytes, push->payload(n));
    writing.framed = push;
    writing.framed_for_tcp = share(std::move(bytes));
    return writing.framed_for_tcp;
}

}  // namespace stentor::net
