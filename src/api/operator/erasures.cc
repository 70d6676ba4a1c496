#include "api/operator/erasures.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <string>
#include <utility>

#include "api/public/accounts.h"
#include "base/group_ids.h"
#include "base/limits.h"
#include "base/log.h"

namespace stentor::api {
namespace {

std::string setting_of(UserId uid) {
    return std::string{kErasureSettings} + std::to_string(uid.value);
}

std::optional<UserId> uid_in(const bus::Setting& setting) {
    const std::string_view text = std::string_view{setting.name}.substr(kErasureSettings.size());
    UserId uid;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), uid.value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return uid;
}

enum class Came : std::uint8_t { done, gone, refused };

// What is not there any more, because its group has ended meanwhile or because somebody else took
// it away, need not be taken away.
Came what_came(const Result<pb::ServerFrame>& answer) {
    if (!answer) return Came::refused;
    if (!answer->has_refused()) return Came::done;
    return answer->refused().code() == pb::CODE_NOT_FOUND ? Came::gone : Came::refused;
}

// What came of the groups that they were in.
struct Left {
    std::uint64_t groups{};
    std::uint64_t refused{};
};

// Leaves every group of their list, a page after the other. A group in which somebody speaks
// meanwhile moves ahead of the page's place, so the list is walked until there is none to leave.
//
// Thread: any, one at a time. Whatever is under way holds it.
class Leaving : public std::enable_shared_from_this<Leaving> {
public:
    using Done = std::move_only_function<void(Result<Left>)>;

    Leaving(bus::Bus& bus, bus::CommandClient& commands, UserId uid, Done done)
        : bus_{bus}, commands_{commands}, uid_{uid}, done_{std::move(done)} {}

    void go_on(std::string cursor) {
        auto listed = [self = shared_from_this()](Result<bus::Reply> answer) {
            const auto groups = only<pb::Groups>(std::move(answer));
            if (!groups) return self->done_(std::unexpected(groups.error()));
            self->leave(*groups);
        };
        bus_.ask(partition_of(uid_),
                 bus::AskList{.uid = uid_,
                              .cursor = std::move(cursor),
                              .count = static_cast<std::uint32_t>(limits::kListPage)},
                 std::move(listed));
    }

private:
    static constexpr int kWalksMax = 4;

    void leave(const pb::Groups& groups) {
        // Whoever lets go of it last goes on with the next page.
        const std::shared_ptr<void> page{nullptr, [self = shared_from_this(), next = groups.next()](
                                                      std::nullptr_t) { self->end_page(next); }};
        for (const pb::GroupSummary& group : groups.groups()) {
            const GroupId gid{group.gid()};
            // Nobody leaves these: they have two members for good, or everybody.
            if (group.kind() == pb::GROUP_KIND_DIRECT || gid == kBroadcastGroup) continue;
            pb::ClientFrame frame;
            frame.mutable_leave_group()->set_gid(gid.value);
            commands_.submit(
                {.gid = gid, .uid = uid_, .frame = std::move(frame)},
                [self = shared_from_this(), page](const Result<pb::ServerFrame>& answer) {
                    const Came came = what_came(answer);
                    if (came == Came::done) ++self->left_;
                    if (came == Came::refused) ++self->refused_;
                });
        }
    }

    void end_page(const std::string& next) {
        if (!next.empty()) return go_on(next);
        const std::uint64_t before = std::exchange(left_before_, left_);
        if (left_ > before && ++walks_ < kWalksMax) {
            refused_ = 0;  // They are asked again.
            return go_on({});
        }
        done_(Left{.groups = left_, .refused = refused_});
    }

    bus::Bus& bus_;
    bus::CommandClient& commands_;
    const UserId uid_;
    Done done_;
    std::atomic<std::uint64_t> left_{};
    std::atomic<std::uint64_t> refused_{};
    std::uint64_t left_before_{};
    int walks_{};
};

// Counts the answers of one page; whoever holds it last tells.
class PageAnswers {
public:
    PageAnswers(const Left& left, std::optional<bus::EntryPlace> next, Erasures::Done done)
        : page_{.left = left.groups, .refused = left.refused, .next = next},
          done_{std::move(done)} {}
    PageAnswers(const PageAnswers&) = delete;
    PageAnswers& operator=(const PageAnswers&) = delete;
    ~PageAnswers() { done_(page_); }

