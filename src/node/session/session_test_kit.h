#pragma once
// A session with its surroundings written down, for its tests.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "auth/account/shared_gate.h"
#include "base/cmid.h"
#include "node/session/session.h"
#include "wire/frames.h"

namespace stentor::session {

inline constexpr GroupId kGroup{5};
inline constexpr Epoch kEpoch{2};

class Tokens : public Verifier {
public:
    Result<Identity> verify(std::string_view token, Time now) const override {
        if (token == "old") return std::unexpected(Error{.code = Code::token_expired});
        if (token != "ann" && token != "bench") {
            return std::unexpected(Error{.code = Code::token_invalid});
        }
        return Identity{.uid = {1}, .expires = now + Millis{3'600'000}, .bench = token == "bench"};
    }
};

class Told : public SessionPort {
public:
    void reply(std::string payload) override { replies.push_back(*wire::decode_event(payload)); }
    void submit(GroupId gid, pb::ClientFrame&& command) override {
        commands.emplace_back(gid, std::move(command));
    }
    void ask(std::uint32_t, PartitionId, bus::Question question) override {
        asks.push_back(std::move(question));
    }
    void open(std::uint32_t request_id, GroupId gid, Epoch, Seq) override {
        opens.emplace_back(request_id, gid);
    }
    void pull(std::uint32_t, GroupId, Epoch, Seq, Seq, const ReadRights& reader) override {
        pulls.push_back(reader.floor);
        readers.push_back(reader);
    }
    void near(std::uint32_t, GroupId, Time, const ReadRights&) override { ++nears; }
    void recheck(GroupId gid) override { rechecks.push_back(gid); }
    SeatIndex take_seat(GroupId, Epoch, Seq reached) override {
        taken.push_back(reached);
        return next_seat;
    }
    void leave_seat(GroupId, SeatIndex seat) override { left.push_back(seat); }
    void caught_up(GroupId, SeatIndex, Epoch, Seq reached) override { caught.push_back(reached); }
    void seat_away(GroupId, bool is) override { away += is ? 1 : -1; }
    void held_back() override { ++held; }
    Misses missed() override { return {}; }
    void spent(std::uint32_t units) override { rules->budgets->charge({1}, units, *clock); }
    void registered(const Identity&, DeviceId, std::uint64_t) override { ++registrations; }
    void pause_reading() override { paused = true; }
    void resume_reading() override { paused = false; }
    void set_deadline(Time time) override { deadline = time; }
    void close(std::uint16_t code, Code) override { closed.push_back(code); }

    const pb::Refused& refusal() { return replies.back().refused(); }

    std::vector<pb::ServerFrame> replies;
    std::vector<std::pair<GroupId, pb::ClientFrame>> commands;
    std::vector<bus::Question> asks;
    std::vector<std::pair<std::uint32_t, GroupId>> opens;
    std::vector<Seq> pulls, taken, caught;
    std::vector<ReadRights> readers;
    std::vector<SeatIndex> left;
    std::vector<GroupId> rechecks;
    std::vector<std::uint16_t> closed;
    int nears = 0;
    int away = 0;
    std::uint32_t held = 0;
    int registrations = 0;
    bool paused = false;
    SeatIndex next_seat = 9;
    Time deadline;
    const Rules* rules = nullptr;
    const Time* clock = nullptr;
};

inline std::string cmid(std::uint8_t n = 1) {
    return std::string{Cmid::made_at(from_ms(1'000), std::array<std::uint8_t, 10>{n}).view()};
}

class SessionTest : public ::testing::Test {
protected:
    void SetUp() override {
        fx.rules = &rules;
        fx.clock = &now;
        session.on_connected(now, fx);
    }

    void say(const pb::ClientFrame& frame) {
        session.on_frame(rules, wire::encode(frame), now, fx);
    }
    static pb::ClientFrame hello(const std::string& token = "ann") {
        pb::ClientFrame frame;
        frame.set_request_id(1);
        frame.mutable_hello()->set_token(token);
        frame.mutable_hello()->set_device(7);
        frame.mutable_hello()->set_version(1);
        return frame;
    }
    static pb::ClientFrame send(std::uint32_t request_id = 10, const std::string& text = "hi") {
        pb::ClientFrame frame;
        frame.set_request_id(request_id);
        frame.mutable_send()->set_gid(kGroup.value);
        frame.mutable_send()->set_cmid(cmid());
        pb::Body body;
        body.set_text(text);
        frame.mutable_send()->set_body(body.SerializeAsString());
        return frame;
    }
    static pb::ClientFrame pull(std::uint32_t request_id = 10) {
        pb::ClientFrame frame;
        frame.set_request_id(request_id);
        frame.mutable_pull()->set_gid(kGroup.value);
        frame.mutable_pull()->set_epoch(kEpoch.value);
        frame.mutable_pull()->set_from(1);
        frame.mutable_pull()->set_to(5);
        return frame;
    }
    static pb::ClientFrame open(std::uint32_t request_id = 20, GroupId gid = kGroup) {
        pb::ClientFrame frame;
        frame.set_request_id(request_id);
        frame.mutable_open()->set_gid(gid.value);
        return frame;
    }
    static std::string payload(std::uint32_t request_id) {
        pb::ServerFrame frame;
        frame.set_request_id(request_id);
        frame.mutable_done();
        return wire::encode(frame);
    }
    void begin(const std::string& token = "ann") {
        say(hello(token));
        ASSERT_EQ(session.state(), Session::State::ready);
    }
    void open_it(std::uint64_t floor = 3) {
        say(open());
        session.on_opened(20, opening(floor), payload(20), fx);
        ASSERT_EQ(fx.taken.size(), 1U);
    }
    static OpenResult opening(std::uint64_t floor = 3, std::uint64_t reached = 30) {
        return {.gid = kGroup,
                .epoch = kEpoch,
                .floor = Seq{floor},
                .reached = Seq{reached},
                .version = 4};
    }

    Tokens tokens;
    account::SharedGate gate{account::kTokenLives};
    Rules rules{.verifier = tokens, .gate = gate};
    Told fx;
    Session session;
    Time now = from_ms(1'700'000'000'000);
};

}  // namespace stentor::session
