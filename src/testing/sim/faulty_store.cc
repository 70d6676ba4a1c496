#include "testing/sim/faulty_store.h"

#include <utility>

#include "testing/sim/accounts.h"
#include "testing/sim/checks.h"
#include "testing/sim/tenancies.h"

namespace stentor::sim {
namespace {

constexpr Error kUnavailable{
    .code = Code::store_unavailable, .where = "store", .retry_after_ms = 100};

}  // namespace

void FaultyStore::settle() {
    for (const auto& late : *pending_) apply_late(*late);
    pending_->clear();
}

Epoch FaultyStore::restore(const store::MemoryStore::Snapshot& backup) {
    for (const auto& late : *pending_) late->applied = true;
    pending_->clear();
    const Epoch former = truth_.epoch().value();
    truth_.restore(backup);
    return truth_.raise_epoch({former.value + 1}).value();
}

// ---- Commits

std::vector<store::Outcome> FaultyStore::commit(std::span<const store::Commit> commits,
                                                std::span<const ReadPosition> positions) {
    if (world_.strikes(world_.faults.aborted_call, Seen::commit_call_aborted)) {
        return std::vector<store::Outcome>(commits.size(), store::Outcome::aborted);
    }
    std::vector<store::Outcome> outcomes;
    for (const store::Commit& commit : commits) outcomes.push_back(commit_one(commit));
    static_cast<void>(advance_read(positions));
    return outcomes;
}

store::Outcome FaultyStore::commit_one(const store::Commit& commit) {
    const Faults& faults = world_.faults;
    if (world_.strikes(faults.aborted, Seen::commit_aborted)) return store::Outcome::aborted;
    if (world_.strikes(faults.unknown_not_applied, Seen::commit_unknown_not_applied)) {
        return store::Outcome::unknown;
    }
    if (world_.strikes(faults.unknown_applied, Seen::commit_unknown_applied)) {
        apply(commit);
        return store::Outcome::unknown;
    }
    if (world_.strikes(faults.unknown_applied_later, Seen::commit_unknown_applied_later)) {
        auto late = std::make_shared<Late>(commit);
        pending_->push_back(late);
        const Millis delay = world_.random.between(Millis{1}, Millis{3'000});
        world_.clock.after(delay, [this, late] { apply_late(*late); });
        return store::Outcome::unknown;
    }
    return apply(commit);
}

store::Outcome FaultyStore::apply(const store::Commit& commit, bool late) {
    const auto before = truth_.head(commit.gid);
    const store::Outcome outcome = truth_.commit({&commit, 1}).front();
    world_.tell([&] {
        return "store: group " + std::to_string(commit.gid.value) + " term " +
               std::to_string(commit.term.value) + " version " + std::to_string(commit.expected) +
               " +" + std::to_string(commit.entries.size()) + " entries to " +
               std::to_string(commit.head.seq.value) + ", " +
               std::to_string(commit.members.size()) + " members, " +
               std::to_string(commit.changed.size()) + " changed: outcome " +
               std::to_string(static_cast<int>(outcome));
    });
    switch (outcome) {
        case store::Outcome::done:
            world_.count(Seen::commit_done);
            world_.checks->on_applied(
                before ? &*before : nullptr, commit,
                late || !world_.tenancies->is_current(partition_of(commit.gid), commit.term));
            break;
        case store::Outcome::conflict: world_.count(Seen::commit_conflict); break;
        case store::Outcome::fenced: world_.count(Seen::commit_fenced); break;
        case store::Outcome::aborted:
        case store::Outcome::unknown: break;
    }
    return outcome;
}

void FaultyStore::apply_late(Late& late) {
    if (std::exchange(late.applied, true)) return;
    if (apply(late.commit, true) != store::Outcome::done) world_.count(Seen::late_commit_beaten);
}

// ---- Reads

void FaultyStore::before_read(GroupId gid) {
    while (!pending_->empty() && pending_->front()->applied) pending_->pop_front();
    for (const auto& late : *pending_) {
        if (late->applied || late->commit.gid != gid) continue;
        if (world_.strikes(world_.faults.late_inside_load, Seen::late_commit_inside_load)) {
            apply_late(*late);
        }
    }
}

std::optional<Error> FaultyStore::failure() {
    if (world_.strikes(world_.faults.load_fails, Seen::load_failed)) return kUnavailable;
    return std::nullopt;
}

Result<store::GroupStart> FaultyStore::load_group(GroupId gid, Term term, Time sent_since) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.load_group(gid, term, sent_since);
}

Result<store::HeadRow> FaultyStore::head(GroupId gid) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.head(gid);
}

Result<store::EntryPage> FaultyStore::entries(GroupId gid, Seq from, std::size_t count_max) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.entries(gid, from, count_max);
}

Result<store::GroupChanges> FaultyStore::changes(GroupId gid, std::uint64_t since, Seq after) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    // As if more had been missed than is kept.
    if (world_.strikes(world_.faults.changes_forgotten, Seen::changes_forgotten)) since = SIZE_MAX;
    return truth_.changes(gid, since, after);
}

Result<Seq> FaultyStore::first_at(GroupId gid, Time time) {
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.first_at(gid, time);
}

Result<std::optional<store::SentRow>> FaultyStore::sent(GroupId gid, UserId uid, Cmid cmid) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.sent(gid, uid, cmid);
}

Result<std::vector<store::SentRow>> FaultyStore::sent_since(GroupId gid, Time since,
                                                            std::size_t count_max) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.sent_since(gid, since, count_max);
}

