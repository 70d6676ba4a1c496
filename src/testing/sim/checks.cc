#include "testing/sim/checks.h"

#include <algorithm>

#include "base/limits.h"
#include "testing/sim/accounts.h"
#include "wire/log_entry.h"

namespace stentor::sim {
namespace {

std::string at(GroupId gid, Seq seq) {
    return " in group " + std::to_string(gid.value) + " at " + std::to_string(seq.value);
}

std::string user(UserId uid) { return "user " + std::to_string(uid.value); }

bool same_entry(const pb::Entry& a, const pb::Entry& b) {
    return a.cmid() == b.cmid() && a.sender() == b.sender() && a.time_ms() == b.time_ms() &&
           a.ordinal() == b.ordinal();
}

}  // namespace

void Checks::violation(std::string what) {
    world_.tell([&] { return "VIOLATION: " + what; });
    if (!violation_) violation_ = std::move(what);
}

const Record* Checks::record_of(std::uint64_t epoch) {
    const auto found = records_.find(Epoch{epoch});
    if (found != records_.end()) return &found->second;
    violation("a frame names epoch " + std::to_string(epoch) + ", which never was");
    return nullptr;
}

// ---- The store

void Checks::on_applied(const store::HeadRow* before, const store::Commit& commit, bool late) {
    const GroupId gid = commit.gid;
    Term& term = now().terms[gid];
    if (before != nullptr) term = std::max(term, before->term);
    if (commit.term < term) {
        violation("a commit of a former owner was applied" + at(gid, commit.head.seq));
    }
    term = std::max(term, commit.term);

    auto view = store_views_.find(gid);
    if (view == store_views_.end())
        view = store_views_.emplace(gid, ledger_.add_view(0, gid)).first;
    for (const LogEntry& entry : commit.entries) on_entry(commit, entry, view->second);
    if (commit.head.seq != head(gid)) {
        violation("the head is not the newest entry" + at(gid, commit.head.seq));
    }
    for (const LogEntry& entry : commit.changed) on_change(gid, entry);
    for (const store::MemberRow& row : commit.members) on_member(gid, row);
    check_accounts(commit, late);
}

// Nothing is stored of an account once whoever closed it, or ended its tokens, has been answered.
void Checks::check_accounts(const store::Commit& commit, bool late) {
    const Accounts& accounts = *world_.accounts;
    for (const LogEntry& entry : commit.entries) {
        const bool barred = accounts.is_barred(entry.sender);
        if (late || (!barred && !accounts.is_void_send(entry.cmid))) continue;
        if (barred) {
            violation("something of " + user(entry.sender) +
                      " was stored after their account's end" + at(commit.gid, entry.seq));
        } else {
            violation("a send of " + user(entry.sender) + " with a void token was stored" +
                      at(commit.gid, entry.seq));
        }
    }
}

void Checks::on_entry(const store::Commit& commit, const LogEntry& entry, ledger::ViewId view) {
    const GroupId gid = commit.gid;
    std::vector<Record::Row>& log = now().logs[gid];
    Record::Row row{.revisions = {pb::Entry{}}, .digest = entry.digest};
    pb::Entry& parsed = row.revisions.front();
    if (!parsed.ParseFromString(*entry.bytes)) violation("bytes that are no entry were stored");
    if (entry.seq.value != log.size() + 1) {
        violation("the log has " + std::to_string(log.size()) + " entries, the next was stored" +
                  at(gid, entry.seq));
    }
    const Digest last = log.empty() ? genesis(gid) : log.back().digest;
    if (digest_after(last, parsed) != entry.digest) {
        violation("the chain of digests is broken" + at(gid, entry.seq));
    }
    if (!now().stored.insert({entry.sender, entry.cmid}).second) {
        violation("a send of " + user(entry.sender) + " was stored twice" + at(gid, entry.seq));
    }
    ledger_.delivered(view, commit.head.epoch, parsed, row.digest);
    log.push_back(std::move(row));
}

void Checks::on_change(GroupId gid, const LogEntry& entry) {
    pb::Entry parsed;
    if (!parsed.ParseFromString(*entry.bytes)) violation("bytes that are no entry were stored");
    if (entry.seq > head(gid)) return violation("a change above the head" + at(gid, entry.seq));
    std::vector<Record::Row>& log = now().logs[gid];
    Record::Row& row = log[entry.seq.value - 1];
    if (parsed.revision() != row.revisions.size() || !same_entry(parsed, row.newest())) {
        violation("a change is not the next revision" + at(gid, entry.seq));
    }
    if (row.newest().recalled()) violation("a recalled entry was changed" + at(gid, entry.seq));
    if (parsed.recalled() && !parsed.body().empty()) {
        violation("a recalled entry keeps its body" + at(gid, entry.seq));
    }
    const Digest before = entry.seq.value == 1 ? genesis(gid) : log[entry.seq.value - 2].digest;
    if (digest_after(before, parsed) != row.digest) {
        violation("a change breaks the chain of digests" + at(gid, entry.seq));
    }
    world_.count(parsed.recalled() ? Seen::recalled : Seen::edited);
    row.revisions.push_back(std::move(parsed));
}

void Checks::on_member(GroupId gid, const store::MemberRow& row) {
    std::vector<Record::Stay>& stays = now().stays[{gid, row.uid}];
    const bool inside = !stays.empty() && !stays.back().left;
    const bool member = row.role != store::Role::none;
    if (member && !inside) stays.push_back({.floor = row.floor, .left = {}});
    if (!member && inside) stays.back().left = row.left;
}

void Checks::on_restored(const Record& record, Epoch epoch) {
    for (const auto& [gid, term] : now().terms) {
        const Seq fork = record.head(gid);
        if (head(gid) > fork) world_.count(Seen::restore_cut_entries);
        ledger_.forked(gid, epoch_, epoch, fork);
        ledger_.restarted(store_views_.at(gid), epoch, fork);
    }
    records_[epoch] = record;
    epoch_ = epoch;
}

// ---- What clients are told

void Checks::on_acked(UserId uid, const pb::Sent& sent) {
    const GroupId gid{sent.gid()};
    const Seq seq{sent.seq()};
    const Record* record = record_of(sent.epoch());
    if (record == nullptr) return;
    const Record::Row* row = record->row(gid, seq);
    if (row == nullptr) {
        return violation("a send of " + user(uid) + " was acknowledged before it was stored" +
                         at(gid, seq));
    }
    if (row->newest().cmid() != sent.cmid() || row->newest().sender() != uid.value) {
        violation("a send of " + user(uid) + " was acknowledged where another is stored" +
                  at(gid, seq));
    }
    if (!sent.digest().empty() && Digest::from(sent.digest()) != row->digest) {
        violation("an acknowledgement bears a wrong digest" + at(gid, seq));
    }
}

void Checks::on_seen(UserId uid, GroupId gid, Epoch epoch, const pb::Entry& entry) {
    const Seq seq{entry.seq()};
    const Record* record = record_of(epoch.value);
    if (record == nullptr) return;
    const Record::Row* row = record->row(gid, seq);
    if (row == nullptr) {
        return violation(user(uid) + " was shown an entry that is not stored" + at(gid, seq));
    }
    if (entry.revision() >= row->revisions.size()) {
        return violation(user(uid) + " was shown a change that is not stored" + at(gid, seq));
    }
    const pb::Entry& stored = row->revisions[entry.revision()];
    const bool same = same_entry(stored, entry) && stored.body() == entry.body() &&
                      stored.recalled() == entry.recalled();
    if (!same) violation(user(uid) + " was shown another entry than is stored" + at(gid, seq));
    if (quiet_ && epoch == epoch_ && entry.revision() != row->newest().revision()) {
        violation(user(uid) + " was shown an old revision" + at(gid, seq));
    }
    if (record->may_see(gid, uid, seq)) return;
    violation(user(uid) + " was shown an entry from outside their membership" + at(gid, seq));
}

void Checks::on_said_seen(UserId uid, GroupId gid, Seq seq) {
    Seq& highest = now().shown[{gid, uid}];
    highest = std::max(highest, seq);
}

void Checks::on_opened(UserId uid, const pb::Opened& opened, const Asked& asked) {
    const GroupId gid{opened.gid()};
    const Seq head{opened.head()};
    const Record* record = record_of(opened.epoch());
    if (record == nullptr) return;
    const Record::Row* row = record->row(gid, head);
    if (head.value != 0 && row == nullptr) {
        return violation(user(uid) + " was told a head that is not stored" + at(gid, head));
    }
    if (Digest::from(opened.digest()) != (row == nullptr ? genesis(gid) : row->digest)) {
        violation("an Opened bears a wrong digest" + at(gid, head));
    }
    if (!record->stays.contains({gid, uid})) {
        violation(user(uid) + " opened a group they were never in");
    }
    if (!opened.reset() && asked.held != Epoch{opened.epoch()}) {
        violation(user(uid) + ", who holds epoch " + std::to_string(asked.held.value) +
                  ", goes on in epoch " + std::to_string(opened.epoch()) + at(gid, head));
    }
    if (asked.quiet && opened.members() != asked.members) {
        violation(user(uid) + " was told of " + std::to_string(opened.members()) +
                  " members, there are " + std::to_string(asked.members) + at(gid, head));
    }
    const Seq read{opened.read()};
    const bool known = asked.written.value == opened.epoch();
    if (known && read < asked.read) {
        violation("the read position of " + user(uid) + " went back from " +
                  std::to_string(asked.read.value) + at(gid, read));
    }
    const auto shown = record->shown.find({gid, uid});
    const Seq said = shown == record->shown.end() ? Seq{} : shown->second;
    if (read > std::max(said, Seq{opened.floor()})) {
        violation(user(uid) + " has seen nothing above " + std::to_string(said.value) +
                  ", but is said to have read up to" + at(gid, read));
    }
    const Seq cursor = std::max(read, Seq{opened.floor()});
    const std::uint32_t most = record->unread(gid, uid, cursor, asked.quiet, asked.hidden);
    if (opened.unread() > most || (asked.quiet && opened.unread() < most)) {
        violation(user(uid) + " was told of " + std::to_string(opened.unread()) +
                  " unread entries, there are " + std::to_string(most) + " above" +
                  at(gid, cursor));
    }
}

void Checks::on_batch(UserId uid, const pb::Batch& batch, Seq held) {
    if (Seq{batch.first_seq()} <= held + 1) return;
    violation(user(uid) + ", who holds " + std::to_string(held.value) +
              ", was pushed what they cannot apply" + at({batch.gid()}, {batch.first_seq()}));
}

// ---- Beside the log

void Checks::on_note_kept(Epoch epoch, Record::Note note) {
    world_.count(Seen::note_written);
    records_.at(epoch).notes.push_back(std::move(note));
}

void Checks::on_hide_kept(Epoch epoch, UserId uid, const pb::Hide& hide) {
    world_.count(Seen::hidden);
    std::set<Seq>& hidden = records_.at(epoch).hidden[{{hide.gid()}, uid}];
    for (const std::uint64_t seq : hide.seqs()) hidden.insert({seq});
}

void Checks::close_notes(store::Store& store) {
    // What stood beside the log of a group goes with it when the last member has left.
    const auto is_gone = [&](GroupId gid) {
        const auto head = store.head(gid);
        return head && store::is_closed(*head);
    };
    for (const Record::Note& note : record().notes) {
        if (is_gone(note.gid)) continue;
        const auto rows = store.notes(note.gid, note.reader, {}, head(note.gid));
        const bool kept = rows && std::ranges::any_of(*rows, [&](const store::NoteRow& row) {
                              pb::Note parsed;
                              return parsed.ParseFromString(row.note) && parsed.text() == note.text;
                          });
        // A page of notes is bounded: beyond it the oldest are in their own log alone.
        const bool full = rows && rows->size() >= limits::kNotesPerPage;
        if (!kept && !full) {
            violation("the note \"" + note.text + "\" to " + user(note.reader) + " is lost");
        }
    }
    for (const auto& [who, seqs] : record().hidden) {
        if (is_gone(who.first)) continue;
        const auto rows = store.hidden(who.first, who.second, Seq{1}, head(who.first));
        for (const Seq seq : seqs) {
            if (rows && std::ranges::find(*rows, seq) != rows->end()) continue;
            violation(user(who.second) + " deleted for themselves, and it is there again" +
                      at(who.first, seq));
        }
    }
}

void Checks::close_ledger() {
    const ledger::Report report = ledger_.check();
    if (report.clean()) return;
    violation("ledger: " + report.summary() +
              (report.told.empty() ? "" : "; " + report.told.front()));
}

}  // namespace stentor::sim
