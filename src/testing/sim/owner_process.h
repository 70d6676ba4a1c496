#pragma once
// A process with the role of an owner: the shipped owner::Desk, with a shell of virtual time where
// the product has a worker, committers and loaders. Its end is a crash: all memory is lost, and so
// is what it had not handed to the store or the bus.

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <variant>
#include <vector>

#include "auth/account/shared_gate.h"
#include "bus/bus.h"
#include "bus/route/routes.h"
#include "owner/barriers.h"
#include "owner/desk.h"
#include "owner/question_deadline.h"
#include "testing/sim/accounts.h"
#include "testing/sim/faulty_store.h"
#include "testing/sim/life.h"
#include "testing/sim/tenancies.h"
#include "testing/sim/world.h"

namespace stentor::sim {

class OwnerProcess final : public bus::OwnerInbox, private owner::DeskPort {
public:
    struct Deps {
        World& world;
        FaultyStore& store;
        bus::Bus& bus;
        route::Routes& routes;
        Tenancies& tenancies;
        std::size_t slot;  // Its place among the owners.
    };
    OwnerProcess(const Deps& deps, const group::Settings& settings);

    void pause() { life_.pause(); }
    void resume() { life_.resume(); }
    [[nodiscard]] bool paused() const { return life_.paused(); }
    void gain(PartitionId partition, const group::Lease& lease);
    void close(PartitionId partition, owner::Desk::Closed closed);
    void set_storm(const rules::StormRule& storm);

    Result<void> on_command(PartitionId partition, bus::Command command) override;
    void on_ask(PartitionId partition, bus::Question question, Time due,
                bus::ReplyHandler reply) override;

private:
    struct OpenMail {
        bus::AskOpen question;
        bus::ReplyHandler reply;
        Time due;
    };
    struct SettleMail {
        UserId uid;
        owner::Barriers::Done done;
    };
    struct PositionsMail {};
    struct GainMail {
        PartitionId partition;
        group::Lease lease;
    };
    struct CloseMail {
        PartitionId partition;
        owner::Desk::Closed closed;
    };
    struct LostMail {  // Every tenure up to this term.
        Term newest;
    };
    using Outcomes = std::vector<group::Committed>;
    using Mail = std::variant<bus::Command, OpenMail, group::Loaded, Outcomes, PositionsMail,
                              rules::StormRule, SettleMail, GainMail, CloseMail, LostMail>;

    void put(Mail mail);
    void plan_turn();
    void turn();
    void tick();
    void on_mail(Mail& mail);
    void submit(std::vector<store::Commit> commits, Time first_tried);
    void write_positions(const Positions& positions);
    void renew_lease();
    void on_renewal(Millis asked, const Renewal& renewal);
    [[nodiscard]] bus::ReplyHandler checked(GroupId gid, bus::ReplyHandler reply);
    void closed(PartitionId partition, const owner::Handover& handover);
    [[nodiscard]] Term term_of(PartitionId partition) const;
    [[nodiscard]] Millis store_delay();
    // As owner::Owner does; see owner_accounts.cc there.
    [[nodiscard]] bool catch_up();
    [[nodiscard]] Result<bus::Reply> answer_to(const bus::Question& question);
    void change_user(const bus::AskChangeUser& change, bus::ReplyHandler reply);
    // Another one changed an account, and waits until that is in force here.
    void settle_for_other(UserId uid, Task done);
    void expect_answer(const bus::Command& command);
    void check_answer(const bus::ReplyTo& to, const pb::ServerFrame& frame);

    // owner::DeskPort
    void load(group::Load load) override;
    void commit(store::Commit commit) override { commits_.push_back(std::move(commit)); }
    void hand_on() override;
    [[nodiscard]] bool advance_read(Positions& positions) override;
    void on_taken(const bus::Command& /*command*/) override {}
    void on_answer(const bus::ReplyTo& to, const pb::ServerFrame& frame) override {
        check_answer(to, frame);
    }

    Deps deps_;
    World& world_;
    account::SharedGate gate_{account::kTokenLives};
    std::uint64_t accounts_after_{};
    bool turn_planned_{};
    bool reads_planned_{};
    std::vector<Mail> mails_;
    owner::QuestionDeadline patience_;
    SkewedLease lease_;
    bool renewing_{};
    owner::Door door_;
    std::map<PartitionId, Term> terms_;
    std::map<PartitionId, std::shared_ptr<bool>> handed_over_;  // Questions that were asked here.
    // The newest of its own commits that it knows to be stored: the term, and the version then.
    using Known = std::map<GroupId, std::pair<Term, std::uint64_t>>;
    std::shared_ptr<Known> known_ = std::make_shared<Known>();
    Outcomes done_;  // In this turn.
    owner::Desk desk_;

    // Commands that came, less their answers: the bus may bring one twice, and then it is answered
    // twice.
    struct Unanswered {
        int left{};
        PartitionId partition;
        Token token;
        Time came;
    };
    std::map<std::tuple<NodeId, ConnectionToken, std::uint32_t>, Unanswered> unanswered_;

    std::vector<store::Commit> commits_;
    Line committer_;
    Line outcomes_;
    Life life_;
};

}  // namespace stentor::sim
