// Recalls, edits, hides, reactions and typing.

#include <gmock/gmock.h>

#include <random>

#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

using store::Outcome;

constexpr const char* kThumb = "\U0001F44D";
constexpr const char* kParty = "\U0001F389";

// Faces, one after the other.
std::string kind(std::size_t number) {
    std::string face = "\U0001F600";
    face.back() = static_cast<char>(face.back() + static_cast<char>(number));
    return face;
}

class EntryChanges : public GroupTest {
protected:
    explicit EntryChanges(Settings settings = {.rate = {}, .staged_max = 500, .parked_max = 500})
        : GroupTest{settings} {
        create(kAnn);
        settle();
        join(kBob);
        join(kCho);
        settle();
        write(kBob, "one");
        items.clear();
        nudges.clear();
    }
    Seq write(UserId uid, const std::string& text) {
        const auto request = send(uid, cmid(), text);
        settle();
        return seq_of(request);
    }
    // Until the first entries have left the ring.
    void bury() {
        for (std::size_t i = 0; i < limits::kRing; ++i) send(kAnn, cmid(), "x");
        settle();
        items.clear();
    }
    pb::Entry entry(Seq seq) const {
        pb::Entry entry;
        entry.ParseFromString(*log[seq.value - 1].bytes);
        return entry;
    }
    bool is_done(std::uint32_t request) const {
        const pb::ServerFrame* frame = answer_to(request);
        return frame != nullptr && frame->has_done();
    }
    std::uint32_t clear(UserId uid, Seq seq, const std::string& emoji = "") {
        pb::ClientFrame frame;
        frame.mutable_clear_reactions()->set_epoch(1);
        frame.mutable_clear_reactions()->set_seq(seq.value);
        frame.mutable_clear_reactions()->set_emoji(emoji);
        return submit(uid, std::move(frame));
    }
    std::map<std::string, std::uint64_t> counts(Seq seq) {
        return {tallies[seq].counts.begin(), tallies[seq].counts.end()};
    }
};

// ---- Recalling

TEST_F(EntryChanges, ARecallEmptiesTheBodyAndLeavesTheDigests) {
    write(kAnn, "two");
    const auto request = recall(kBob, {1});
    EXPECT_FALSE(is_done(request));
    settle();
    EXPECT_TRUE(is_done(request));
    const pb::Entry recalled = entry({1});
    EXPECT_TRUE(recalled.recalled());
    EXPECT_EQ(recalled.body(), "");
    EXPECT_EQ(recalled.revision(), 1U);
    EXPECT_EQ(recalled.changed_by(), kBob.value);
    EXPECT_TRUE(continues(genesis(kGroup), log[0]));
    EXPECT_TRUE(continues(log[0].digest, log[1]));
    const auto& told = std::get<bus::EntryChanged>(items.back().event);
    EXPECT_EQ(told.entry.bytes, log[0].bytes);
}

TEST_F(EntryChanges, AfterAnUnknownOutcomeNodesAreToldToLookAgain) {
    const auto request = recall(kBob, {1});
    answer_loads();
    commit_once(true, Outcome::unknown);
    settle();
    EXPECT_TRUE(is_done(request));
    EXPECT_TRUE(items.empty());
    EXPECT_EQ(spans.back().from, head->version) << "whoever knows less asks";
    EXPECT_TRUE(entry({1}).recalled());
}

TEST_F(EntryChanges, ARecallIsOfOnesOwnWithinTheWindowOrByWhoModerates) {
    EXPECT_EQ(refusal_of(recall(kCho, {1})), Code::not_permitted);
    now += limits::kRecallWindow + Millis{1};
    EXPECT_EQ(refusal_of(recall(kBob, {1})), Code::window_closed);
    const auto by_owner = recall(kAnn, {1});
    settle();
    EXPECT_TRUE(is_done(by_owner));
    EXPECT_EQ(entry({1}).changed_by(), kAnn.value);
}

TEST_F(EntryChanges, TheOperatorRecallsWithoutBeingAMember) {
    const auto request = recall({}, {1}, true);
    settle();
    EXPECT_TRUE(is_done(request));
    EXPECT_TRUE(entry({1}).recalled());
    EXPECT_EQ(refusal_of(recall({99}, {1})), Code::ok);
    settle();
    EXPECT_EQ(answers.back().frame.refused().field(), "gid");
}

