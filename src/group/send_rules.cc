#include "group/send_rules.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/planted_bugs.h"
#include "group/answers.h"
#include "group/direct.h"
#include "group/loads.h"
#include "group/notes.h"
#include "group/sending.h"
#include "group/state.h"
#include "group/words.h"

namespace stentor::group {
namespace {

using store::Role;

bool is_ordinary(const store::MemberRow& row) { return row.role < Role::admin; }

// In a storm a group is busy as soon as a person cannot follow it, or a pass cannot carry it.
rules::ActivityRule activity_rule(const GroupState& group) {
    rules::ActivityRule rule = group.server_settings.rules.activity;
    if (storm_level(group) < storm::kSlowing) return rule;
    const double most = group.server_settings.rules.storm.entries_per_s;
    rule.entries_per_s = rule.entries_per_s > 0 ? std::min(rule.entries_per_s, most) : most;
    return rule;
}

std::optional<Error> storm_objection(GroupState& group, const Work& work,
                                     const CachedMember& member, Time now) {
    if (!is_ordinary(member.row) || storm_level(group) < storm::kSlowing) return std::nullopt;
    if (storm_level(group) >= storm::kRefusing) {
        return Error{.code = Code::storm,
                     .where = "gid",
                     .retry_after_ms = wait_ms(group.pace.come_back.next(now)),
                     .rule = "storm"};
    }
    if (work.command.limits_lifted) return std::nullopt;
    const RateLimit own = group.server_settings.rate_of(member.row.uid);
    const Millis period = group.pace.activity.slowed(activity_rule(group), own, now).period;
    if (!group.pace.activity.slows() || member.last_sent + period <= now) return std::nullopt;
    return Error{.code = Code::slow_mode,
                 .where = "gid",
                 .limit = static_cast<std::uint64_t>(period.count() / 1'000),
                 .retry_after_ms = wait_ms(member.last_sent + period - now),
                 .rule = "storm"};
}

// True: member.account_created is known, or nobody asks for it.
bool know_account(GroupState& group, Work& work, CachedMember& member) {
    const bool asked = group.server_settings.rules.new_accounts.younger_than > Millis{0} &&
                       is_ordinary(member.row) && !work.command.limits_lifted;
    if (!asked || member.account_created) return true;
    if (!work.found) {
        load_for(group, work.command.uid, AccountOf{work.command.uid});
        return false;
    }
    const auto found = std::exchange(work.found, std::nullopt);
    const auto& row = std::get<std::optional<store::UserRow>>(*found);
    // An account of another system has no row here: that system knows how old it is.
    member.account_created = row ? row->created : Time{};
    return true;
}

std::optional<Error> body_objection(const GroupState& group, const pb::Body& body,
                                    const store::MemberRow& row) {
    if (is_ordinary(row) && group.pipeline.settings.kind() == pb::GROUP_KIND_BROADCAST) {
        return Error{.code = Code::not_permitted, .where = "gid", .rule = "broadcast"};
    }
    if (is_ordinary(row) && body.mention_all()) {
        return Error{
            .code = Code::not_permitted, .where = "body.mention_all", .rule = "mention_all"};
    }
    return std::nullopt;
}

std::optional<Error> pace_objection(const GroupState& group, std::uint64_t text,
                                    CachedMember& member, Time now) {
    const rules::Rules& rules = group.server_settings.rules;
    const Millis slow{std::uint64_t{group.pipeline.settings.slow_mode_s()} * 1'000};
    if (member.last_sent + slow > now) {
        return Error{.code = Code::slow_mode,
                     .where = "gid",
                     .limit = group.pipeline.settings.slow_mode_s(),
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

// Whoever wrote a message that a rule refuses finds that in their own log as well, on all their
// devices; `reason` is the outside service's, and found there whatever it was that they wrote.
void refuse_command(GroupState& group, const bus::Command& command, const Error& error,
                    std::string_view reason, Time now) {
    refuse(group, command.reply_to, error);
    const bool message = command.frame.has_send() || command.frame.has_edit();
    if (error.code != Code::filtered || group.phase != Phase::live) return;
    if (!message && reason.empty()) return;
    write_note(group, command.uid, error.code,
               reason.empty() ? "Your message was not sent." : reason, now);
}

}  // namespace

std::optional<Error> rate_objection(GroupState& group, CachedMember& member, Time now) {
    // In a storm it is storm_objection() that slows down, which no retry of what is stored meets.
    const bool paced = is_ordinary(member.row) && storm_level(group) < storm::kSlowing;
    const RateLimit own = group.server_settings.rate_of(member.row.uid);
    const RateLimit limit =
        paced ? group.pace.activity.slowed(activity_rule(group), own, now) : own;
    const bool slowed = paced && group.pace.activity.slows();
    const auto wait = member.rate.take(limit, now);
    if (!wait) return std::nullopt;
    return Error{.code = Code::rate_limited,
                 .where = "gid",
                 .retry_after_ms = wait_ms(*wait),
                 .rule = member.rate.flooding() ? "flood"
                         : slowed               ? "activity"
                                                : "rate"};
}

Step pass_rules(GroupState& group, Work& work, CachedMember& member, Time now) {
    // A block holds for whoever writes in that person's name, too.
    if (const auto error =
            work.ruled ? std::nullopt : objection_of_counterpart(group, work.command.uid)) {
        refuse(group, work.command.reply_to, *error);
        return Step::refused;
    }
    if (work.command.operator_rights) {
        // Nor do a key's rights reach beyond the word list.
        if (const auto error =
                work.ruled ? std::nullopt : objection_to_words(group, work.command)) {
            refuse(group, work.command.reply_to, *error);
            return Step::refused;
        }
        return Step::passed;
    }
    if (!work.ruled) {
        if (const auto error = storm_objection(group, work, member, now)) {
            const bool numbered = planted(Bug::storm_after_number) && work.command.frame.has_send();
            if (numbered) stage_send(group, work.command, now);
            refuse(group, work.command.reply_to, *error);
            return Step::refused;
        }
        if (!know_account(group, work, member)) return Step::parked;
        const pb::Body body = body_of(work.command.frame);
        auto error = body_objection(group, body, member.row);
        if (!error) error = objection_to_words(group, work.command);
        if (!error && !work.command.limits_lifted && is_ordinary(member.row)) {
            work.text = rules::text_hash(body.text());
            error = pace_objection(group, work.text, member, now);
        }
        if (error) {
            refuse_command(group, work.command, *error, {}, now);
            return Step::refused;
        }
        work.ruled = true;
    }
    return pass_filter(group, work, now);
}

std::optional<Error> objection_to_words(const GroupState& group, const bus::Command& command) {
    return listed_word_in(*group.server_settings.rules.keywords, command);
}

// The question leaves with the effect; this sender's queue waits for the verdict, nobody else's.
Step pass_filter(GroupState& group, Work& work, Time now) {
    if (!group.server_settings.rules.filter || work.judged || work.command.operator_rights)
        return Step::passed;
    auto question = question_on(work.command);
    if (!question) return Step::passed;
    if (!work.verdict) {
        load_for(group, work.command.uid, *std::move(question));
        return Step::parked;
    }
    const Verdict& verdict = *work.verdict;
    if (!verdict.allow) {
        refuse_command(group, work.command,
                       {.code = Code::filtered,
                        .where = question->field,
                        .rule = verdict.rule.empty() ? std::string_view{"filter"} : verdict.rule},
                       verdict.reason, now);
        return Step::refused;
    }
    work.judged = true;
    return Step::passed;
}

void note_sent(GroupState& group, const Work& work, CachedMember& member, Time now) {
    group.pace.activity.on_entry(activity_rule(group), now);
    member.last_sent = now;
    member.repeats.add(work.text, now);
}

}  // namespace stentor::group
