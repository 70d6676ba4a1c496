// The stages between a member's rights and the log: who may write this here, how often, and what.
//
// They come after the look for a duplicate. Each may say no today to what it let pass yesterday (a
// word list is swapped, a member's rate moves on), and a retry of a stored send must be told its
// number: told "refused", its sender would write it again, and all would read it twice. For the
// same reason what was ordered once and passes again after an unknown outcome is not asked again.
//
// An edit passes all of them, as a send does: else a text that may not be sent would be written
// into one that may.

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/planted_bugs.h"
#include "group/group.h"
#include "group/words.h"

namespace stentor::group {
namespace {

using store::Role;

bool is_ordinary(const store::MemberRow& row) { return row.role < Role::admin; }

}  // namespace

// In a storm a group is busy as soon as a person cannot follow it, or a pass cannot carry it.
rules::ActivityRule Group::activity_rule() const {
    rules::ActivityRule rule = settings_.rules.activity;
    if (storm_level() < storm::kSlowing) return rule;
    const double most = settings_.rules.storm.entries_per_s;
    rule.entries_per_s = rule.entries_per_s > 0 ? std::min(rule.entries_per_s, most) : most;
    return rule;
}

std::optional<Error> Group::rate_objection(CachedMember& member, Time now) {
    // In a storm it is storm_objection() that slows down, which no retry of what is stored meets.
    const bool paced = is_ordinary(member.row) && storm_level() < storm::kSlowing;
    const RateLimit own = settings_.rate_of(member.row.uid);
    const RateLimit limit = paced ? activity_.slowed(activity_rule(), own, now) : own;
    const bool slowed = paced && activity_.slows();
    const auto wait = member.rate.take(limit, now);
    if (!wait) return std::nullopt;
    return Error{.code = Code::rate_limited,
                 .where = "gid",
                 .retry_after_ms = wait_ms(*wait),
                 .rule = member.rate.flooding() ? "flood"
                         : slowed               ? "activity"
                                                : "rate"};
}

std::optional<Error> Group::storm_objection(const Work& work, const CachedMember& member,
                                            Time now) {
    if (!is_ordinary(member.row) || storm_level() < storm::kSlowing) return std::nullopt;
    if (storm_level() >= storm::kRefusing) {
        return Error{.code = Code::storm,
                     .where = "gid",
                     .retry_after_ms = wait_ms(come_back_.next(now)),
                     .rule = "storm"};
    }
    if (work.command.limits_lifted) return std::nullopt;
    const RateLimit own = settings_.rate_of(member.row.uid);
    const Millis period = activity_.slowed(activity_rule(), own, now).period;
    if (!activity_.slows() || member.last_sent + period <= now) return std::nullopt;
    return Error{.code = Code::slow_mode,
                 .where = "gid",
                 .limit = static_cast<std::uint64_t>(period.count() / 1'000),
                 .retry_after_ms = wait_ms(member.last_sent + period - now),
                 .rule = "storm"};
}

Group::Step Group::pass_stages(Work& work, CachedMember& member, Time now) {
    // A block holds for whoever writes in that person's name, too.
    if (const auto error = work.ruled ? std::nullopt : objection_of_counterpart(work.command.uid)) {
        refuse(work.command.reply_to, *error);
        return Step::refused;
    }
    if (work.command.operator_rights) {
        // Nor do a key's rights reach beyond the word list.
        if (const auto error = work.ruled ? std::nullopt : objection_to_words(work.command)) {
            refuse(work.command.reply_to, *error);
            return Step::refused;
        }
        return Step::passed;
    }
    if (!work.ruled) {
        if (const auto error = storm_objection(work, member, now)) {
            const bool numbered = planted(Bug::storm_after_number) && work.command.frame.has_send();
            if (numbered) stage_send(work.command, now);
            refuse(work.command.reply_to, *error);
            return Step::refused;
        }
        if (!know_account(work, member)) return Step::parked;
        const pb::Body body = body_of(work.command.frame);
        auto error = body_objection(body, member.row);
        if (!error) error = objection_to_words(work.command);
        if (!error && !work.command.limits_lifted && is_ordinary(member.row)) {
            work.text = rules::text_hash(body.text());
            error = pace_objection(work.text, member, now);
        }
        if (error) {
            refuse_command(work.command, *error, {}, now);
            return Step::refused;
        }
        work.ruled = true;
    }
    return pass_filter(work, now);
}

// True: member.account_created is known, or nobody asks for it.
bool Group::know_account(Work& work, CachedMember& member) {
    const bool asked = settings_.rules.new_accounts.younger_than > Millis{0} &&
                       is_ordinary(member.row) && !work.command.limits_lifted;
    if (!asked || member.account_created) return true;
    if (!work.found) {
        load_for(work.command.uid, AccountOf{work.command.uid});
        return false;
    }
    const auto found = std::exchange(work.found, std::nullopt);
    const auto& row = std::get<std::optional<store::UserRow>>(*found);
    // An account of another system has no row here: that system knows how old it is.
    member.account_created = row ? row->created : Time{};
    return true;
}

std::optional<Error> Group::body_objection(const pb::Body& body,
                                           const store::MemberRow& row) const {
    if (is_ordinary(row) && group_settings_.kind() == pb::GROUP_KIND_BROADCAST) {
        return Error{.code = Code::not_permitted, .where = "gid", .rule = "broadcast"};
    }
    if (is_ordinary(row) && body.mention_all()) {
        return Error{
            .code = Code::not_permitted, .where = "body.mention_all", .rule = "mention_all"};
    }
    return std::nullopt;
}

std::optional<Error> Group::objection_to_words(const bus::Command& command) const {
    return listed_word_in(*settings_.rules.keywords, command);
}

std::optional<Error> Group::pace_objection(std::uint64_t text, CachedMember& member,
                                           Time now) const {
    const rules::Rules& rules = settings_.rules;
    const Millis slow{std::uint64_t{group_settings_.slow_mode_s()} * 1'000};
    if (member.last_sent + slow > now) {
        return Error{.code = Code::slow_mode,
                     .where = "gid",
                     .limit = group_settings_.slow_mode_s(),
                     .retry_after_ms = wait_ms(member.last_sent + slow - now),
                     .rule = "slow_mode"};
    }
    if (const auto wait = member.repeats.against(rules.repeats, text, now)) {
        // Not for a later retry of its own: five times is enough, and a person should know it.
        return Error{.code = Code::filtered,
                     .where = "body.text",
                     .limit = rules.repeats.times,
                     .retry_after_ms = wait_ms(*wait),
                     .rule = "repeat"};
    }
    const Millis older_in =
        member.account_created.value_or(Time{}) + rules.new_accounts.younger_than - now;
    if (rules.new_accounts.younger_than == Millis{0} || older_in <= Millis{0}) return std::nullopt;
    const bool may_not = rules.new_accounts.rate.period == Millis{0};
    const auto wait = may_not ? older_in : member.newcomer.take(rules.new_accounts.rate, now);
    if (!wait) return std::nullopt;
    return Error{.code = Code::rate_limited,
                 .where = "gid",
                 .retry_after_ms = wait_ms(*wait),
                 .rule = "new_account"};
}

// The question leaves with the effect; this sender's queue waits for the verdict, nobody else's.
Group::Step Group::pass_filter(Work& work, Time now) {
    if (!settings_.rules.filter || work.judged || work.command.operator_rights) return Step::passed;
    auto question = question_on(work.command);
    if (!question) return Step::passed;
    if (!work.verdict) {
        load_for(work.command.uid, *std::move(question));
        return Step::parked;
    }
    const Verdict& verdict = *work.verdict;
    if (!verdict.allow) {
        refuse_command(work.command,
                       {.code = Code::filtered,
                        .where = question->field,
                        .rule = verdict.rule.empty() ? std::string_view{"filter"} : verdict.rule},
                       verdict.reason, now);
        return Step::refused;
    }
    work.judged = true;
    return Step::passed;
}

void Group::note_sent(const Work& work, CachedMember& member, Time now) {
    activity_.on_entry(activity_rule(), now);
    member.last_sent = now;
    member.repeats.add(work.text, now);
}

// Whoever wrote a message that a rule refuses finds that in their own log as well, on all their
// devices; `reason` is the outside service's, and found there whatever it was that they wrote.
void Group::refuse_command(const bus::Command& command, const Error& error, std::string_view reason,
                           Time now) {
    refuse(command.reply_to, error);
    const bool message = command.frame.has_send() || command.frame.has_edit();
    if (error.code != Code::filtered || state_ != State::live) return;
    if (!message && reason.empty()) return;
    write_note(command.uid, error.code, reason.empty() ? "Your message was not sent." : reason,
               now);
}

}  // namespace stentor::group
