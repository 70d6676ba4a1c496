#include "wire/frames.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/limits.h"
#include "wire/envelope.h"
#include "wire/pb.h"

namespace stentor {
namespace {

constexpr GroupId kGroup{7};

std::vector<LogEntry> made_up_log(std::size_t count, std::size_t body_bytes = 5) {
    std::vector<LogEntry> entries;
    Digest digest = genesis(kGroup);
    for (std::size_t i = 1; i <= count; ++i) {
        const std::array<std::uint8_t, 10> random{static_cast<std::uint8_t>(i)};
        pb::Body body;
        body.set_text(std::string(body_bytes, 'x'));
        pb::Entry entry;
        entry.set_seq(i);
        entry.set_sender(9);
        entry.set_cmid(std::string{Cmid::made_at(from_ms(1'000 + i), random).view()});
        entry.set_kind(pb::ENTRY_KIND_POST);
        entry.set_time_ms(1'000 + i);
        entry.set_ordinal(i);
        entry.set_body(body.SerializeAsString());
        entries.push_back(log_entry(entry, digest));
        digest = entries.back().digest;
    }
    return entries;
}

TEST(Frames, EntriesAreSplicedAsIfTheyHadBeenSerialized) {
    const auto entries = made_up_log(3);
    pb::Range range;
    range.set_gid(kGroup.value);
    range.set_first_seq(1);
    range.set_head(3);

    const auto frame = wire::decode_event(wire::encode_range(42, range, entries));

    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->request_id(), 42U);
    EXPECT_EQ(frame->range().head(), 3U);
    ASSERT_EQ(frame->range().entries_size(), 3);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(frame->range().entries(i).SerializeAsString(),
                  *entries[static_cast<std::size_t>(i)].bytes);
    }
}

TEST(Frames, WhoeverIsRefusedForTheStoreIsToldWhenToComeAgain) {
    EXPECT_GT(wire::refused_of({.code = Code::store_unavailable}).retry_after_ms(), 0U);
    EXPECT_EQ(
        wire::refused_of({.code = Code::store_unavailable, .retry_after_ms = 7}).retry_after_ms(),
        7U);
    EXPECT_EQ(wire::refused_of({.code = Code::not_found}).retry_after_ms(), 0U);
}

TEST(Frames, APushHasNoRequestId) {
    pb::Batch batch;
    batch.set_gid(kGroup.value);
    batch.set_first_seq(1);
    const auto frame = wire::decode_event(wire::encode_batch(batch, made_up_log(2)));
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->request_id(), 0U);
    EXPECT_EQ(frame->batch().entries_size(), 2);
}

TEST(Frames, ACommandNeedsAnIdUnlessItHasNoAnswer) {
    pb::ClientFrame frame;
    frame.mutable_list();
    EXPECT_EQ(wire::decode_command(wire::encode(frame)).error().where, "request_id");
    frame.mutable_here();
    EXPECT_TRUE(wire::decode_command(wire::encode(frame)));
    frame.set_request_id(1);
    EXPECT_EQ(wire::decode_command("\xff\xff\xff").error().where, "frame");
    frame.mutable_list();
    EXPECT_TRUE(wire::decode_command(wire::encode(frame)));
}

TEST(Frames, ARefusalNamesFieldLimitAndTime) {
    const auto frame = wire::decode_event(wire::encode_refused(
        5, {.code = Code::text_too_long, .where = "body.text", .limit = 10, .retry_after_ms = 20}));
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->request_id(), 5U);
    EXPECT_EQ(frame->refused().code(), pb::CODE_TEXT_TOO_LONG);
    EXPECT_EQ(frame->refused().field(), "body.text");
    EXPECT_EQ(frame->refused().limit(), 10U);
    EXPECT_EQ(frame->refused().retry_after_ms(), 20U);
}

TEST(Frames, APageEndsAtItsCountOrItsBytesButHoldsOneAtLeast) {
    EXPECT_EQ(wire::page_size(made_up_log(limits::kRangeEntries + 5)), limits::kRangeEntries);
    EXPECT_EQ(wire::page_size(made_up_log(1, limits::kRangeBytes + 1)), 1U);
    const auto large = made_up_log(40, limits::kRangeBytes / 20);
    const std::size_t count = wire::page_size(large);
    EXPECT_GE(count, 18U);
    EXPECT_LT(count, 20U);
    EXPECT_EQ(wire::page_size({}), 0U);
}

TEST(Batch, TheEntriesOfSeveralBecomeOne) {
    const auto log = made_up_log(9);
    const std::span<const LogEntry> all{log};
    const auto head = [&](std::size_t from, std::size_t count, storm::Level level) {
        return wire::batch_head(kGroup, Epoch{3}, all[from].seq, all[from + count - 1].digest,
                                level);
    };
    std::vector<std::string> parts;
    std::vector<std::size_t> sizes;
    for (const auto& [from, count] : {std::pair{0U, 1U}, std::pair{1U, 5U}, std::pair{6U, 3U}}) {
        const auto some = all.subspan(from, count);
        parts.push_back(wire::encode_batch(head(from, count, storm::kSlowing), some));
        sizes.push_back(wire::entries_size(some));
    }
    std::vector<std::string_view> entries;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        entries.push_back(std::string_view{parts[i]}.substr(parts[i].size() - sizes[i]));
    }
    EXPECT_EQ(wire::join_batches(head(0, 9, storm::kCalm), entries),
              wire::encode_batch(head(0, 9, storm::kCalm), all));
}

TEST(LogEntry, IsReadBackFromItsStoredForm) {
    const LogEntry entry = made_up_log(1).front();
    const auto parsed = parse_log_entry(entry.bytes, entry.digest);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->seq, entry.seq);
    EXPECT_EQ(parsed->cmid, entry.cmid);
    EXPECT_EQ(parsed->time, entry.time);
    EXPECT_EQ(parsed->ordinal, entry.ordinal);
    EXPECT_TRUE(parsed->countable);
}

TEST(LogEntry, BrokenStoredBytesAreRefusedByName) {
    EXPECT_EQ(parse_log_entry(share("\xff"), {}).error().where, "entry");
    pb::Entry entry;
    EXPECT_EQ(parse_log_entry(share(entry.SerializeAsString()), {}).error().where, "entry.cmid");
    entry.set_cmid(std::string{made_up_log(1).front().cmid.view()});
    EXPECT_EQ(parse_log_entry(share(entry.SerializeAsString()), {}).error().where, "entry.seq");
    entry.set_seq(1);
    EXPECT_EQ(parse_log_entry(share(entry.SerializeAsString()), {}).error().where, "entry.kind");
}

TEST(LogEntry, ARecallChangesNoDigest) {
    const auto entries = made_up_log(2);
    pb::Entry recalled;
    ASSERT_TRUE(recalled.ParseFromString(*entries[0].bytes));
    recalled.set_body_hash(std::string{hash_of(recalled.body()).view()});
    recalled.clear_body();
    recalled.set_revision(1);
    recalled.set_recalled(true);
    EXPECT_EQ(digest_after(genesis(kGroup), recalled), entries[0].digest);
}

// RFC 6455 section 5.2: the shortest of three forms of the length.
TEST(Envelope, UsesTheShortestLength) {
    const auto header = [](std::size_t size) {
        const std::string frame = wire::websocket_frame(std::string(size, 'x'));
        const SharedPush push = wire::shared_push(std::string(size, 'x'));
        EXPECT_EQ(push->bytes(), frame);
        EXPECT_EQ(push->payload(0), std::string(size, 'x'));
        EXPECT_EQ(frame.substr(frame.size() - size), std::string(size, 'x'));
        return frame.substr(0, frame.size() - size);
    };
    EXPECT_EQ(header(0), (std::string{"\x82\x00", 2}));
    EXPECT_EQ(header(125), "\x82\x7d");
    EXPECT_EQ(header(126), (std::string{"\x82\x7e\x00\x7e", 4}));
    EXPECT_EQ(header(65'535), "\x82\x7e\xff\xff");
    EXPECT_EQ(header(65'536), (std::string{"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10}));
}

}  // namespace
}  // namespace stentor
