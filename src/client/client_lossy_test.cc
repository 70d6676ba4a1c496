// A faulty line between a client and a correct server: frames are lost both ways, connections
// break.

#include <gmock/gmock.h>

#include <algorithm>

#include "client/client_test_kit.h"

namespace stentor::client {
namespace {

using testing::IsEmpty;

constexpr std::uint64_t kSends = 200;
constexpr int kTurnsMax = 40'000;

class LossyLine : public ClientTest {
protected:
    bool one_in(std::uint64_t n) { return spread(++dice_) % n == 0; }

    void turn() {
        now += Millis{20};
        if (host.connects > connects_) {
            connects_ = host.connects;
            connected_ = true;
            client.on_connected(moment());
        }
        if (posted_ < kSends && one_in(3)) {
            ++posted_;
            client.post(moment(), kGroup, cmid_of(posted_), std::to_string(posted_));
        }
        if (one_in(10)) server.chat(1);
        while (connected_ && !host.frames.empty()) carry(take());
        push();
        if (connected_ && one_in(300)) {
            cut();
            client.on_closed(moment());
        }
        if (now >= host.wake) client.on_wake(moment());
        if (host.disconnects > 0) {
            host.disconnects = 0;
            cut();
        }
    }

    void carry(const pb::ClientFrame& frame) {
        if (one_in(15)) return;  // Lost on the way up.
        const pb::ServerFrame answer = answer_to(frame);
        if (!one_in(15)) give(answer);  // Else lost on the way down.
        if (!frame.has_hello() || !client.ready()) return;
        const pb::Cursor& cursor = frame.hello().resume(0);
        give(server.opened(cursor.epoch() == 0 ? 1 : cursor.seq() + 1, false));
    }

    pb::ServerFrame answer_to(const pb::ClientFrame& frame) {
        const std::uint32_t id = frame.request_id();
        if (frame.has_hello()) return server.welcome(id);
        if (frame.has_send()) {
            return one_in(10) ? Server::refused(id, Code::rate_limited, 100)
                              : server.send(id, frame.send());
        }
        if (frame.has_open()) return server.opened(server.entries.size() + 1, false);
        if (frame.has_pull()) {
            return server.range(id, frame.pull().from(),
                                std::min<std::uint64_t>(frame.pull().to(), server.entries.size()));
        }
        return {};
    }

    void push() {
        if (!connected_ || told_ >= server.entries.size()) return;
        if (!one_in(10)) give(server.batch(told_ + 1, server.entries.size()));
        told_ = server.entries.size();
    }

    void cut() {
        connected_ = false;
        host.frames.clear();
    }

    int connects_{};

private:
    std::uint64_t dice_{42};
    std::uint64_t posted_{};
    std::uint64_t told_{};  // Seqs that were pushed.
    bool connected_{};
};

TEST_F(LossyLine, NothingIsLostOrRepeatedOrMoved) {
    settings->pull_everything = true;
    client.watch(moment(), kGroup);
    client.start(moment());

    for (int i = 0; i < kTurnsMax && host.sent.size() < kSends; ++i) turn();

    EXPECT_EQ(host.sent.size(), kSends);
    EXPECT_GT(connects_, 3);
    std::vector<std::string> mine;
    for (const pb::Entry& entry : server.entries) {
        if (entry.sender() == kMe.value) mine.push_back(entry.body());
    }
    ASSERT_EQ(mine.size(), kSends);
    for (std::uint64_t i = 0; i < kSends; ++i) EXPECT_EQ(mine[i], std::to_string(i + 1));
    for (std::size_t i = 0; i < host.applied.size(); ++i) ASSERT_EQ(host.applied[i], i + 1);
    EXPECT_THAT(host.mismatches, IsEmpty());
    EXPECT_GT(host.applied.size(), kSends);
}

}  // namespace
}  // namespace stentor::client
