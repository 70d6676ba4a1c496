#pragma once
// One person's side of the terminal: the client, the group that is open, what was asked and is not
// answered, and the screen. Commands (command_line.h) and events (chat_events.h) act on it.
//
// Thread: its owner's.

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "client/client.h"
#include "client/commands.h"
#include "client/terminal/open_group.h"
#include "client/terminal/screen.h"
#include "wire/pb.h"

namespace stentor::terminal {

class Chat {
public:
    Chat(client::Host& host, std::string token, DeviceId device);

    [[nodiscard]] client::Client& client() { return client_; }
    [[nodiscard]] Screen& screen() { return screen_; }
    [[nodiscard]] OpenGroup& group() { return group_; }
    [[nodiscard]] GroupId gid() const { return group_.gid; }
    // Of what the client holds of the open group.
    [[nodiscard]] Epoch epoch() const;
    [[nodiscard]] client::Place place(Seq seq) const {
        return {.gid = gid(), .epoch = epoch(), .seq = seq};
    }
    [[nodiscard]] client::Moment moment();
    [[nodiscard]] Time server_time() const { return client_.server_time(now()); }
    [[nodiscard]] Cmid make_cmid();

    // ---- Not from within an event of the client

    // Its answer is awaited; without a connection the screen says so.
    void ask(pb::ClientFrame frame);
    // To the open group.
    void post(pb::Body body);
    // Opens the group that is wanted, once that may be asked for.
    void open_wanted();
    // For the lines that wait for them.
    void ask_names();
    // Tells the server what was read.
    void leave_group();

    // ---- From anywhere

    void say(std::string text) { screen_.say(std::move(text)); }
    void want(GroupId gid) { wanted_ = gid; }
    // With whatever the mark says of it.
    void show(const pb::Entry& entry, std::string_view mark);
    // Opening was answered; false: it was answered before.
    bool opening_done() { return std::exchange(opening_, false); }
    // Whether it is the answer to an ask(): it is awaited no more.
    [[nodiscard]] bool answered(std::uint32_t request_id) { return asked_.erase(request_id) != 0; }
    // Whether it is the answer that ask_names() waits for.
    [[nodiscard]] bool on_names(std::uint32_t request_id, const pb::ServerFrame& frame);
    void end() { over_ = true; }

    // The line before is not answered yet.
    [[nodiscard]] bool busy() const;
    // Nothing that was said is still on its way.
    [[nodiscard]] bool idle() const;
    [[nodiscard]] bool over() const { return over_; }

private:
    std::random_device random_;
    client::Client client_;
    Screen screen_;
    OpenGroup group_;
    GroupId wanted_;  // To be opened as soon as that may be asked for.
    bool opening_{false};
    bool over_{false};
    std::set<std::uint32_t> asked_;
    std::uint32_t names_request_{0};
};

}  // namespace stentor::terminal