TEST_F(EntryChanges, ARepeatedRecallIsAnsweredDoneWhenTheFirstIsDurable) {
    const auto first = recall(kBob, {1});
    const auto second = recall(kBob, {1});
    EXPECT_FALSE(is_done(second));
    settle();
    EXPECT_TRUE(is_done(first));
    EXPECT_TRUE(is_done(second));
    const auto third = recall(kBob, {1});
    settle();  // It looks whether anything is left beside the entry.
    EXPECT_TRUE(is_done(third));
    EXPECT_EQ(entry({1}).revision(), 1U);
}

TEST_F(EntryChanges, WhatOneMayNotSeeIsAnsweredAsWhatIsAbsent) {
    join(kDan);
    settle();
    const auto below = recall(kDan, {1});
    const auto absent = recall(kDan, {77});
    EXPECT_TRUE(loads.empty());
    EXPECT_EQ(answer_to(below)->refused().SerializeAsString(),
              answer_to(absent)->refused().SerializeAsString());
    EXPECT_EQ(refusal_of(below), Code::not_found);
}

TEST_F(EntryChanges, AnEntryThatHasLeftMemoryIsLookedUp) {
    bury();
    const auto request = recall(kBob, {1});
    ASSERT_EQ(loads.size(), 1U);
    settle();
    EXPECT_TRUE(is_done(request));
    EXPECT_TRUE(entry({1}).recalled());
}

// The look-up of an edit was read before the recall, and comes in after it is durable.
TEST_F(EntryChanges, ALookUpFromBeforeARecallDoesNotBringTheTextBack) {
    bury();
    edit(kBob, {1}, 0, "better");
    ASSERT_EQ(loads.size(), 1U);
    const Load load = std::exchange(loads, {}).front();
    const auto read_before = found(load);

    recall(kAnn, {1});
    settle();
    answers.clear();
    partition().on_loaded({.load = load, .found = read_before}, now);
    settle();

    EXPECT_TRUE(entry({1}).recalled());
    EXPECT_EQ(static_cast<Code>(answers.back().frame.refused().code()), Code::window_closed);
}

TEST_F(EntryChanges, AChangeHasItsPlaceBetweenTheEntriesAroundIt) {
    send(kAnn, cmid(), "before");
    recall(kBob, {1});
    send(kAnn, cmid(), "behind");
    settle();
    ASSERT_EQ(items.size(), 3U);
    EXPECT_TRUE(std::holds_alternative<bus::EntriesAdded>(items[0].event));
    EXPECT_TRUE(std::holds_alternative<bus::EntryChanged>(items[1].event));
    EXPECT_TRUE(std::holds_alternative<bus::EntriesAdded>(items[2].event));
}

// ---- Editing

TEST_F(EntryChanges, AnEditReplacesTheBodyOfTheRevisionItNames) {
    const auto first = edit(kBob, {1}, 0, "uno");
    const auto late = edit(kBob, {1}, 0, "eins");
    const auto next = edit(kBob, {1}, 1, "ichi");
    settle();
    EXPECT_TRUE(is_done(first));
    EXPECT_EQ(refusal_of(late), Code::revision_changed);
    EXPECT_TRUE(is_done(next));
    EXPECT_EQ(entry({1}).body(), "ichi");
    EXPECT_EQ(entry({1}).revision(), 2U);
    EXPECT_TRUE(continues(genesis(kGroup), log[0]));
}

TEST_F(EntryChanges, AnEditThatIsMadeAgainFindsItsOwnWork) {
    edit(kBob, {1}, 0, "uno");
    settle();
    EXPECT_TRUE(is_done(edit(kBob, {1}, 0, "uno")));
    EXPECT_EQ(entry({1}).revision(), 1U);
}

TEST_F(EntryChanges, AnEditIsOfOnesOwnWithinTheWindowAndNotOfWhatWasRecalled) {
    EXPECT_EQ(refusal_of(edit(kAnn, {1}, 0, "mine")), Code::not_permitted);
    recall(kBob, {1});
    const auto recalled = edit(kBob, {1}, 1, "back");
    EXPECT_EQ(refusal_of(recalled), Code::window_closed);
    EXPECT_EQ(answer_to(recalled)->refused().field(), "seq");
    const Seq second = write(kBob, "two");
    now += limits::kEditWindow + Millis{1};
    EXPECT_EQ(refusal_of(edit(kBob, second, 0, "late")), Code::window_closed);
}

