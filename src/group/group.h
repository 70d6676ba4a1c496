#pragma once
// One group in its owner's memory: who may send, what number it gets, and when it is answered.
// Each of these may refuse a command: load, rate, membership, duplicate, rules (send_rules.cc).
// Then it gets its number (*ordered*), is committed (*durable*), answered and published.
//
// Owner: Partition. Thread: the partition's worker. Pure: everything comes in through on_*, and
// leaves through GroupPort.
// Cost: nothing here grows with the number of members but the cache of those who were active.

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bus/bus.h"
#include "group/effects.h"
#include "group/invites.h"
#include "group/members.h"
#include "group/pipeline.h"
#include "group/rank.h"
#include "group/readers.h"
#include "group/ring.h"
#include "group/rules/rules.h"
#include "group/sent_index.h"
#include "group/settings.h"
#include "group/sweeps.h"
#include "group/tallies.h"
#include "group/uncommitted_state.h"
#include "store/store.h"

namespace stentor::group {

class Group {
public:
    Group(GroupId gid, const Lease& lease, const Settings& settings, GroupPort& effects);

    void on_command(bus::Command command, Time now);
    void on_open(std::uint64_t ask, const bus::AskOpen& question, Time now);
    void on_loaded(const Loaded& loaded, Time now);
    void on_committed(store::Outcome outcome);

    // The server's own note to a member: why his post was refused, for instance.
    void write_note(UserId uid, Code code, std::string_view text, Time now);

    // Makes the next commit, if none is under way and something is staged.
    void flush();
    // Nobody speaks to it, but its retention may drop something.
    void on_wake(Time now);
    void on_tick(Time now, std::size_t members_excess);  // Forgets old ids and quiet members.
    [[nodiscard]] std::size_t members_cached() const { return members_.size(); }

    // Known to be its admin or owner; who did nothing lately is not known.
    [[nodiscard]] bool is_staff(UserId uid) const;
    [[nodiscard]] bool holds(UserId uid) const;  // Something of theirs is not settled.
    // It may leave memory: nobody waits for it, and nothing happened since `time`.
    [[nodiscard]] bool idle_since(Time time) const;

private:
    enum class State : std::uint8_t { unloaded, loading, absent, live, closed };
    enum class Step : std::uint8_t { passed, refused, parked };

    // ---- Admission (admission.cc). False: it was parked, so those behind it wait too.
    bool admit(Work& work, Time now);
    bool admit_command(Work& work, CachedMember& member, Time now);
    bool admit_send(Work& work, CachedMember& member, Time now);
    bool admit_read(const bus::Command& command, CachedMember& member);
    [[nodiscard]] std::optional<Error> objection_to_id(Work& work, CachedMember& member, Time now);
    [[nodiscard]] std::optional<Error> standing_objection(const bus::Command& command,
                                                          const CachedMember& member,
                                                          Time now) const;
    // The index's word, or the store's: nothing when it must be asked first.
    [[nodiscard]] std::optional<bool> is_known(const SentId& id, bool absent_in_store) const;
    [[nodiscard]] std::optional<Error> rate_objection(CachedMember& member, Time now);
    [[nodiscard]] std::optional<Error> storm_objection(const Work& work, const CachedMember& member,
                                                       Time now);
    [[nodiscard]] rules::ActivityRule activity_rule() const;
    [[nodiscard]] Step pass_stages(Work& work, CachedMember& member, Time now);
    [[nodiscard]] bool know_account(Work& work, CachedMember& member);
    [[nodiscard]] std::optional<Error> body_objection(const pb::Body& body,
                                                      const store::MemberRow& row) const;
    [[nodiscard]] std::optional<Error> objection_to_words(const bus::Command& command) const;
    [[nodiscard]] std::optional<Error> pace_objection(std::uint64_t text, CachedMember& member,
                                                      Time now) const;
    [[nodiscard]] Step pass_filter(Work& work, Time now);
    void note_sent(const Work& work, CachedMember& member, Time now);
    void refuse_command(const bus::Command& command, const Error& error, std::string_view reason,
                        Time now);
    void answer_duplicate(const bus::Command& command, const SentAt& at);
    void stage_send(const bus::Command& command, Time now);
    void stage(Operation operation);
    void move_read(CachedMember& member, Seq seq);
    void write_first_row(const bus::Command& command, const CachedMember& member);

    // ---- Coming and going (membership.cc). False: as above.
    bool admit_create(Work& work, Time now);
    void found_group(UserId creator, pb::GroupSettings settings, Time now);
    bool admit_join(const Work& work, CachedMember& member, Time now);
    bool admit_leave(const Work& work, CachedMember& member, Time now);
    bool admit_decision(const Work& work, CachedMember& member, Time now);
    // Whether whoever comes in must be counted again when that is written.
    static void count_again(Operation& operation, UserId uid, const LoadedEntrance& entrance);
    bool is_member_already(const Work& work, const CachedMember& member);
    [[nodiscard]] std::optional<Error> no_room(const LoadedEntrance& entrance) const;
    void let_in(Operation& operation, store::MemberRow row, Time now) const;
    void put_out(Operation& operation, store::MemberRow& row, Time now) const;
    [[nodiscard]] pb::ServerFrame group_ready(const store::MemberRow& row) const;
    [[nodiscard]] Operation step(const bus::Command& command) const;
    // Puts the operation's member rows into memory as well.
    void stage_rows(Operation operation);

