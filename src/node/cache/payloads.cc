#include "node/cache/payloads.h"

#include "wire/envelope.h"
#include "wire/frames.h"

namespace stentor::cache {

// Serialized messages put behind each other are one with the fields of both.
std::string addressed(std::uint32_t request_id, const std::string& frame) {
    pb::ServerFrame head;
    head.set_request_id(request_id);
    return wire::encode(head) + frame;
}

std::string reset_payload(std::uint32_t request_id, const Memory& memory, Seq floor,
                          const Digest& digest) {
    pb::ServerFrame frame;
    frame.set_request_id(request_id);
    pb::Reset& reset = *frame.mutable_reset();
    reset.set_gid(memory.gid().value);
    reset.set_epoch(memory.epoch().value);
    reset.set_floor(floor.value);
    reset.set_digest(std::string{digest.view()});
    reset.set_head(memory.head().value);
    return wire::encode(frame);
}

std::string fork_payload(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq fork) {
    pb::ServerFrame frame;
    frame.set_request_id(request_id);
    frame.mutable_fork()->set_gid(gid.value);
    frame.mutable_fork()->set_epoch(epoch.value);
    frame.mutable_fork()->set_fork_seq(fork.value);
    return wire::encode(frame);
}

std::string ousted_payload(GroupId gid, pb::OustReason reason, UserId by) {
    pb::ServerFrame frame;
    frame.mutable_ousted()->set_gid(gid.value);
    frame.mutable_ousted()->set_reason(reason);
    frame.mutable_ousted()->set_by(by.value);
    return wire::encode(frame);
}

SharedBytes changed_frame(GroupId gid, Epoch epoch, const LogEntry& entry) {
    pb::ServerFrame frame;
    frame.mutable_changed()->set_gid(gid.value);
    frame.mutable_changed()->set_epoch(epoch.value);
    frame.mutable_changed()->mutable_entry()->ParseFromString(*entry.bytes);
    return wire::shared_websocket_frame(wire::encode(frame));
}

SharedBytes batch_frame(GroupId gid, Epoch epoch, std::span<const LogEntry> entries,
                        storm::Level level) {
    pb::Batch batch;
    batch.set_gid(gid.value);
    batch.set_epoch(epoch.value);
    batch.set_first_seq(entries.front().seq.value);
    batch.set_digest(std::string{entries.back().digest.view()});
    batch.set_level(level);
    return wire::shared_websocket_frame(wire::encode_batch(batch, entries));
}

}  // namespace stentor::cache
