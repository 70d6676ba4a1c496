#include "client/client.h"

#include <gmock/gmock.h>

#include <deque>
#include <map>
#include <optional>

#include "wire/frames.h"
#include "wire/log_entry.h"
#include "wire/pb.h"

namespace stentor::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr GroupId kGroup{7};
constexpr Epoch kEpoch{3};
constexpr UserId kMe{11};
constexpr UserId kOther{12};
constexpr Time kStart = from_ms(1'700'000'000'000);

Cmid cmid_of(std::uint64_t n) {
    std::array<std::uint8_t, 10> random{};
    random[8] = static_cast<std::uint8_t>(n >> 8U);
    random[9] = static_cast<std::uint8_t>(n);
    return Cmid::made_at(kStart, random);
}

// One group's log as a server keeps it, and the answers that follow from it.
class Server {
public:
    std::uint64_t append(UserId sender, const Cmid& cmid, std::string body) {
        pb::Entry entry;
        entry.set_seq(entries.size() + 1);
        entry.set_sender(sender.value);
        entry.set_cmid(std::string{cmid.view()});
        entry.set_kind(pb::ENTRY_KIND_POST);
        entry.set_time_ms(to_ms(kStart) + entries.size());
        entry.set_body(std::move(body));
        digests.push_back(digest_after(digests.back(), entry));
        entries.push_back(std::move(entry));
        seqs[cmid] = entries.size();
        return entries.size();
    }
    void chat(std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            append(kOther, cmid_of(50'000 + entries.size()), "other");
        }
    }
    pb::ServerFrame welcome(std::uint32_t id) const {
        pb::ServerFrame frame;
        frame.set_request_id(id);
        frame.mutable_welcome()->set_uid(kMe.value);
        frame.mutable_welcome()->set_time_ms(to_ms(kStart));
        frame.mutable_welcome()->set_pulse_s(30);
        frame.mutable_welcome()->mutable_limits()->set_commands_in_flight(8);
        return frame;
    }
    pb::ServerFrame opened(std::uint64_t first, bool reset) const {
        pb::ServerFrame frame;
        pb::Opened& opened = *frame.mutable_opened();
        opened.set_gid(kGroup.value);
        opened.set_epoch(kEpoch.value);
        opened.set_head(entries.size());
        opened.set_digest(std::string{digests.back().view()});
        opened.set_reset(reset);
        opened.set_first_seq(first);
        opened.set_digest_before(std::string{digests[first - 1].view()});
        add(opened, first, entries.size());
        return frame;
    }
    pb::ServerFrame batch(std::uint64_t first, std::uint64_t last) const {
        pb::ServerFrame frame;
        frame.mutable_batch()->set_gid(kGroup.value);
        frame.mutable_batch()->set_epoch(kEpoch.value);
        frame.mutable_batch()->set_first_seq(first);
        frame.mutable_batch()->set_digest(std::string{digests[last].view()});
        add(*frame.mutable_batch(), first, last);
        return frame;
    }
    pb::ServerFrame range(std::uint32_t id, std::uint64_t first, std::uint64_t last) const {
        pb::ServerFrame frame;
        frame.set_request_id(id);
        pb::Range& range = *frame.mutable_range();
        range.set_gid(kGroup.value);
        range.set_epoch(kEpoch.value);
        range.set_first_seq(first);
        range.set_digest_before(std::string{digests[first - 1].view()});
        range.set_digest(std::string{digests[last].view()});
        range.set_head(entries.size());
        add(range, first, last);
        return frame;
    }
    pb::ServerFrame head() const {
        pb::ServerFrame frame;
        frame.mutable_head()->set_gid(kGroup.value);
        frame.mutable_head()->set_epoch(kEpoch.value);
        frame.mutable_head()->set_head(entries.size());
        return frame;
    }
    // A send as the group's owner takes it: duplicates before the chain, the chain before numbers.
    pb::ServerFrame send(std::uint32_t id, const pb::Send& send) {
        const Cmid cmid = *Cmid::from(send.cmid());
        const auto after = Cmid::from(send.after());
        if (!seqs.contains(cmid)) {
            if (after && !seqs.contains(*after)) return refused(id, Code::predecessor_missing, 0);
            append(kMe, cmid, send.body());
        }
        pb::ServerFrame frame;
        frame.set_request_id(id);
        frame.mutable_sent()->set_gid(kGroup.value);
        frame.mutable_sent()->set_epoch(kEpoch.value);
        frame.mutable_sent()->set_cmid(send.cmid());
        frame.mutable_sent()->set_seq(seqs[cmid]);
        return frame;
    }
    static pb::ServerFrame refused(std::uint32_t id, Code code, std::uint32_t retry_after_ms) {
        pb::ServerFrame frame;
        frame.set_request_id(id);
        frame.mutable_refused()->set_code(static_cast<pb::Code>(code));
        frame.mutable_refused()->set_retry_after_ms(retry_after_ms);
        return frame;
    }

    std::vector<pb::Entry> entries;
    std::vector<Digest> digests{genesis(kGroup)};
    std::map<Cmid, std::uint64_t> seqs;

private:
    template <class Page>
    void add(Page& page, std::uint64_t first, std::uint64_t last) const {
        for (std::uint64_t seq = first; seq <= last; ++seq) *page.add_entries() = entries[seq - 1];
    }
};

class Recorder : public Host {
public:
    void connect() override { ++connects; }
    void transmit(std::string message) override {
        frames.push_back(wire::decode_command(message).value());
    }
    void disconnect() override { ++disconnects; }
    void wake_at(Time when) override { wake = when; }
    void on_applied(GroupId, Epoch, const pb::Entry& entry, const Digest&) override {
        applied.push_back(entry.seq());
    }
    void on_restarted(GroupId, Epoch, Seq after) override { restarts.push_back(after.value); }
    void on_forked(GroupId, Epoch epoch, Seq fork) override { forks.emplace_back(epoch, fork); }
    void on_sent(GroupId, const Cmid& cmid, Epoch, Seq seq) override {
        sent.emplace_back(cmid, seq.value);
    }
    void on_gave_up(GroupId, const Cmid& cmid, Code code) override {
        gave_up.emplace_back(cmid, code);
    }
    void on_digest_mismatch(GroupId, Seq at) override { mismatches.push_back(at.value); }
    void on_order_violation(GroupId, Seq, Seq got) override { disorders.push_back(got.value); }
    void on_token_wanted() override { ++tokens_wanted; }
    void on_stopped(Code code) override { stopped = code; }
    void on_answer(std::uint32_t id, const pb::ServerFrame& frame) override {
        answers.emplace_back(id, frame.event_case());
    }

