#include "wire/frames.h"

#include <google/protobuf/io/coded_stream.h>

#include "base/limits.h"
#include "wire/pb.h"

namespace stentor::wire {
namespace {

constexpr std::uint32_t kRetryStoreMs = 5'000;

// Protobuf's wire type for what has a length (encoding guide, "Message Structure").
constexpr std::uint32_t kLengthDelimited = 2;

constexpr std::uint32_t tag_of(int field) {
    return (static_cast<std::uint32_t>(field) << 3U) | kLengthDelimited;
}

std::size_t varint_size(std::uint64_t value) {
    return google::protobuf::io::CodedOutputStream::VarintSize64(value);
}

void append_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out += static_cast<char>(static_cast<unsigned char>(value) | 0x80U);
        value >>= 7U;
    }
    out += static_cast<char>(value);
}

std::size_t fields_size(int entries_field, std::span<const LogEntry> entries) {
    const std::size_t tag_size = varint_size(tag_of(entries_field));
    std::size_t size = 0;
    for (const LogEntry& entry : entries) {
        size += tag_size + varint_size(entry.bytes->size()) + entry.bytes->size();
    }
    return size;
}

// A message's fields may stand in any order, so the ready-made entries follow the rest of `head`.
template <class Message>
std::string splice(std::uint32_t request_id, int event_field, const Message& head,
                   int entries_field, std::span<const LogEntry> entries) {
    const std::size_t size = head.ByteSizeLong() + fields_size(entries_field, entries);
    std::string out;
    out.reserve(size + 24);
    if (request_id != 0) {
        out += static_cast<char>(pb::ServerFrame::kRequestIdFieldNumber << 3U);
        append_varint(out, request_id);
    }
    append_varint(out, tag_of(event_field));
    append_varint(out, size);
    head.AppendToString(&out);
    for (const LogEntry& entry : entries) {
        append_varint(out, tag_of(entries_field));
        append_varint(out, entry.bytes->size());
        out += *entry.bytes;
    }
    return out;
}

}  // namespace

Result<pb::ClientFrame> decode_command(std::string_view bytes) {
    pb::ClientFrame frame;
    if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return std::unexpected(Error{Code::malformed, "frame"});
    }
    if (frame.request_id() == 0 && !frame.has_here()) {
        return std::unexpected(Error{Code::malformed, "request_id"});
    }
    return frame;
}

Result<pb::ServerFrame> decode_event(std::string_view bytes) {
    pb::ServerFrame frame;
    if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return std::unexpected(Error{Code::malformed, "frame"});
    }
    return frame;
}

std::string encode(const pb::ClientFrame& frame) { return frame.SerializeAsString(); }
std::string encode(const pb::ServerFrame& frame) { return frame.SerializeAsString(); }

std::string encode_batch(const pb::Batch& batch, std::span<const LogEntry> entries) {
    return splice(0, pb::ServerFrame::kBatchFieldNumber, batch, pb::Batch::kEntriesFieldNumber,
                  entries);
}

std::string encode_range(std::uint32_t request_id, const pb::Range& range,
                         std::span<const LogEntry> entries) {
    return splice(request_id, pb::ServerFrame::kRangeFieldNumber, range,
                  pb::Range::kEntriesFieldNumber, entries);
}

std::string encode_opened(std::uint32_t request_id, const pb::Opened& opened,
                          std::span<const LogEntry> entries) {
    return splice(request_id, pb::ServerFrame::kOpenedFieldNumber, opened,
                  pb::Opened::kEntriesFieldNumber, entries);
}

pb::Batch batch_head(GroupId gid, Epoch epoch, Seq first, const Digest& digest,
                     storm::Level level) {
    pb::Batch batch;
    batch.set_gid(gid.value);
    batch.set_epoch(epoch.value);
    batch.set_first_seq(first.value);
    batch.set_digest(std::string{digest.view()});
    batch.set_level(level);
    return batch;
}

std::size_t entries_size(std::span<const LogEntry> entries) {
    return fields_size(pb::Batch::kEntriesFieldNumber, entries);
}

std::string join_batches(const pb::Batch& batch, std::span<const std::string_view> entries) {
    std::size_t size = batch.ByteSizeLong();
    for (const std::string_view some : entries) size += some.size();
    std::string out;
    out.reserve(size + 24);
    append_varint(out, tag_of(pb::ServerFrame::kBatchFieldNumber));
    append_varint(out, size);
    batch.AppendToString(&out);
    for (const std::string_view some : entries) out += some;
    return out;
}

pb::Refused refused_of(const Error& error) {
    pb::Refused refused;
    refused.set_code(static_cast<pb::Code>(error.code));
    refused.set_field(std::string{error.where});
    refused.set_limit(error.limit);
    // Whoever may come again is told when.
    const bool untimed = error.retry_after_ms == 0 && error.code == Code::store_unavailable;
    refused.set_retry_after_ms(untimed ? kRetryStoreMs : error.retry_after_ms);
    refused.set_rule(std::string{error.rule});
    return refused;
}

std::string encode_refused(std::uint32_t request_id, const Error& error) {
    pb::ServerFrame frame;
    frame.set_request_id(request_id);
    *frame.mutable_refused() = refused_of(error);
    return encode(frame);
}

std::size_t page_size(std::span<const LogEntry> entries) {
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (const LogEntry& entry : entries) {
        bytes += entry.bytes->size();
        if (count == limits::kRangeEntries || (count > 0 && bytes > limits::kRangeBytes)) break;
        ++count;
    }
    return count;
}

}  // namespace stentor::wire
