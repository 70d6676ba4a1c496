// What a delivered message weighs on the wire, beside the frozen JSON form.

#include <fmt/format.h>

#include <stdexcept>

#include "load/bench/chat_file.h"
#include "load/bench/json_form.h"
#include "load/bench/testbed.h"
#include "wire/deflate/deflater.h"
#include "wire/envelope.h"
#include "wire/frames.h"
#include "wire/log_entry.h"
#include "wire/pb.h"

namespace stentor::bench {
namespace {

constexpr double kAimed = 0.57;                   // Of the JSON form
constexpr GroupId kGroup{7'512'345'678'901'234};  // Ids as long as real ones: below 2^53.
constexpr std::uint64_t kFirstUser = 5'012'345'678'901'234;
constexpr std::uint64_t kStartMs = 1'700'000'000'000;
constexpr std::size_t kLargeBatch = 20;

struct Weights {
    std::uint64_t binary{};
    std::uint64_t batched{};
    std::uint64_t compressed{};
    std::uint64_t json{};
    std::uint64_t text{};
};

pb::Batch batch_of(Seq first, const Digest& digest) {
    return wire::batch_head(kGroup, Epoch{1}, first, digest, storm::kCalm);
}

std::uint64_t frame_bytes(std::span<const LogEntry> entries) {
    const pb::Batch batch = batch_of(entries.front().seq, entries.back().digest);
    return wire::websocket_frame(wire::encode_batch(batch, entries)).size();
}

// As one that takes permessage-deflate gets it.
std::uint64_t compressed_bytes(std::span<const LogEntry> entries, deflate::Deflater& deflater) {
    const pb::Batch batch = batch_of(entries.front().seq, entries.back().digest);
    const std::string payload = wire::encode_batch(batch, entries);
    const std::string small = deflater.deflate(payload);
    return small.empty() ? frame_bytes(entries) : wire::websocket_frame(small).size();
}

Weights weigh(const Chat& chat) {
    Weights all;
    deflate::Deflater deflater;
    Digest before = genesis(kGroup);
    std::vector<LogEntry> gathered;
    std::uint64_t seq = 0;
    for (const ChatLine& line : chat.lines) {
        pb::Body body;
        body.set_text(line.text);
        std::array<std::uint8_t, 10> random{};
        for (std::size_t i = 0; i < random.size(); ++i) {
            random[i] = static_cast<std::uint8_t>(spread(seq * 10 + i));
        }
        pb::Entry entry;
        entry.set_seq(++seq);
        entry.set_sender(kFirstUser + line.sender);
        entry.set_time_ms(kStartMs + line.ms);
        entry.set_cmid(std::string{Cmid::made_at(from_ms(entry.time_ms()), random).view()});
        entry.set_kind(pb::ENTRY_KIND_POST);
        entry.set_ordinal(seq);
        entry.set_body(body.SerializeAsString());
        const LogEntry made = log_entry(entry, before);
        before = made.digest;
        all.text += line.text.size();
        all.binary += frame_bytes({&made, 1});
        pb::Batch batch = batch_of(made.seq, made.digest);
        *batch.add_entries() = entry;
        all.json += wire::websocket_frame(json_form(batch)).size();
        gathered.push_back(made);
        if (gathered.size() == kLargeBatch) {
            all.batched += frame_bytes(gathered);
            all.compressed += compressed_bytes(gathered, deflater);
            gathered.clear();
        }
    }
    if (!gathered.empty()) {
        all.batched += frame_bytes(gathered);
        all.compressed += compressed_bytes(gathered, deflater);
    }
    return all;
}

}  // namespace

void measure_bytes(const Context& context) {
    auto& findings = context.findings;
    const auto file = context.options.chat.empty()
                          ? std::filesystem::path{"tests/data/made_up_chat.tsv"}
                          : context.options.chat;
    const auto chat = read_chat(file, 0);
    if (!chat || chat->lines.empty()) {
        throw std::runtime_error{"no chat in " + file.string() + ": name one with --chat"};
    }
    const Weights all = weigh(*chat);
    const auto count = static_cast<double>(chat->lines.size());
    const double ratio = static_cast<double>(all.binary) / static_cast<double>(all.json);
    findings.figure("bytes", "text of a message", static_cast<double>(all.text) / count, "bytes");
    findings.figure("bytes", "delivered, one a frame", static_cast<double>(all.binary) / count,
                    "bytes");
    findings.figure("bytes", "delivered, twenty a frame", static_cast<double>(all.batched) / count,
                    "bytes");
    findings.figure("bytes", "delivered, twenty a frame, compressed",
                    static_cast<double>(all.compressed) / count, "bytes");
    findings.figure("bytes", "as JSON, one a frame", static_cast<double>(all.json) / count,
                    "bytes");
    findings.figure("bytes", "one a frame over JSON", ratio * 100, "%");
    if (ratio > kAimed) {
        findings.fail("bytes", fmt::format("more than {:.0f}% of the JSON form", kAimed * 100));
    }
}

}  // namespace stentor::bench