    int connects{};
    int disconnects{};
    int tokens_wanted{};
    Time wake;
    std::deque<pb::ClientFrame> frames;
    std::vector<std::uint64_t> applied, restarts, mismatches, disorders;
    std::vector<std::pair<Epoch, Seq>> forks;
    std::vector<std::pair<Cmid, std::uint64_t>> sent;
    std::vector<std::pair<Cmid, Code>> gave_up;
    std::vector<std::pair<std::uint32_t, pb::ServerFrame::EventCase>> answers;
    std::optional<Code> stopped;
};

class ClientTest : public testing::Test {
protected:
    [[nodiscard]] Moment moment() { return {now, random += 0x9e3779b97f4a7c15ULL}; }
    void give(const pb::ServerFrame& frame) { client.on_message(moment(), wire::encode(frame)); }
    pb::ClientFrame take() {
        if (host.frames.empty()) {
            ADD_FAILURE() << "nothing was sent";
            return {};
        }
        pb::ClientFrame frame = std::move(host.frames.front());
        host.frames.pop_front();
        return frame;
    }
    // Connects, says Hello, is welcomed.
    void welcome() {
        if (host.connects == 0) client.start(moment());
        client.on_connected(moment());
        const pb::ClientFrame hello = take();
        ASSERT_TRUE(hello.has_hello());
        resumed = hello.hello().resume_size() == 0 ? std::nullopt
                                                   : std::optional{hello.hello().resume(0).seq()};
        give(server.welcome(hello.request_id()));
    }
    void open_whole() {
        client.watch(moment(), kGroup);
        welcome();
        give(server.opened(1, true));
    }
    void wake_after(Millis pause) {
        now += pause;
        client.on_wake(moment());
    }

