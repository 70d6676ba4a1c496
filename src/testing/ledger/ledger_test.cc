#include "testing/ledger/ledger.h"

#include <gmock/gmock.h>

#include "base/limits.h"
#include "wire/log_entry.h"
#include "wire/pb.h"

namespace stentor::ledger {
namespace {

constexpr GroupId kGroup{7};
constexpr Epoch kEpoch{1};
constexpr UserId kAnn{11};
constexpr UserId kBob{12};

Cmid cmid_of(std::uint8_t n) {
    std::array<std::uint8_t, 10> random{};
    random[9] = n;
    return Cmid::made_at(from_ms(1'700'000'000'000 + n), random);
}

std::string body_of(std::uint8_t n) { return "body " + std::to_string(n); }

// A server's log made by hand, and a ledger that hears of it.
class LedgerTest : public testing::Test {
protected:
    // Appends what was sent under `n`; the answer is not given.
    std::size_t store(UserId sender, std::uint8_t n) { return store(sender, n, body_of(n)); }
    std::size_t store(UserId sender, std::uint8_t n, std::string body) {
        pb::Entry entry;
        entry.set_seq(entries.size() + 1);
        entry.set_sender(sender.value);
        entry.set_cmid(std::string{cmid_of(n).view()});
        entry.set_kind(pb::ENTRY_KIND_POST);
        entry.set_time_ms(1'700'000'000'000 + entries.size());
        entry.set_body(std::move(body));
        append(std::move(entry));
        return entries.size();
    }
    void append(pb::Entry entry) {
        digests.push_back(digest_after(digests.back(), entry));
        entries.push_back(std::move(entry));
    }
    // The second one, that much before the first.
    void store_back_by(Millis back) {
        invoke(kAnn, 2);
        pb::Entry entry = entries.back();
        entry.set_seq(2);
        entry.set_cmid(std::string{cmid_of(2).view()});
        entry.set_body(body_of(2));
        entry.set_time_ms(entry.time_ms() - static_cast<std::uint64_t>(back.count()));
        append(std::move(entry));
    }
    void invoke(UserId sender, std::uint8_t n) {
        ledger.invoke(sender, kGroup, cmid_of(n), hash_of(body_of(n)));
    }
    void send(UserId sender, std::uint8_t n) {
        invoke(sender, n);
        ledger.ok(cmid_of(n), kEpoch, Seq{store(sender, n)});
    }
    void deliver(ViewId view, std::size_t seq) { deliver(view, seq, digests[seq]); }
    void deliver(ViewId view, std::size_t seq, const Digest& digest) {
        ledger.delivered(view, kEpoch, entries[seq - 1], digest);
    }
    void deliver_all(ViewId view) {
        for (std::size_t seq = 1; seq <= entries.size(); ++seq) deliver(view, seq);
    }
    // Exactly one violation, of this kind, told in words.
    void expect_only(Violation kind) {
        const Report report = ledger.check();
        EXPECT_EQ(report.count(kind), 1U) << report.summary();
        std::uint64_t all = 0;
        for (const auto count : report.violations) all += count;
        EXPECT_EQ(all, 1U) << testing::PrintToString(report.told);
        EXPECT_THAT(report.told, testing::ElementsAre(testing::StartsWith(name_of(kind))));
        EXPECT_FALSE(report.clean());
    }

