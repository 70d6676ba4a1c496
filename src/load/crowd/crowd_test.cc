// Members of a crowd on real sockets before a server that the test plays, right or wrong.
#include "load/crowd/crowd.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "load/crowd/test_log.h"
#include "net/ws/frame.h"
#include "net/ws/handshake.h"
#include "net/ws/parser.h"

namespace stentor::crowd {
namespace {

constexpr Millis kPatience{5'000};
constexpr auto kGid = TestLog::kGid;

bool readable_within(int descriptor, Millis within) {
    pollfd one{.fd = descriptor, .events = POLLIN, .revents = 0};
    return poll(&one, 1, static_cast<int>(within.count())) == 1;
}

// The server's end of one member's connection.
class Connection {
public:
    explicit Connection(int descriptor) : descriptor_{descriptor} {
        std::string request;
        while (!request.contains("\r\n\r\n") && receive()) {
            request.append(bytes_.begin(), bytes_.end());
        }
        constexpr std::string_view kName = "Sec-WebSocket-Key: ";
        const std::size_t at = request.find(kName) + kName.size();
        write(net::ws::accepted(request.substr(at, request.find('\r', at) - at)));
        bytes_.clear();
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { close(descriptor_); }

    // Nothing when nothing comes.
    [[nodiscard]] std::optional<pb::ClientFrame> hear(Millis within = kPatience) {
        while (true) {
            const net::ws::Event event = parser_.next(rest_);
            if (event.kind == net::ws::Event::Kind::binary) {
                pb::ClientFrame frame;
                EXPECT_TRUE(frame.ParseFromArray(event.payload.data(),
                                                 static_cast<int>(event.payload.size())));
                return frame;
            }
            if (!readable_within(descriptor_, within) || !receive()) return std::nullopt;
            rest_ = bytes_;
        }
    }
    void say(const pb::ServerFrame& frame) {
        write(net::ws::server_frame(net::ws::Opcode::binary, frame.SerializeAsString()));
    }
    void push(const pb::Batch& batch) {
        pb::ServerFrame frame;
        *frame.mutable_batch() = batch;
        say(frame);
    }
    void show(const pb::Opened& opened) {
        pb::ServerFrame frame;
        *frame.mutable_opened() = opened;
        say(frame);
    }
    void give(const pb::Range& range) {
        pb::ServerFrame frame;
        *frame.mutable_range() = range;
        say(frame);
    }
    // Its Hello, answered; where it stands in the group.
    pb::Cursor welcome() {
        const auto frame = hear();
        EXPECT_TRUE(frame && frame->has_hello());
        pb::ServerFrame answer;
        answer.mutable_welcome();
        say(answer);
        return frame && frame->hello().resume_size() > 0 ? frame->hello().resume(0) : pb::Cursor{};
    }
    [[nodiscard]] std::string address() const {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        getpeername(descriptor_, reinterpret_cast<sockaddr*>(&peer), &size);
        std::array<char, INET_ADDRSTRLEN> text{};
        return inet_ntop(AF_INET, &peer.sin_addr, text.data(), text.size());
    }

private:
    bool receive() {
        bytes_.resize(4'096);
        const auto got = recv(descriptor_, bytes_.data(), bytes_.size(), 0);
        bytes_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return got > 0;
    }
    void write(const std::string& bytes) {
        EXPECT_EQ(std::cmp_equal(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
                                 bytes.size()),
                  true);
    }

    int descriptor_;
    std::vector<char> bytes_;
    std::span<char> rest_;
    net::ws::Parser parser_{net::ws::Role::server, 65'536};
};

class CrowdTest : public testing::Test {
protected:
    CrowdTest() : listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(listen(listener_, 16), 0);
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        plan_.address = "127.0.0.1";
        plan_.port = ntohs(address.sin_port);
        plan_.first_uid = 1;
        plan_.members = 1;
        plan_.rooms = {{kGid, 100'000}};
        plan_.members_a_thread = 100;
        plan_.handshakes_at_once = 10;
    }
    ~CrowdTest() override { close(listener_); }

    [[nodiscard]] std::unique_ptr<Connection> next(Millis within = kPatience) const {
        if (!readable_within(listener_, within)) return nullptr;
        return std::make_unique<Connection>(accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
    }
    // Connected, greeted, and shown the group from `first` on.
    std::unique_ptr<Connection> enter(const TestLog& log, std::uint64_t first) const {
        auto made = next();
        EXPECT_NE(made, nullptr);
        if (made == nullptr) return made;
        made->welcome();
        made->show(log.opened(first));
        return made;
    }
    template <class Condition>
    static bool comes_true(Condition condition) {
        const auto end = Clock::now() + kPatience;
        while (Clock::now() < end) {
            if (condition()) return true;
            std::this_thread::sleep_for(Millis{2});
        }
        return condition();
    }
    static bool counted(Crowd& crowd, std::uint64_t Counts::* of, std::uint64_t times) {
        return comes_true([&] { return crowd.counts().*of == times; });
    }

    int listener_;
    Plan plan_;
};

TEST_F(CrowdTest, WhatContinuesIsTaken) {
    const TestLog log{4};
    Crowd crowd{plan_};
    crowd.connect(1);
    const auto one = enter(TestLog{0}, 1);
    ASSERT_TRUE(comes_true([&] { return crowd.watching() == 1; }));
    crowd.aim(4, Clock::now());
    one->push(log.batch(1, 3));
    one->push(log.batch(4, 4));
    ASSERT_TRUE(counted(crowd, &Counts::entries, 4));
    EXPECT_EQ(crowd.reached(), 1U);
    EXPECT_EQ(crowd.counts().pushes, 2U);
    EXPECT_EQ(crowd.counts().violations(), 0U);
    ShownLog shown;
    EXPECT_TRUE(crowd.merge_shown(kGid, shown));
    EXPECT_EQ(shown.size(), 4U);
}

TEST_F(CrowdTest, APushThatComesTwiceIsSeen) {
    const TestLog log{2};
    Crowd crowd{plan_};
    crowd.connect(1);
    const auto one = enter(TestLog{0}, 1);
    one->push(log.batch(1, 2));
    one->push(log.batch(1, 2));
    EXPECT_TRUE(counted(crowd, &Counts::repeated, 1));
    EXPECT_EQ(crowd.counts().entries, 2U);
}

TEST_F(CrowdTest, WhileDrillingAPushThatComesTwiceIsNoted) {
    const TestLog log{2};
    Crowd crowd{plan_};
    crowd.connect(1);
    const auto one = enter(TestLog{0}, 1);
    one->push(log.batch(1, 2));
    ASSERT_TRUE(counted(crowd, &Counts::entries, 2));
    crowd.drill(true, Clock::now());
    one->push(log.batch(1, 2));
    EXPECT_TRUE(comes_true([&] { return crowd.reached() == 1; }));
    crowd.drill(false, Clock::now());
    EXPECT_EQ(crowd.counts().violations(), 0U);
}

TEST_F(CrowdTest, ASkippedPushIsAGapAndIsPulled) {
    const TestLog log{4};
    Crowd crowd{plan_};
    crowd.connect(1);
    const auto one = enter(TestLog{0}, 1);
    one->push(log.batch(1, 1));
    one->push(log.batch(4, 4));
    const auto pull = one->hear();
    ASSERT_TRUE(pull && pull->has_pull());
    EXPECT_EQ(pull->pull().from(), 2U);
    EXPECT_EQ(pull->pull().to(), 4U);
    one->give(log.range(2, 4));
    EXPECT_TRUE(counted(crowd, &Counts::fetched, 3));
    EXPECT_EQ(crowd.counts().gaps, 1U);
    EXPECT_EQ(crowd.counts().unlike, 0U);
}

TEST_F(CrowdTest, AnotherBodyThanOthersWereShownIsSeen) {
    plan_.members = 2;
    const TestLog log{1};
    Crowd crowd{plan_};
    crowd.connect(2);
    const auto one = enter(TestLog{0}, 1);
    const auto other = enter(TestLog{0}, 1);
    pb::Batch batch = log.batch(1, 1);
    one->push(batch);
    ASSERT_TRUE(counted(crowd, &Counts::entries, 1));
    batch.mutable_entries(0)->set_body("another");
    other->push(batch);
    EXPECT_TRUE(counted(crowd, &Counts::unlike, 1));
}

// Each thread knows only what its own members were shown.
TEST_F(CrowdTest, MembersOfTwoThreadsWhoWereShownDifferentThingsAreSeen) {
    plan_.members = 2;
    plan_.members_a_thread = 1;
    TestLog log{1};
    Crowd crowd{plan_};
    crowd.connect(2);
    const auto one = enter(TestLog{0}, 1);
    const auto other = enter(TestLog{0}, 1);
    log.recall(1);
    pb::Batch batch = log.batch(1, 1);
    one->push(batch);
    batch.mutable_entries(0)->set_body("another");
    other->push(batch);
    ASSERT_TRUE(counted(crowd, &Counts::entries, 2));
    ShownLog shown;
    EXPECT_FALSE(crowd.merge_shown(kGid, shown));
}

TEST_F(CrowdTest, WhoIsCutOffComesBackWithWhatHeHolds) {
    const TestLog log{3};
    Crowd crowd{plan_};
    crowd.connect(1);
    auto one = enter(TestLog{0}, 1);
    one->push(log.batch(1, 2));
    ASSERT_TRUE(counted(crowd, &Counts::entries, 2));
    one.reset();
    one = next();
    ASSERT_NE(one, nullptr);
    const pb::Cursor cursor = one->welcome();
    EXPECT_EQ(cursor.seq(), 2U);
    EXPECT_EQ(cursor.epoch(), TestLog::kEpoch);
    one->show(log.opened(3));
    EXPECT_TRUE(counted(crowd, &Counts::fetched, 1));
    EXPECT_EQ(crowd.counts().ended, 1U);
    EXPECT_EQ(crowd.counts().violations(), 0U);
}

// It held nothing, which is not the same as being new: what it missed has to come.
TEST_F(CrowdTest, WhoOpenedAnEmptyGroupAndWasCutOffMissesNothing) {
    const TestLog log{4};
    Crowd crowd{plan_};
    crowd.connect(1);
    auto one = enter(TestLog{0}, 1);
    ASSERT_TRUE(comes_true([&] { return crowd.watching() == 1; }));
    one.reset();
    one = next();
    ASSERT_NE(one, nullptr);
    EXPECT_EQ(one->welcome().epoch(), TestLog::kEpoch);
    pb::Opened newest = log.opened(3);
    newest.set_reset(true);
    one->show(newest);
    const auto pull = one->hear();
    ASSERT_TRUE(pull && pull->has_pull());
    EXPECT_EQ(pull->pull().from(), 1U);
    one->give(log.range(1, 4));
    EXPECT_TRUE(counted(crowd, &Counts::fetched, 4));
    EXPECT_EQ(crowd.counts().violations(), 0U);
}

TEST_F(CrowdTest, AnotherEpochIsSeen) {
    const TestLog log{3};
    Crowd crowd{plan_};
    crowd.connect(1);
    auto one = enter(TestLog{1}, 1);
    ASSERT_TRUE(comes_true([&] { return crowd.watching() == 1; }));
    pb::Batch batch = log.batch(2, 2);
    batch.set_epoch(TestLog::kEpoch + 1);
    one->push(batch);
    ASSERT_TRUE(counted(crowd, &Counts::resets, 1));
    pb::Range range = log.range(2, 2);
    range.set_epoch(TestLog::kEpoch + 1);
    one->give(range);
    ASSERT_TRUE(counted(crowd, &Counts::resets, 2));
    one.reset();
    one = next();
    ASSERT_NE(one, nullptr);
    one->welcome();
    pb::Opened opened = log.opened(2);
    opened.set_epoch(TestLog::kEpoch + 1);
    one->show(opened);
    EXPECT_TRUE(counted(crowd, &Counts::resets, 3));
}

TEST_F(CrowdTest, AHeadBelowWhatWasShownIsSeen) {
    Crowd crowd{plan_};
    crowd.connect(1);
    auto one = enter(TestLog{3}, 1);
    ASSERT_TRUE(comes_true([&] { return crowd.watching() == 1; }));
    one.reset();
    one = next();
    ASSERT_NE(one, nullptr);
    EXPECT_EQ(one->welcome().seq(), 3U);
    one->show(TestLog{2}.opened(3));
    EXPECT_TRUE(counted(crowd, &Counts::resets, 1));
    EXPECT_EQ(crowd.watching(), 0U);
}

TEST_F(CrowdTest, AResetIsSeen) {
    Crowd crowd{plan_};
    crowd.connect(1);
    const auto one = enter(TestLog{1}, 1);
    pb::ServerFrame frame;
    frame.mutable_reset()->set_gid(kGid.value);
    one->say(frame);
    EXPECT_TRUE(counted(crowd, &Counts::resets, 1));
}

TEST_F(CrowdTest, WhatIsNoFrameIsSeen) {
    Crowd crowd{plan_};
    crowd.connect(1);
    const auto one = enter(TestLog{1}, 1);
    one->say({});
    pb::Batch elsewhere = TestLog{1}.batch(1, 1);
    elsewhere.set_gid(kGid.value + 1);
    one->push(elsewhere);
    EXPECT_TRUE(counted(crowd, &Counts::unreadable, 2));
}

TEST_F(CrowdTest, WhoWasToldATimeComesThenThoughAllAreToldToConnect) {
    constexpr Millis kAfter{700};
    Crowd crowd{plan_};
    crowd.connect(1);
    const auto one = enter(TestLog{0}, 1);
    ASSERT_TRUE(comes_true([&] { return crowd.watching() == 1; }));
    pb::ServerFrame bye;
    bye.mutable_bye()->set_after_ms(static_cast<std::uint32_t>(kAfter.count()));
    one->say(bye);
    ASSERT_TRUE(counted(crowd, &Counts::ended, 1));
    const auto told = Clock::now();
    crowd.connect(1);
    ASSERT_NE(next(), nullptr);
    EXPECT_GE(Clock::now() - told, kAfter - Millis{50});
}

TEST_F(CrowdTest, WhatWasClaimedIsHeld) {
    const TestLog log{5};
    Crowd crowd{plan_};
    crowd.claim(TestLog::kEpoch, 2);
    crowd.connect(1);
    const auto one = next();
    ASSERT_NE(one, nullptr);
    const pb::Cursor cursor = one->welcome();
    EXPECT_EQ(cursor.seq(), 2U);
    EXPECT_EQ(cursor.epoch(), TestLog::kEpoch);
    one->show(log.opened(3));
    EXPECT_TRUE(counted(crowd, &Counts::fetched, 3));
}

TEST_F(CrowdTest, SleepersAreThoseOfAllThreads) {
    plan_.members = 9;
    plan_.members_a_thread = 3;
    plan_.sleepers = 0.4;
    Crowd crowd{plan_};
    EXPECT_EQ(crowd.sleepers(), 3U);  // One of three, three times; of nine it would be another.
}

TEST_F(CrowdTest, AnAddressIsForSoManyMembersWhateverTheThread) {
    Thread low{plan_, 9'999, 2};
    low.post([](Thread& self) { self.connect(10'001); });
    const auto one = next();
    const auto other = next();
    ASSERT_TRUE(one && other);
    EXPECT_THAT((std::vector{one->address(), other->address()}),
                testing::UnorderedElementsAre("127.1.0.1", "127.1.0.2"));
}

}  // namespace
}  // namespace stentor::crowd