    // ---- Who may do what to whom (moderation.cc)
    bool admit_member_change(Work& work, CachedMember& member, Time now);
    bool change_role(const Work& work, CachedMember& target, const Heir& heir, Time now);
    [[nodiscard]] std::optional<Error> objection_to_create(const bus::Command& command,
                                                           const LoadedEntrance& entrance) const;
    [[nodiscard]] pb::GroupSettings settings_of(const pb::CreateGroup& create) const;
    void change_standing(const Work& work, CachedMember& target, const Heir& heir, Time now);
    void mute(const Work& work, CachedMember& target, Time now);
    void confirm(const Work& work, const CachedMember& target, pb::OustReason ousted);
    bool admit_note(Work& work, CachedMember& member, Time now);
    // Nothing when he may; otherwise what he is refused with.
    [[nodiscard]] std::optional<Error> objection_to(Act act, const bus::Command& command,
                                                    const CachedMember& member,
                                                    Rank target = Rank::none) const;
    // Somebody else, whom the command is about. Nothing: he is being loaded.
    [[nodiscard]] CachedMember* other(const Work& work, UserId uid);
    // The log of a user, in the same commit (notes.cc).
    void tell(Operation& operation, UserId uid, pb::UserLogEntry entry, Time now) const;
    void tell_note(Operation& operation, store::MemberRow& row, pb::Note note, Time now) const;

    // ---- Owners, and the end (succession.cc, closing.cc)
    std::optional<Heir> heir_after(const Work& work, UserId leaving);
    void pass_on(Operation& operation, const Heir& heir, Time now);
    void give_role(Operation& operation, store::MemberRow row, store::Role role, Time now) const;
    void admit_delete(const Work& work);
    void close_with(Operation& operation);
    void closed();
    void sweep_rest();
    void on_rest_loaded(const Result<Found>& found, Time now);

    // ---- Settings, invites and what a member sets for himself (settings.cc)
    bool admit_configure(Work& work, CachedMember& member, Time now);
    bool admit_invite(const Work& work, CachedMember& member, Time now);
    bool admit_mute_for_me(const Work& work, CachedMember& member, Time now);
    bool admit_end_invite(const Work& work, CachedMember& member, Time now);
    // That of the command, if it lets `who` in.
    const store::InviteRow* invite_for(const Work& work, const store::MemberRow& who, Time now);

    // ---- Direct chats and announcements (direct.cc)
    bool admit_direct(const Work& work, CachedMember& member, UserId whom, Time now);
    void enter_direct(Operation& operation, store::MemberRow row, Time now) const;
    void set_blocked(const Work& work, CachedMember& member, Time now);
    [[nodiscard]] UserId counterpart(UserId uid) const;
    // False: who else is in this direct chat is being loaded.
    [[nodiscard]] bool knows_counterpart(Work& work);
    [[nodiscard]] std::optional<Error> objection_of_counterpart(UserId uid) const;
    // The first message brings the chat to the other one.
    void bring_in_counterpart(Operation& operation, Time now) const;

    // ---- Changes to entries (changes.cc, reactions.cc)
    bool admit_recall(Work& work, CachedMember& member, Time now);
    bool admit_edit(Work& work, CachedMember& member, Time now);
    bool admit_hide(Work& work, CachedMember& member, Time now);
    bool admit_react(Work& work, CachedMember& member, Time now);
    void admit_typing(const bus::Command& command, CachedMember& member, Time now);
    // Reactions that go, a page at a time (clearing.cc)
    bool admit_clear(Work& work, CachedMember& member, Time now);
    void sweep(Sweep sweep);
    void sweep_on();
    void on_sweep_loaded(const LoadReactions& asked, const Result<Found>& found);
    void sweep_stepped();
    void end_sweeps(const pb::ServerFrame& answered);
    void lose_sweeps(Error error);
    [[nodiscard]] std::optional<Error> objection_to_change(Work& work, CachedMember& member,
                                                           Epoch named, Time now);
    [[nodiscard]] std::optional<Error> objection_to_recall(const bus::Command& command,
                                                           const CachedMember& member,
                                                           const LogEntry& entry, Time now) const;
    [[nodiscard]] std::optional<Error> objection_to_edit(const bus::Command& command,
                                                         const LogEntry& entry, Time now) const;
    std::optional<Error> react_to(const bus::Command& command, CachedMember& member,
                                  const LoadedReactions& loaded);
    [[nodiscard]] bool may_see(const bus::Command& command, const CachedMember& member,
                               Seq seq) const;
    // As it will be once everything staged is durable; nullptr: it is not in memory.
    [[nodiscard]] const LogEntry* newest_state(Seq seq) const;
    // nullptr: there is none that he may see. Nothing: it has been asked for.
    std::optional<const LogEntry*> entry_for(Work& work, const CachedMember& member, Seq seq);
    void stage_change(const bus::Command& command, LogEntry entry);
    [[nodiscard]] bool may_have_reactions(Seq seq) const;
    void answer_repeat(const Work& work, const LogEntry& entry);
    void publish_change(const LogEntry& entry);
    static void mark_overlay(Operation& operation, CachedMember& member);
    // A repeat of the newest operation that is `same` and not durable yet is answered with it.
    bool answer_with(const bus::ReplyTo& to, const std::function<bool(const Operation&)>& same);