    // Messages are counted, and whatever else must be tried again.
    void add(Came came, bool message) {
        const std::lock_guard lock{mutex_};
        if (came == Came::refused) ++page_.refused;
        if (came == Came::done && message) ++page_.erased;
    }

private:
    std::mutex mutex_;
    Erasures::Page page_;
    Erasures::Done done_;
};

// In the order in which they are asked for; `in_name_of`: else the operator's own.
struct Step {
    GroupId gid;
    UserId in_name_of;
    bool message{};
    pb::ClientFrame frame;
};

Step clearing(GroupId gid, UserId uid) {
    Step step{.gid = gid, .in_name_of = uid, .frame = {}};
    step.frame.mutable_clear_reactions()->set_gid(gid.value);
    return step;
}

// Without an epoch: the operator means the newest.
Step recalling(const bus::EntryPlace& place) {
    Step step{.gid = place.gid, .message = true, .frame = {}};
    step.frame.mutable_recall()->set_gid(place.gid.value);
    step.frame.mutable_recall()->set_seq(place.seq.value);
    return step;
}

Step refusing_request(GroupId gid, UserId uid) {
    Step step{.gid = gid, .frame = {}};
    step.frame.mutable_decide_join()->set_gid(gid.value);
    step.frame.mutable_decide_join()->set_uid(uid.value);
    return step;
}

Step lifting_ban(GroupId gid, UserId uid) {
    Step step{.gid = gid, .frame = {}};
    step.frame.mutable_change_member()->set_gid(gid.value);
    step.frame.mutable_change_member()->set_uid(uid.value);
    step.frame.mutable_change_member()->set_ban(false);
    return step;
}

std::vector<Step> steps_of(const bus::WrittenAnswer& written, UserId uid) {
    std::vector<Step> steps;
    for (const GroupId gid : written.waiting) steps.push_back(refusing_request(gid, uid));
    for (const GroupId gid : written.banned) steps.push_back(lifting_ban(gid, uid));
    for (const bus::EntryPlace& place : written.entries) {
        steps.push_back(place.seq == Seq{} ? clearing(place.gid, uid) : recalling(place));
    }
    return steps;
}

// What stands on one page of what is theirs.
void take_away(bus::Bus& bus, bus::CommandClient& commands, const Left& left,
               const bus::AskWritten& ask, Erasures::Done done) {
    auto found = [&commands, left, uid = ask.uid,
                  done = std::move(done)](Result<bus::Reply> answer) mutable {
        const auto written = only<bus::WrittenAnswer>(std::move(answer));
        if (!written) return done(std::unexpected(written.error()));
        const auto answers = std::make_shared<PageAnswers>(left, written->next, std::move(done));
        for (Step& step : steps_of(*written, uid)) {
            commands.submit(
                {.gid = step.gid, .uid = step.in_name_of, .frame = std::move(step.frame)},
                [answers, message = step.message](const Result<pb::ServerFrame>& told) {
                    answers->add(what_came(told), message);
                });
        }
    };
    bus.ask(partition_of(ask.uid), ask, std::move(found));
}

bool same(const bus::EntryPlace& a, const bus::EntryPlace& b) {
    return a.gid == b.gid && a.seq == b.seq;
}

}  // namespace

// ---- A page

void Erasures::erase(UserId uid, const bus::EntryPlace& from, Done done) {
    const bool begins = same(from, {});
    {
        const std::lock_guard lock{mutex_};
        Walk& walk = walks_[uid];
        walk.touched = now();
        walk.whole = begins || (walk.whole && same(from, walk.next));
    }
    auto told = [self = shared_from_this(), uid,
                 done = std::move(done)](Result<Page> page) mutable {
        self->page_done(uid, std::move(page), std::move(done));
    };
    if (begins) return begin(uid, std::move(told));
    close_and_erase(uid, from, std::move(told));
}

// It stands in the record before anything is done: else nobody would go on with it.
void Erasures::begin(UserId uid, Done done) {
    auto kept = [self = shared_from_this(), uid,
                 done = std::move(done)](const Result<bus::Reply>& answer) mutable {
        if (!answer) return done(std::unexpected(answer.error()));
        self->close_and_erase(uid, {}, std::move(done));
    };
    bus_.ask(PartitionId{}, bus::AskSetSetting{.name = setting_of(uid), .value = "1"},
             std::move(kept));
}

