#include "sim/checks.h"

#include <algorithm>

#include "base/limits.h"
#include "wire/log_entry.h"

namespace stentor::sim {
namespace {

std::string at(GroupId gid, Seq seq) {
    return " in group " + std::to_string(gid.value) + " at " + std::to_string(seq.value);
}

std::string user(UserId uid) { return "user " + std::to_string(uid.value); }

}  // namespace

void Checks::violation(std::string what) {
    world_.tell([&] { return "VIOLATION: " + what; });
    if (!violation_) violation_ = std::move(what);
}

// ---- The store

void Checks::on_applied(const store::HeadRow* before, const store::Commit& commit) {
    const GroupId gid = commit.gid;
    Term& term = terms_[gid];
    if (before != nullptr) term = std::max(term, before->term);
    if (commit.term < term) {
        violation("a commit of a former owner was applied" + at(gid, commit.head.seq));
    }
    term = std::max(term, commit.term);

    auto view = store_views_.find(gid);
    if (view == store_views_.end())
        view = store_views_.emplace(gid, ledger_.add_view(0, gid)).first;
    std::vector<Row>& log = logs_[gid];
    for (const LogEntry& entry : commit.entries) {
        Row row{.digest = entry.digest};
        if (!row.entry.ParseFromString(*entry.bytes))
            violation("bytes that are no entry were stored");
        if (entry.seq.value != log.size() + 1) {
            violation("the log has " + std::to_string(log.size()) +
                      " entries, the next was stored" + at(gid, entry.seq));
        }
        const Digest last = log.empty() ? genesis(gid) : log.back().digest;
        if (digest_after(last, row.entry) != entry.digest) {
            violation("the chain of digests is broken" + at(gid, entry.seq));
        }
        if (!stored_.insert({entry.sender, entry.cmid}).second) {
            violation("a send of " + user(entry.sender) + " was stored twice" + at(gid, entry.seq));
        }
        ledger_.delivered(view->second, commit.head.epoch, row.entry, row.digest);
        log.push_back(std::move(row));
    }
    if (commit.head.seq.value != log.size()) {
        violation("the head is not the newest entry" + at(gid, commit.head.seq));
    }
    for (const store::MemberRow& row : commit.members) on_member(gid, row);
}

void Checks::on_member(GroupId gid, const store::MemberRow& row) {
    std::vector<Stay>& stays = stays_[{gid, row.uid}];
    const bool inside = !stays.empty() && !stays.back().left;
    const bool member = row.role != store::Role::none;
    if (member && !inside) stays.push_back({.floor = row.floor, .left = {}});
    if (!member && inside) stays.back().left = row.left;
}

// ---- What clients are told

void Checks::on_acked(UserId uid, const pb::Sent& sent) {
    const GroupId gid{sent.gid()};
    const Seq seq{sent.seq()};
    const std::vector<Row>& log = logs_[gid];
    if (seq.value == 0 || seq.value > log.size()) {
        return violation("a send of " + user(uid) + " was acknowledged before it was stored" +
                         at(gid, seq));
    }
    const Row& row = log[seq.value - 1];
    if (row.entry.cmid() != sent.cmid() || row.entry.sender() != uid.value) {
        violation("a send of " + user(uid) + " was acknowledged where another is stored" +
                  at(gid, seq));
    }
    if (!sent.digest().empty() && Digest::from(sent.digest()) != row.digest) {
        violation("an acknowledgement bears a wrong digest" + at(gid, seq));
    }
}

void Checks::on_seen(UserId uid, GroupId gid, const pb::Entry& entry) {
    const Seq seq{entry.seq()};
    const std::vector<Row>& log = logs_[gid];
    if (seq.value == 0 || seq.value > log.size()) {
        return violation(user(uid) + " was shown an entry that is not stored" + at(gid, seq));
    }
    const pb::Entry& stored = log[seq.value - 1].entry;
    const bool same = stored.cmid() == entry.cmid() && stored.sender() == entry.sender() &&
                      stored.body() == entry.body() && stored.time_ms() == entry.time_ms() &&
                      stored.ordinal() == entry.ordinal();
    if (!same) violation(user(uid) + " was shown another entry than is stored" + at(gid, seq));
    if (may_see(gid, uid, seq)) return;
    if (streams_break_ && was_in_before(gid, uid, seq)) {
        world_.count(Seen::shown_after_missed_oust);
    } else {
        violation(user(uid) + " was shown an entry from outside his membership" + at(gid, seq));
    }
}

bool Checks::may_see(GroupId gid, UserId uid, Seq seq) const {
    const auto stays = stays_.find({gid, uid});
    if (stays == stays_.end()) return false;
    return std::ranges::any_of(stays->second, [&](const Stay& stay) {
        return seq > stay.floor && (!stay.left || seq <= *stay.left);
    });
}

bool Checks::was_in_before(GroupId gid, UserId uid, Seq seq) const {
    const auto stays = stays_.find({gid, uid});
    return stays != stays_.end() &&
           std::ranges::any_of(stays->second, [&](const Stay& stay) { return seq > stay.floor; });
}

void Checks::on_opened(UserId uid, const pb::Opened& opened, const Asked& asked) {
    const GroupId gid{opened.gid()};
    const Seq head{opened.head()};
    const std::vector<Row>& log = logs_[gid];
    if (head.value > log.size()) {
        return violation(user(uid) + " was told a head that is not stored" + at(gid, head));
    }
    const Digest digest = head.value == 0 ? genesis(gid) : log[head.value - 1].digest;
    if (Digest::from(opened.digest()) != digest) {
        violation("an Opened bears a wrong digest" + at(gid, head));
    }
    if (!stays_.contains({gid, uid})) violation(user(uid) + " opened a group he was never in");
    if (Seq{opened.read()} < asked.read && !stale_reads_.contains({gid, uid})) {
        violation("the read position of " + user(uid) + " went back from " +
                  std::to_string(asked.read.value) + at(gid, {opened.read()}));
    }
    const Seq cursor{std::max(opened.read(), opened.floor())};
    const std::uint32_t most = unread(gid, uid, cursor);
    if (opened.unread() > most || (asked.quiet && opened.unread() < most)) {
        violation(user(uid) + " was told of " + std::to_string(opened.unread()) +
                  " unread entries, there are " + std::to_string(most) + " above" +
                  at(gid, cursor));
    }
}

std::uint32_t Checks::unread(GroupId gid, UserId uid, Seq cursor) const {
    const std::vector<Row>& log = logs_.at(gid);
    std::uint32_t count = 0;
    for (std::size_t i = log.size(); i > cursor.value && count < limits::kUnreadCap; --i) {
        if (log[i - 1].entry.sender() != uid.value) ++count;
    }
    return count;
}

void Checks::on_batch(UserId uid, const pb::Batch& batch, Seq held) {
    if (Seq{batch.first_seq()} <= held + 1) return;
    violation(user(uid) + ", who holds " + std::to_string(held.value) +
              ", was pushed what he cannot apply" + at({batch.gid()}, {batch.first_seq()}));
}

// ---- Looks

Seq Checks::head(GroupId gid) const {
    const auto log = logs_.find(gid);
    return log == logs_.end() ? Seq{} : Seq{log->second.size()};
}

bool Checks::is_member(GroupId gid, UserId uid) const {
    const auto stays = stays_.find({gid, uid});
    return stays != stays_.end() && !stays->second.empty() && !stays->second.back().left;
}

void Checks::close_ledger() {
    const ledger::Report report = ledger_.check();
    if (report.clean()) return;
    violation("ledger: " + report.summary() +
              (report.told.empty() ? "" : "; " + report.told.front()));
}

}  // namespace stentor::sim