    Ledger ledger;
    std::vector<pb::Entry> entries;
    std::vector<Digest> digests{genesis(kGroup)};
};

TEST_F(LedgerTest, FindsNothingInAFaultlessHistory) {
    const ViewId early = ledger.add_view(1, kGroup);
    const ViewId late = ledger.add_view(2, kGroup);
    send(kAnn, 1);
    invoke(kBob, 2);
    store(kBob, 2);   // Unknown, yet stored.
    invoke(kAnn, 3);  // Unknown and not stored.
    invoke(kBob, 4);
    ledger.refused(cmid_of(4));
    send(kAnn, 5);
    deliver_all(early);
    ledger.restarted(late, kEpoch, Seq{1});
    deliver(late, 2);
    deliver(late, 3);

    const Report report = ledger.check();

    EXPECT_TRUE(report.clean()) << testing::PrintToString(report.told);
    EXPECT_EQ(report.invoked, 5U);
    EXPECT_EQ(report.ok, 2U);
    EXPECT_EQ(report.refused, 1U);
    EXPECT_EQ(report.unknown, 2U);
    EXPECT_EQ(report.unknown_stored, 1U);
    EXPECT_EQ(report.stored, 3U);
    EXPECT_EQ(report.delivered, 5U);
    EXPECT_EQ(report.summary(), "0 lost, 0 duplicated, 0 out of order");
}

TEST_F(LedgerTest, SeesAnAcknowledgedSendThatIsNotStored) {
    const ViewId view = ledger.add_view(1, kGroup);
    send(kAnn, 1);
    invoke(kBob, 9);
    store(kBob, 9);
    invoke(kAnn, 2);
    ledger.ok(cmid_of(2), kEpoch, Seq{2});  // Where another one stands.
    deliver_all(view);
    expect_only(Violation::acked_not_stored);
}

TEST_F(LedgerTest, SeesAnAcknowledgedTailThatNobodyReceived) {
    const ViewId view = ledger.add_view(1, kGroup);
    send(kAnn, 1);
    deliver_all(view);
    send(kAnn, 2);
    const Report report = ledger.check();
    EXPECT_EQ(report.count(Violation::acked_not_stored), 1U);
    EXPECT_EQ(report.count(Violation::head_not_reached), 1U);
    EXPECT_EQ(report.count(Violation::hole_in_log), 1U);
}

TEST_F(LedgerTest, SeesASendStoredTwice) {
    const ViewId view = ledger.add_view(1, kGroup);
    send(kAnn, 1);
    store(kAnn, 1);
    deliver_all(view);
    expect_only(Violation::stored_twice);
}

TEST_F(LedgerTest, SeesTwoAnswersToOneSend) {
    const ViewId view = ledger.add_view(1, kGroup);
    send(kAnn, 1);
    ledger.ok(cmid_of(1), kEpoch, Seq{5});
    deliver_all(view);
    expect_only(Violation::stored_twice);
}

TEST_F(LedgerTest, SeesWhatNobodySent) {
    const ViewId view = ledger.add_view(1, kGroup);
    send(kAnn, 1);
    store(kBob, 2);
    deliver_all(view);
    expect_only(Violation::stored_uninvoked);
}

TEST_F(LedgerTest, SeesWhatWasRefusedAndStoredAllTheSame) {
    const ViewId view = ledger.add_view(1, kGroup);
    invoke(kAnn, 1);
    ledger.refused(cmid_of(1));
    store(kAnn, 1);
    deliver_all(view);
    expect_only(Violation::stored_refused);
}

TEST_F(LedgerTest, SeesAChangedBody) {
    const ViewId view = ledger.add_view(1, kGroup);
    invoke(kAnn, 1);
    store(kAnn, 1, "another body");
    deliver_all(view);
    expect_only(Violation::wrong_content);
}

TEST_F(LedgerTest, SeesAHoleThatNobodyReceived) {
    const ViewId first = ledger.add_view(1, kGroup);
    const ViewId second = ledger.add_view(2, kGroup);
    send(kAnn, 1);
    invoke(kBob, 2);
    store(kBob, 2);
    send(kAnn, 3);
    deliver(first, 1);
    ledger.excuse(first);
    ledger.restarted(second, kEpoch, Seq{2});
    deliver(second, 3);
    expect_only(Violation::hole_in_log);
}

TEST_F(LedgerTest, SeesDigestsThatDoNotFollow) {
    const ViewId view = ledger.add_view(1, kGroup);
    send(kAnn, 1);
    digests.back().bytes[0] ^= 1U;
    deliver_all(view);
    expect_only(Violation::broken_chain);
}

TEST_F(LedgerTest, SeesTimeGoBack) {
    const ViewId view = ledger.add_view(1, kGroup);
    send(kAnn, 1);
    store_back_by(Millis{1});
    deliver_all(view);
    expect_only(Violation::broken_chain);
}

TEST_F(LedgerTest, SeesTimeGoBackAsFarAsAClockIsStillBelieved) {
    const ViewId view = ledger.add_view(1, kGroup);
    send(kAnn, 1);
    store_back_by(limits::kMovedClock);
    deliver_all(view);
    expect_only(Violation::broken_chain);
}

TEST_F(LedgerTest, TimesOfAClockThatHadLeaptMayBeLeftBehind) {
    const ViewId view = ledger.add_view(1, kGroup);
    send(kAnn, 1);
    store_back_by(limits::kMovedClock + Millis{1});
    deliver_all(view);
    const Report report = ledger.check();
    EXPECT_TRUE(report.clean()) << testing::PrintToString(report.told);
}

TEST_F(LedgerTest, SeesAGapInAView) {
    const ViewId whole = ledger.add_view(1, kGroup);
    const ViewId view = ledger.add_view(2, kGroup);
    for (std::uint8_t n = 1; n <= 3; ++n) send(kAnn, n);
    deliver_all(whole);
    deliver(view, 1);
    deliver(view, 3);
    expect_only(Violation::view_gap);
}

TEST_F(LedgerTest, SeesADuplicateInAView) {
    const ViewId view = ledger.add_view(1, kGroup);
    send(kAnn, 1);
    deliver(view, 1);
    deliver(view, 1);
    expect_only(Violation::view_duplicate);
}

TEST_F(LedgerTest, SeesAViewThatGoesBack) {
    const ViewId view = ledger.add_view(1, kGroup);
    for (std::uint8_t n = 1; n <= 3; ++n) send(kAnn, n);
    deliver_all(view);
    deliver(view, 2);
    expect_only(Violation::view_disorder);
}

TEST_F(LedgerTest, SeesTwoReceiversWhoHoldDifferentEntries) {
    const ViewId first = ledger.add_view(1, kGroup);
    const ViewId second = ledger.add_view(2, kGroup);
    send(kAnn, 1);
    deliver_all(first);
    Digest other = digests[1];
    other.bytes[15] ^= 1U;
    deliver(second, 1, other);
    expect_only(Violation::view_differs);
}

TEST_F(LedgerTest, SeesASendersOrderBroken) {
    const ViewId view = ledger.add_view(1, kGroup);
    invoke(kAnn, 1);
    invoke(kAnn, 2);
    store(kAnn, 2);
    store(kAnn, 1);
    deliver_all(view);
    expect_only(Violation::sender_order);
}

TEST_F(LedgerTest, HoldsNoOrderBetweenTwoDevicesOfASender) {
    const ViewId view = ledger.add_view(1, kGroup);
    invoke(kAnn, 1);
    ledger.invoke(kAnn, kGroup, cmid_of(2), hash_of(body_of(2)), 7);
    invoke(kAnn, 3);
    store(kAnn, 2);
    store(kAnn, 1);
    store(kAnn, 3);
    deliver_all(view);
    EXPECT_TRUE(ledger.check().clean());
}

TEST_F(LedgerTest, SeesALaterSendBeforeAnAcknowledgedOne) {
    const ViewId view = ledger.add_view(1, kGroup);
    invoke(kAnn, 1);
    ledger.ok(cmid_of(1), kEpoch, Seq{2});
    invoke(kBob, 2);  // After the acknowledgement, yet it stands at 1.
    store(kBob, 2);
    store(kAnn, 1);
    deliver_all(view);
    expect_only(Violation::real_time_order);
}

TEST_F(LedgerTest, SeesWhoDidNotReachTheHead) {
    const ViewId whole = ledger.add_view(1, kGroup);
    const ViewId view = ledger.add_view(2, kGroup);
    send(kAnn, 1);
    send(kAnn, 2);
    deliver_all(whole);
    deliver(view, 1);
    expect_only(Violation::head_not_reached);
}

TEST_F(LedgerTest, SeesAHeadThatWasToldAndNeverCame) {
    const ViewId view = ledger.add_view(1, kGroup);
    send(kAnn, 1);
    deliver_all(view);
    ledger.excuse(view);
    ledger.heard_head(kGroup, kEpoch, Seq{2});
    expect_only(Violation::hole_in_log);
}

TEST_F(LedgerTest, SeesReceiptsOutsideOfMembership) {
    const ViewId joiner = ledger.add_view(1, kGroup, Seq{1});
    send(kAnn, 1);
    deliver_all(joiner);
    expect_only(Violation::outside_membership);
}

TEST_F(LedgerTest, SeesReceiptsAfterLeaving) {
    const ViewId whole = ledger.add_view(1, kGroup);
    const ViewId leaver = ledger.add_view(2, kGroup);
    send(kAnn, 1);
    send(kAnn, 2);
    deliver_all(whole);
    deliver(leaver, 1);
    ledger.left(leaver, Seq{1});
    EXPECT_TRUE(ledger.check().clean());
    deliver(leaver, 2);
    expect_only(Violation::outside_membership);
}

TEST_F(LedgerTest, SeesAnAnswerToNothing) {
    ledger.ok(cmid_of(1), kEpoch, Seq{1});
    expect_only(Violation::misuse);
}

TEST_F(LedgerTest, CountsWhatAnAnnouncedForkCutOff) {
    constexpr Epoch kNext{2};
    const ViewId view = ledger.add_view(1, kGroup);
    for (std::uint8_t n = 1; n <= 3; ++n) send(kAnn, n);
    deliver_all(view);

    ledger.forked(kGroup, kEpoch, kNext, Seq{2});
    ledger.restarted(view, kNext, Seq{2});
    entries.pop_back();
    digests.pop_back();
    ledger.ok(cmid_of(3), kNext, Seq{store(kAnn, 3)});  // Offered again, stored again.
    ledger.delivered(view, kNext, entries[2], digests[3]);

    const Report report = ledger.check();
    EXPECT_TRUE(report.clean()) << testing::PrintToString(report.told);
    EXPECT_EQ(report.cut, 0U);
    EXPECT_EQ(report.stored, 3U);
}

TEST_F(LedgerTest, DoesNotForgiveALossBelowTheFork) {
    constexpr Epoch kNext{2};
    const ViewId view = ledger.add_view(1, kGroup);
    for (std::uint8_t n = 1; n <= 3; ++n) send(kAnn, n);
    deliver(view, 1);
    ledger.forked(kGroup, kEpoch, kNext, Seq{2});
    ledger.restarted(view, kNext, Seq{1});

    const Report report = ledger.check();

    EXPECT_EQ(report.cut, 1U);                                 // 3
    EXPECT_EQ(report.count(Violation::acked_not_stored), 1U);  // 2
    EXPECT_EQ(report.count(Violation::head_not_reached), 1U);
}

TEST_F(LedgerTest, DoesNotForgiveANewHistoryThatNobodyAnnounced) {
    const ViewId view = ledger.add_view(1, kGroup);
    send(kAnn, 1);
    deliver_all(view);
    ledger.restarted(view, Epoch{2}, Seq{0});
    ledger.heard_head(kGroup, Epoch{2}, Seq{0});
    expect_only(Violation::acked_not_stored);
}

TEST_F(LedgerTest, CountsMoreThanItTells) {
    Ledger terse{1};
    terse.ok(cmid_of(1), kEpoch, Seq{1});
    terse.ok(cmid_of(2), kEpoch, Seq{1});
    EXPECT_EQ(terse.check().count(Violation::misuse), 2U);
    EXPECT_EQ(terse.check().told.size(), 1U);
}

}  // namespace
}  // namespace stentor::ledger