    Time now = kStart;
    std::uint64_t random{1};
    Server server;
    Recorder host;
    std::shared_ptr<Settings> settings = std::make_shared<Settings>();
    Client client{host, settings, "token", DeviceId{5}};
    std::optional<std::uint64_t> resumed;
};

// ---- Reading

TEST_F(ClientTest, AppliesWhatComesNextAndDropsWhatItHas) {
    server.chat(3);
    open_whole();
    server.chat(2);
    give(server.batch(4, 4));
    give(server.batch(3, 5));
    give(server.batch(4, 5));
    EXPECT_THAT(host.applied, ElementsAre(1, 2, 3, 4, 5));
    EXPECT_THAT(host.restarts, ElementsAre(0));
    EXPECT_TRUE(client.caught_up());
}

TEST_F(ClientTest, PullsAGapOnceAndInPages) {
    server.chat(1);
    open_whole();
    server.chat(500);
    give(server.batch(501, 501));
    give(server.head());
    ASSERT_EQ(host.frames.size(), 1U);
    const pb::ClientFrame first = take();
    EXPECT_EQ(first.pull().from(), 2U);
    EXPECT_EQ(first.pull().to(), 201U);
    give(server.range(first.request_id(), 2, 201));
    const pb::ClientFrame second = take();
    EXPECT_EQ(second.pull().from(), 202U);
    give(server.range(second.request_id(), 202, 401));
    give(server.range(take().request_id(), 402, 501));
    EXPECT_EQ(host.applied.size(), 501U);
    EXPECT_TRUE(client.caught_up());
    EXPECT_THAT(host.frames, IsEmpty());
}

TEST_F(ClientTest, PullsWhatAPulseTellsOf) {
    open_whole();
    server.chat(1);
    pb::ServerFrame pulse;
    *pulse.mutable_pulse()->add_heads() = server.head().head();
    give(pulse);
    EXPECT_EQ(take().pull().to(), 1U);
}

TEST_F(ClientTest, AnEmptyRangeIsNotAskedForAgainAtOnce) {
    open_whole();
    server.chat(1);
    give(server.head());
    pb::ServerFrame empty;
    empty.set_request_id(take().request_id());
    empty.mutable_range()->set_gid(kGroup.value);
    empty.mutable_range()->set_epoch(kEpoch.value);
    empty.mutable_range()->set_head(1);
    empty.mutable_range()->set_first_seq(2);
    give(empty);
    EXPECT_THAT(host.frames, IsEmpty());
    wake_after(Millis{1000});
    EXPECT_TRUE(take().has_pull());
}

TEST_F(ClientTest, ReportsAMismatchAndShowsNothingOfThatPage) {
    server.chat(2);
    open_whole();
    server.chat(1);
    server.entries[2].set_body("forged");
    give(server.batch(3, 3));
    EXPECT_THAT(host.mismatches, ElementsAre(3));
    EXPECT_THAT(host.applied, ElementsAre(1, 2));
    EXPECT_FALSE(client.cursor(kGroup)->holds_something());
    wake_after(Millis{1000});
    EXPECT_EQ(take().open().epoch(), 0U);
}

TEST_F(ClientTest, ReportsAMismatchUnderAGap) {
    server.chat(2);
    open_whole();
    server.chat(2);
    give(server.head());
    pb::ServerFrame range = server.range(take().request_id(), 3, 4);
    range.mutable_range()->set_digest_before(std::string{server.digests[1].view()});
    give(range);
    EXPECT_THAT(host.mismatches, ElementsAre(2));
}

TEST_F(ClientTest, ReportsAPageWithAHole) {
    server.chat(3);
    client.watch(moment(), kGroup);
    welcome();
    pb::ServerFrame opened = server.opened(1, true);
    opened.mutable_opened()->mutable_entries()->DeleteSubrange(1, 1);
    give(opened);
    EXPECT_THAT(host.disorders, ElementsAre(3));
    EXPECT_THAT(host.applied, IsEmpty());
}

TEST_F(ClientTest, StartsAfreshWhereTheServerSkips) {
    server.chat(3);
    open_whole();
    client.on_closed(moment());
    server.chat(600);
    wake_after(Millis{1000});
    welcome();
    EXPECT_EQ(resumed, 3U);
    give(server.opened(404, true));
    EXPECT_THAT(host.restarts, ElementsAre(0, 403));
    EXPECT_TRUE(client.caught_up());
}

TEST_F(ClientTest, PullsTheWholeWayWhereItIsToldTo) {
    settings->pull_everything = true;
    server.chat(3);
    open_whole();
    client.on_closed(moment());
    server.chat(300);
    wake_after(Millis{1000});
    welcome();
    give(server.opened(104, true));
    EXPECT_EQ(take().pull().from(), 4U);
    EXPECT_THAT(host.restarts, ElementsAre(0));
}

TEST_F(ClientTest, StartsAgainAboveAFloorThatRose) {
    server.chat(1);
    open_whole();
    server.chat(9);
    give(server.head());
    pb::ServerFrame frame;
    frame.set_request_id(take().request_id());
    frame.mutable_reset()->set_gid(kGroup.value);
    frame.mutable_reset()->set_epoch(kEpoch.value);
    frame.mutable_reset()->set_floor(5);
    frame.mutable_reset()->set_digest(std::string{server.digests[5].view()});
    frame.mutable_reset()->set_head(10);
    give(frame);
    wake_after(Millis{1000});
    EXPECT_EQ(take().pull().from(), 6U);
    EXPECT_THAT(host.restarts, ElementsAre(0, 5));
}

TEST_F(ClientTest, OpensAgainInTheNewHistoryAfterAFork) {
    server.chat(3);
    open_whole();
    pb::ServerFrame head = server.head();
    head.mutable_head()->set_epoch(kEpoch.value + 1);
    give(head);
    const pb::ClientFrame open = take();
    EXPECT_EQ(open.open().epoch(), kEpoch.value);
    pb::ServerFrame fork;
    fork.set_request_id(open.request_id());
    fork.mutable_fork()->set_gid(kGroup.value);
    fork.mutable_fork()->set_epoch(kEpoch.value + 1);
    fork.mutable_fork()->set_fork_seq(2);
    give(fork);
    EXPECT_EQ(take().open().seq(), 0U);
    EXPECT_THAT(host.forks, ElementsAre(std::pair{Epoch{4}, Seq{2}}));
}

// ---- Sending

TEST_F(ClientTest, NamesThePredecessorAndKeepsToTheWindow) {
    open_whole();
    for (std::uint64_t n = 1; n <= 10; ++n) client.post(moment(), kGroup, cmid_of(n), "x");
    ASSERT_EQ(host.frames.size(), 8U);
    EXPECT_EQ(host.frames[0].send().after(), "");
    EXPECT_EQ(host.frames[1].send().after(), cmid_of(1).view());
    const pb::ClientFrame first = take();
    give(server.send(first.request_id(), first.send()));
    EXPECT_EQ(host.frames.size(), 8U);
    EXPECT_EQ(host.frames.back().send().after(), cmid_of(8).view());
    EXPECT_THAT(host.sent, ElementsAre(std::pair{cmid_of(1), 1U}));
}

TEST_F(ClientTest, SendsTheSameIdAgainAfterReconnecting) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "x");
    const pb::ClientFrame lost = take();
    server.send(lost.request_id(), lost.send());  // Stored; the answer is lost.
    client.on_closed(moment());
    wake_after(Millis{1000});
    welcome();
    give(server.opened(1, false));
    const pb::ClientFrame again = take();
    EXPECT_EQ(again.send().cmid(), cmid_of(1).view());
    give(server.send(again.request_id(), again.send()));
    EXPECT_THAT(host.sent, ElementsAre(std::pair{cmid_of(1), 1U}));
    EXPECT_THAT(host.applied, ElementsAre(1));
    EXPECT_EQ(client.unanswered(), 0U);
}

