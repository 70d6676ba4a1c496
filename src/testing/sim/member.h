#pragma once
// One device of one user: the shipped client::Client, what its owner does with it, and what it
// keeps through a crash. A hostile one asks for what it may not have; a viewer is another device of
// a member and sends nothing.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/client.h"
#include "testing/sim/checks.h"
#include "testing/sim/faulty_store.h"
#include "testing/sim/link.h"
#include "testing/sim/operator.h"
#include "testing/sim/world.h"

namespace stentor::sim {

class Member final : private client::Host, private ClientEnd {
public:
    enum class Kind : std::uint8_t { speaker, viewer, hostile };
    struct Deps {
        World& world;
        FaultyStore& store;
        Checks& checks;
        std::vector<GroupId>& groups;  // Those made so far; members add theirs.
        // Brings a connection to some node that is up; false: there is none.
        std::function<bool(const std::shared_ptr<Link>&)> dial;
        std::shared_ptr<const client::Settings> settings;
        Operator& auth;
    };
    Member(const Deps& deps, const Token& token, DeviceId device, Kind kind);
    ~Member() override;

    void start();
    void create_group(bool history_for_joiners);

    // ---- What happens to it
    void cut();
    void go_silent();
    void stop_reading();
    void crash();
    // From here on it wants nothing new, and no fault holds it back.
    void heal();
    // One more entry in each group: it shows every node what it missed.
    void say_last_words();
    // Connects and opens everything once more.
    void look_again();

    // ---- The end
    [[nodiscard]] std::size_t unanswered() const { return pending_.size(); }
    // What it still lacks, in words; nothing when it holds every head that it should.
    [[nodiscard]] std::optional<std::string> lacks() const;
    [[nodiscard]] UserId uid() const { return uid_; }

private:
    // An entry as it stands on the screen.
    struct Shown {
        std::uint32_t revision{};
        UserId sender;
        bool recalled{};
    };
    // A group in which it is, was or wants to be.
    struct Attendance {
        bool inside{};  // As far as it knows.
        bool wants_in{};
        bool wants_out{};
        bool left_once{};
        // A send was refused for good here while an earlier try of it may still be on its way; if
        // its sender comes back, that one is taken, and whatever they said since stands before it.
        bool silent{};
        bool fresh{};             // Entered anew: what the client holds is of the former stay.
        bool kicked{};            // Once.
        std::uint32_t request{};  // Of the join or leave that is not answered.
        std::optional<ledger::ViewId> view;
        // What its disk holds of the log.
        Epoch epoch;
        Seq seq;
        Digest digest;
        Epoch view_epoch;  // In which the ledger's view began.
        // What it shows, and of which history.
        Epoch shown_epoch;
        std::map<Seq, Shown> shown;
        std::map<Seq, bool> hidden;          // True: its own log said so, too.
        std::map<std::uint64_t, Seq> notes;  // Where each is shown.
        bool unscrolled{};  // At the end: its oldest page is to be looked at once more.
        bool lost{};        // A fork cut sends of its own: to be offered again.
        Epoch former;       // A history that a fork ended: tried once more.
    };
    struct Pending {
        GroupId gid;
        Cmid cmid;
        std::string body;
        Seq seen;
        std::uint64_t number{};  // As they were written.
        bool refused_by_storm{};
    };
    // A send of its own that was acknowledged: offered again when a fork cuts it.
    struct Kept {
        Pending send;
        Epoch epoch;
        Seq seq;
    };
    // A command that is not answered yet.
    struct Command {
        pb::ClientFrame frame;
        Epoch asked;    // The store's epoch then.
        bool former{};  // It names a history that is over.
    };

    // A new program, from what its disk holds.
    void restart();
    // ---- Its account: member_account.cc
    void plan_sign_in();
    void on_entry(const Operator::Entry& entry);

    // ---- What it does: member_acts.cc
    void plan_act();
    void act();
    void act_on_wishes();
    void speak();
    void say(GroupId gid);
    void move_read();
    void come_or_go();
    void look_around();
    void scroll_up(GroupId gid);
    void be_hostile();
    // member_changes.cc
    void change_something();
    void act_on_others(GroupId gid, UserId uid);
    void try_former_epoch();
    void command(pb::ClientFrame frame, bool former = false);
    void on_command_answered(const Command& command, const pb::ServerFrame& frame);
    void wish(Attendance& attendance, GroupId gid);
    [[nodiscard]] std::optional<GroupId> some_group_inside();
    [[nodiscard]] bool has_pending(GroupId gid) const;

