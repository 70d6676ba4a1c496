#include "testing/ledger/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "wire/pb.h"

namespace stentor::ledger {
namespace {

// A seq further than this above all others is a corrupt one: no table is made for it.
constexpr std::uint64_t kLeapMax = 50'000'000;

}  // namespace

void Ledger::tell(Violation kind, std::string words) {
    ++online_.violations[static_cast<std::size_t>(kind)];
    if (online_.told.size() < told_max_) {
        online_.told.push_back(fmt::format("{}: {}", name_of(kind), words));
    }
}

// ---- Senders

void Ledger::invoke(UserId sender, GroupId gid, const Cmid& cmid, const Digest& body_hash,
                    std::uint64_t writer) {
    const auto acked = acked_.find(gid);
    Send send{.gid = gid, .sender = sender, .body_hash = body_hash, .writer = writer};
    send.number = ++numbers_[{sender, writer, gid}];
    if (acked != acked_.end()) std::tie(send.above_epoch, send.above) = acked->second;
    if (!sends_.emplace(cmid, send).second) {
        return tell(Violation::misuse, fmt::format("invoked twice by user {}", sender.value));
    }
    ++online_.invoked;
}

void Ledger::ok(const Cmid& cmid, Epoch epoch, Seq seq) {
    const auto found = sends_.find(cmid);
    if (found == sends_.end()) return tell(Violation::misuse, "an answer to what nobody sent");
    Send& send = found->second;
    if (send.fate == Fate::ok && send.epoch == epoch && send.seq != seq) {
        return tell(Violation::stored_twice,
                    fmt::format("a send of user {} in group {} was acknowledged at {} and at {}",
                                send.sender.value, send.gid.value, send.seq.value, seq.value));
    }
    if (send.fate == Fate::ok && send.epoch >= epoch) return;
    send.fate = Fate::ok;
    send.epoch = epoch;
    send.seq = seq;
    auto& newest = acked_[send.gid];
    newest = std::max(newest, {epoch, seq});
}

void Ledger::unknown(const Cmid& cmid) {
    if (!sends_.contains(cmid)) tell(Violation::misuse, "no answer to what nobody sent");
}

void Ledger::refused(const Cmid& cmid) {
    const auto found = sends_.find(cmid);
    if (found == sends_.end()) return tell(Violation::misuse, "a refusal of what nobody sent");
    if (found->second.fate == Fate::ok) {
        return tell(Violation::misuse, "refused after it was acknowledged");
    }
    found->second.fate = Fate::refused;
}

// ---- Receivers

ViewId Ledger::add_view(std::uint64_t receiver, GroupId gid, Seq floor) {
    views_.push_back({.gid = gid, .receiver = receiver, .floor = floor});
    return {static_cast<std::uint32_t>(views_.size() - 1)};
}

void Ledger::restarted(ViewId id, Epoch epoch, Seq after) {
    View& view = views_[id.value];
    if (view.started && view.epoch == epoch && view.last != after) ++online_.restarts;
    view.started = true;
    view.epoch = epoch;
    view.last = after;
}

void Ledger::left(ViewId id, Seq last) {
    View& view = views_[id.value];
    view.has_left = true;
    view.left = last;
    if (view.started && view.last > last) {
        tell(Violation::outside_membership,
             fmt::format("receiver {} left group {} at {} and holds {}", view.receiver,
                         view.gid.value, last.value, view.last.value));
    }
}

void Ledger::excuse(ViewId view) { views_[view.value].excused = true; }

void Ledger::complained(ViewId id, std::string_view what, Seq at) {
    const View& view = views_[id.value];
    tell(what == "digest" ? Violation::view_differs : Violation::view_disorder,
         fmt::format("receiver {} of group {} saw a wrong {} at {}", view.receiver, view.gid.value,
                     what, at.value));
}

void Ledger::delivered(ViewId id, Epoch epoch, const pb::Entry& entry, const Digest& digest) {
    View& view = views_[id.value];
    const Seq seq{entry.seq()};
    ++delivered_;
    const auto where = [&] {
        return fmt::format("receiver {} of group {} got {} when they held {}", view.receiver,
                           view.gid.value, seq.value, view.last.value);
    };
    if (seq <= view.floor) tell(Violation::outside_membership, where() + ", below their floor");
    if (view.has_left && seq > view.left) tell(Violation::outside_membership, where() + ", gone");

    if (!view.started) {
        view.started = true;
        view.last = seq - 1;
    } else if (view.epoch != epoch && !kept(view.gid, view.epoch, epoch, view.last)) {
        tell(Violation::view_disorder, where() + ", of another history");
        view.last = seq - 1;
    }
    view.epoch = epoch;

    if (seq > view.last + 1) {
        tell(Violation::view_gap, where());
    } else if (seq == view.last) {
        tell(Violation::view_duplicate, where());
    } else if (seq < view.last) {
        tell(Violation::view_disorder, where());
    }
    view.last = std::max(view.last, seq);
    compare(view, entry, digest);
}

// The first who receives an entry writes it into the log; all others must hold the same.
void Ledger::compare(const View& view, const pb::Entry& entry, const Digest& digest) {
    Log& its = log(view.gid, view.epoch);
    const Seq seq{entry.seq()};
    if (seq < its.first) return;  // Known before us.
    const std::uint64_t index = seq - its.first;
    if (index > its.rows.size() + kLeapMax) {
        return tell(Violation::view_disorder,
                    fmt::format("receiver {} got the absurd number {}", view.receiver, seq.value));
    }
    if (index >= its.rows.size()) its.rows.resize(index + 1);
    Row& row = its.rows[index];
    const Cmid cmid = Cmid::from(entry.cmid()).value_or(Cmid{});
    if (!row.known) {
        row = {.digest = digest,
               .body_hash =
                   entry.revision() == 0 ? hash_of(entry.body()) : Digest::from(entry.body_hash()),
               .cmid = cmid,
               .sender = {entry.sender()},
               .time = from_ms(entry.time_ms()),
               .kind = static_cast<std::uint32_t>(entry.kind()),
               .known = true};
    } else if (row.digest != digest || row.cmid != cmid) {
        tell(Violation::view_differs,
             fmt::format("receiver {} of group {} holds another {} than the others", view.receiver,
                         view.gid.value, seq.value));
    }
}

// ---- Histories

Ledger::Log& Ledger::log(GroupId gid, Epoch epoch) {
    const auto [found, fresh] = logs_.try_emplace({gid, epoch});
    Log& its = found->second;
    if (!fresh) return its;
    its.before = genesis(gid);
    if (const auto begin = begins_.find(gid); begin != begins_.end()) {
        its.first = begin->second.first;
        its.before = begin->second.second;
    }
    return its;
}

const Ledger::Log* Ledger::find_log(GroupId gid, Epoch epoch) const {
    const auto found = logs_.find({gid, epoch});
    return found == logs_.end() ? nullptr : &found->second;
}

bool Ledger::kept(GroupId gid, Epoch from, Epoch to, Seq seq) const {
    while (to != from) {
        const Log* its = find_log(gid, to);
        if (its == nullptr || !its->parent || seq > its->fork) return false;
        to = its->parent;
    }
    return true;
}

void Ledger::begins_at(GroupId gid, Seq first, const Digest& digest_before) {
    begins_[gid] = {first, digest_before};
}

void Ledger::heard_head(GroupId gid, Epoch epoch, Seq head) {
    Log& its = log(gid, epoch);
    its.told = std::max(its.told, head);
}

void Ledger::forked(GroupId gid, Epoch from, Epoch to, Seq fork) {
    if (from >= to) return tell(Violation::misuse, "a fork to an older epoch");
    const Log parent = log(gid, from);
    Log& child = log(gid, to);
    if (child.parent) return;  // Many clients hear of one fork.
    child.parent = from;
    child.fork = fork;
    const std::uint64_t keep = fork < parent.first ? 0 : (fork - parent.first) + 1;
    const auto count =
        static_cast<std::size_t>(std::min(keep, static_cast<std::uint64_t>(parent.rows.size())));
    if (child.rows.size() < count) child.rows.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (!child.rows[i].known) child.rows[i] = parent.rows[i];
    }
}

std::uint64_t Ledger::stored_count() const {
    std::uint64_t sum = 0;
    for (const auto& [key, its] : logs_) sum += its.rows.size();
    return sum;
}

Seq Ledger::head(GroupId gid, Epoch epoch) const {
    const Log* its = find_log(gid, epoch);
    return its == nullptr ? Seq{} : its->first + its->rows.size() - 1;
}

}  // namespace stentor::ledger