    // ---- Retention (retention.cc)
    void keep_retention(Time now);
    void on_floor_loaded(const Result<Found>& found);
    void floor_raised(const Operation& operation);

    // ---- Sums (tallies_publish.cc)
    void count_readers();
    void on_readers_loaded(const Result<Found>& found);
    void append_to_sums(const LogEntry& entry);
    void set_row(CachedMember& member, store::MemberRow row);
    void publish_sums(Time now);

    // ---- Opening (open.cc)
    void open_step(Opening opening);
    void look_for_hidden(Opening opening, Seq cursor);
    void on_looked_up(std::uint64_t ask, const Result<Found>& found);
    void answer_open(const Opening& opening, const store::MemberRow& row);
    [[nodiscard]] bus::MemberView view_of(const store::MemberRow& row) const;
    [[nodiscard]] bus::GroupView view() const;

    // ---- Commits and loads (group.cc)
    void on_group_loaded(const Loaded& loaded, Time now);
    void on_found_for(const LoadFor& load, const Found& found, Time now);
    void load_failed(UserId uid, const Error& error);
    void become_live(const LoadedGroup& loaded);
    void resume_waiting(Time now);
    void resume_parked(UserId uid, Time now);
    void commit_done();
    void finish(Operation& operation);
    void settle(const Operation& operation);
    void nudge_head();
    void nudge_moved(std::string name);
    void publish_run(std::vector<LogEntry>& run, const Digest& before);
    void publish_member(const store::MemberRow& row, pb::OustReason ousted, UserId by,
                        std::uint64_t members);
    void publish_settings();
    void mark_absent(const Load& load);
    void forget_members(Time now, std::size_t excess);
    void remember_member(UserId uid, const std::optional<store::MemberRow>& row, Time now);
    void park(Work work);
    void drop_memory();
    void answer(const bus::ReplyTo& to, pb::ServerFrame frame);
    void refuse(const bus::ReplyTo& to, const Error& error);
    void refuse_waiting(const Error& error);
    void load(LoadWhat what);
    void load_for(UserId uid, decltype(LoadFor::what) what);
    [[nodiscard]] Epoch epoch() const { return head_.epoch; }
    [[nodiscard]] storm::Level storm_level() const {
        return settings_.rules.storm.of(head_.members);
    }

    GroupId gid_;
    const Lease& lease_;
    const Settings& settings_;
    GroupPort& effects_;

    State state_{State::unloaded};
    std::uint32_t generation_{};
    Time used_{};
    Code refused_{};  // What admit_command() said to the command at hand; ok: nothing.

    store::HeadRow head_;  // Durable.
    Tip tip_;
    pb::GroupSettings settings_now_;    // Durable.
    pb::GroupSettings group_settings_;  // As they will be once everything staged is durable.
    Ring ring_{{}, {}};
    rules::Activity activity_;
    rules::ComeBackTimes come_back_;
    SentIndex sent_{Time::max()};

    std::deque<Operation> staged_;
    std::deque<Operation> in_flight_;  // In the one commit whose outcome is open.
    store::HeadRow in_flight_head_;    // The head row that it writes.

    std::deque<Work> waiting_;  // For the group itself.
    std::vector<Opening> openings_waiting_;
    // Per user, in the order of arrival: one sender's commands never pass each other.
    std::unordered_map<UserId, std::deque<Work>> parked_;
    std::size_t parked_count_{};
    std::unordered_map<UserId, std::vector<Opening>> openings_parked_;
    std::vector<Opening> openings_staged_;  // By those whose row is not durable as it stands.
    std::unordered_map<std::uint64_t, Opening> counting_;
    Members members_;
    Changes changes_;
    Tallies tallies_;
    Sweeps sweeps_;
    Readers readers_;
    bool readers_loading_{};
    bool recount_{};     // They were counted before memory was dropped.
    bool reread_{};      // Memory was dropped, and nodes have not been told.
    bool sums_moved_{};  // Since they were told.
    Time sums_told_{};
    Invites invites_;
    Time retention_at_{};  // When it is looked at next; 0: not planned yet.
    bool floor_loading_{};
    bool rest_loading_{};
    // From before memory was dropped: the store may not have been told of them yet.
    std::unordered_map<UserId, Seq> reads_;
};

}  // namespace stentor::group