// Closed first, and once that is answered nothing more of theirs comes.
void Erasures::close_and_erase(UserId uid, const bus::EntryPlace& from, Done done) {
    auto closed = [self = shared_from_this(), uid, from,
                   done = std::move(done)](const Result<bus::Reply>& answer) mutable {
        if (!answer) return done(std::unexpected(answer.error()));
        const bus::AskWritten ask{.uid = uid, .from = from};
        if (!same(from, {})) {
            return take_away(self->bus_, self->commands_, {}, ask, std::move(done));
        }
        auto left = [self, ask, done = std::move(done)](Result<Left> groups) mutable {
            if (!groups) return done(std::unexpected(groups.error()));
            take_away(self->bus_, self->commands_, *groups, ask, std::move(done));
        };
        std::make_shared<Leaving>(self->bus_, self->commands_, uid, std::move(left))->go_on({});
    };
    bus_.ask(partition_of(uid), bus::AskChangeUser{.uid = uid, .erase = true}, std::move(closed));
}

void Erasures::page_done(UserId uid, Result<Page> page, Done done) {
    const bool nobody = !page && page.error().code == Code::not_found;
    bool over = nobody;
    {
        const std::lock_guard lock{mutex_};
        Walk& walk = walks_[uid];
        walk.touched = now();
        if (!page || page->refused != 0) walk.whole = false;
        if (page && page->next) walk.next = *page->next;
        if (page && !page->next) over = walk.whole;
    }
    if (!over) return done(std::move(page));
    // Kept for another walk, should this fail: it finds nothing then.
    forget(uid, [page = std::move(page), done = std::move(done)](const Result<void>&) mutable {
        done(std::move(page));
    });
}

void Erasures::forget(UserId uid, std::move_only_function<void(Result<void>)> done) {
    auto forgotten = [self = shared_from_this(), uid,
                      done = std::move(done)](const Result<bus::Reply>& answer) mutable {
        if (!answer) return done(std::unexpected(answer.error()));
        {
            const std::lock_guard lock{self->mutex_};
            self->walks_.erase(uid);
        }
        done({});
    };
    bus_.ask(PartitionId{}, bus::AskSetSetting{.name = setting_of(uid)}, std::move(forgotten));
}

// ---- What goes on by itself

void Erasures::start() {
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void Erasures::stop() {
    {
        const std::lock_guard lock{mutex_};
        ended_ = true;
    }
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void Erasures::run(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "erasures");
    while (!stop.stop_requested()) {
        look(now());
        std::unique_lock lock{mutex_};
        stopped_.wait_for(lock, stop, kLookEvery, [] { return false; });
    }
}

void Erasures::look(Time now) {
    {
        const std::lock_guard lock{mutex_};
        if (ended_ || std::exchange(looking_, true)) return;
    }
    auto found = [self = shared_from_this(), now](Result<bus::Reply> answer) {
        const auto settings = only<std::vector<bus::Setting>>(std::move(answer));
        self->on_begun(settings ? *settings : std::vector<bus::Setting>{}, now);
    };
    bus_.ask(PartitionId{}, bus::AskSettings{.prefix = std::string{kErasureSettings}},
             std::move(found));
}

void Erasures::on_begun(const std::vector<bus::Setting>& settings, Time now) {
    std::optional<UserId> next;
    {
        const std::lock_guard lock{mutex_};
        for (const bus::Setting& setting : settings) {
            const auto uid = uid_in(setting);
            if (!uid) continue;
            const auto known = walks_.find(*uid);
            const bool waits = known != walks_.end() && (known->second.touched + kQuiet > now ||
                                                         known->second.retry_at > now);
            if (waits) continue;
            next = uid;
            break;
        }
        if (!next || ended_) looking_ = false;
        if (ended_) return;
    }
    if (!next) return;
    log::info("an erase goes on", {{"uid", next->value}});
    walk(*next, {});
}

void Erasures::walk(UserId uid, const bus::EntryPlace& from) {
    erase(uid, from, [self = shared_from_this(), uid](const Result<Page>& page) {
        bool ended = false;
        {
            const std::lock_guard lock{self->mutex_};
            ended = self->ended_;
        }
        if (page && page->next && !ended) return self->walk(uid, *page->next);
        self->walk_ended(uid, !page);
    });
}

// What met a refusal still stands in the record: it is tried again, ever more seldom.
void Erasures::walk_ended(UserId uid, bool failed) {
    const std::lock_guard lock{mutex_};
    looking_ = false;
    const auto walk = walks_.find(uid);
    if (walk == walks_.end()) return;  // It is over.
    log::warn("an erase is not over", {{"uid", uid.value}, {"read", failed ? "no" : "yes"}});
    walk->second.touched = {};
    walk->second.retry_at = now() + walk->second.retry_after;
    walk->second.retry_after = std::min(2 * walk->second.retry_after, kRetryMax);
}

}  // namespace stentor::api