TEST_F(EntryChanges, WhatMayNotBeSentMayNotBeEditedIn) {
    use_keywords("casino\n");
    pb::Body body;
    body.set_text("to the casino");
    const auto request = edit(kBob, {1}, 0, body.SerializeAsString());
    settle();
    EXPECT_EQ(refusal_of(request), Code::filtered);
    EXPECT_EQ(entry({1}).revision(), 0U);
}

// ---- Hiding

TEST_F(EntryChanges, AHideGoesToTheUsersOwnLogAndMarksHisRow) {
    events.clear();
    const auto request = hide(kBob, {{1}});
    settle();
    EXPECT_TRUE(is_done(request));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].uid, kBob);
    EXPECT_THAT(events[0].hidden, testing::ElementsAre(Seq{1}));
    pb::UserLogEntry told;
    ASSERT_TRUE(told.ParseFromString(events[0].entry));
    EXPECT_EQ(told.hidden().seqs(0), 1U);
    EXPECT_TRUE(members[kBob].overlay);
    EXPECT_TRUE(std::holds_alternative<bus::UserLogMoved>(nudges.back()));
    EXPECT_FALSE(members[kCho].overlay);
}

TEST_F(EntryChanges, AHideOfTooManyOrOfWhatIsNotThereIsRefused) {
    events.clear();
    EXPECT_EQ(refusal_of(hide(kBob, {})), Code::bad_field);
    EXPECT_EQ(refusal_of(hide(kBob, std::vector<Seq>(limits::kHidesPerCommand + 1, Seq{1}))),
              Code::bad_field);
    EXPECT_EQ(refusal_of(hide(kBob, {{1}, {2}})), Code::not_found);
    settle();
    EXPECT_TRUE(events.empty());
}

// ---- Reactions

TEST_F(EntryChanges, ReactionsAreCountedOncePerMemberAndKind) {
    react(kAnn, {1}, kThumb);
    react(kBob, {1}, kThumb);
    react(kBob, {1}, kThumb);
    react(kBob, {1}, kParty);
    settle();
    react(kBob, {1}, kThumb);
    react(kAnn, {1}, kThumb, true);
    react(kCho, {1}, kThumb, true);
    settle();
    EXPECT_THAT(counts({1}),
                testing::ElementsAre(testing::Pair(kParty, 1), testing::Pair(kThumb, 1)));
    EXPECT_EQ(reactions.size(), 2U);
}

TEST_F(EntryChanges, OneEmojiIsOneKindHoweverItWasTyped) {
    react(kAnn, {1}, "\u2764");
    react(kBob, {1}, "\u2764\ufe0f");
    settle();
    EXPECT_THAT(counts({1}), testing::ElementsAre(testing::Pair("\u2764\ufe0f", 2)));
    react(kBob, {1}, "\u2764", true);
    settle();
    EXPECT_THAT(counts({1}), testing::ElementsAre(testing::Pair("\u2764\ufe0f", 1)));
}

TEST_F(EntryChanges, WordsAreNoReaction) {
    for (const char* words : {"spam", "www.a.example", "+", "1"}) {
        const auto request = react(kBob, {1}, words);
        settle();
        EXPECT_EQ(refusal_of(request), Code::bad_field) << words;
    }
}

TEST_F(EntryChanges, AnAdminTakesAwayOneKindOrAllInStepsAndAMemberDoesNot) {
    for (const UserId uid : {kAnn, kBob, kCho}) {
        react(uid, {1}, kThumb);
        react(uid, {1}, kParty);
    }
    settle();
    EXPECT_EQ(refusal_of(clear(kBob, {1})), Code::not_permitted);
    const auto one_kind = clear(kAnn, {1}, kThumb);
    answer_loads();
    EXPECT_EQ(answer_to(one_kind), nullptr) << "nothing is durable yet";
    settle();
    EXPECT_TRUE(is_done(one_kind));
    EXPECT_THAT(counts({1}), testing::ElementsAre(testing::Pair(kParty, 3)));
    EXPECT_EQ(reactions.size(), 3U);
    const auto all = clear(kAnn, {1});
    settle();
    EXPECT_TRUE(is_done(all));
    EXPECT_TRUE(reactions.empty());
    EXPECT_TRUE(counts({1}).empty());
}