TEST_F(ClientTest, SendsAgainFromTheOldestAfterATimeout) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "x");
    client.post(moment(), kGroup, cmid_of(2), "y");
    host.frames.clear();
    wake_after(settings->answer_within);
    wake_after(Millis{1000});
    ASSERT_FALSE(host.frames.empty());
    EXPECT_EQ(host.frames[0].send().cmid(), cmid_of(1).view());
    EXPECT_EQ(host.frames.size(), 1U);  // One at a time until an answer comes.
    const pb::ClientFrame first = take();
    give(server.send(first.request_id(), first.send()));
    EXPECT_EQ(take().send().cmid(), cmid_of(2).view());
}

TEST_F(ClientTest, StartsFromTheOldestWhenThePredecessorIsMissing) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "x");
    client.post(moment(), kGroup, cmid_of(2), "y");
    take();  // Lost on the way.
    const pb::ClientFrame second = take();
    give(server.send(second.request_id(), second.send()));
    ASSERT_EQ(host.frames.size(), 2U);
    for (int i = 0; i < 2; ++i) {
        const pb::ClientFrame frame = take();
        give(server.send(frame.request_id(), frame.send()));
    }
    EXPECT_THAT(host.sent, ElementsAre(std::pair{cmid_of(1), 1U}, std::pair{cmid_of(2), 2U}));
}

