// Erasing what one user wrote: a page of it is found, and each post on it recalled with the
// operator's rights, and their reactions taken from each group that is named without an entry.
// Numbers, times and hashes stay, so everybody's digests hold.

#include <memory>
#include <mutex>
#include <utility>

#include "api/accounts.h"
#include "api/admin_calls.h"
#include "api/responses.h"
#include "base/limits.h"

namespace stentor::api {
namespace {

// Counts the answers of one page; whoever holds it last replies.
class Recalls {
public:
    Recalls(std::optional<bus::EntryPlace> next, Admin::Reply reply)
        : next_{next}, reply_{std::move(reply)} {}
    Recalls(const Recalls&) = delete;
    Recalls& operator=(const Recalls&) = delete;
    ~Recalls() {
        const bus::EntryPlace next = next_.value_or(bus::EntryPlace{});
        reply_(object_response({{"erased", erased_},
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
    const std::optional<bus::EntryPlace> next_;
    Admin::Reply reply_;
    std::mutex mutex_;
    std::uint64_t erased_{};
    std::uint64_t refused_{};
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
void recall_page(const AdminParts& parts, UserId uid, const bus::AskWritten& ask,
                 Admin::Reply reply) {
    parts.bus.ask(
        partition_of(uid), ask, [parts, uid, reply = std::move(reply)](auto answer) mutable {
            const auto written = only<bus::WrittenAnswer>(std::move(answer));
            if (!written) return reply(refusal(written.error()));
            const auto recalls = std::make_shared<Recalls>(written->next, std::move(reply));
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
        recall_page(parts, uid, ask, std::move(reply));
    };
    call.parts.bus.ask(partition_of(uid), bus::AskChangeUser{.uid = uid, .erase = true},
                       std::move(closed));
}

}  // namespace stentor::api
