// The golden vectors that the browser's SDK reads too: tests/golden/README.md.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/cmid.h"
#include "base/digest.h"
#include "wire/frames.h"
#include "wire/pb.h"

namespace stentor {
namespace {

using Record = std::map<std::string, std::string>;  // Its texts; the "json" of a frame is not read.

// One record stands on each line, its texts free of escapes.
std::vector<Record> records_of(const std::string& name) {
    std::ifstream in{std::string{STENTOR_GOLDEN} + "/" + name + ".json"};
    std::vector<Record> records;
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with('{')) continue;
        Record& record = records.emplace_back();
        const std::size_t end = line.find("\"json\"");
        for (std::size_t at = line.find('"'); at < end; at = line.find('"', at)) {
            const std::size_t key_end = line.find('"', at + 1);
            const std::size_t value = line.find('"', key_end + 1);
            const std::size_t value_end = line.find('"', value + 1);
            record[line.substr(at + 1, key_end - at - 1)] =
                line.substr(value + 1, value_end - value - 1);
            at = value_end + 1;
        }
    }
    return records;
}

std::string bytes_of(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    }
    return bytes;
}

Digest digest_of(const std::string& hex) { return Digest::from(bytes_of(hex)); }

TEST(Golden, EveryCommandComesThroughUnchanged) {
    std::set<pb::ClientFrame::CommandCase> kinds;
    for (const Record& record : records_of("client_frames")) {
        SCOPED_TRACE(record.at("name"));
        const std::string bytes = bytes_of(record.at("hex"));
        const auto frame = wire::decode_command(bytes);
        ASSERT_TRUE(frame);
        EXPECT_EQ(wire::encode(*frame), bytes);
        kinds.insert(frame->command_case());
    }
    EXPECT_EQ(kinds.size(), static_cast<std::size_t>(pb::ClientFrame::kFetchModeration) -
                                pb::ClientFrame::kHello + 1);
}

TEST(Golden, EveryEventComesThroughUnchanged) {
    std::set<pb::ServerFrame::EventCase> kinds;
    for (const Record& record : records_of("server_frames")) {
        SCOPED_TRACE(record.at("name"));
        const std::string bytes = bytes_of(record.at("hex"));
        const auto frame = wire::decode_event(bytes);
        ASSERT_TRUE(frame);
        EXPECT_EQ(wire::encode(*frame), bytes);
        kinds.insert(frame->event_case());
    }
    EXPECT_EQ(kinds.size(), static_cast<std::size_t>(pb::ServerFrame::kModeration) -
                                pb::ServerFrame::kWelcome + 1);
}

// Round trips would also pass with two fields swapped on both ways; these values would not.
TEST(Golden, FieldsStandWhereTheSchemaPutsThem) {
    bool seen = false;
    for (const Record& record : records_of("client_frames")) {
        if (record.at("name") != "send") continue;
        seen = true;
        const auto frame = wire::decode_command(bytes_of(record.at("hex")));
        ASSERT_TRUE(frame);
        EXPECT_EQ(frame->request_id(), 101U);
        EXPECT_EQ(frame->send().gid(), 102U);
        EXPECT_TRUE(Cmid::from(frame->send().cmid()));
        EXPECT_TRUE(Cmid::from(frame->send().after()));
        EXPECT_EQ(frame->send().seen(), 405U);
        pb::Body body;
        ASSERT_TRUE(body.ParseFromString(frame->send().body()));
        EXPECT_EQ(body.text(), "hi");
        EXPECT_EQ(body.reply_to(), 7U);
        EXPECT_EQ(frame->send().epoch(), 606U);
    }
    EXPECT_TRUE(seen);
}

TEST(Golden, DigestsFollow) {
    std::map<std::string, int> kinds;
    for (const Record& record : records_of("digests")) {
        const std::string& kind = record.at("kind");
        ++kinds[kind];
        const Digest expected = digest_of(record.at("digest"));
        if (kind == "hash") {
            EXPECT_EQ(hash_of(bytes_of(record.at("input"))), expected);
        }
        if (kind == "genesis") {
            EXPECT_EQ(genesis(GroupId{std::stoull(record.at("gid"))}), expected);
        }
        if (kind != "link") continue;
        const Digest before = digest_of(record.at("before"));
        pb::Entry entry;
        entry.set_seq(std::stoull(record.at("seq")));
        entry.set_sender(std::stoull(record.at("sender")));
        entry.set_cmid(bytes_of(record.at("cmid")));
        entry.set_kind(static_cast<pb::EntryKind>(std::stoi(record.at("entry_kind"))));
        entry.set_time_ms(std::stoull(record.at("time_ms")));
        entry.set_body(bytes_of(record.at("body")));
        EXPECT_EQ(hash_of(entry.body()), digest_of(record.at("body_hash")));
        EXPECT_EQ(digest_after(before, entry), expected);

        entry.clear_body();
        entry.set_body_hash(bytes_of(record.at("body_hash")));
        entry.set_revision(1);
        entry.set_recalled(true);
        EXPECT_EQ(digest_after(before, entry), expected) << "a recall changed the digest";
    }
    EXPECT_EQ(kinds["hash"], 3);
    EXPECT_EQ(kinds["genesis"], 3);
    EXPECT_EQ(kinds["link"], 4);
}

TEST(Golden, IdsAreMadeOfTimeAndRandomness) {
    const auto records = records_of("cmids");
    EXPECT_EQ(records.size(), 9U);
    for (const Record& record : records) {
        const std::string random = bytes_of(record.at("random"));
        std::array<std::uint8_t, 10> bytes{};
        ASSERT_EQ(random.size(), bytes.size());
        std::copy(random.begin(), random.end(), bytes.begin());
        const Time time = from_ms(std::stoull(record.at("time_ms")));
        const Cmid cmid = Cmid::made_at(time, bytes);
        EXPECT_EQ(cmid.view(), bytes_of(record.at("cmid")));
        EXPECT_EQ(cmid.time(), time);
        EXPECT_EQ(Cmid::from(cmid.view()), cmid);
    }
}

}  // namespace
}  // namespace stentor