TEST_F(ClientTest, HoldsTheChainForTheTimeItWasTold) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "x");
    client.post(moment(), kGroup, cmid_of(2), "y");
    const pb::ClientFrame first = take();
    const pb::ClientFrame second = take();
    give(Server::refused(first.request_id(), Code::rate_limited, 3000));
    give(Server::refused(second.request_id(), Code::predecessor_missing, 0));
    EXPECT_THAT(host.frames, IsEmpty());
    wake_after(Millis{2999});
    EXPECT_THAT(host.frames, IsEmpty());
    wake_after(Millis{1 + settings->retry_min.count()});
    EXPECT_EQ(take().send().cmid(), cmid_of(1).view());
    EXPECT_THAT(host.gave_up, IsEmpty());
}

TEST_F(ClientTest, UnlinksWhatWasRefusedForGood) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "too long");
    client.post(moment(), kGroup, cmid_of(2), "y");
    const pb::ClientFrame first = take();
    const pb::ClientFrame second = take();
    give(Server::refused(first.request_id(), Code::text_too_long, 0));
    give(server.send(second.request_id(), second.send()));
    EXPECT_THAT(host.gave_up, ElementsAre(std::pair{cmid_of(1), Code::text_too_long}));
    wake_after(Millis{1000});
    const pb::ClientFrame again = take();
    EXPECT_EQ(again.send().after(), "");
    give(server.send(again.request_id(), again.send()));
    EXPECT_THAT(host.sent, ElementsAre(std::pair{cmid_of(2), 1U}));
}

TEST_F(ClientTest, OpensAgainWhenASendIsToldThatTheGroupIsNotOpen) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "x");
    give(Server::refused(take().request_id(), Code::not_open, 0));
    wake_after(Millis{1000});
    const pb::ClientFrame open = take();
    EXPECT_TRUE(open.has_open());
    EXPECT_THAT(host.frames, IsEmpty());  // The send waits for Opened.
    give(server.opened(1, false));        // To an earlier Open: it does not count.
    EXPECT_THAT(host.frames, IsEmpty());
    pb::ServerFrame opened = server.opened(1, false);
    opened.set_request_id(open.request_id());
    give(opened);
    EXPECT_TRUE(take().has_send());
}

TEST_F(ClientTest, APostInTheMomentOfAWakeUpDoesNotPushItAside) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "x");
    give(Server::refused(take().request_id(), Code::not_open, 0));
    now = std::max(now, host.wake) + Millis{1'000};  // The wake-up is due and not here yet.
    client.post(moment(), kGroup, cmid_of(2), "y");
    ASSERT_FALSE(host.frames.empty());
    EXPECT_TRUE(take().has_open());
}

// ---- The connection

TEST_F(ClientTest, ConnectsAgainWhenTwoPulsesAreMissed) {
    open_whole();
    wake_after(Millis{2 * 30'000 + 5'000});
    EXPECT_EQ(host.disconnects, 1);
    wake_after(Millis{1000});
    EXPECT_EQ(host.connects, 2);
}

TEST_F(ClientTest, ComesBackWhenByeSaysSo) {
    open_whole();
    pb::ServerFrame bye;
    bye.mutable_bye()->set_reason(pb::CODE_DRAINING);
    bye.mutable_bye()->set_after_ms(5000);
    give(bye);
    client.on_closed(moment());
    wake_after(Millis{4999});
    EXPECT_EQ(host.connects, 1);
    wake_after(Millis{1 + settings->retry_min.count()});
    EXPECT_EQ(host.connects, 2);
}