Result<void> FaultyStore::forget_sent_before(Time time) { return truth_.forget_sent_before(time); }

Result<std::optional<store::MemberRow>> FaultyStore::member(GroupId gid, UserId uid) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.member(gid, uid);
}

Result<std::vector<store::MemberRow>> FaultyStore::members(GroupId gid, UserId after,
                                                           std::size_t count_max) {
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.members(gid, after, count_max);
}

Result<std::vector<store::Membership>> FaultyStore::memberships(UserId uid, std::size_t count_max) {
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.memberships(uid, count_max);
}

Result<void> FaultyStore::advance_read(std::span<const ReadPosition> positions) {
    if (world_.strikes(world_.faults.load_fails, Seen::read_position_failed)) {
        return std::unexpected(kUnavailable);
    }
    return truth_.advance_read(positions);
}

Result<std::vector<store::NamedMember>> FaultyStore::members_by_name(GroupId gid,
                                                                     std::string_view prefix,
                                                                     const NamePlace& after,
                                                                     store::Listed whom,
                                                                     std::size_t count_max) {
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.members_by_name(gid, prefix, after, whom, count_max);
}

Result<std::optional<store::InviteRow>> FaultyStore::invite(GroupId gid, std::string_view code) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.invite(gid, code);
}

Result<std::vector<store::InviteRow>> FaultyStore::invites(GroupId gid, std::string_view after_code,
                                                           std::size_t count_max) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.invites(gid, after_code, count_max);
}

Result<std::vector<store::ReactionRow>> FaultyStore::reactions_to(GroupId gid, Seq seq,
                                                                  std::string_view emoji,
                                                                  UserId after,
                                                                  std::size_t count_max) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.reactions_to(gid, seq, emoji, after, count_max);
}

Result<std::vector<store::ReactionRow>> FaultyStore::reactions_of(GroupId gid, UserId uid, Seq from,
                                                                  Seq to) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.reactions_of(gid, uid, from, to);
}

Result<std::vector<store::TallyRow>> FaultyStore::tallies(GroupId gid, Seq from, Seq to) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.tallies(gid, from, to);
}

Result<std::vector<Seq>> FaultyStore::hidden(GroupId gid, UserId uid, Seq from, Seq to) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.hidden(gid, uid, from, to);
}

Result<std::vector<store::NoteRow>> FaultyStore::notes(GroupId gid, UserId uid, Seq from, Seq to) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.notes(gid, uid, from, to);
}

Result<std::vector<store::ModerationRow>> FaultyStore::moderation(GroupId gid, std::uint64_t before,
                                                                  std::size_t count_max) {
    before_read(gid);
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.moderation(gid, before, count_max);
}

Result<store::UserLogPage> FaultyStore::user_log(UserId uid, std::uint64_t after,
                                                 std::size_t count_max) {
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.user_log(uid, after, count_max);
}

Result<std::vector<store::GroupLog::GroupHead>> FaultyStore::groups(GroupId after,
                                                                    std::size_t count_max) {
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.groups(after, count_max);
}

Result<store::FeedPage> FaultyStore::feed(std::uint64_t after, std::size_t count_max) {
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.feed(after, count_max);
}

Result<void> FaultyStore::forget_feed(std::uint64_t number) { return truth_.forget_feed(number); }

Result<void> FaultyStore::add_user(const store::UserRow& user) { return truth_.add_user(user); }

Result<std::optional<store::UserRow>> FaultyStore::user(UserId uid) { return truth_.user(uid); }

Result<std::optional<store::UserRow>> FaultyStore::user_by_name(std::string_view name_key) {
    return truth_.user_by_name(name_key);
}

Result<store::UserRow> FaultyStore::change_user(UserId uid, const Edit& edit) {
    if (const auto error = failure()) return std::unexpected(*error);
    bool changes = false;
    const auto watched = [&](const store::UserRow& kept) {
        auto row = edit(kept);
        changes = row && *row != kept;
        return row;
    };
    auto written = truth_.change_user(uid, watched);
    if (written && changes) world_.accounts->on_changed(*written);
    return written;
}

Result<store::AccountChanges> FaultyStore::account_changes(std::uint64_t after,
                                                           std::size_t count_max) {
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.account_changes(after, count_max);
}

Result<std::vector<store::UserRow>> FaultyStore::users_by_name(std::string_view prefix,
                                                               std::string_view after_key,
                                                               std::size_t count_max) {
    return truth_.users_by_name(prefix, after_key, count_max);
}

Result<void> FaultyStore::add_audit(std::span<const store::AuditRow> rows) {
    return truth_.add_audit(rows);
}

Result<std::vector<store::AuditRow>> FaultyStore::audit(std::uint64_t before,
                                                        std::size_t count_max) {
    if (const auto error = failure()) return std::unexpected(*error);
    return truth_.audit(before, count_max);
}

Result<void> FaultyStore::forget_audit_before(Time time) {
    return truth_.forget_audit_before(time);
}

Result<std::optional<std::string>> FaultyStore::setting(std::string_view name) {
    return truth_.setting(name);
}

Result<void> FaultyStore::set_setting(std::string_view name,
                                      std::optional<std::string_view> value) {
    return truth_.set_setting(name, value);
}

Result<void> FaultyStore::replace_setting(std::string_view name,
                                          std::optional<std::string_view> former,
                                          std::optional<std::string_view> value) {
    return truth_.replace_setting(name, former, value);
}

Result<std::vector<store::Settings::Setting>> FaultyStore::settings(std::string_view prefix) {
    return truth_.settings(prefix);
}

}  // namespace stentor::sim
