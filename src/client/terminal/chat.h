#pragma once
// A conversation at a terminal: lines that are typed become sends and commands, what comes becomes
// lines that are printed. Knows no socket; whoever derives from it has one.
//
// Thread: its owner's. Limits: the newest 1,000 entries of the open group can be edited or have
// their reactions told; 10,000 names are remembered.

#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "client/client.h"
#include "wire/pb.h"

namespace stentor::terminal {

class Chat : public client::Host {
public:
    Chat(std::string token, DeviceId device);

    [[nodiscard]] client::Client& client() { return client_; }
    [[nodiscard]] client::Moment moment();

    // Opened once connected.
    void open_first(GroupId gid) { to_open_ = gid; }
    // One line that was typed.
    void on_line(std::string_view line);
    // What could not be done from within an event; after each of them.
    void settle();

    // The line before is not answered yet.
    [[nodiscard]] bool busy() const;
    // Nothing that was said is still on its way.
    [[nodiscard]] bool idle() const;
    [[nodiscard]] bool over() const { return over_; }
    // Tells the server what was read.
    void leave_group();

protected:
    virtual void print(const std::string& line) = 0;
    void on_stopped(Code code) override;

private:
    // A line that waits for the name of somebody, so that lines stay in order.
    struct Line {
        std::string before;
        std::uint64_t uid{};  // 0: nobody is named.
        std::string after;
    };
    struct Command;
    static const Command kCommands[];

    // ---- Commands, see kCommands
    void list(std::string_view rest);
    void open(std::string_view rest);
    void create(std::string_view rest);
    void join(std::string_view rest);
    void leave(std::string_view rest);
    void history(std::string_view rest);
    void reply(std::string_view rest);
    void edit(std::string_view rest);
    void recall(std::string_view rest);
    void hide(std::string_view rest);
    void react(std::string_view rest);
    void members(std::string_view rest);
    void kick(std::string_view rest);
    void ban(std::string_view rest);
    void unban(std::string_view rest);
    void mute(std::string_view rest);
    void role(std::string_view rest);
    void invite(std::string_view rest);
    void direct(std::string_view rest);
    void search(std::string_view rest);
    void note(std::string_view rest);
    void help(std::string_view rest);
    void quit(std::string_view rest);

    void ask(v1::ClientFrame frame);
    void post(v1::Body body);
    // The open group's; says so and returns false when there is none.
    [[nodiscard]] bool in_group();
    [[nodiscard]] Epoch epoch() const;
    // From "12"; says what is wrong otherwise, and returns 0.
    [[nodiscard]] Seq seq_of(std::string_view text);
    // From "Ann" or "#17".
    [[nodiscard]] UserId user_of(std::string_view text);

    void say(std::string text) { lines_.push_back({.before = std::move(text)}); }
    void say_entry(const v1::Entry& entry, std::string_view mark);
    void say_refusal(const v1::Refused& refused);
    void say_groups(const v1::Groups& groups);
    void say_members(const v1::Members& members);
    void remember(std::uint64_t uid, std::string name);
    void ask_names();

    // ---- client::Host
    void on_lost() override;
    void on_applied(GroupId gid, Epoch epoch, const v1::Entry& entry,
                    const Digest& digest) override;
    void on_changed(GroupId gid, Epoch epoch, const v1::Entry& entry) override;
    void on_restarted(GroupId gid, Epoch epoch, Seq after) override;
    void on_forked(GroupId gid, Epoch epoch, Seq fork) override;
    void on_ousted(GroupId gid) override;
    void on_opened(const v1::Opened& opened) override;
    void on_open_refused(GroupId gid, Code code) override;
    void on_tally(GroupId gid, Epoch epoch, const v1::Tally& tally) override;
    void on_note(const v1::Note& note) override;
    void on_badge(const v1::Badge& badge) override;
    void on_sent(GroupId gid, const Cmid& cmid, Epoch epoch, Seq seq) override;
    void on_held(GroupId gid, const Cmid& cmid, const Error& why) override;
    void on_gave_up(GroupId gid, const Cmid& cmid, Code code) override;
    void on_answer(std::uint32_t request_id, const v1::ServerFrame& frame) override;
    void on_digest_mismatch(GroupId gid, Seq at) override;
    void on_token_wanted() override;

    std::random_device random_;
    client::Client client_;
    GroupId gid_;      // The open one.
    Seq awaited_;      // My newest one there, which is to be shown before it all ends.
    GroupId to_open_;  // As soon as that may be asked for.
    bool opening_{false};
    bool over_{false};
    std::uint64_t oldest_{0};  // Of what was shown of the open group.
    std::deque<Line> lines_;
    std::set<std::uint32_t> asked_;
    std::uint32_t names_request_{0};
    std::map<std::uint64_t, std::string> names_;
    std::map<std::uint64_t, std::uint32_t> revisions_;  // By seq.
    std::map<std::uint64_t, std::string> tallies_;      // By seq.
};

}  // namespace stentor::terminal
