// Erasing one user: they are taken out of their groups, then a page of what they wrote is found,
// and each post on it recalled with the operator's rights, and their reactions taken from each
// group that is named without an entry. Numbers, times and hashes stay, so everybody's digests
// hold.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "api/accounts.h"
#include "api/admin_calls.h"
#include "api/responses.h"
#include "base/group_ids.h"
#include "base/limits.h"

namespace stentor::api {
namespace {

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

    Leaving(const AdminParts& parts, UserId uid, Done done)
        : parts_{parts}, uid_{uid}, done_{std::move(done)} {}

    void go_on(std::string cursor) {
        auto listed = [self = shared_from_this()](Result<bus::Reply> answer) {
            const auto groups = only<pb::Groups>(std::move(answer));
            if (!groups) return self->done_(std::unexpected(groups.error()));
            self->leave(*groups);
        };
        parts_.bus.ask(partition_of(uid_),
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
            pb::ClientFrame command;
            command.mutable_leave_group()->set_gid(gid.value);
            parts_.poster.post(
                {.gid = gid, .uid = uid_, .command = std::move(command)},
                [self = shared_from_this(), page](const Result<pb::ServerFrame>& answer) {
                    ++(answer && answer->has_done() ? self->left_ : self->refused_);
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

    const AdminParts parts_;
    const UserId uid_;
    Done done_;
    std::atomic<std::uint64_t> left_{};
    std::atomic<std::uint64_t> refused_{};
    std::uint64_t left_before_{};
    int walks_{};
};

// Counts the answers of one page; whoever holds it last replies.
class Recalls {
public:
    Recalls(Left left, std::optional<bus::EntryPlace> next, Admin::Reply reply)
        : left_{left}, next_{next}, reply_{std::move(reply)}, refused_{left.refused} {}
    Recalls(const Recalls&) = delete;
    Recalls& operator=(const Recalls&) = delete;
    ~Recalls() {
        const bus::EntryPlace next = next_.value_or(bus::EntryPlace{});
        reply_(object_response({{"erased", erased_},
                                {"left", left_.groups},
                                {"refused", refused_},
                                {"next_gid", next.gid.value},
                                {"next_seq", next.seq.value}}));
    }

    // Messages are counted, and whatever else must be tried again.
    void add(bool erased) {
        const std::lock_guard lock{mutex_};
        ++(erased ? erased_ : refused_);
    }

private:
    const Left left_;
    const std::optional<bus::EntryPlace> next_;
    Admin::Reply reply_;
    std::mutex mutex_;
    std::uint64_t erased_{};
    std::uint64_t refused_;
};

// All that they added to entries of the group.
void clear_reactions(const AdminParts& parts, GroupId group, UserId uid,
                     const std::shared_ptr<Recalls>& recalls) {
    pb::ClientFrame command;
    command.mutable_clear_reactions()->set_gid(group.value);
    parts.poster.post({.gid = group, .uid = uid, .command = std::move(command)},
                      [recalls](const Result<pb::ServerFrame>& done) {
                          if (!done || !done->has_done()) recalls->add(false);
                      });
}

// Recalls what stands on one page of what they wrote.
void recall_page(const AdminParts& parts, Left left, const bus::AskWritten& ask,
                 Admin::Reply reply) {
    parts.bus.ask(
        partition_of(ask.uid), ask,
        [parts, left, uid = ask.uid, reply = std::move(reply)](auto answer) mutable {
            const auto written = only<bus::WrittenAnswer>(std::move(answer));
            if (!written) return reply(refusal(written.error()));
            const auto recalls = std::make_shared<Recalls>(left, written->next, std::move(reply));
            for (const auto& [group, entry] : written->entries) {
                if (entry == Seq{}) {
                    clear_reactions(parts, group, uid, recalls);
                    continue;
                }
                pb::ClientFrame command;  // Without an epoch: the operator means the newest.
                command.mutable_recall()->set_gid(group.value);
                command.mutable_recall()->set_seq(entry.value);
                parts.poster.post({.gid = group, .uid = {}, .command = std::move(command)},
                                  [recalls](const Result<pb::ServerFrame>& done) {
                                      recalls->add(done && done->has_done());
                                  });
            }
        });
}

}  // namespace

void erase_user(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto gid = fields->number("gid");
    if (!gid) return call.reply(refusal(gid.error()));
    const auto seq = fields->number("seq");
    if (!seq) return call.reply(refusal(seq.error()));
    const UserId uid{call.numbers[0]};
    const bus::AskWritten ask{.uid = uid,
                              .from = {.gid = {gid->value_or(0)}, .seq = {seq->value_or(0)}}};
    // Closed first, and once that is answered nothing more of theirs comes.
    auto closed = [parts = call.parts, uid, ask,
                   reply = std::move(call.reply)](Result<bus::Reply> answer) mutable {
        // Nobody's account: what was written under that number goes all the same.
        const bool absent = !answer && answer.error().code == Code::not_found;
        if (!answer && !absent) return reply(refusal(answer.error()));
        const bool begins = ask.from.gid == GroupId{};
        if (absent || !begins) return recall_page(parts, {}, ask, std::move(reply));
        auto left = [parts, ask, reply = std::move(reply)](Result<Left> groups) mutable {
            if (!groups) return reply(refusal(groups.error()));
            recall_page(parts, *groups, ask, std::move(reply));
        };
        std::make_shared<Leaving>(parts, uid, std::move(left))->go_on({});
    };
    call.parts.bus.ask(partition_of(uid), bus::AskChangeUser{.uid = uid, .erase = true},
                       std::move(closed));
}

}  // namespace stentor::api