TEST_F(ClientTest, WaitsLongerAfterEachFailure) {
    client.start(moment());
    Millis longest{};
    for (int tries = 1; tries <= 12; ++tries) {
        client.on_closed(moment());
        const Time closed = now;
        while (host.connects == tries) {  // An early wake-up only arms again.
            now = std::max(host.wake, now + Millis{1});
            client.on_wake(moment());
        }
        longest = std::max(longest, now - closed);
    }
    EXPECT_GT(longest, Millis{2'000});
    EXPECT_LE(longest, settings->retry_max + Millis{1});
}

TEST_F(ClientTest, StopsWhenItsTokenIsNoGood) {
    client.start(moment());
    client.on_connected(moment());
    give(Server::refused(take().request_id(), Code::token_invalid, 0));
    EXPECT_EQ(host.stopped, Code::token_invalid);
}

TEST_F(ClientTest, AsksForAFreshTokenAndGoesOn) {
    client.start(moment());
    client.on_connected(moment());
    give(Server::refused(take().request_id(), Code::token_expired, 0));
    EXPECT_EQ(host.tokens_wanted, 1);
    client.set_token(moment(), "fresh");
    EXPECT_EQ(host.connects, 2);
    client.on_connected(moment());
    EXPECT_EQ(take().hello().token(), "fresh");
}

TEST_F(ClientTest, TellsTheOwnerWhenAQuestionIsLost) {
    open_whole();
    pb::ClientFrame ask;
    ask.mutable_create_group();
    const std::uint32_t id = client.ask(moment(), ask);
    client.on_closed(moment());
    EXPECT_THAT(host.answers, ElementsAre(std::pair{id, pb::ServerFrame::kRefused}));
}

TEST_F(ClientTest, HangsUpOnBytesThatAreNoFrame) {
    open_whole();
    client.on_message(moment(), "\xff\xff\xff");
    EXPECT_EQ(host.disconnects, 1);
}

// ---- All together: a faulty line between a client and a correct server.

TEST_F(ClientTest, LosesNothingOverALineThatLosesAndBreaks) {
    constexpr std::uint64_t kSends = 200;
    settings->pull_everything = true;
    client.watch(moment(), kGroup);
    client.start(moment());
    std::uint64_t dice = 42;
    const auto one_in = [&](std::uint64_t n) { return spread(++dice) % n == 0; };
    std::uint64_t posted = 0;
    std::uint64_t told = 0;  // Seqs that were pushed.
    bool connected = false;
    int connects = 0;
    for (int turn = 0; turn < 40'000 && host.sent.size() < kSends; ++turn) {
        now += Millis{20};
        if (host.connects > connects) {
            connects = host.connects;
            connected = true;
            client.on_connected(moment());
        }
        if (posted < kSends && one_in(3)) {
            ++posted;
            client.post(moment(), kGroup, cmid_of(posted), std::to_string(posted));
        }
        if (one_in(10)) server.chat(1);
        while (connected && !host.frames.empty()) {
            const pb::ClientFrame frame = take();
            if (one_in(15)) continue;  // Lost on the way up.
            pb::ServerFrame answer;
            if (frame.has_hello()) answer = server.welcome(frame.request_id());
            if (frame.has_send()) {
                answer = one_in(10) ? Server::refused(frame.request_id(), Code::rate_limited, 100)
                                    : server.send(frame.request_id(), frame.send());
            }
            if (frame.has_open()) answer = server.opened(server.entries.size() + 1, false);
            if (frame.has_pull()) {
                answer =
                    server.range(frame.request_id(), frame.pull().from(),
                                 std::min<std::uint64_t>(frame.pull().to(), server.entries.size()));
            }
            if (!one_in(15)) give(answer);  // Else lost on the way down.
            if (frame.has_hello() && client.ready()) {
                give(server.opened(
                    frame.hello().resume(0).epoch() == 0 ? 1 : frame.hello().resume(0).seq() + 1,
                    false));
            }
        }
        if (connected && told < server.entries.size()) {
            if (!one_in(10)) give(server.batch(told + 1, server.entries.size()));
            told = server.entries.size();
        }
        if (connected && one_in(300)) {
            connected = false;
            host.frames.clear();
            client.on_closed(moment());
        }
        if (now >= host.wake) client.on_wake(moment());
        if (host.disconnects > 0) {
            host.disconnects = 0;
            connected = false;
            host.frames.clear();
        }
    }
    EXPECT_EQ(host.sent.size(), kSends);
    EXPECT_GT(connects, 3);
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