TEST_F(EntryChanges, WhatIsTakenAwayIsToldWithTheAnswerAndNotAtTheNextTick) {
    const auto emptied = [&] {
        return std::ranges::any_of(items, [](const auto& item) {
            const auto* told = std::get_if<bus::TalliesChanged>(&item.event);
            return told != nullptr && told->tallies.size() == 1 && told->tallies[0].seq() == 1 &&
                   told->tallies[0].reactions().empty();
        });
    };
    react(kBob, {1}, kThumb);
    settle();
    items.clear();
    clear(kAnn, {1});
    settle();
    EXPECT_TRUE(emptied());
    react(kBob, {1}, kThumb);
    settle();
    items.clear();
    recall(kAnn, {1});
    settle();
    EXPECT_TRUE(emptied());
}

TEST_F(EntryChanges, WhoIsInNoGroupOrNamesNoEntryClearsNothing) {
    EXPECT_EQ(refusal_of(clear(kAnn, {2})), Code::not_found);
    const auto stranger = clear({99}, {1});
    settle();
    EXPECT_EQ(refusal_of(stranger), Code::not_found);
    EXPECT_EQ(answer_to(stranger)->refused().field(), "gid") << "as of a group that is not there";
}

TEST_F(EntryChanges, AClearTakesWhatIsOrderedAndNotDurableYet) {
    react(kBob, {1}, kThumb);
    answer_loads();
    const auto request = clear(kAnn, {1});
    const auto again = react(kCho, {1}, kThumb);
    settle();
    EXPECT_TRUE(is_done(request));
    EXPECT_TRUE(is_done(again));
    const std::uint64_t left = reactions.size();
    EXPECT_LE(left, 1U);
    EXPECT_EQ(counts({1})[kThumb], left) << "sums and rows agree";
}

TEST_F(EntryChanges, AReactionTakenBackDuringAClearIsNotCountedTwice) {
    for (const UserId uid : {kAnn, kBob, kCho}) react(uid, {1}, kThumb);
    settle();
    clear(kAnn, {1}, kThumb);
    ASSERT_EQ(loads.size(), 1U);
    const Load load = loads.front();
    const auto before = found(load);  // Ann's and Bob's: a page.
    loads.clear();
    react(kBob, {1}, kThumb, true);
    settle();
    partition().on_loaded({.load = load, .found = before}, now);
    commit_once();
    EXPECT_EQ(reactions.size(), 1U);
    EXPECT_THAT(counts({1}), testing::ElementsAre(testing::Pair(kThumb, 1)));
    settle();
    EXPECT_TRUE(reactions.empty());
    EXPECT_TRUE(counts({1}).empty());
}

// Written by an earlier version, whose reactions were any text.
TEST_F(EntryChanges, WhatIsNoEmojiCanBeClearedAndAnOldFormCountsAsItsEmoji) {
    reactions = {{{1}, kBob, "idiot"}, {{1}, kCho, "\u2764"}};
    tallies[{1}] = {.seq = {1}, .counts = {{"\u2764", 1}, {"idiot", 1}}};
    clear(kAnn, {1}, "idiot");
    settle();
    EXPECT_THAT(counts({1}), testing::ElementsAre(testing::Pair("\u2764", 1)));
    clear(kAnn, {1}, "\u2764\ufe0f");
    settle();
    EXPECT_TRUE(reactions.empty());
}

TEST_F(EntryChanges, AClearSurvivesACommitOfUnknownOutcome) {
    for (const UserId uid : {kAnn, kBob, kCho}) react(uid, {1}, kThumb);
    settle();
    for (const bool landed : {true, false}) {
        react(kBob, {1}, kThumb);
        settle();
        const auto request = clear(kAnn, {1});
        answer_loads();
        commit_once(landed, store::Outcome::unknown);
        settle();
        EXPECT_TRUE(is_done(request));
        EXPECT_TRUE(reactions.empty());
        EXPECT_TRUE(counts({1}).empty());
    }
}

TEST_F(EntryChanges, ARecallTakesTheReactionsAwayAndIsAnsweredWhenTheyAreGone) {
    for (const UserId uid : {kAnn, kBob, kCho}) react(uid, {1}, kThumb);
    settle();
    const auto request = recall(kBob, {1});
    commit_once();
    EXPECT_TRUE(entry({1}).recalled());
    EXPECT_TRUE(counts({1}).empty()) << "in the same commit";
    EXPECT_FALSE(is_done(request));
    settle();
    EXPECT_TRUE(is_done(request));
    EXPECT_TRUE(counts({1}).empty());
    EXPECT_TRUE(reactions.empty());
}

