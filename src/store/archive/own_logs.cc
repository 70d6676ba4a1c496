#include "store/archive/own_logs.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "base/limits.h"
#include "store/archive/read.h"
#include "store/user_log.h"
#include "wire/pb.h"

namespace stentor::archive {
namespace {

constexpr std::size_t kGroupsPerLook = 1'000;
constexpr std::size_t kLinesPerCommit = 2'000;

pb::UserLogEntry parsed(const std::string& line) {
    pb::UserLogEntry entry;
    if (!entry.ParseFromString(line)) throw std::runtime_error{"bytes are no line of a user's log"};
    return entry;
}

}  // namespace

OwnLogReader::OwnLogReader(store::Store& store) : store_{store} {
    epochs_.insert(read(store.epoch()));
    for (GroupId after{};;) {
        const auto groups = read(store.groups(after, kGroupsPerLook));
        if (groups.empty()) return;
        for (const auto& group : groups) {
            epochs_.insert(group.head.epoch);
            for (const store::ForkPoint& fork : group.head.forks) epochs_.insert(fork.epoch);
        }
        after = groups.back().gid;
    }
}

// The number to read on from; 0 where the first line ever is kept.
std::optional<std::uint64_t> OwnLogReader::before_the_oldest(UserId uid, std::uint64_t head) {
    const std::uint64_t oldest = store::oldest_place(head);
    if (oldest == 1) return 0;
    for (std::uint64_t place = oldest; place < store::place_of(head); ++place) {
        for (const Epoch epoch : epochs_) {
            const std::uint64_t number = (epoch.value << 32U) + place;
            if (number <= head && !read(store_.user_log(uid, number, 1)).reset) return number;
        }
    }
    return std::nullopt;
}

std::vector<std::string> OwnLogReader::lines(UserId uid) {
    std::vector<std::string> lines;
    const std::uint64_t head = read(store_.user_log_heads({&uid, 1})).at(0);
    if (head == 0) return lines;
    auto after = before_the_oldest(uid, head);
    while (after && *after != head) {
        auto page = read(store_.user_log(uid, *after, limits::kUserLogPage));
        if (page.reset || page.entries.empty()) throw std::runtime_error{"a user's log has a hole"};
        after = parsed(page.entries.back()).user_log_seq();
        std::ranges::move(page.entries, std::back_inserter(lines));
    }
    return lines;
}

OwnLogReader::Told OwnLogReader::told(UserId uid, GroupId gid) {
    Told told;
    for (const std::string& line : lines(uid)) {
        const pb::UserLogEntry entry = parsed(line);
        if (entry.gid() != gid.value) continue;
        for (const std::uint64_t seq : entry.hidden().seqs()) told.hidden.insert({seq});
        if (entry.has_note()) told.notes.insert(entry.user_log_seq());
    }
    return told;
}

void OwnLogWriter::add(UserId uid, const std::string& line) {
    pb::UserLogEntry entry = parsed(line);
    entry.clear_user_log_seq();
    const GroupId gid{entry.gid()};
    if (entry.has_hidden() || entry.has_note() || !gid_) turn_to(gid);
    store::UserEvent event{.uid = uid, .entry = entry.SerializeAsString()};
    // What stood at or below the floor was dropped with the entries.
    if (*gid_ == gid) {
        for (const std::uint64_t seq : entry.hidden().seqs()) {
            if (Seq{seq} > head_.floor && Seq{seq} <= head_.seq) event.hidden.push_back({seq});
        }
        const Seq anchor{entry.note().anchor_seq()};
        event.note = entry.has_note() && anchor >= head_.floor && anchor <= head_.seq;
        if (event.note) event.anchor = anchor;
    }
    events_.push_back(std::move(event));
    if (events_.size() >= kLinesPerCommit) flush();
}

// Lines that placed nothing may stand in any group's commit.
void OwnLogWriter::turn_to(GroupId gid) {
    if (gid_ == gid) return;
    const auto head = store_.head(gid);
    if (!head && head.error().code == Code::not_found && gid_) return;
    flush();
    if (head) {
        gid_ = gid;
        head_ = *head;
        return;
    }
    const auto any = read(store_.groups({}, 1));
    if (any.empty()) throw std::runtime_error{"a line of a user's log, and there is no group"};
    gid_ = any[0].gid;
    head_ = any[0].head;
}

void OwnLogWriter::flush() {
    if (events_.empty()) return;
    store::Commit commit{.gid = *gid_, .term = term_, .expected = head_.version, .head = head_};
    commit.head.term = term_;
    ++commit.head.version;
    commit.user_events = std::exchange(events_, {});
    if (store_.commit({&commit, 1})[0] != store::Outcome::done) {
        throw std::runtime_error{"the store did not take it"};
    }
    head_ = commit.head;
}

}  // namespace stentor::archive
