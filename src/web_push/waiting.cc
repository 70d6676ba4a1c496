#include "web_push/waiting.h"

#include <algorithm>

namespace stentor::web_push {

void Waiting::set_due(const Key& key, Place& place, Time due) {
    by_due_.erase({place.due, key});
    place.due = due;
    by_due_.emplace(due, key);
}

bool Waiting::add(UserId uid, const std::string& subscription, GroupId gid, Seq seq, bool called,
                  Time now) {
    const Key key{subscription, gid};
    auto found = places_.find(key);
    if (found == places_.end()) {
        if (places_.size() >= most_) return false;
        const auto told = told_.find(key);
        const Time due = told == told_.end() || called
                             ? now + times_.gather
                             : std::max(now + times_.gather, told->second + times_.again);
        Place place{.notice = {.uid = uid, .subscription = subscription, .gid = gid, .since = now},
                    .due = due};
        found = places_.emplace(key, std::move(place)).first;
        by_due_.emplace(due, key);
    }
    Place& place = found->second;
    place.notice.newest = std::max(place.notice.newest, seq);
    ++place.notice.count;
    if (!called) return true;
    place.notice.called = std::max(place.notice.called, seq);
    ++place.notice.calls;
    // A call waits for nothing that was pushed before it, but for another try as long as that does.
    if (place.notice.attempts == 0 && place.due > now + times_.gather) {
        set_due(key, place, now + times_.gather);
    }
    return true;
}

std::vector<Notice> Waiting::take_due(Time now, std::size_t most) {
    std::erase_if(told_, [&](const auto& told) { return told.second + times_.again < now; });
    std::vector<Notice> due;
    while (due.size() < most && !by_due_.empty() && by_due_.begin()->first <= now) {
        const auto place = places_.find(by_due_.begin()->second);
        due.push_back(std::move(place->second.notice));
        places_.erase(place);
        by_due_.erase(by_due_.begin());
    }
    return due;
}

void Waiting::put_back(Notice notice, Time due) {
    const Key key{notice.subscription, notice.gid};
    const auto [found, fresh] = places_.try_emplace(key);
    Place& place = found->second;
    if (!fresh) {
        const Notice& later = place.notice;
        notice.newest = std::max(notice.newest, later.newest);
        notice.called = std::max(notice.called, later.called);
        notice.count += later.count;
        notice.calls += later.calls;
    }
    place.notice = std::move(notice);
    set_due(key, place, due);
}

void Waiting::hasten(Time now) {
    for (auto& [key, place] : places_) {
        if (place.notice.attempts == 0) set_due(key, place, std::min(place.due, now));
    }
}

void Waiting::told(const Notice& notice, Time now) {
    told_[{notice.subscription, notice.gid}] = now;
}

std::optional<Time> Waiting::next_due() const {
    return by_due_.empty() ? std::nullopt : std::optional{by_due_.begin()->first};
}

}  // namespace stentor::web_push
