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

Push changed_push(GroupId gid, Epoch epoch, const LogEntry& entry) {
    pb::ServerFrame frame;
    frame.mutable_changed()->set_gid(gid.value);
    frame.mutable_changed()->set_epoch(epoch.value);
    frame.mutable_changed()->mutable_entry()->ParseFromString(*entry.bytes);
    return {.gid = gid,
            .epoch = epoch,
            .lane = node::Lane::control,
            .first = entry.seq,
            .last = entry.seq,
            .encoded = wire::shared_push(wire::encode(frame))};
}

Push batch_push(GroupId gid, Epoch epoch, std::span<const LogEntry> entries, storm::Level level) {
    const Seq first = entries.front().seq;
    const Digest& digest = entries.back().digest;
    const pb::Batch head = wire::batch_head(gid, epoch, first, digest, level);
    return {.gid = gid,
            .epoch = epoch,
            .lane = node::Lane::entries,
            .first = first,
            .last = entries.back().seq,
            .encoded = wire::shared_push(wire::encode_batch(head, entries)),
            .digest = digest,
            .level = level,
            .entries_size = wire::entries_size(entries)};
}

}  // namespace stentor::cache
