#include "owner/owner.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/group_ids.h"
#include "group/answers.h"
#include "owner/load.h"

namespace stentor::owner {

namespace {

// Few enough that nobody waits long for the last of them, many enough that the rows of neighbours
// are found with one look.
constexpr std::size_t kLookedUpAtOnce = 64;
// As many as one user's connections may have unanswered.
constexpr std::size_t kQuestionsOfOne = limits::kConnectionsPerUser * limits::kCommandsInFlight;

// Whose turn a question takes; 0: nobody's, what a node or the operator asks.
UserId asker_of(const bus::Question& question) {
    return std::visit(
        [](const auto& ask) -> UserId {
            using Ask = std::remove_cvref_t<decltype(ask)>;
            if constexpr (requires { ask.asker; }) {
                return ask.asker;
            } else if constexpr (std::is_same_v<Ask, bus::AskList> ||
                                 std::is_same_v<Ask, bus::AskUserLog> ||
                                 std::is_same_v<Ask, bus::AskMine>) {
                return ask.uid;
            } else {
                return {};
            }
        },
        question);
}

// Whether it gives an account a name that a person chose.
bool names_somebody(const bus::Question& question) {
    const auto* add = std::get_if<bus::AskAddUser>(&question);
    const auto* change = std::get_if<bus::AskChangeUser>(&question);
    return (change != nullptr && change->name) || (add != nullptr && !add->operator_rights) ||
           std::holds_alternative<bus::AskOutsideUser>(question);
}

// Everybody is a member of this group from the beginning, so somebody must make it.
Result<void> found_announcements(store::GroupLog& store, const group::Lease& lease) {
    const auto head = store.head(kBroadcastGroup);
    if (head || head.error().code != Code::not_found) return {};
    pb::GroupSettings settings;
    settings.set_name("Announcements");
    settings.set_kind(pb::GROUP_KIND_BROADCAST);
    const Digest before = genesis(kBroadcastGroup);
    const store::Commit commit{.gid = kBroadcastGroup,
                               .term = lease.term,
                               .head = {.epoch = lease.epoch,
                                        .term = lease.term,
                                        .digest = before,
                                        .time = now(),
                                        .floor_digest = before,
                                        .settings = settings.SerializeAsString(),
                                        .version = 1}};
    if (store.commit(std::span{&commit, 1}).front() == store::Outcome::done) return {};
    return std::unexpected(Error{.code = Code::store_unavailable, .where = "store"});
}

// Under a term that no other tenure had; whoever held the partition before is fenced.
Result<group::Lease> take_lease(store::Store& store, PartitionId partition) {
    const auto term = store.next_term();
    if (!term) return std::unexpected(term.error());
    const auto epoch = store.epoch();
    if (!epoch) return std::unexpected(epoch.error());
    const group::Lease lease{.term = *term, .epoch = *epoch};
    if (partition == partition_of(kBroadcastGroup)) {
        if (auto founded = found_announcements(store, lease); !founded) {
            return std::unexpected(founded.error());
        }
    }
    return lease;
}

}  // namespace

Owner::Owner(store::Store& store, bus::Bus& bus, route::Routes& routes, const OwnerOptions& options)
    : audit_{store},
      bus_{bus},
      routes_{routes},
      accounts_{store, options.token_lives},
      questions_{store, options.words, &heads_, options.who_read_members},
      store_{store},
      questions_max_{options.questions_max},
      door_{options.lease != nullptr ? *options.lease : endless_},
      judge_{options.groups.rules.filter ? options.judge : nullptr},
      hellos_{loaders_, kLookedUpAtOnce,
              [this](std::vector<HelloMail> hellos) { answer(std::move(hellos)); }},
      look_ups_{loaders_, kLookedUpAtOnce,
                [&store](std::vector<LookUp> all) { look_up(store, std::move(all)); }},
      loaders_{options.loaders,
               {.waiting = options.questions_max, .waiting_of_one = kQuestionsOfOne}} {
    if (options.groups.rules.filter && options.judge == nullptr) {
        throw std::runtime_error{"a filter is set, and there is none to ask"};
    }
    for (std::size_t i = 0; i < options.committers; ++i) {
        committers_.push_back(std::make_unique<Committer>(
            store, counters_, heads_,
            Committer::Options{.sync_delay = options.sync_delay,
                               .forgets = i == 0,
                               .await_copied = options.await_copied,
                               .jobs_max = options.commits_waiting_max}));
    }
    const Engines engines{.store = store,
                          .bus = bus,
                          .routes = routes,
                          .committers = committers_,
                          .loaders = loaders_,
                          .look_ups = look_ups_,
                          .judge = options.judge,
                          .answers = answers_,
                          .patience = patience_,
                          .door = door_,
                          .audit = audit_,
                          .mails_max = options.mails_max};
    group::Settings groups = options.groups;
    groups.gate = &accounts_.gate();
    group::Lease lease{};
    if (options.holds_all) {
        const auto taken = take_lease(store, partition_of(kBroadcastGroup));
        if (!taken) {
            throw std::runtime_error{"the store gives no term: " +
                                     std::string{name_of(taken.error().code)}};
        }
        lease = *taken;
    }
    for (std::size_t i = 0; i < options.workers; ++i) {
        std::vector<PartitionId> held;
        for (std::size_t id = i; options.holds_all && id < kPartitions; id += options.workers) {
            held.push_back({static_cast<std::uint32_t>(id)});
        }
        workers_.push_back(std::make_unique<Worker>(engines, groups, held, lease));
    }
    questions_.names().use_keywords(options.groups.rules.keywords);
    learner_ = std::jthread{[this](const std::stop_token& stop) {
        // Where the store could not be read, the first who adds an account tries again.
        static_cast<void>(questions_.names().learn(stop));
    }};
    sweeper_.emplace(
        store, [this](GroupId gid) { worker(partition_of(gid)).wake(gid); },
        [this, &store] { look_at_epoch(store); });
    living_->owner = this;
}

void Owner::look_at_epoch(store::History& store) {
    const auto newest = store.epoch();
    if (!newest || *newest <= epoch_) return;
    epoch_ = *newest;
    for (const auto& worker : workers_) worker->set_epoch(epoch_);
}

Owner::~Owner() {
    const std::lock_guard lock{living_->mutex};
    living_->owner = nullptr;
}

Result<void> Owner::on_command(PartitionId partition, bus::Command command) {
    return worker(partition).submit(std::move(command));
}

Result<void> Owner::gain(PartitionId partition) {
    const auto lease = take_lease(store_, partition);
    if (!lease) return std::unexpected(lease.error());
    worker(partition).gain(partition, *lease);
    return {};
}

void Owner::close(PartitionId partition, Desk::Closed closed) {
    worker(partition).close(partition, std::move(closed));
}

void Owner::use_keywords(const std::shared_ptr<const rules::Keywords>& keywords) {
    for (const auto& worker : workers_) worker->use_keywords(keywords);
    questions_.names().use_keywords(keywords);
}

void Owner::set_storm(const rules::StormRule& storm) {
    for (const auto& worker : workers_) worker->set_storm(storm);
}

Millis Owner::take_longest_commit() {
    Millis turn{};
    Millis commit{};
    for (const auto& worker : workers_) turn = std::max(turn, worker->take_longest_turn());
    for (const auto& committer : committers_) commit = std::max(commit, committer->take_longest());
    return turn + commit;
}

void Owner::on_ask(PartitionId partition, bus::Question question, Time due,
                   bus::ReplyHandler reply) {
    if (const auto* open = std::get_if<bus::AskOpen>(&question)) {
        return worker(partition).open(*open, due, std::move(reply));
    }
    if (!door_.is_open(partition)) return reply(std::unexpected(group::kOwnerMoved));
    if (const auto* hello = std::get_if<bus::AskHello>(&question)) {
        return on_hello(*hello, due, std::move(reply));
    }
    if (auto* rows = std::get_if<bus::AskAddAudit>(&question)) {
        for (bus::AuditEntry& entry : rows->entries) audit_.add(std::move(entry));
        return reply(bus::Reply{std::vector<bus::AuditEntry>{}});
    }
    if (judge_ != nullptr && names_somebody(question)) {
        return judge_name(std::move(question), due, std::move(reply));
    }
    if (const auto* change = std::get_if<bus::AskChangeUser>(&question)) {
        return put(
            {}, [this, change = *change](auto to) { change_user(change, std::move(to)); }, due,
            std::move(reply));
    }
    const UserId asker = asker_of(question);
    put(
        asker,
        [this, question = std::move(question)](auto to) {
            // What a change could not be taken in of at once, since the store failed.
            if (std::holds_alternative<bus::AskAccountChanges>(question)) {
                static_cast<void>(accounts_.catch_up());
            }
            to(questions_.answer(question));
        },
        due, std::move(reply));
}

void Owner::put(UserId asker, std::move_only_function<void(bus::ReplyHandler)> job, Time due,
                bus::ReplyHandler reply) {
    // The handler is shared with the refusal: a job that was not taken is gone with its captures.
    auto shared = std::make_shared<bus::ReplyHandler>(std::move(reply));
    auto work = std::make_shared<decltype(job)>(std::move(job));
    const bool taken = loaders_.try_put(asker, [this, shared, work, due] {
        if (patience_.is_over(due, now())) {
            (*shared)(std::unexpected(kTooManyQuestions));
        } else {
            (*work)(std::move(*shared));
        }
    });
    if (!taken) {
        (*shared)(std::unexpected(kTooManyQuestions));
    }
}

void Owner::on_hello(const bus::AskHello& question, Time due, bus::ReplyHandler reply) {
    if (hellos_.waiting() >= questions_max_) return reply(std::unexpected(kTooManyQuestions));
    std::vector<HelloMail> mail;
    mail.push_back({.question = question, .reply = std::move(reply), .due = due});
    hellos_.put(std::move(mail));
}

void Owner::answer(std::vector<HelloMail> hellos) {
    const Time began = now();
    std::vector<bus::AskHello> asks;
    std::vector<bus::ReplyHandler> replies;
    for (HelloMail& hello : hellos) {
        if (patience_.is_over(hello.due, began)) {
            hello.reply(std::unexpected(kTooManyQuestions));
            continue;
        }
        // A node may not have heard of it yet.
        if (!accounts_.gate().passes(hello.question.uid, hello.question.token_minted)) {
            hello.reply(std::unexpected(Error{.code = Code::token_invalid}));
            continue;
        }
        asks.push_back(hello.question);
        replies.push_back(std::move(hello.reply));
    }
    auto answers = questions_.hellos(asks);
    for (std::size_t i = 0; i < replies.size(); ++i) replies[i](std::move(answers[i]));
}

void Owner::look_up(store::Store& store, std::vector<LookUp> look_ups) {
    for (auto begin = look_ups.begin(); begin != look_ups.end();) {
        // To one worker with one letter.
        const auto end = std::find_if(
            begin, look_ups.end(), [&](const LookUp& other) { return other.done != begin->done; });
        std::vector<group::Load> loads;
        std::transform(begin, end, std::back_inserter(loads),
                       [](LookUp& one) { return std::move(one.load); });
        (*begin->done)(carry_out_together(std::move(loads), store));
        begin = end;
    }
}

std::size_t Owner::mails_waiting() const {
    std::size_t waiting = 0;
    for (const auto& worker : workers_) waiting += worker->waiting();
    return waiting;
}

std::size_t Owner::groups_in_memory() const {
    std::size_t groups = 0;
    for (const auto& worker : workers_) groups += worker->groups_in_memory();
    return groups;
}

}  // namespace stentor::owner
