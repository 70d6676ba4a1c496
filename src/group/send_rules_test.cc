#include <gmock/gmock.h>

#include <memory>

#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

Settings with(const std::function<void(rules::Rules&)>& change) {
    Settings settings{.rate = {}, .staged_max = 100, .parked_max = 100};
    change(settings.rules);
    return settings;
}

std::string saying(const std::string& text, bool to_all = false) {
    pb::Body body;
    body.set_text(text);
    body.set_mention_all(to_all);
    return body.SerializeAsString();
}

class Stages : public GroupTest {
protected:
    explicit Stages(Settings settings = with([](rules::Rules&) {})) : GroupTest{settings} {}

    // Ann owns it, Bob is a member.
    void begin(const std::function<void(pb::GroupSettings&)>& change = {}) {
        pb::ClientFrame frame;
        if (change) change(*frame.mutable_create_group()->mutable_settings());
        frame.mutable_create_group();
        submit(kAnn, std::move(frame));
        join(kBob);
        settle();
        answers.clear();
        now += Millis{60'000};
    }
    std::uint32_t say(UserId uid, const std::string& text, bool to_all = false) {
        const auto request = send(uid, cmid(), saying(text, to_all), {}, false);
        settle();
        return request;
    }
    // An edit of the first entry, as it was written.
    std::uint32_t change(UserId uid, const std::string& text) {
        pb::ClientFrame frame;
        frame.mutable_edit()->set_epoch(1);
        frame.mutable_edit()->set_seq(1);
        frame.mutable_edit()->set_body(saying(text));
        const auto request = submit(uid, std::move(frame), false);
        settle();
        return request;
    }
    std::string rule_of(std::uint32_t request) const {
        return answer_to(request)->refused().rule();
    }
    std::uint32_t wait_of(std::uint32_t request) const {
        return answer_to(request)->refused().retry_after_ms();
    }
};

TEST_F(Stages, SlowModeMakesMembersWaitAndAdminsNot) {
    begin([](pb::GroupSettings& settings) { settings.set_slow_mode_s(30); });
    say(kBob, "one");
    now += Millis{10'000};
    const auto early = say(kBob, "two");
    EXPECT_EQ(refusal_of(early), Code::slow_mode);
    EXPECT_EQ(rule_of(early), "slow_mode");
    EXPECT_EQ(wait_of(early), 20'000U);
    say(kAnn, "one");
    EXPECT_NE(seq_of(say(kAnn, "two")), Seq{});
    now += Millis{20'000};
    EXPECT_NE(seq_of(say(kBob, "two")), Seq{});
}

TEST_F(Stages, AnEditWaitsInSlowModeAsASendDoes) {
    begin([](pb::GroupSettings& settings) { settings.set_slow_mode_s(30); });
    say(kBob, "one");
    now += Millis{10'000};
    EXPECT_EQ(refusal_of(change(kBob, "two")), Code::slow_mode);
    EXPECT_EQ(refusal_of(say(kBob, "three")), Code::slow_mode);
    now += Millis{20'000};
    EXPECT_EQ(refusal_of(change(kBob, "two")), Code::ok);
    EXPECT_EQ(refusal_of(say(kBob, "three")), Code::slow_mode);
}

TEST_F(Stages, AnEditIsRefusedForItsWordsItsRepeatsAndInAStorm) {
    begin();
    say(kBob, "one");
    set_storm({.all = storm::kRefusing});
    EXPECT_EQ(refusal_of(change(kBob, "two")), Code::storm);
    set_storm({});
    use_keywords("casino\n");
    const auto listed = change(kBob, "to the casino");
    EXPECT_EQ(refusal_of(listed), Code::filtered);
    EXPECT_EQ(rule_of(listed), "keywords");
}

TEST_F(Stages, SlowModeIsNotForgottenWithTheMemoryOfTheGroup) {
    begin([](pb::GroupSettings& settings) { settings.set_slow_mode_s(30); });
    send(kBob, cmid(), saying("one"), {}, false);
    commit_once(true, store::Outcome::unknown);
    settle();
    EXPECT_EQ(log.size(), 1U);
    EXPECT_EQ(refusal_of(say(kBob, "two")), Code::slow_mode);
}

TEST_F(Stages, TheSameTextIsRefusedTheSixthTimeWithinAMinute) {
    begin();
    for (int i = 0; i < 5; ++i) {
        EXPECT_NE(seq_of(say(kBob, i % 2 == 0 ? "Buy now" : "buyNOW")), Seq{});
        now += Millis{2'000};
    }
    const auto sixth = say(kBob, "B U Y  N O W");
    EXPECT_EQ(refusal_of(sixth), Code::filtered);
    EXPECT_EQ(rule_of(sixth), "repeat");
    EXPECT_EQ(wait_of(sixth), 50'000U);
    EXPECT_NE(seq_of(say(kBob, "something else")), Seq{});
    now += Millis{50'000};
    EXPECT_NE(seq_of(say(kBob, "Buy now")), Seq{});
}

TEST_F(Stages, ARetryOfAStoredSendIsAnsweredWithItsNumberWhateverTheRulesSayNow) {
    begin([](pb::GroupSettings& settings) { settings.set_slow_mode_s(600); });
    const Cmid id = cmid();
    send(kBob, id, saying("spam"), {}, false);
    settle();
    ASSERT_EQ(log.size(), 1U);
    use_keywords("spam\n");
    for (int i = 0; i < 10; ++i) {
        now += Millis{2'000};
        const auto retry = send(kBob, id, saying("spam"), {}, false);
        settle();
        EXPECT_EQ(seq_of(retry), Seq{1});
    }
}

TEST_F(Stages, WhatWasOrderedIsNotAskedAgainAfterAnUnknownOutcome) {
    begin([](pb::GroupSettings& settings) { settings.set_slow_mode_s(600); });
    const auto request = send(kBob, cmid(), saying("spam"), {}, false);
    flush();
    use_keywords("spam\n");
    commit_once(false, store::Outcome::unknown);
    settle();
    EXPECT_EQ(seq_of(request), Seq{1});
}

TEST_F(Stages, AWordOfTheListIsRefusedFromTheNextPostOn) {
    begin();
    EXPECT_NE(seq_of(say(kBob, "spam")), Seq{});
    use_keywords("# words\nspam\n");
    const auto refused = say(kBob, "Ｓ\u200bPAM!");
    EXPECT_EQ(refusal_of(refused), Code::filtered);
    EXPECT_EQ(rule_of(refused), "keywords");
    EXPECT_EQ(answer_to(refused)->refused().field(), "body.text");
    use_keywords("");
    EXPECT_NE(seq_of(say(kBob, "spam again")), Seq{});
}

TEST_F(Stages, OnlyAdminsMentionEverybodyOrWriteInABroadcast) {
    begin();
    const auto refused = say(kBob, "hi", true);
    EXPECT_EQ(refusal_of(refused), Code::not_permitted);
    EXPECT_EQ(rule_of(refused), "mention_all");
    EXPECT_NE(seq_of(say(kAnn, "hi", true)), Seq{});
}

TEST_F(Stages, OnlyAdminsWriteInABroadcast) {
    begin([](pb::GroupSettings& settings) { settings.set_kind(pb::GROUP_KIND_BROADCAST); });
    const auto refused = say(kBob, "hi");
    EXPECT_EQ(refusal_of(refused), Code::not_permitted);
    EXPECT_EQ(rule_of(refused), "broadcast");
    EXPECT_NE(seq_of(say(kAnn, "hi")), Seq{});
}

class BusyStages : public Stages {
protected:
    BusyStages() : Stages{with([](rules::Rules& rules) { rules.activity.entries_per_s = 10; })} {}
};

TEST_F(BusyStages, ABusyGroupSlowsItsMembersAndNotItsAdmins) {
    begin();
    for (int i = 0; i < 300; ++i) {
        now += Millis{20};
        send(kAnn, cmid(), saying("crowd"));
        if (i % 50 == 0) settle();
    }
    settle();
    EXPECT_NE(seq_of(say(kBob, "one")), Seq{});
    const auto refused = say(kBob, "two");
    EXPECT_EQ(refusal_of(refused), Code::rate_limited);
    EXPECT_EQ(rule_of(refused), "activity");
    EXPECT_GE(wait_of(refused), 1'000U);
    EXPECT_NE(seq_of(say(kAnn, "an admin")), Seq{});
    now += Millis{120'000};
    EXPECT_NE(seq_of(say(kBob, "three")), Seq{});
    EXPECT_NE(seq_of(say(kBob, "four")), Seq{});
}

TEST_F(Stages, WhoSendsOnAgainstRefusalsWaitsLongerAndLonger) {
    begin();
    std::uint32_t longest = 0;
    std::string rule;
    for (int i = 0; i < 70; ++i) {
        const auto request = say(kBob, std::to_string(i));
        if (refusal_of(request) == Code::ok) continue;
        longest = std::max(longest, wait_of(request));
        rule = rule_of(request);
    }
    EXPECT_EQ(rule, "flood");
    EXPECT_EQ(longest, 20'000U);
    now += Millis{21'000};
    EXPECT_NE(seq_of(say(kBob, "calm")), Seq{});
}

TEST_F(Stages, InTheWorstStormNewSendsOfMembersWaitAndAllElseGoesOn) {
    begin();
    const Cmid kept = cmid();
    const auto before = send(kBob, kept, saying("before"), {}, false);
    settle();
    set_storm({.all = storm::kRefusing});
    const auto first = say(kBob, "one");
    EXPECT_EQ(refusal_of(first), Code::storm);
    EXPECT_EQ(rule_of(first), "storm");
    EXPECT_EQ(wait_of(first), static_cast<std::uint32_t>(limits::kStormBackMin.count()));
    const Cmid waits = cmid();
    const auto second = send(kBob, waits, saying("two"), {}, false);
    settle();
    EXPECT_EQ(wait_of(second), wait_of(first) + 1);  // They do not come back as one wave.

    // What is stored is answered with its number, and who leads the group goes on without a hole.
    const auto again = send(kBob, kept, saying("before"), {}, false);
    settle();
    EXPECT_EQ(seq_of(again), seq_of(before));
    EXPECT_EQ(seq_of(say(kAnn, "an owner")), seq_of(before) + 1);

    set_storm({});
    now += Millis{6'000};
    const auto later = send(kBob, waits, saying("two"), {}, false);
    settle();
    EXPECT_EQ(seq_of(later), seq_of(before) + 2);
}

TEST_F(Stages, AStormOfPassesConcernsLargeGroupsOnly) {
    begin();
    set_storm({.large = storm::kRefusing});
    EXPECT_NE(seq_of(say(kBob, "one")), Seq{});
}

TEST_F(Stages, InARushMembersAreSlowedToWhatAPersonCanFollow) {
    begin();
    join(kCho);
    settle();
    const auto crowd = [&] {
        for (int i = 0; i < 300; ++i) {
            now += Millis{50};  // Twenty a second: less than what is busy in calm times.
            send(kAnn, cmid(), saying("crowd"));
            if (i % 50 == 0) settle();
        }
        settle();
    };
    crowd();
    EXPECT_NE(seq_of(say(kBob, "one")), Seq{});
    EXPECT_NE(seq_of(say(kBob, "two")), Seq{});
    set_storm({.all = storm::kSlowing});
    crowd();
    const Cmid kept = cmid();
    const auto first = send(kCho, kept, saying("three"), {}, false);
    settle();
    EXPECT_NE(seq_of(first), Seq{});
    const auto refused = say(kCho, "four");
    EXPECT_EQ(refusal_of(refused), Code::slow_mode);
    EXPECT_EQ(rule_of(refused), "storm");
    EXPECT_GT(answer_to(refused)->refused().limit(), 0U);
    EXPECT_EQ(wait_of(refused), answer_to(refused)->refused().limit() * 1'000);
    EXPECT_NE(seq_of(say(kAnn, "an owner")), Seq{});
    // What is stored is answered with its number at every level.
    const auto again = send(kCho, kept, saying("three"), {}, false);
    settle();
    EXPECT_EQ(seq_of(again), seq_of(first));
    now += Millis{wait_of(refused)};
    EXPECT_NE(seq_of(say(kCho, "four")), Seq{});
}

class NewAccountStages : public Stages {
protected:
    NewAccountStages()
        : Stages{with([](rules::Rules& rules) {
              rules.new_accounts = {.younger_than = Millis{3'600'000},
                                    .rate = {.period = Millis{10'000}, .burst = 1}};
          })} {}
};

TEST_F(NewAccountStages, AYoungAccountIsSlowerAndAnOldOneNot) {
    users[kBob] = {.uid = kBob, .created = now};
    begin();
    EXPECT_NE(seq_of(say(kBob, "one")), Seq{});
    const auto refused = say(kBob, "two");
    EXPECT_EQ(refusal_of(refused), Code::rate_limited);
    EXPECT_EQ(rule_of(refused), "new_account");
    EXPECT_EQ(wait_of(refused), 10'000U);
    now += Millis{3'600'000};
    EXPECT_NE(seq_of(say(kBob, "three")), Seq{});
    EXPECT_NE(seq_of(say(kBob, "four")), Seq{});
}

// ---- Every way of bringing text before people

TEST_F(Stages, TheListHoldsForNamesTopicsWelcomesNotesReasonsAndKeys) {
    begin();
    use_keywords("casino\n");
    const auto refused_field = [&](pb::ClientFrame frame, bool operator_rights = false) {
        const auto request = submit(kAnn, std::move(frame), true, operator_rights);
        settle();
        EXPECT_EQ(refusal_of(request), Code::filtered);
        EXPECT_EQ(rule_of(request), "keywords");
        return answer_to(request)->refused().field();
    };
    for (const std::string field : {"name", "topic", "welcome"}) {
        pb::ClientFrame frame;
        pb::GroupSettings& settings = *frame.mutable_configure_group()->mutable_settings();
        settings.set_name("Casino");
        settings.set_topic("casino");
        settings.set_welcome("to the CASINO");
        frame.mutable_configure_group()->add_fields(field);
        EXPECT_EQ(refused_field(std::move(frame)), "settings." + field);
    }
    pb::ClientFrame note;
    note.mutable_write_note()->set_uid(kBob.value);
    note.mutable_write_note()->set_text("casino?");
    EXPECT_EQ(refused_field(std::move(note)), "write_note.text");
    pb::ClientFrame kick;
    kick.mutable_change_member()->set_uid(kBob.value);
    kick.mutable_change_member()->set_kick(true);
    kick.mutable_change_member()->set_reason("casino");
    EXPECT_EQ(refused_field(std::move(kick)), "change_member.reason");
    EXPECT_EQ(members[kBob].role, store::Role::member);
    pb::ClientFrame by_key;
    by_key.mutable_send()->set_cmid(std::string{cmid().view()});
    by_key.mutable_send()->set_body(saying("casino"));
    EXPECT_EQ(refused_field(std::move(by_key), true), "body.text");
}

TEST_F(Stages, AGroupIsNotFoundedUnderAListedName) {
    use_keywords("casino\n");
    pb::ClientFrame frame;
    frame.mutable_create_group()->mutable_settings()->set_name("Casino Royal");
    const auto request = submit(kAnn, std::move(frame));
    settle();
    EXPECT_EQ(refusal_of(request), Code::filtered);
    EXPECT_EQ(answer_to(request)->refused().field(), "settings.name");
    EXPECT_FALSE(head);
}

// The reason is the outside service's, and may quote what it refuses.
TEST_F(Stages, TheServersOwnNotesAreHeldAgainstNobody) {
    begin();
    use_keywords("not sent\n");
    say(kBob, "this is not sent");
    EXPECT_TRUE(user_logs[kBob].back().has_note());
}

class FilteredStages : public Stages {
protected:
    FilteredStages() : Stages{with([](rules::Rules& rules) { rules.filter = true; })} {}
};

TEST_F(FilteredStages, AVerdictHoldsItsSenderAndNobodyElse) {
    begin();
    const auto first = send(kBob, cmid(), saying("one"), {}, false);
    const auto second = send(kBob, cmid(), saying("two"), {}, false);
    ASSERT_EQ(loads.size(), 1U);
    const Load asked = loads.front();
    loads.clear();
    const auto other = send(kAnn, cmid(), saying("other"), {}, false);
    settle();
    EXPECT_EQ(seq_of(other), Seq{1});
    EXPECT_EQ(answer_to(first), nullptr);
    EXPECT_EQ(answer_to(second), nullptr);

    verdict = {.allow = true};
    deliver(asked);
    settle();
    EXPECT_EQ(seq_of(first), Seq{2});
    EXPECT_EQ(seq_of(second), Seq{3});
}

TEST_F(FilteredStages, AnEditIsJudgedAsASendIs) {
    begin();
    const auto first = send(kBob, cmid(), saying("one"), {}, false);
    settle();
    ASSERT_EQ(refusal_of(first), Code::ok);
    verdict = {.allow = false, .reason = "too hot", .rule = "heat"};
    const auto edited = change(kBob, "hotter");
    EXPECT_EQ(refusal_of(edited), Code::filtered);
    EXPECT_EQ(rule_of(edited), "heat");
}

// Names, topics, welcomes, notes and reasons are read as messages are.
class FilteredTexts : public FilteredStages {
protected:
    FilteredTexts() {
        names.mutable_configure_group()->mutable_settings()->set_name("tea");
        names.mutable_configure_group()->mutable_settings()->set_welcome("come in");
        names.mutable_configure_group()->add_fields("name");
        names.mutable_configure_group()->add_fields("topic");
        names.mutable_configure_group()->add_fields("welcome");
        founds.mutable_create_group()->mutable_settings()->set_topic("green tea");
        note.mutable_write_note()->set_uid(kBob.value);
        note.mutable_write_note()->set_text("hello");
        kick.mutable_change_member()->set_uid(kBob.value);
        kick.mutable_change_member()->set_kick(true);
        kick.mutable_change_member()->set_reason("rude");
    }
    std::uint32_t settled(const pb::ClientFrame& command, bool operator_rights = false) {
        const auto request = submit(kAnn, command, false, operator_rights);
        settle();
        return request;
    }
    std::string field_of(std::uint32_t request) const {
        return answer_to(request)->refused().field();
    }

    pb::ClientFrame names;
    pb::ClientFrame founds;
    pb::ClientFrame note;
    pb::ClientFrame kick;
};

TEST_F(FilteredTexts, AreShownToTheFilterUnderTheirKinds) {
    settled(founds);
    ASSERT_EQ(asked_verdicts, 1);
    EXPECT_EQ(last_asked.kind, "group");
    ASSERT_EQ(last_asked.texts.size(), 1U);
    EXPECT_EQ(last_asked.texts[0].field, "settings.topic");
    EXPECT_EQ(last_asked.texts[0].text, "green tea");
    join(kBob);
    settled(names);
    EXPECT_EQ(last_asked.kind, "group");
    ASSERT_EQ(last_asked.texts.size(), 2U);
    EXPECT_EQ(last_asked.texts[1].text, "come in");
    EXPECT_EQ(refusal_of(settled(note)), Code::ok);
    EXPECT_EQ(last_asked.kind, "note");
    EXPECT_EQ(refusal_of(settled(kick)), Code::ok);
    EXPECT_EQ(last_asked.kind, "reason");
    EXPECT_EQ(asked_verdicts, 4);
    say(kAnn, "one");
    EXPECT_EQ(last_asked.kind, "message");
    change(kAnn, "two");
    EXPECT_EQ(last_asked.kind, "edit");
}

TEST_F(FilteredTexts, ComeBeforeNobodyWhenTheyAreRefused) {
    verdict = {.allow = false, .rule = "heat"};
    const auto founded = settled(founds);
    EXPECT_EQ(refusal_of(founded), Code::filtered);
    EXPECT_EQ(field_of(founded), "settings.topic");
    EXPECT_EQ(rule_of(founded), "heat");
    EXPECT_FALSE(head);
    verdict = {};
    begin();
    const std::size_t told = user_logs[kBob].size();
    verdict = {.allow = false};
    const auto named = settled(names);
    EXPECT_EQ(field_of(named), "settings");
    EXPECT_EQ(rule_of(named), "filter");
    EXPECT_EQ(field_of(settled(note)), "write_note.text");
    EXPECT_EQ(field_of(settled(kick)), "change_member.reason");
    EXPECT_EQ(members[kBob].role, store::Role::member);
    EXPECT_EQ(user_logs[kBob].size(), told);
    pb::GroupSettings kept;
    ASSERT_TRUE(kept.ParseFromString(head->settings));
    EXPECT_NE(kept.name(), "tea");
}

TEST_F(FilteredTexts, AreNotAskedAboutWithoutTextOrBehindAnotherRefusalOrForTheOperator) {
    pb::ClientFrame plain;
    plain.mutable_create_group();
    settled(plain);
    join(kBob);
    pb::ClientFrame slow;
    slow.mutable_configure_group()->mutable_settings()->set_slow_mode_s(5);
    slow.mutable_configure_group()->mutable_settings()->set_name("not set");
    slow.mutable_configure_group()->add_fields("slow_mode_s");
    EXPECT_EQ(refusal_of(settled(slow)), Code::ok);
    const auto by_bob = submit(kBob, names, false);
    settle();
    EXPECT_EQ(refusal_of(by_bob), Code::not_permitted);
    EXPECT_EQ(refusal_of(settled(names, true)), Code::ok);
    use_keywords("rude\n");
    EXPECT_EQ(rule_of(settled(kick)), "keywords");
    EXPECT_EQ(asked_verdicts, 0);
}

TEST_F(FilteredTexts, ARefusalWithAReasonIsFoundInTheLogOfWhoWrote) {
    begin();
    verdict = {.allow = false, .reason = "too hot", .rule = "heat"};
    const std::size_t before = user_logs[kAnn].size();
    settled(names);
    ASSERT_EQ(user_logs[kAnn].size(), before + 1);
    EXPECT_EQ(user_logs[kAnn].back().note().text(), "too hot");
}

TEST_F(FilteredStages, ARefusalNamesTheRuleOfTheService) {
    begin();
    verdict = {.allow = false, .reason = "no links", .rule = "links"};
    const auto refused = say(kBob, "http://x");
    EXPECT_EQ(refusal_of(refused), Code::filtered);
    EXPECT_EQ(rule_of(refused), "links");
}

TEST_F(FilteredStages, WhatWasJudgedAndOrderedIsNotJudgedAgain) {
    begin();
    const auto request = send(kBob, cmid(), saying("one"), {}, false);
    answer_loads();
    verdict = {.allow = false};
    commit_once(false, store::Outcome::unknown);
    settle();
    EXPECT_EQ(seq_of(request), Seq{1});
    EXPECT_EQ(asked_verdicts, 1);
}

TEST_F(FilteredStages, AFilterThatIsClosedRefusesWithATime) {
    begin();
    const auto request = send(kBob, cmid(), saying("one"), {}, false);
    fail_loads();
    EXPECT_EQ(refusal_of(request), Code::store_unavailable);
    EXPECT_NE(seq_of(say(kBob, "later")), Seq{});
}

}  // namespace
}  // namespace stentor::group
