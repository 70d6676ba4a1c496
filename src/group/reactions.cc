// Reactions: one member's, as rows; all members', as sums that are shown.

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "group/answers.h"
#include "group/group.h"
#include "text/emoji.h"

namespace stentor::group {
namespace {

using Counts = decltype(store::TallyRow::counts);

// False: there are kReactionKinds of others already.
bool count(Counts& counts, const std::string& emoji, bool remove) {
    const auto found = std::ranges::find(counts, emoji, &Counts::value_type::first);
    if (remove) {
        if (found != counts.end() && --found->second == 0) counts.erase(found);
        return true;
    }
    if (found != counts.end()) {
        ++found->second;
        return true;
    }
    if (counts.size() >= limits::kReactionKinds) return false;
    counts.emplace_back(emoji, 1);
    return true;
}

}  // namespace

bool Group::admit_react(Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    if (!knows_counterpart(work)) return false;
    pb::React& react = *work.command.frame.mutable_react();
    // Kept in one form, however it was typed. What an earlier version took can be taken back as it
    // is.
    const auto form = text::emoji_form(react.emoji());
    if (form) react.set_emoji(*form);
    const Seq seq{react.seq()};
    auto error = objection_to_change(work, member, Epoch{react.epoch()}, now);
    if (!error && member.row.muted_until > now && !react.remove()) {
        error = muted_for(member.row.muted_until - now);
    }
    if (!error && !react.remove()) error = objection_of_counterpart(command.uid);
    if (!error && !form && !(react.remove() && text::may_be_taken_away(react.emoji()))) {
        error =
            Error{.code = Code::bad_field, .where = "react.emoji", .limit = limits::kEmojiBytes};
    }
    if (!error && !may_see(command, member, seq)) {
        error = kNoEntry;
    }
    if (!error && !work.found) {
        load_for(command.uid, ReactionsTo{seq});
        return false;
    }
    if (!error) error = react_to(command, member, std::get<LoadedReactions>(*work.found));
    if (error) refuse(command.reply_to, *error);
    return true;
}

std::optional<Error> Group::react_to(const bus::Command& command, CachedMember& member,
                                     const LoadedReactions& loaded) {
    const pb::React& react = command.frame.react();
    const Seq seq{react.seq()};
    const LogEntry* entry = newest_state(seq);
    if (entry == nullptr && loaded.entry) entry = &*loaded.entry;
    if (entry == nullptr) return kNoEntry;
    if (entry->recalled) return Error{.code = Code::window_closed, .where = "seq"};

    const ReactionKey key{.uid = command.uid, .seq = seq, .emoji = react.emoji()};
    const bool* known = changes_.reactions.find(key);
    const bool on = known != nullptr
                        ? *known
                        : std::ranges::find(loaded.mine, react.emoji(),
                                            &store::ReactionRow::emoji) != loaded.mine.end();
    if (on != react.remove()) {  // It is so already: of this state is a repeat.
        const bool waits = answer_with(command.reply_to, [&](const Operation& other) {
            return std::ranges::any_of(other.reactions, [&](const store::ReactionRow& row) {
                return row.uid == key.uid && row.seq == key.seq && row.emoji == key.emoji;
            });
        });
        if (!waits) effects_.answer(command.reply_to, done());
        return std::nullopt;
    }

    const store::TallyRow* newest = changes_.tallies.find(seq);
    store::TallyRow tally = newest != nullptr ? *newest : loaded.tally;
    if (!count(tally.counts, react.emoji(), react.remove())) {
        return Error{
            .code = Code::bad_field, .where = "react.emoji", .limit = limits::kReactionKinds};
    }
    changes_.reactions.stage(key, !react.remove());
    changes_.tallies.stage(seq, tally);
    Operation operation{.command = command, .after = tip_, .answer = done()};
    operation.reactions.push_back(
        {.uid = command.uid, .seq = seq, .emoji = react.emoji(), .on = !react.remove()});
    operation.tally = std::move(tally);
    mark_overlay(operation, member);
    stage(std::move(operation));
    return std::nullopt;
}

// ---- Typing: told at once, kept nowhere

void Group::admit_typing(const bus::Command& command, CachedMember& member, Time now) {
    if (member.row.role == store::Role::none) {
        return refuse(command.reply_to, kNoGroup);
    }
    const storm::Level level = storm_level();
    // Who is blocked in a direct chat, or whose counterpart is not known yet, types unseen.
    const auto whom = members_.find(counterpart(command.uid));
    const bool unseen = group_settings_.kind() == pb::GROUP_KIND_DIRECT &&
                        (whom == members_.end() || objection_of_counterpart(command.uid));
    const bool told = unseen || member.typed + storm::slowed(limits::kTypingEvery, level) > now ||
                      level >= storm::kSlowing;
    if (head_.members <= limits::kSmallGroup && !told && member.row.muted_until <= now) {
        member.typed = now;
        effects_.publish(
            {.gid = gid_, .epoch = epoch(), .event = bus::TypingSeen{.uid = command.uid}});
    }
    effects_.answer(command.reply_to, done());
}

}  // namespace stentor::group
