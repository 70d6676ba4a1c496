#include "testing/sim/scenario.h"

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "testing/sim/accounts.h"
#include "testing/sim/checks.h"
#include "testing/sim/faulty_store.h"
#include "testing/sim/member.h"
#include "testing/sim/node_process.h"
#include "testing/sim/operator.h"
#include "testing/sim/owners.h"
#include "testing/sim/sim_bus.h"
#include "testing/sim/sim_routes.h"
#include "testing/sim/thief.h"
#include "testing/sim/world.h"

namespace stentor::sim {
namespace {

constexpr std::uint32_t kNodes = 2;
constexpr std::uint32_t kShards = 2;
// Two heartbeats and five seconds: then everybody holds everything again.
constexpr Millis kHealWithin = 2 * limits::kPulseEvery + Millis{5'000};
constexpr Millis kQuietWithin{20'000};
// A stored entry reaches who keeps up, its group's hold window included.
constexpr Millis kPushedWithin{10'000};
// After healing: then nodes that missed something hear of it by the next entry.
constexpr Millis kLastWordsAfter{3'000};

// Of a change of an account, on each node: its next question, and mail.
constexpr Millis kAccountWithin{1'100};
constexpr std::size_t kThievesMax = 4;

constexpr std::uint64_t kHistory = 400;
constexpr Millis kHistoryEvery{30};
constexpr std::uint64_t kFirstOfHistory = 50'000;

// Few enough entries that members do come to be slowed down.
rules::StormRule storm_rule(storm::Level level) {
    return {.all = level, .large = level, .entries_per_s = 4};
}

class SimVerifier final : public session::Verifier {
public:
    Result<session::Identity> verify(std::string_view token, Time now) const override {
        const auto told = token_in(token);
        if (!told) return std::unexpected(Error{.code = Code::token_invalid, .where = "token"});
        return session::Identity{
            .uid = told->uid, .minted = told->minted, .expires = now + Millis{86'400'000}};
    }
};

class Scenario {
public:
    Scenario(std::uint64_t seed, bool traced);

    RunResult run();

private:
    struct Node {
        std::unique_ptr<NodeProcess> process;
        std::uint64_t instance{};
    };

    void draw_people();
    void add_member(const Token& token, DeviceId device, Member::Kind kind);
    void on_void(const Token& token);
    // None is left on any node that was void at `since`.
    void check_void_ones(Time since);
    bool run_until(Time end);
    bool dial(const std::shared_ptr<Link>& link);

    // ---- Faults: faults of processes and of connections, once a second
    void strike();
    void strike_nodes();
    void strike_members();
    void strike_level();
    void set_level(storm::Level level);
    void plan_history();
    void write_history(std::uint64_t number);
    void plan_restore();
    void back_up();
    void restore();
    void start_node(std::uint32_t index);
    void heal();
    [[nodiscard]] std::optional<std::string> lacking() const;
    bool run_until_nothing_lacks(Millis within);

    World world_;
    Checks checks_;
    Accounts accounts_{world_};
    FaultyStore store_{world_};
    SimBus bus_{world_};
    Operator operator_{world_, bus_, store_.truth(),
                       [this](const Token& token) { on_void(token); }};
    SimRoutes routes_{world_};
    SimVerifier verifier_;
    account::SharedGate gate_{account::kTokenLives};  // Nobody's: each node has its own.
    session::Rules rules_{.verifier = verifier_, .gate = gate_};
    group::Settings group_settings_{};
    std::vector<GroupId> groups_;
    std::optional<Owners> owners_;
    std::map<std::uint32_t, Node> nodes_;
    std::vector<std::unique_ptr<Member>> members_;
    std::vector<std::unique_ptr<Thief>> thieves_;
    storm::Level level_{};
    bool healed_{};
    struct Backup {
        store::MemoryStore::Snapshot rows;
        Record record;
    };
    std::optional<Backup> backup_;
};

Scenario::Scenario(std::uint64_t seed, bool traced)
    : world_{seed, traced}, checks_{world_, Epoch{1}} {
    constexpr std::size_t kStaged[] = {6, 64, limits::kStagedPerGroup};
    group_settings_ = {.rate = {},
                       .staged_max = kStaged[world_.random.below(3)],
                       .parked_max = world_.random.chance(100) ? 8 : limits::kParkedPerGroup};
    // In half of the runs the owner's rate is met first, in the other half the session's.
    if (world_.random.chance(500)) {
        rules_.sends_per_s = 10;
        rules_.sends_burst = 50;
    }
    world_.tell([&] {
        const Faults& faults = world_.faults;
        return "in thousandths: items lost " + std::to_string(faults.items_lost) +
               ", routes wiped " + std::to_string(faults.routes_wiped) + ", node cut off " +
               std::to_string(faults.node_cut_off) + ", unknown and applied " +
               std::to_string(faults.unknown_applied) + ", later " +
               std::to_string(faults.unknown_applied_later);
    });
    owners_.emplace(
        Owners::Deps{
            .world = world_, .store = store_, .bus = bus_, .routes = routes_, .groups = groups_},
        group_settings_);
    owners_->set_storm(storm_rule(level_));
    owners_->start();
    for (std::uint32_t index = 1; index <= kNodes; ++index) start_node(index);
    draw_people();
}

void Scenario::draw_people() {
    const std::uint64_t speakers = world_.random.between(4, 9);
    std::uint64_t device = 1;
    for (std::uint64_t i = 1; i <= speakers; ++i) {
        const bool hostile = i > 2 && world_.random.chance(200);
        const Token token = operator_.add({1'000 + i});
        add_member(token, {device++}, hostile ? Member::Kind::hostile : Member::Kind::speaker);
        if (world_.random.chance(350)) {
            add_member(operator_.add_token(token.uid), {device++}, Member::Kind::viewer);
        }
    }
    const std::uint64_t groups = world_.random.between(1, 3);
    for (std::uint64_t i = 0; i < groups; ++i) {
        members_[static_cast<std::size_t>(i)]->create_group(world_.random.chance(400));
    }
    for (auto& member : members_) {
        world_.clock.after(world_.random.between(Millis{0}, Millis{8'000}),
                           [&member = *member] { member.start(); });
    }
}

void Scenario::add_member(const Token& token, DeviceId device, Member::Kind kind) {
    auto settings = std::make_shared<client::Settings>();
    settings->retry_max = Millis{4'000};
    settings->pull_everything = world_.random.chance(250);
    settings->look_again = true;
    members_.push_back(std::make_unique<Member>(
        Member::Deps{.world = world_,
                     .store = store_,
                     .checks = checks_,
                     .groups = groups_,
                     .dial = [this](const auto& link) { return dial(link); },
                     .settings = std::move(settings),
                     .auth = operator_},
        token, device, kind));
}

// Somebody has a copy of it, and whoever is at a node with it is put out.
void Scenario::on_void(const Token& token) {
    if (healed_) return;
    if (world_.drawn.nodes_hear()) {
        const Millis within = kAccountWithin + 2 * world_.faults.bus_delay_max;
        world_.clock.after(within, [this, since = world_.now()] { check_void_ones(since); });
    }
    if (thieves_.size() >= kThievesMax) return;
    thieves_.push_back(std::make_unique<Thief>(
        Thief::Deps{.world = world_,
                    .groups = groups_,
                    .dial = [this](const auto& link) { return dial(link); },
                    .invoke =
                        [this](UserId uid, GroupId gid, const Cmid& cmid, std::string_view body) {
                            checks_.ledger().invoke(uid, gid, cmid, hash_of(body), kThiefsDevice);
                        }},
        token));
    thieves_.back()->start();
}

void Scenario::check_void_ones(Time since) {
    for (const auto& [index, node] : nodes_) {
        if (node.process == nullptr) continue;
        if (const auto token = node.process->void_since(since)) {
            checks_.violation("node " + std::to_string(index) + " keeps a connection of user " +
                              std::to_string(token->uid.value) + " whose token is void");
        }
    }
}

bool Scenario::dial(const std::shared_ptr<Link>& link) {
    const auto first = static_cast<std::uint32_t>(world_.random.between(1, kNodes));
    for (std::uint32_t i = 0; i < kNodes; ++i) {
        Node& node = nodes_[(first + i - 1) % kNodes + 1];
        if (node.process == nullptr) continue;
        node.process->accept(link);
        return true;
    }
    return false;
}

// ---- Processes

void Scenario::start_node(std::uint32_t index) {
    Node& node = nodes_[index];
    node.process = std::make_unique<NodeProcess>(NodeProcess::Deps{.world = world_,
                                                                   .bus = bus_,
                                                                   .routes = routes_,
                                                                   .rules = rules_,
                                                                   .node = {index},
                                                                   .instance = ++node.instance,
                                                                   .shards = kShards});
    world_.tell([&] { return "node " + std::to_string(index) + " starts"; });
    node.process->set_level(level_);
}

// ---- Faults

void Scenario::strike() {
    if (healed_) return;
    world_.clock.after(Millis{1'000}, [this] { strike(); });
    if (world_.random.chance(world_.faults.queue_wiped)) bus_.wipe();
    if (world_.random.chance(world_.faults.routes_wiped)) routes_.wipe();
    if (world_.strikes(world_.faults.node_cut_off, Seen::node_cut_off)) {
        bus_.cut({static_cast<std::uint32_t>(world_.random.between(1, kNodes))},
                 world_.now() + world_.random.between(Millis{200}, Millis{12'000}));
    }
    operator_.act();
    owners_->strike();
    strike_nodes();
    strike_members();
    strike_level();
}

void Scenario::strike_nodes() {
    for (std::uint32_t index = 1; index <= kNodes; ++index) {
        Node& node = nodes_[index];
        if (node.process == nullptr || node.process->paused()) continue;
        if (world_.strikes(world_.faults.node_crash, Seen::node_crashed)) {
            world_.tell([&] { return "node " + std::to_string(index) + " crashes"; });
            node.process.reset();
            world_.clock.after(world_.random.between(Millis{200}, Millis{8'000}), [this, index] {
                if (nodes_[index].process == nullptr) start_node(index);
            });
        } else if (world_.strikes(world_.faults.node_pause, Seen::node_paused)) {
            node.process->pause();
            world_.clock.after(world_.random.between(Millis{50}, Millis{7'000}), [this, index] {
                if (nodes_[index].process != nullptr) nodes_[index].process->resume();
            });
        }
    }
}

void Scenario::strike_members() {
    for (const auto& member : members_) {
        if (world_.random.chance(world_.faults.drop)) member->cut();
        if (world_.random.chance(world_.faults.half_open)) member->go_silent();
        if (world_.random.chance(world_.faults.reader_stops)) member->stop_reading();
        if (world_.random.chance(world_.faults.client_crash)) member->crash();
    }
}

// What a server would measure and set: nodes and owner hear of it when they come to it.
void Scenario::strike_level() {
    constexpr Seen kSeen[] = {Seen::storm_calm, Seen::storm_merging, Seen::storm_slowing,
                              Seen::storm_refusing};
    if (!world_.random.chance(world_.faults.storm)) return;
    const auto level = static_cast<storm::Level>(world_.random.below(storm::kLevels));
    world_.count(kSeen[level]);
    set_level(level);
}

void Scenario::set_level(storm::Level level) {
    world_.tell([&] { return "storm level " + std::to_string(level); });
    level_ = level;
    owners_->set_storm(storm_rule(level));
    for (auto& [index, node] : nodes_) {
        if (node.process != nullptr) node.process->set_level(level);
    }
}

// ---- A long history, written as an API key writes: each entry in another name, with no rate.

void Scenario::plan_history() {
    if (!world_.drawn.long_history) return;
    for (std::uint64_t i = 0; i < kHistory; ++i) {
        world_.clock.after(Millis{5'000} + kHistoryEvery * i, [this, i] { write_history(i); });
    }
}

void Scenario::write_history(std::uint64_t number) {
    if (groups_.empty()) return;
    const GroupId gid = groups_.front();
    bus::Command command{.gid = gid, .uid = {kFirstOfHistory + number}, .operator_rights = true};
    pb::Body body;
    body.set_text("history " + std::to_string(number));
    const Cmid cmid = Cmid::made_at(world_.now(), world_.random.bytes10());
    pb::Send& send = *command.frame.mutable_send();
    send.set_gid(gid.value);
    send.set_cmid(std::string{cmid.view()});
    send.set_body(body.SerializeAsString());
    checks_.ledger().invoke(command.uid, gid, cmid, hash_of(send.body()));
    static_cast<void>(bus_.submit(partition_of(gid), std::move(command)));
}

// ---- A restore: the store goes back, and every process starts again.

void Scenario::plan_restore() {
    if (!world_.faults.restores) return;
    const Millis at = world_.random.between(Millis{9'000}, Millis{20'000});
    world_.clock.after(at, [this] { back_up(); });
    world_.clock.after(at + world_.random.between(Millis{500}, Millis{9'000}),
                       [this] { restore(); });
}

void Scenario::back_up() {
    world_.tell([] { return std::string{"a backup is made"}; });
    backup_ = {.rows = store_.truth().snapshot(), .record = checks_.record()};
}

void Scenario::restore() {
    if (healed_) return;
    world_.count(Seen::restored);
    owners_->end();
    for (auto& [index, node] : nodes_) node.process.reset();
    bus_.restart();
    routes_.clear();
    const Epoch epoch = store_.restore(backup_->rows);
    world_.tell([&] { return "restored, epoch " + std::to_string(epoch.value); });
    checks_.on_restored(backup_->record, epoch);
    accounts_.on_restored(store_.truth());
    owners_->start();
    for (std::uint32_t index = 1; index <= kNodes; ++index) start_node(index);
}

void Scenario::heal() {
    world_.tell([] { return std::string{"all is healed"}; });
    healed_ = true;
    world_.faults = {};
    store_.settle();
    bus_.heal();
    owners_->heal();
    for (auto& [index, node] : nodes_) {
        if (node.process == nullptr) start_node(index);
        node.process->resume();
    }
    set_level(storm::kCalm);
    for (const auto& member : members_) member->heal();
    operator_.heal();
    // An owner whose lease was over by its own clock answers again once it has renewed it.
    world_.clock.after(kAccountWithin + kRenewEvery + world_.drawn.bus_delay_max,
                       [this, since = world_.now()] { check_void_ones(since); });
}

// ---- The run

bool Scenario::run_until(Time end) {
    while (!checks_.first_violation() && world_.clock.step(end)) {
    }
    return !checks_.first_violation();
}

std::optional<std::string> Scenario::lacking() const {
    for (const auto& member : members_) {
        if (auto lack = member->lacks()) return lack;
    }
    // A pulse makes up for what such a seat is not pushed, so nobody above need lack anything.
    for (const auto& [index, node] : nodes_) {
        for (const GroupId gid : groups_) {
            if (!node.process->leaves_waiting(gid)) continue;
            return "node " + std::to_string(index) + " leaves a seat of group " +
                   std::to_string(gid.value) + " waiting though its socket has room";
        }
    }
    return std::nullopt;
}

bool Scenario::run_until_nothing_lacks(Millis within) {
    Time deadline = world_.now() + within;
    const Time last_deadline = deadline + limits::kFloodWaitMax;
    while (run_until(world_.now() + Millis{500})) {
        const auto lack = lacking();
        if (!lack) return true;
        // Who floods is told to wait; what they have written since goes out after that, and reaches
        // the others a little later than its answer reaches them.
        const bool sending = std::ranges::any_of(
            members_, [](const auto& member) { return member->unanswered() > 0; });
        if (sending && world_.now() < last_deadline) {
            deadline = std::max(deadline, world_.now() + kPushedWithin);
        }
        if (world_.now() < deadline) continue;
        checks_.violation(std::to_string(within.count() / 1000) + " s after healing " + *lack);
    }
    return false;
}

RunResult Scenario::run() {
    world_.clock.after(Millis{1'000}, [this] { strike(); });
    plan_history();
    plan_restore();
    const Time end = world_.now() + world_.random.between(Millis{30'000}, Millis{80'000});
    if (run_until(end)) {
        heal();
        run_until(world_.now() + kLastWordsAfter);
        for (const auto& member : members_) member->say_last_words();
        if (run_until_nothing_lacks(kHealWithin)) {
            checks_.be_quiet();
            for (const auto& member : members_) member->look_again();
            if (run_until_nothing_lacks(kQuietWithin)) {
                checks_.close_notes(store_.truth());
                checks_.close_ledger();
            }
        }
    }
    RunResult result{.violation = checks_.first_violation(),
                     .counters = world_.counters,
                     .steps = world_.clock.steps()};
    for (const GroupId gid : groups_) result.entries += checks_.head(gid).value;
    result.trace = world_.trace.lines();
    return result;
}

}  // namespace

RunResult run_seed(std::uint64_t seed, bool traced) { return Scenario{seed, traced}.run(); }

}  // namespace stentor::sim
