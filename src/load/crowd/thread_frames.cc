// The conversation of a member: Hello that resumes its rooms, then pushes, and pulls where one is
// missing.
#include <algorithm>
#include <string>
#include <utility>

#include "base/limits.h"
#include "load/crowd/thread.h"

namespace stentor::crowd {
namespace {

constexpr Millis kTokenLives = std::chrono::hours{24};
constexpr std::uint32_t kHello = 1;
constexpr std::uint32_t kPullOfRoom = 10;  // Request ids of pulls: this and the room's number.
constexpr std::uint32_t kVersion = 1;

}  // namespace

std::size_t Thread::room_of(Index index, std::uint64_t gid) const {
    for (std::size_t room = 0; room < plan_.rooms.size(); ++room) {
        if (plan_.rooms[room].of(first_ + index).value == gid) return room;
    }
    return kRoomsMax;
}

void Thread::greet(Index index) {
    const UserId uid{plan_.first_uid + first_ + index};
    const Time at_now = now();
    pb::ClientFrame frame;
    frame.set_request_id(kHello);
    pb::Hello& hello = *frame.mutable_hello();
    hello.set_token(
        auth::mint(plan_.key, {.uid = uid, .minted = at_now, .expires = at_now + kTokenLives}));
    hello.set_device(uid.value);
    hello.set_client("stentor-crowd/1");
    hello.set_version(kVersion);
    for (std::size_t room = 0; room < plan_.rooms.size(); ++room) {
        pb::Cursor& cursor = *hello.add_resume();
        cursor.set_gid(plan_.rooms[room].of(first_ + index).value);
        const unsigned known = at(index).known;
        cursor.set_epoch(((known >> room) & 1U) != 0 ? epoch_ : 0);
        cursor.set_seq(at(index).held[room]);
    }
    say(index, frame.SerializeAsString());
}

void Thread::on_message(Index index, std::string_view payload) {
    if (const Shown::Push* known = shown_.find(payload)) return take_push(index, *known);
    if (!frame_.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
        ++counts_.unreadable;
        return;
    }
    using Event = pb::ServerFrame;
    switch (frame_.event_case()) {
        case Event::kWelcome: {
            Member& member = at(index);
            if (member.phase != Member::Phase::greeting) break;
            member.phase = Member::Phase::here;
            break;
        }
        case Event::kOpened: return on_opened(index, frame_.opened());
        case Event::kBatch: return on_batch(index, frame_.batch(), payload);
        case Event::kRange: return on_range(index, frame_.range());
        case Event::kRefused: return on_refused(index, frame_.request_id(), frame_.refused());
        case Event::kHead:
            ++counts_.heads;
            return on_head(index, frame_.head().gid(), frame_.head().head());
        case Event::kPulse:
            ++counts_.pulses;
            for (const pb::Head& head : frame_.pulse().heads()) {
                on_head(index, head.gid(), head.head());
            }
            break;
        case Event::kBye: return lose(index, Millis{frame_.bye().after_ms()});
        case Event::kReset:
        case Event::kFork:
        case Event::kOusted: ++counts_.resets; break;
        case Event::EVENT_NOT_SET: ++counts_.unreadable; break;
        default: break;  // What the crowd did not ask for and does not judge.
    }
}

void Thread::on_opened(Index index, const pb::Opened& opened) {
    const std::size_t room = room_of(index, opened.gid());
    if (room == kRoomsMax) {
        ++counts_.unreadable;
        return;
    }
    Member& member = at(index);
    const auto bit = static_cast<std::uint8_t>(1U << room);
    const bool known = (member.known & bit) != 0;
    const std::uint64_t held = member.held[room];
    // `reset` is no fault: one who is far behind is shown the newest page, and pulls the rest.
    if (!one_history(opened.epoch()) ||
        (known && (opened.head() < held || opened.floor() > held))) {
        ++counts_.resets;
        return;
    }
    const std::uint64_t first = opened.first_seq();
    const auto count = static_cast<std::uint64_t>(opened.entries_size());
    if (!known) hold(index, room, first - 1);
    member.known |= bit;
    if (!shown_.show_digest({opened.gid()}, first - 1, opened.digest_before()) ||
        (count > 0 && !shown_.show({opened.gid()}, first, opened.entries(), opened.digest())) ||
        (count == 0 && !shown_.show_digest({opened.gid()}, opened.head(), opened.digest()))) {
        ++counts_.unlike;
    }
    if (first <= member.held[room] + 1U) take_fetched(index, room, first, first + count - 1);
    member.told[room] = std::max(member.told[room], static_cast<std::uint32_t>(opened.head()));
    member.opened |= bit;
    pull_if_behind(index, room);
    look_whether_watching(index);
}

void Thread::on_batch(Index index, const pb::Batch& batch, std::string_view payload) {
    const std::uint64_t first = batch.first_seq();
    const auto count = static_cast<std::uint64_t>(batch.entries_size());
    const std::size_t room = room_of(index, batch.gid());
    if (room == kRoomsMax || count == 0) {
        ++counts_.unreadable;
        return;
    }
    if (!one_history(batch.epoch())) {
        ++counts_.resets;
        return;
    }
    Shown::Push push{std::string{payload}, {batch.gid()}, first, first + count - 1};
    // What follows a gap is not judged: the digest before it may not be known. A pull brings it.
    if (first > at(index).held[room] + 1U) return take_push(index, push);
    if (!shown_.show({batch.gid()}, first, batch.entries(), batch.digest())) {
        ++counts_.unlike;
        return;
    }
    take_push(index, push);
    shown_.remember(std::move(push));
}

// A server has one epoch for all groups, and keeps it unless history is lost.
bool Thread::one_history(std::uint64_t epoch) {
    if (epoch_ == 0) epoch_ = epoch;
    return epoch_ == epoch;
}

// Its bytes were found right; whether it continues what this member holds is all that is left.
void Thread::take_push(Index index, const Shown::Push& push) {
    const std::size_t room = room_of(index, push.gid.value);
    if (room == kRoomsMax) {
        ++counts_.unreadable;
        return;
    }
    const std::uint64_t held = at(index).held[room];
    if (push.first == held + 1) {
        ++counts_.pushes;
        counts_.entries += push.last - held;
        hold(index, room, push.last);
    } else if (push.last <= held && drilling_) {
        ++counts_.drills;
        arrivals_.add(static_cast<std::uint64_t>((Clock::now() - since_).count()));
        reached_.store(counts_.drills, std::memory_order_relaxed);
    } else if (push.first <= held) {
        ++counts_.repeated;
    } else {
        ++counts_.gaps;
        at(index).told[room] = static_cast<std::uint32_t>(push.last);
        pull_if_behind(index, room);
    }
}

void Thread::on_range(Index index, const pb::Range& range) {
    const std::size_t room = room_of(index, range.gid());
    if (room == kRoomsMax || range.entries_size() == 0) {
        ++counts_.unreadable;
        return;
    }
    at(index).pulling &= static_cast<std::uint8_t>(~(1U << room));
    if (!one_history(range.epoch())) {
        ++counts_.resets;
        return;
    }
    const std::uint64_t first = range.first_seq();
    if (!shown_.show_digest({range.gid()}, first - 1, range.digest_before()) ||
        !shown_.show({range.gid()}, first, range.entries(), range.digest())) {
        ++counts_.unlike;
    }
    take_fetched(index, room, first, first + static_cast<std::uint64_t>(range.entries_size()) - 1);
    on_head(index, range.gid(), range.head());
    look_whether_watching(index);
}

void Thread::on_refused(Index index, std::uint32_t request_id, const pb::Refused& refused) {
    Member& member = at(index);
    const Code code{static_cast<std::uint16_t>(refused.code())};
    if (remedy(code) != Remedy::now && remedy(code) != Remedy::later) {
        ++counts_.turned_away;
        return;
    }
    ++(code == Code::slow_consumer ? counts_.told_slow : counts_.refused);
    if (request_id >= kPullOfRoom) {
        member.pulling &= static_cast<std::uint8_t>(~(1U << (request_id - kPullOfRoom)));
    }
    // Everything is asked for again, from the greeting on.
    lose(index, Millis{refused.retry_after_ms()});
}

void Thread::on_head(Index index, std::uint64_t gid, std::uint64_t head) {
    const std::size_t room = room_of(index, gid);
    if (room == kRoomsMax) return;
    Member& member = at(index);
    member.told[room] = std::max(member.told[room], static_cast<std::uint32_t>(head));
    pull_if_behind(index, room);
}

// What was asked for may overlap with what was pushed meanwhile.
void Thread::take_fetched(Index index, std::size_t room, std::uint64_t first, std::uint64_t last) {
    const std::uint64_t held = at(index).held[room];
    if (last <= held) return;
    if (first > held + 1) {
        ++counts_.gaps;
        return;
    }
    counts_.fetched += last - held;
    hold(index, room, last);
}

void Thread::hold(Index index, std::size_t room, std::uint64_t seq) {
    Member& member = at(index);
    const std::uint64_t before = member.held[room];
    member.held[room] = static_cast<std::uint32_t>(seq);
    if (room != 0 || aim_ == 0 || before >= aim_ || seq < aim_) return;
    if (index < sleepers_) return;
    arrivals_.add(static_cast<std::uint64_t>((Clock::now() - since_).count()));
    reached_.fetch_add(1, std::memory_order_relaxed);
}

void Thread::pull_if_behind(Index index, std::size_t room) {
    Member& member = at(index);
    const auto bit = static_cast<std::uint8_t>(1U << room);
    if (member.held[room] >= member.told[room] || (member.pulling & bit) != 0) return;
    if ((member.opened & bit) == 0) return;  // The Opened brings it.
    member.pulling |= bit;
    pb::ClientFrame frame;
    frame.set_request_id(kPullOfRoom + static_cast<std::uint32_t>(room));
    pb::Pull& pull = *frame.mutable_pull();
    pull.set_gid(plan_.rooms[room].of(first_ + index).value);
    pull.set_epoch(epoch_);
    pull.set_from(member.held[room] + 1);
    pull.set_to(
        std::min<std::uint64_t>(member.told[room], member.held[room] + limits::kRangeEntries));
    say(index, frame.SerializeAsString());
}

void Thread::look_whether_watching(Index index) {
    Member& member = at(index);
    if (member.watching || member.opened != (1U << plan_.rooms.size()) - 1) return;
    for (std::size_t room = 0; room < plan_.rooms.size(); ++room) {
        if (member.held[room] < member.told[room]) return;
    }
    member.watching = true;
    member.tries = 0;
    if (!std::exchange(member.settled, true)) --under_way_;
    ++counts_.watching;
    watching_.store(counts_.watching, std::memory_order_relaxed);
}

}  // namespace stentor::crowd