TEST_F(EntryChanges, ARecallThatIsAskedAgainAfterARestartTakesTheRestAway) {
    recall(kBob, {1});
    settle();
    reactions = {{{1}, kAnn, kThumb}, {{1}, kCho, kThumb}};  // As a crash left them.
    const auto again = recall(kBob, {1});
    settle();
    EXPECT_TRUE(is_done(again));
    EXPECT_TRUE(reactions.empty());
}

TEST_F(EntryChanges, WhatAnErasedPersonAddedGoesAndWhatOthersAddedStays) {
    for (int i = 0; i < 4; ++i) write(kAnn, "x");
    for (const Seq seq : {Seq{1}, Seq{2}, Seq{5}}) react(kCho, seq, kThumb);
    react(kAnn, {2}, kThumb);
    settle();
    pb::ClientFrame frame;
    frame.mutable_clear_reactions();
    const auto request = submit(kCho, std::move(frame), true, true);
    settle();
    EXPECT_TRUE(is_done(request));
    EXPECT_EQ(reactions.size(), 1U);
    EXPECT_TRUE(counts({1}).empty());
    EXPECT_TRUE(counts({5}).empty());
    EXPECT_THAT(counts({2}), testing::ElementsAre(testing::Pair(kThumb, 1)));
}

TEST_F(EntryChanges, ARecallWaitsBehindNoReactions) {
    for (int i = 0; i <= limits::kChangesBurst; ++i) react(kBob, {1}, kThumb, i % 2 == 1);
    settle();
    const auto request = recall(kBob, {1});
    settle();
    EXPECT_TRUE(is_done(request));
}

TEST_F(EntryChanges, ARecalledEntryTakesNoReactions) {
    recall(kBob, {1});
    const auto request = react(kAnn, {1}, kThumb);
    settle();
    EXPECT_EQ(refusal_of(request), Code::window_closed);
}

TEST_F(EntryChanges, KindsOfReactionsAreBounded) {
    for (std::size_t i = 0; i < limits::kReactionKinds; ++i) {
        react(kAnn, {1}, kind(i));
    }
    const auto more = react(kAnn, {1}, kind(limits::kReactionKinds));
    const auto known = react(kBob, {1}, kind(0));
    const auto huge = react(kBob, {1}, std::string(limits::kEmojiBytes + 1, 'x'));
    settle();
    EXPECT_EQ(answer_to(more)->refused().field(), "react.emoji");
    EXPECT_EQ(answer_to(more)->refused().limit(), limits::kReactionKinds);
    EXPECT_TRUE(is_done(known));
    EXPECT_EQ(refusal_of(huge), Code::bad_field);
}

TEST_F(EntryChanges, AFloodOfChangesIsSlowedDown) {
    std::uint32_t request = 0;
    for (int i = 0; i <= limits::kChangesBurst; ++i) {
        pb::ClientFrame frame;
        frame.mutable_react()->set_epoch(1);
        frame.mutable_react()->set_seq(1);
        frame.mutable_react()->set_emoji(kThumb);
        request = submit(kBob, std::move(frame), false);
    }
    settle();
    EXPECT_EQ(answer_to(request)->refused().retry_after_ms(), limits::kChangeEvery.count());
}

TEST_F(EntryChanges, ARecallDoesNotWaitBehindReactions) {
    std::uint32_t request = 0;
    for (int i = 0; i < 3 * limits::kChangesBurst; ++i) {
        pb::ClientFrame frame;
        frame.mutable_react()->set_epoch(1);
        frame.mutable_react()->set_seq(1);
        frame.mutable_react()->set_emoji("👍");
        request = submit(kAnn, std::move(frame), false);
    }
    settle();
    EXPECT_EQ(refusal_of(request), Code::rate_limited);
    pb::ClientFrame frame;
    frame.mutable_recall()->set_epoch(1);
    frame.mutable_recall()->set_seq(1);
    const auto recalled = submit(kAnn, std::move(frame), false);
    settle();
    EXPECT_TRUE(is_done(recalled));
}

