#pragma once
// What the client tells, as lines on the screen of a chat. Knows no socket; whoever derives from
// it has one.
//
// Thread: its owner's.

#include <cstdint>
#include <string>
#include <utility>

#include "client/host.h"
#include "client/terminal/chat.h"

namespace stentor::terminal {

class ChatEvents : public client::Host {
public:
    ChatEvents(std::string token, DeviceId device) : chat_{*this, std::move(token), device} {}

    [[nodiscard]] Chat& chat() { return chat_; }
    // What could not be done from within an event; after each of them.
    void settle();

protected:
    virtual void print(const std::string& line) = 0;
    void on_stopped(Code code) override;

private:
    [[nodiscard]] bool is_open(GroupId gid) { return gid == chat_.gid(); }
    void say(std::string text) { chat_.say(std::move(text)); }
    void say_members(const pb::Members& members);

    // ---- client::Host
    void on_lost() override;
    void on_applied(GroupId gid, Epoch epoch, const pb::Entry& entry,
                    const Digest& digest) override;
    void on_changed(GroupId gid, Epoch epoch, const pb::Entry& entry) override;
    void on_restarted(GroupId gid, Epoch epoch, Seq after) override;
    void on_forked(GroupId gid, Epoch epoch, Seq fork) override;
    void on_ousted(GroupId gid) override;
    void on_opened(const pb::Opened& opened) override;
    void on_open_refused(GroupId gid, Code code) override;
    void on_tally(GroupId gid, Epoch epoch, const pb::Tally& tally) override;
    void on_note(const pb::Note& note) override;
    void on_badge(const pb::Badge& badge) override;
    void on_sent(GroupId gid, const Cmid& cmid, Epoch epoch, Seq seq) override;
    void on_held(GroupId gid, const Cmid& cmid, const Error& why) override;
    void on_gave_up(GroupId gid, const Cmid& cmid, Code code) override;
    void on_answer(std::uint32_t request_id, const pb::ServerFrame& frame) override;
    void on_digest_mismatch(GroupId gid, Seq at) override;
    void on_token_wanted() override;

    Chat chat_;
};

}  // namespace stentor::terminal
