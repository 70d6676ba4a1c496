#pragma once
// For the tests of this folder: pushes as the hub makes them, and sockets that keep what they are
// given, as short texts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "node/fanout/router.h"
#include "wire/deflate/inflater.h"
#include "wire/envelope.h"
#include "wire/frames.h"
#include "wire/pb.h"

namespace stentor::fanout {

inline constexpr GroupId kGroup{5};
inline constexpr Epoch kEpoch{1};

inline Push batch(std::uint64_t first, std::uint64_t last, GroupId gid = kGroup,
                  Epoch epoch = kEpoch,
                  const std::string& body = "what somebody said, and somebody said again") {
    std::vector<LogEntry> entries;
    for (std::uint64_t seq = first; seq <= last; ++seq) {
        pb::Entry entry;
        entry.set_seq(seq);
        entry.set_body(body);
        entries.push_back({.bytes = share(entry.SerializeAsString())});
    }
    const Digest digest = hash_of(std::to_string(last));
    const pb::Batch head = wire::batch_head(gid, epoch, Seq{first}, digest, storm::kCalm);
    return {.gid = gid,
            .epoch = epoch,
            .first = Seq{first},
            .last = Seq{last},
            .encoded = wire::shared_push(wire::encode_batch(head, entries)),
            .digest = digest,
            .entries_size = wire::entries_size(entries)};
}

inline Push changed(std::uint64_t seq) {
    pb::ServerFrame frame;
    frame.mutable_changed()->set_gid(kGroup.value);
    frame.mutable_changed()->mutable_entry()->set_seq(seq);
    return {.gid = kGroup,
            .epoch = kEpoch,
            .lane = Lane::control,
            .first = Seq{seq},
            .last = Seq{seq},
            .encoded = wire::shared_push(wire::encode(frame))};
}

inline Push tick() {
    pb::ServerFrame frame;
    frame.mutable_typing_now()->set_gid(kGroup.value);
    return {.gid = kGroup,
            .epoch = kEpoch,
            .lane = Lane::ticks,
            .encoded = wire::shared_push(wire::encode(frame))};
}

inline Push tallies(std::vector<std::uint64_t> seqs, bool typing = false) {
    pb::ServerFrame frame;
    frame.mutable_tallies()->set_gid(kGroup.value);
    for (const std::uint64_t seq : seqs) frame.mutable_tallies()->add_tallies()->set_seq(seq);
    EncodedPush push;
    wire::append_message(push, wire::encode(frame));
    if (typing) wire::append_message(push, tick().encoded->payload(0));
    return {.gid = kGroup,
            .epoch = kEpoch,
            .lane = Lane::ticks,
            .encoded = std::make_shared<const EncodedPush>(std::move(push)),
            .tallies = std::make_shared<const pb::Tallies>(frame.tallies())};
}

// "s3,5" tallies, "1-3" a batch, "h7" a head, "c2" a changed entry, "t" a tick, "p" a pulse.
inline std::string told(const pb::ServerFrame& frame) {
    if (frame.has_batch()) {
        const auto first = frame.batch().first_seq();
        const auto count = static_cast<std::uint64_t>(frame.batch().entries_size());
        return std::to_string(first) + "-" + std::to_string(first + count - 1);
    }
    if (frame.has_head()) {
        return (frame.head().changes_missed() ? "H" : "h") + std::to_string(frame.head().head());
    }
    if (frame.has_tallies()) {
        std::string seqs;
        for (const pb::Tally& tally : frame.tallies().tallies()) {
            seqs += (seqs.empty() ? "s" : ",") + std::to_string(tally.seq());
        }
        return seqs;
    }
    if (frame.has_changed()) return "c" + std::to_string(frame.changed().entry().seq());
    return frame.has_pulse() ? "p" : "t";
}

// As a client takes them out of the bytes, and as the push says where they stand.
inline std::vector<pb::ServerFrame> frames_in(const EncodedPush& push) {
    std::vector<pb::ServerFrame> frames;
    std::string_view bytes = push.bytes();
    deflate::Inflater inflater;
    while (bytes.size() >= 2) {
        std::size_t length = static_cast<unsigned char>(bytes[1]);
        std::size_t header = 2;
        if (length == 126) {
            length = (static_cast<std::size_t>(static_cast<unsigned char>(bytes[2])) << 8U) +
                     static_cast<unsigned char>(bytes[3]);
            header = 4;
        } else if (length == 127) {
            length = 0;
            for (const char byte : bytes.substr(2, 8)) {
                length = (length << 8U) + static_cast<unsigned char>(byte);
            }
            header = 10;
        }
        const std::string_view payload = bytes.substr(header, length);
        EXPECT_EQ(push.payload(frames.size()), payload);
        const bool compressed = (static_cast<unsigned char>(bytes[0]) & 0x40U) != 0;
        frames.push_back(*wire::decode_event(
            compressed ? *inflater.inflate(payload, limits::kRangeBytes) : payload));
        bytes.remove_prefix(header + length);
    }
    EXPECT_TRUE(bytes.empty());
    EXPECT_EQ(push.count(), frames.size());
    return frames;
}

class Sockets : public PushWriter, public Viewers {
public:
    Written write_direct(int /*descriptor*/, ConnectionIndex connection,
                         const SharedPush& push) override {
        ++writes;
        newest[connection] = push;
        const auto it = next.find(connection);
        const Written result = it == next.end() ? Written::whole : it->second;
        if (result != Written::refused) {
            for (const auto& frame : frames_in(*push)) {
                got[connection].push_back(told(frame));
            }
        }
        return result;
    }
    bool sees(const Seat& seat, GroupId, Seq seq) override { return seq > floors[seat.connection]; }

    std::vector<std::string> take(ConnectionIndex who) { return std::exchange(got[who], {}); }

    std::map<ConnectionIndex, Written> next;
    std::map<ConnectionIndex, Seq> floors;
    std::map<ConnectionIndex, std::vector<std::string>> got;
    std::map<ConnectionIndex, SharedPush> newest;  // Of each, what was written last.
    int writes = 0;
};

class OpenGate : public Gate {
public:
    bool try_enter() override {
        if (open) ++entered;
        return open;
    }
    void leave() override { ++left; }

    bool open = true;
    int entered = 0;
    int left = 0;
};

class RouterTest : public ::testing::Test {
protected:
    SeatIndex join(ConnectionIndex who, std::uint64_t reached, GroupId gid = kGroup) {
        return *router.join(gid, kEpoch, Seq{reached},
                            {.descriptor = static_cast<int>(who), .connection = who});
    }
    void run() {
        while (router.run(now) == Router::Turn::more) {
        }
    }

    Time now = from_ms(5'000);
    Sockets sockets;
    OpenGate gate;
    Router router{sockets, sockets, gate};
};

}  // namespace stentor::fanout