TEST_F(EntryChanges, AChangeThatWasRefusedForGoodUsesUpNoRate) {
    std::uint32_t request = 0;
    const auto react = [&](std::uint64_t seq) {
        pb::ClientFrame frame;
        frame.mutable_react()->set_epoch(1);
        frame.mutable_react()->set_seq(seq);
        frame.mutable_react()->set_emoji("👍");
        request = submit(kBob, std::move(frame), false);
        settle();
    };
    for (int i = 0; i < limits::kGivenBackBurst; ++i) react(1'000'000);
    for (int i = 0; i < limits::kChangesBurst; ++i) react(1);
    EXPECT_TRUE(is_done(request));
    for (int i = 0; i < 2; ++i) react(1'000'000);
    EXPECT_EQ(refusal_of(request), Code::rate_limited) << "it is no way around the rate";
}

// Look-ups come in late and in any order of users, commits land or not: in the end sums and rows
// agree, no text has come back, and every revision is one change.
TEST_F(EntryChanges, RandomHistoriesLeaveSumsAndRevisionsRight) {
    std::mt19937 random{11};
    bury();
    std::deque<std::pair<Load, Result<Found>>> late;  // Read already, not told yet.
    std::set<Seq> gone;
    const std::vector<UserId> everybody{kAnn, kBob, kCho};
    for (int round = 0; round < 1'500; ++round) {
        const UserId uid = everybody[random() % 3];
        const Seq seq{random() % 2 == 0 ? random() % 3 + 1 : log.size() - random() % 3};
        switch (random() % 8) {
            case 0: recall(uid, seq); break;
            case 1: edit(uid, seq, entry(seq).revision(), std::to_string(round)); break;
            case 2: send(uid, cmid(), "x"); break;
            case 3: clear(kAnn, seq, random() % 2 == 0 ? kThumb : ""); break;
            default: react(uid, seq, random() % 2 == 0 ? kThumb : kParty, random() % 3 == 0);
        }
        if (random() % 3 == 0 && !loads.empty()) {
            late.emplace_back(loads.front(), found(loads.front()));
            loads.pop_front();
        }
        if (random() % 3 == 0 && !late.empty()) {
            const auto [load, read] = late.front();
            late.pop_front();
            partition().on_loaded({.load = load, .found = read}, now);
        }
        if (random() % 4 == 0) {
            flush();
            if (!commits.empty()) {
                const bool unknown = random() % 8 == 0;
                const store::Commit commit = commits.front();
                commits.pop_front();
                const bool applied = !unknown || random() % 2 == 0;
                if (applied) apply(commit);
                partition().on_committed(kGroup, unknown ? Outcome::unknown : Outcome::done);
            }
        }
        for (std::size_t i = 0; i < log.size(); ++i) {
            if (log[i].recalled) gone.insert(Seq{i + 1});
        }
        for (const Seq recalled : gone) ASSERT_TRUE(entry(recalled).recalled()) << round;
        if (testing::Test::HasFailure()) return;
    }
    for (const auto& [load, read] : late) {
        partition().on_loaded({.load = load, .found = read}, now);
    }
    settle();
    EXPECT_GT(gone.size(), 3U);
    std::map<std::pair<Seq, std::string>, std::uint64_t> sums;
    for (const auto& [seq, uid, emoji] : reactions) {
        ASSERT_FALSE(log[seq.value - 1].recalled) << "it went with what it was said of";
        ++sums[{seq, emoji}];
    }
    std::map<std::pair<Seq, std::string>, std::uint64_t> told;
    for (const auto& [seq, tally] : tallies) {
        for (const auto& [emoji, count] : tally.counts) told[{seq, emoji}] = count;
    }
    EXPECT_EQ(told, sums);
    EXPECT_GT(sums.size(), 3U);
    for (std::size_t i = 0; i < log.size(); ++i) {
        EXPECT_TRUE(continues(i == 0 ? genesis(kGroup) : log[i - 1].digest, log[i]));
    }
}

// ---- Typing

TEST_F(EntryChanges, TypingIsToldAtMostOnceInAWhile) {
    const auto first = type(kBob);
    type(kBob);
    type(kCho);
    now += limits::kTypingEvery;
    type(kBob);
    EXPECT_TRUE(is_done(first));
    EXPECT_EQ(items.size(), 3U);
    EXPECT_TRUE(commits.empty());
    EXPECT_EQ(refusal_of(type({99})), Code::ok);
    settle();
    EXPECT_EQ(answers.back().frame.refused().field(), "gid");
}

}  // namespace
}  // namespace stentor::group
