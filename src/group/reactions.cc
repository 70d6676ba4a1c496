#include "group/reactions.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "group/answers.h"
#include "group/changes.h"
#include "group/direct.h"
#include "group/loads.h"
#include "group/pipeline.h"
#include "group/publish.h"
#include "group/state.h"
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

std::optional<Error> react_to(GroupState& group, const bus::Command& command, CachedMember& member,
                              const LoadedReactions& loaded) {
    const pb::React& react = command.frame.react();
    const Seq seq{react.seq()};
    const LogEntry* entry = newest_state(group, seq);
    if (entry == nullptr && loaded.entry) entry = &*loaded.entry;
    if (entry == nullptr) return kNoEntry;
    if (entry->recalled) return Error{.code = Code::window_closed, .where = "seq"};

    const ReactionKey key{.uid = command.uid, .seq = seq, .emoji = react.emoji()};
    const bool* known = group.changes.reactions.find(key);
    const bool on = known != nullptr
                        ? *known
                        : std::ranges::find(loaded.mine, react.emoji(),
                                            &store::ReactionRow::emoji) != loaded.mine.end();
    if (on != react.remove()) {  // It is so already: of this state is a repeat.
        const bool waits = answer_with(group, command.reply_to, [&](const Operation& other) {
            return std::ranges::any_of(other.reactions, [&](const store::ReactionRow& row) {
                return row.uid == key.uid && row.seq == key.seq && row.emoji == key.emoji;
            });
        });
        if (!waits) group.port.answer(command.reply_to, done());
        return std::nullopt;
    }

    const store::TallyRow* newest = group.changes.tallies.find(seq);
    store::TallyRow tally = newest != nullptr ? *newest : loaded.tally;
    if (!count(tally.counts, react.emoji(), react.remove())) {
        return Error{
            .code = Code::bad_field, .where = "react.emoji", .limit = limits::kReactionKinds};
    }
    group.changes.reactions.stage(key, !react.remove());
    group.changes.tallies.stage(seq, tally);
    Operation operation{.command = command, .after = group.pipeline.tip, .answer = done()};
    operation.reactions.push_back(
        {.uid = command.uid, .seq = seq, .emoji = react.emoji(), .on = !react.remove()});
    operation.tally = std::move(tally);
    mark_overlay(operation, member);
    stage(group, std::move(operation));
    return std::nullopt;
}

}  // namespace

bool admit_react(GroupState& group, Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    if (!knows_counterpart(group, work)) return false;
    pb::React& react = *work.command.frame.mutable_react();
    // Kept in one form, however it was typed. What an earlier version took can be taken back as it
    // is.
    const auto form = text::emoji_form(react.emoji());
    if (form) react.set_emoji(*form);
    const Seq seq{react.seq()};
    auto error = objection_to_change(group, work, member, Epoch{react.epoch()}, now);
    if (!error && member.row.muted_until > now && !react.remove()) {
        error = muted_for(member.row.muted_until - now);
    }
    if (!error && !react.remove()) error = objection_of_counterpart(group, command.uid);
    if (!error && !form && !(react.remove() && text::may_be_taken_away(react.emoji()))) {
        error =
            Error{.code = Code::bad_field, .where = "react.emoji", .limit = limits::kEmojiBytes};
    }
    if (!error && !may_see(group, command, member, seq)) {
        error = kNoEntry;
    }
    if (!error && !work.found) {
        load_for(group, command.uid, ReactionsTo{seq});
        return false;
    }
    if (!error) error = react_to(group, command, member, std::get<LoadedReactions>(*work.found));
    if (error) refuse(group, command.reply_to, *error);
    return true;
}

void admit_typing(GroupState& group, const bus::Command& command, CachedMember& member, Time now) {
    if (member.row.role == store::Role::none) {
        return refuse(group, command.reply_to, kNoGroup);
    }
    const storm::Level level = storm_level(group);
    // Who is blocked in a direct chat, or whose counterpart is not known yet, types unseen.
    const auto whom = group.members.find(counterpart(group, command.uid));
    const bool unseen = is_direct(group) && (whom == group.members.end() ||
                                             objection_of_counterpart(group, command.uid));
    const bool told = unseen || member.typed + storm::slowed(limits::kTypingEvery, level) > now ||
                      level >= storm::kSlowing;
    if (group.head.members <= limits::kSmallGroup && !told && member.row.muted_until <= now) {
        member.typed = now;
        publish_beside(group, bus::TypingSeen{.uid = command.uid});
    }
    group.port.answer(command.reply_to, done());
}

}  // namespace stentor::group
