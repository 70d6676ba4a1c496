#include "store/verdict.h"

#include "base/log.h"
#include "base/planted_bugs.h"

namespace stentor::store {
namespace {

// The first thing that is wrong with `commit` as the successor of `before`; empty when it is right.
std::string_view flaw(const HeadRow& before, const Commit& commit) {
    const HeadRow& after = commit.head;
    if (after.version != commit.expected + 1) return "version";
    if (after.term != commit.term) return "term";
    if (after.epoch < before.epoch) return "epoch";
    if (after.floor < before.floor || after.floor > after.seq) return "floor";

    Seq last = before.seq;
    Time time = before.time;
    for (const LogEntry& entry : commit.entries) {
        if (entry.seq != last + 1) return "entries.seq";
        if (entry.time < time) return "entries.time";
        if (entry.bytes == nullptr) return "entries.bytes";
        last = entry.seq;
        time = entry.time;
    }
    if (after.seq != last) return "seq";
    if (!commit.entries.empty() && after.digest != commit.entries.back().digest) return "digest";
    for (const LogEntry& entry : commit.changed) {
        if (entry.seq > before.seq || entry.seq <= before.floor) return "changed.seq";
        if (entry.bytes == nullptr) return "changed.bytes";
    }
    return {};
}

}  // namespace

Outcome verdict(const HeadRow* before, const Commit& commit) {
    const bool superseded = before != nullptr && before->term > commit.term;
    if (superseded && !planted(Bug::no_fence)) return Outcome::fenced;
    if (planted(Bug::number_outside_commit)) return Outcome::done;
    if ((before != nullptr ? before->version : 0) != commit.expected) return Outcome::conflict;

    const std::string_view wrong = flaw(before != nullptr ? *before : HeadRow{}, commit);
    if (wrong.empty()) return Outcome::done;
    log::error("a commit does not continue its group's log",
               {{"gid", commit.gid.value}, {"version", commit.expected}, {"field", wrong}});
    return Outcome::conflict;
}

}  // namespace stentor::store