    // ---- What comes of it
    void entered(GroupId gid, Seq floor);
    void gone(GroupId gid);
    void watch(GroupId gid);
    void unwatch(GroupId gid);
    void remember(GroupId gid);
    void on_group_created(const pb::ServerFrame& frame);
    void inspect(const pb::ServerFrame& frame);
    void offer_lost();
    // What a page of a former history said of them, and their own log did not.
    void forget_unlogged(Attendance& attendance) const;
    [[nodiscard]] std::optional<std::string> disagrees(GroupId gid,
                                                       const Attendance& attendance) const;
    void inspect_opened(const pb::Opened& opened, std::uint32_t request_id);
    void inspect_batch(const pb::Batch& batch);
    void note_opens(std::string_view message);
    [[nodiscard]] client::Moment moment();
    [[nodiscard]] std::string name() const;
    [[nodiscard]] Checks::Asked asked_now(GroupId gid) const;
    [[nodiscard]] Seq held(GroupId gid) const;

    // ---- ClientEnd
    void on_payload(std::string_view payload) override;
    void on_closed() override;

    // ---- client::Host
    void connect() override;
    void transmit(std::string message) override;
    void disconnect() override;
    void wake_at(Time when) override;
    void on_applied(GroupId gid, Epoch epoch, const pb::Entry& entry,
                    const Digest& digest) override;
    void on_restarted(GroupId gid, Epoch epoch, Seq after) override;
    void on_opened(const pb::Opened& opened) override;
    void on_forked(GroupId gid, Epoch epoch, Seq fork) override;
    void on_changed(GroupId gid, Epoch epoch, const pb::Entry& entry) override;
    void on_tally(GroupId gid, Epoch epoch, const pb::Tally& tally) override;
    void on_hidden(GroupId gid, Epoch epoch, Seq seq) override;
    void on_note(const pb::Note& note) override;
    void on_user_log(const pb::UserLogEntry& entry) override;
    void on_user_log_reset() override;
    void on_ousted(GroupId gid) override;
    void on_open_refused(GroupId gid, Code code) override;
    void on_sent(GroupId gid, const Cmid& cmid, Epoch epoch, Seq seq) override;
    void on_held(GroupId gid, const Cmid& cmid, const Error& why) override;
    void on_gave_up(GroupId gid, const Cmid& cmid, Code code) override;
    void on_answer(std::uint32_t request_id, const pb::ServerFrame& frame) override;
    void on_digest_mismatch(GroupId gid, Seq at) override;
    void on_order_violation(GroupId gid, Seq expected, Seq got) override;
    void on_stopped(Code code) override;

    Deps deps_;
    World& world_;
    Token token_;
    UserId uid_;
    DeviceId device_;
    Kind kind_;
    std::unique_ptr<client::Client> client_;
    std::shared_ptr<Link> link_;
    std::uint64_t dial_number_{};
    std::uint64_t wake_number_{};
    bool healed_{};
    bool stopped_{};     // By a refusal for good, which a hostile one earns, or erased.
    bool signed_out_{};  // Its token is void, and it has no other yet.
    std::uint32_t said_{};
    std::uint32_t edited_{};
    bool is_page_{};           // The frame that is being looked at.
    std::uint64_t log_seq_{};  // Of its own log, on its disk.
    std::map<GroupId, Attendance> attendances_;
    std::deque<Pending> pending_;
    std::vector<Kept> kept_;
    std::set<GroupId> founded_;
    std::map<std::uint32_t, Command> commands_;
    // By the request that opens; Hello's resumes are answered under 0.
    std::map<std::pair<std::uint32_t, GroupId>, Checks::Asked> opens_;
    std::optional<pb::CreateGroup> creation_;
    std::uint32_t creation_request_{};
    std::map<std::uint32_t, Seq> hostile_pulls_;  // request -> floor when it was made
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace stentor::sim
