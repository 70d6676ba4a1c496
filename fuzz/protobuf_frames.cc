// Frames of protobuf: what decodes can be encoded and decodes to the same again, and a session that
// is given the bytes answers with frames.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "check.h"
#include "node/session/session.h"
#include "wire/frames.h"
#include "wire/pb.h"

namespace {

using namespace stentor;

constexpr Time kNow = from_ms(1'700'000'000'000);

class EverybodyIsOne final : public session::Verifier {
public:
    Result<session::Identity> verify(std::string_view /*token*/, Time now) const override {
        return session::Identity{.uid = {1}, .minted = now, .expires = now + Millis{3'600'000}};
    }
};

class Told final : public session::SessionPort {
public:
    void reply(std::string payload) override {
        check(wire::decode_event(payload).has_value(), "a session replies with frames");
    }
    void submit(GroupId gid, pb::ClientFrame&& command) override {
        check(static_cast<bool>(gid), "what is posted names a group");
        check(command.request_id() != 0, "what is posted can be answered");
    }
    void ask(std::uint32_t /*request_id*/, PartitionId /*partition*/,
             bus::Question /*question*/) override {}
    void open(std::uint32_t /*request_id*/, GroupId gid, Epoch /*epoch*/, Seq /*seq*/) override {
        check(static_cast<bool>(gid), "what is opened is a group");
    }
    void pull(std::uint32_t /*request_id*/, GroupId /*gid*/, Epoch /*epoch*/, Seq /*from*/,
              Seq /*to*/, const session::ReadRights& /*sight*/) override {
        check(false, "nothing is pulled from a group that is not open");
    }
    void near(std::uint32_t /*request_id*/, GroupId /*gid*/, Time /*time*/,
              const session::ReadRights& /*sight*/) override {
        check(false, "nothing is looked for in a group that is not open");
    }
    void recheck(GroupId /*gid*/) override { check(false, "nobody sits in a seat"); }
    session::SeatIndex take_seat(GroupId /*gid*/, Epoch /*epoch*/, Seq /*reached*/) override {
        return session::kNoSeat;
    }
    void leave_seat(GroupId /*gid*/, session::SeatIndex /*seat*/) override {}
    void caught_up(GroupId /*gid*/, session::SeatIndex /*seat*/, Epoch /*epoch*/,
                   Seq /*reached*/) override {}
    void registered(const session::Identity& /*identity*/, DeviceId /*device*/,
                    std::uint64_t /*user_log_after*/) override {}
    void held_back() override {}
    void seat_away(GroupId /*gid*/, bool /*away*/) override {}
    session::Misses missed() override { return {}; }
    void spent(std::uint32_t /*units*/) override {}
    void pause_reading() override {}
    void resume_reading() override {}
    void set_deadline(Time /*time*/) override {}
    void close(std::uint16_t close_code, Code /*reason*/) override {
        check(close_code >= 4000 && close_code < 5000, "a close code is ours");
    }
};

void converse(std::string_view bytes, bool greeted) {
    const EverybodyIsOne verifier;
    account::SharedGate gate{account::kTokenLives};
    gate.become_known();
    const session::Rules rules{.verifier = verifier, .gate = gate};
    session::Session session;
    Told told;
    session.on_connected(kNow, told);
    if (greeted) {
        pb::ClientFrame hello;
        hello.set_request_id(1);
        hello.mutable_hello()->set_token("any");
        hello.mutable_hello()->set_version(1);
        session.on_frame(rules, wire::encode(hello), kNow, told);
    }
    session.on_frame(rules, bytes, kNow, told);
    session.on_deadline(kNow + Millis{60'000}, told);
    session.on_disconnected(told);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view input{reinterpret_cast<const char*>(bytes), size};
    if (const auto command = wire::decode_command(input)) {
        const std::string once = wire::encode(*command);
        const auto again = wire::decode_command(once);
        check(again && wire::encode(*again) == once, "a command survives encoding");
    }
    if (const auto event = wire::decode_event(input)) {
        const std::string once = wire::encode(*event);
        const auto again = wire::decode_event(once);
        check(again && wire::encode(*again) == once, "an event survives encoding");
    }
    converse(input, false);
    converse(input, true);
    return 0;
}
