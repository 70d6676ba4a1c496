#include "load/bench/room.h"

#include <fmt/format.h>

#include <stdexcept>

namespace stentor::bench {
namespace {

constexpr std::size_t kStartsAtOnce = 200;
constexpr std::size_t kFramesKept = 1'024;
constexpr Millis kAdmitWithin{120'000};
constexpr Millis kAgainAfter{200};  // Where a connection was not taken.

}  // namespace

// ---- One watcher

void Room::Watcher::on_open() {
    const std::string greeting = room_.rival_.greeting(place_);
    if (!greeting.empty()) say(greeting);
    if (room_.rival_.ready_when_open()) get_ready();
}

void Room::Watcher::get_ready() {
    if (std::exchange(ready_, true)) return;
    ++room_.ready_;
}

void Room::Watcher::on_message(std::string_view frame) {
    const Heard& heard = room_.heard(frame);
    switch (heard.kind) {
        case Heard::Kind::nothing: break;
        case Heard::Kind::ready: get_ready(); break;
        case Heard::Kind::messages: take(heard.first, heard.count); break;
        case Heard::Kind::behind:
            if (heard.first >= next_) say(room_.rival_.fetch(next_, heard.first));
            break;
        case Heard::Kind::wrong: room_.note("a frame that means nothing"); break;
    }
    if (!heard.answer.empty()) say(heard.answer);
}

void Room::Watcher::take(std::uint64_t first, std::uint64_t count) {
    if (first != next_) {
        room_.note(fmt::format("message {} came where {} was due", first, next_));
    }
    next_ = first + count;
    room_.delivered_ += count;
    for (std::uint64_t i = 0; i < count; ++i) room_.arrivals_.add();
}

void Room::Watcher::say(const std::string& words) {
    Loop& loop = room_.rival_.loop();
    if (room_.rival_.speaks_text()) {
        loop.send_text(*this, words);
    } else {
        loop.send(*this, words);
    }
}

void Room::Watcher::on_closed() {
    if (ready_) return room_.note("a connection was lost");
    room_.rival_.loop().wake_at(*this, now() + kAgainAfter);
}

// ---- All of them

Room::~Room() {
    for (const auto& watcher : watchers_) rival_.loop().close(*watcher);
}

void Room::note(const std::string& trouble) {
    if (trouble_.empty()) trouble_ = trouble;
}

// Only pushes come to many in the same bytes.
const Heard& Room::heard(std::string_view frame) {
    const auto found = frames_.find(frame);
    if (found != frames_.end()) return found->second;
    odd_ = rival_.hear(frame);
    if (odd_.kind != Heard::Kind::messages) return odd_;
    if (frames_.size() >= kFramesKept) frames_.clear();
    return frames_.emplace(frame, odd_).first->second;
}

void Room::admit_up_to(std::size_t watchers) {
    const auto end = Clock::now() + kAdmitWithin;
    while (ready_ < watchers) {
        while (watchers_.size() < watchers && watchers_.size() < ready_ + kStartsAtOnce) {
            watchers_.push_back(std::make_unique<Watcher>(*this, watchers_.size()));
            rival_.loop().open(*watchers_.back());
        }
        rival_.loop().turn(Millis{5});
        if (Clock::now() > end || !trouble_.empty()) {
            throw std::runtime_error{fmt::format("{}: only {} of {} watchers came in; {}",
                                                 rival_.description().name, ready_, watchers,
                                                 trouble_)};
        }
    }
}

void Room::rest(Millis span) {
    for (const auto end = Clock::now() + span; Clock::now() < end;) rival_.loop().turn(Millis{5});
}

bool Room::all_have(std::uint64_t number) const { return delivered_ >= number * watchers_.size(); }

FanoutTimes Room::say_one() {
    arrivals_.begin();
    if (!rival_.publish(script_.text(++said_))) throw std::runtime_error{"it takes no message"};
    FanoutTimes times = arrivals_.wait(rival_.loop(), watchers_.size());
    if (times.reached < watchers_.size()) {
        throw std::runtime_error{fmt::format("{}: a message reached {} of {}",
                                             rival_.description().name, times.reached,
                                             watchers_.size())};
    }
    return times;
}

Room::Flood Room::flood(double seconds, std::uint64_t ahead) {
    arrivals_.begin();
    const std::uint64_t before = delivered_;
    const auto begin = Clock::now();
    const auto gone = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
    while (gone() < seconds) {
        while ((said_ < ahead || all_have(said_ - ahead + 1)) &&
               rival_.publish(script_.text(said_ + 1))) {
            ++said_;
        }
        rival_.loop().turn(Millis{1});
    }
    const auto end = Clock::now() + patience_;
    while (!all_have(said_) && Clock::now() < end) rival_.loop().turn(Millis{5});
    if (!all_have(said_)) note("not everything came");
    return {.delivered = delivered_ - before, .seconds = gone()};
}

}  // namespace stentor::bench
