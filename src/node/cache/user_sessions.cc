#include "node/cache/user_sessions.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "wire/frames.h"

namespace stentor::cache {
namespace {

bool turned_away(Code code) {
    return code == Code::not_found || code == Code::token_invalid || code == Code::token_expired;
}

constexpr Millis kBadgesGather{1'000};

// A newer one takes the place of the one that was not told yet, and says what that one would have.
pb::Badge& badge_of(pb::Pulse& pulse, GroupId gid) {
    const auto known = std::ranges::find(*pulse.mutable_badges(), gid.value, &pb::Badge::gid);
    pb::Badge& badge = known == pulse.mutable_badges()->end() ? *pulse.add_badges() : *known;
    badge.set_gid(gid.value);
    badge.clear_last();
    return badge;
}

constexpr Error kNotWelcome{.code = Code::token_invalid, .where = "hello.token"};

}  // namespace

UserSessions::Person* UserSessions::find(UserId uid) {
    const auto place = by_uid_.find(uid);
    return place ? &people_[*place] : nullptr;
}

UserSessions::Row* UserSessions::row_of(Person& person, GroupId gid) {
    const auto row = std::ranges::lower_bound(person.rows, gid, {}, &Row::gid);
    return row == person.rows.end() || row->gid != gid ? nullptr : &*row;
}

UserSessions::Row& UserSessions::row_with(Person& person, GroupId gid) {
    const auto row = std::ranges::lower_bound(person.rows, gid, {}, &Row::gid);
    if (row != person.rows.end() && row->gid == gid) return *row;
    return *person.rows.insert(row, Row{.gid = gid});
}

// ---- Connections

UserSessions::Place UserSessions::place_for(UserId uid) {
    if (const auto place = by_uid_.find(uid)) return *place;
    auto place = static_cast<Place>(people_.size());
    if (free_.empty()) {
        people_.emplace_back();
    } else {
        place = free_.back();
        free_.pop_back();
    }
    people_[place].uid = uid;
    by_uid_.add(place);
    return place;
}

void UserSessions::on_hello(const HelloAsk& hello) {
    Person& person = people_[place_for(hello.uid)];
    if (person.devices.size() >= limits::kConnectionsPerUser) {
        return fx_.expel(hello.connection,
                         {Code::overloaded, "connections", limits::kConnectionsPerUser, 60'000});
    }
    person.devices.push_back({.connection = hello.connection});
    fx_.ask(hello,
            bus::AskHello{
                .uid = hello.uid, .token_minted = hello.minted, .user_log_after = hello.after});
}

void UserSessions::on_gone(const ConnectionToken& connection, UserId uid) {
    const auto place = by_uid_.find(uid);
    if (!place) return;
    Person& person = people_[*place];
    const auto device = std::ranges::find(person.devices, connection, &Device::connection);
    if (device != person.devices.end()) person.devices.erase(device);
    if (!person.devices.empty()) return;
    for (const Row& row : person.rows) {
        if (row.member) count_out(*place, row.gid);
    }
    logs_asked_.erase(uid);
    by_uid_.remove(*place);
    person = {};
    free_.push_back(*place);
}

void UserSessions::on_seat(UserId uid, GroupId gid, int seats) {
    Person* person = find(uid);
    if (person == nullptr) return;
    if (seats > 0) {
        ++row_with(*person, gid).seats;
        return;
    }
    Row* row = row_of(*person, gid);
    if (row == nullptr || row->seats == 0) return;
    --row->seats;
    if (!row->member) return drop_if_unused(*person, gid);
    // What came while they watched was not counted here.
    row->unread = 0;
    mark(*person, *row);
}

void UserSessions::on_hello_reply(const HelloAsk& asked, Result<bus::Reply> reply) {
    const auto place = by_uid_.find(asked.uid);
    if (!place) return;
    Person& person = people_[*place];
    const auto device = std::ranges::find(person.devices, asked.connection, &Device::connection);
    if (device == person.devices.end()) return;
    const auto* answer = reply ? std::get_if<bus::HelloAnswer>(&*reply) : nullptr;
    if (!reply && remedy(reply.error().code) == Remedy::later) return retries_.push_back(asked);
    if (!reply && turned_away(reply.error().code)) return fx_.expel(asked.connection, kNotWelcome);
    if (answer == nullptr) return;
    device->greeted = true;
    pb::ServerFrame frame;
    *frame.mutable_user_log() = answer->user_log;
    const bool known = person.known();
    // Their other devices may have been told more since this was asked: they fetch it.
    if (!known) person.told = answer->user_log.head();
    frame.mutable_user_log()->set_head(std::max(answer->user_log.head(), person.told));
    fx_.tell(asked.connection, wire::encode(frame));
    if (known) return;
    take_groups(*place, *answer);
    if (logs_asked_.erase(asked.uid) > 0) on_user_log_moved(person);
}

void UserSessions::take_groups(Place place, const bus::HelloAnswer& answer) {
    Person& person = people_[place];
    // They may have opened one before: that row is there already.
    person.rows.reserve(std::min(answer.groups.size(), limits::kGroupsListed));
    for (const GroupId gid : answer.groups) {
        if (person.rows.size() < limits::kGroupsListed) add_row(place, gid);
    }
}

// ---- Rows

void UserSessions::add_row(Place place, GroupId gid) {
    Row& row = row_with(people_[place], gid);
    if (row.member) return;
    row.member = true;
    Heads& heads = heads_[gid];
    row.head = static_cast<std::uint32_t>(heads.head.value);
    ++heads.rows;
    if (heads.large) return;
    heads.members.push_back(place);
    if (heads.members.size() > limits::kSmallGroup) {
        heads.large = true;
        heads.members = {};
    }
}

void UserSessions::remove_row(Place place, GroupId gid) {
    Row* row = row_of(people_[place], gid);
    if (row == nullptr || !row->member) return;
    row->member = row->changed = row->renamed = false;
    count_out(place, gid);
    drop_if_unused(people_[place], gid);
}

void UserSessions::drop_if_unused(Person& person, GroupId gid) {
    const Row* row = row_of(person, gid);
    if (row != nullptr && !row->member && row->seats == 0) {
        person.rows.erase(person.rows.begin() + (row - person.rows.data()));
    }
}

void UserSessions::count_out(Place place, GroupId gid) {
    const auto heads = heads_.find(gid);
    std::erase(heads->second.members, place);
    if (--heads->second.rows == 0) heads_.erase(heads);
}

// ---- Their own log

void UserSessions::on_nudge(const bus::Nudge& nudge) {
    if (const auto* moved = std::get_if<bus::HeadMoved>(&nudge)) return on_head_moved(*moved);
    if (const auto* read = std::get_if<bus::ReadMoved>(&nudge)) return on_read_moved(*read);
    if (const auto* group = std::get_if<bus::GroupMoved>(&nudge)) return on_group_moved(*group);
    if (const auto* reaction = std::get_if<bus::ReactionMoved>(&nudge)) {
        return on_reaction_moved(*reaction);
    }
    if (const auto* duties = std::get_if<bus::DutiesMoved>(&nudge)) return on_duties_moved(*duties);
    const auto* log = std::get_if<bus::UserLogMoved>(&nudge);
    Person* person = log == nullptr ? nullptr : find(log->uid);
    if (person != nullptr) on_user_log_moved(*person);
}

void UserSessions::on_user_log_moved(Person& person) {
    const auto [asked, fresh] = logs_asked_.try_emplace(person.uid, false);
    if (!fresh || !person.known()) {
        asked->second = true;
        return;
    }
    fx_.ask(UserLogAsk{person.uid}, bus::AskUserLog{.uid = person.uid, .after = person.told});
}

void UserSessions::on_user_log_reply(const UserLogAsk& asked, Result<bus::Reply> reply) {
    const auto place = by_uid_.find(asked.uid);
    if (!place) return;
    Person& person = people_[*place];
    // Asked by a stay that is over: the Hello of this one is answered with the log.
    if (!person.known()) return;
    const auto wish = logs_asked_.extract(asked.uid);
    const bool again = !wish.empty() && wish.mapped();
    const auto* log = reply ? std::get_if<pb::UserLog>(&*reply) : nullptr;
    if (log == nullptr) {
        // The account was closed meanwhile. Anything else: the next nudge, or the next Hello.
        if (reply || !turned_away(reply.error().code)) return;
        for (const Device& device : person.devices) fx_.expel(device.connection, kNotWelcome);
        return;
    }
    const std::uint64_t before = person.told;
    if (log->reset()) person.told = log->head();
    for (const pb::UserLogEntry& entry : log->entries()) {
        person.told = std::max(person.told, entry.user_log_seq());
        apply(*place, entry);
    }
    if (person.told != before) tell_all(person, *log);
    if (again || (person.told != before && person.told < log->head())) on_user_log_moved(person);
}

void UserSessions::apply(Place place, const pb::UserLogEntry& entry) {
    if (entry.has_ousted()) return remove_row(place, {entry.gid()});
    if (entry.has_hidden()) {
        // What they hid is neither unread to them nor what their list shows.
        Row* row = row_of(people_[place], {entry.gid()});
        if (row != nullptr) mark_news(people_[place], *row, true, false);
        return;
    }
    if (!entry.has_joined() || people_[place].rows.size() >= limits::kGroupsListed) return;
    add_row(place, {entry.gid()});
}

void UserSessions::tell_all(const Person& person, const pb::UserLog& log) {
    pb::ServerFrame frame;
    *frame.mutable_user_log() = log;
    const std::string payload = wire::encode(frame);
    for (const Device& device : person.devices) {
        if (device.greeted) fx_.tell(device.connection, payload);
    }
}

void UserSessions::on_read_moved(const bus::ReadMoved& moved) {
    Person* person = find(moved.uid);
    if (person == nullptr || !person->known()) return;
    pb::UserLogEntry entry;
    entry.set_gid(moved.gid.value);
    entry.set_epoch(moved.epoch.value);
    entry.mutable_read()->set_gid(moved.gid.value);
    entry.mutable_read()->set_epoch(moved.epoch.value);
    entry.mutable_read()->set_seq(moved.read.value);
    tell_once(*person, std::move(entry));
    if (Row* row = row_of(*person, moved.gid)) {
        row->unread = 0;
        mark(*person, *row);
    }
}

void UserSessions::on_reaction_moved(const bus::ReactionMoved& moved) {
    const Person* person = find(moved.uid);
    if (person == nullptr || !person->known()) return;
    pb::UserLogEntry entry;
    entry.set_gid(moved.reacted.gid());
    entry.set_epoch(moved.reacted.epoch());
    *entry.mutable_reacted() = moved.reacted;
    tell_once(*person, std::move(entry));
}

void UserSessions::on_duties_moved(const bus::DutiesMoved& moved) {
    const Person* person = find(moved.uid);
    if (person == nullptr || !person->known()) return;
    pb::UserLogEntry entry;
    entry.set_gid(moved.gid.value);
    entry.mutable_duties();
    tell_once(*person, std::move(entry));
}

// Without a number: it is kept nowhere.
void UserSessions::tell_once(const Person& person, pb::UserLogEntry entry) {
    pb::UserLog log;
    log.set_head(person.told);
    *log.add_entries() = std::move(entry);
    tell_all(person, log);
}

// ---- Badges

void UserSessions::on_head_moved(const bus::HeadMoved& moved) {
    const auto found = heads_.find(moved.gid);
    if (found == heads_.end()) return;
    Heads& heads = found->second;
    heads.head = moved.head;
    if (moved.members > limits::kSmallGroup && !heads.large) {
        heads.large = true;
        heads.members = {};
    }
    for (const Place place : heads.members) {
        Person& person = people_[place];
        if (Row* row = row_of(person, moved.gid)) mark(person, *row);
    }
}

// A large group's members are too many to be marked at once: each is at their turn.
void UserSessions::on_group_moved(const bus::GroupMoved& moved) {
    const auto found = heads_.find(moved.gid);
    if (found == heads_.end()) return;
    Heads& heads = found->second;
    const bool renamed = !moved.name.empty();
    if (heads.news == nullptr) heads.news = std::make_unique<News>();
    if (renamed) heads.news->name = moved.name;
    if (heads.large) {
        auto& since = renamed ? heads.news->renamed : heads.news->changed;
        since = Since{.turn = turn_, .place = next_turn_};
    }
    for (const Place place : heads.members) {
        Person& person = people_[place];
        if (Row* row = row_of(person, moved.gid)) mark_news(person, *row, !renamed, renamed);
    }
}

// Whoever watches on all their connections is told there.
void UserSessions::mark_news(Person& person, Row& row, bool changed, bool renamed) {
    if (row.seats >= person.devices.size()) return;
    row.changed = row.changed || changed;
    row.renamed = row.renamed || renamed;
    mark(person, row);
}

void UserSessions::mark(Person& person, Row& row) {
    if (!row.member || row.marked) return;
    if (row.unread >= limits::kUnreadCap && !row.changed && !row.renamed) return;
    if (row.seats >= person.devices.size()) return;
    if (waiting_.size() >= limits::kBadgesWaiting) return;
    row.marked = true;
    waiting_.push_back({.uid = person.uid, .gid = row.gid});
}

// Only what waited at the last turn: what is marked since is asked for at the next one, so that in
// a storm, too, a row is one question a turn, however many answers come in between.
void UserSessions::pump() {
    while (asks_under_way_ < limits::kBadgeAsks && asks_left_ > 0) {
        --asks_left_;
        BadgeAsk next = waiting_.front();
        waiting_.pop_front();
        Person* person = find(next.uid);
        if (person == nullptr) continue;
        // What is changed from now on the answer may not hold: that is one question more.
        if (Row* row = row_of(*person, next.gid)) {
            next.changed = row->changed;
            next.renamed = row->renamed;
            row->changed = row->renamed = false;
        }
        ++asks_under_way_;
        fx_.ask(next, bus::AskOpen{.gid = next.gid, .uid = next.uid});
    }
}

void UserSessions::on_badge_reply(const BadgeAsk& asked, Result<bus::Reply> reply) {
    --asks_under_way_;
    const auto place = by_uid_.find(asked.uid);
    Person* person = place ? &people_[*place] : nullptr;
    Row* row = person == nullptr ? nullptr : row_of(*person, asked.gid);
    if (row != nullptr) row->marked = false;  // Also of who left: they may come back to this row.
    if (row == nullptr || !row->member) return pump();
    const auto* answer = reply ? std::get_if<bus::OpenAnswer>(&*reply) : nullptr;
    if (answer != nullptr && answer->member.role != pb::ROLE_NONE) {
        const Heads& heads = heads_.at(asked.gid);
        row->unread =
            static_cast<std::uint8_t>(std::min(answer->member.unread, limits::kUnreadCap));
        row->head = static_cast<std::uint32_t>(answer->head.value);
        pb::Badge& badge = badge_of(badges_[asked.uid], asked.gid);
        badge.set_unread(row->unread);
        badge.set_head(answer->head.value);
        if (asked.changed) badge.set_changed(true);
        if (asked.renamed && heads.news) badge.set_name(heads.news->name);
        // Else everybody who is told that it changed would ask what it is now.
        if ((!heads.large || badge.changed()) && answer->last)
            badge.mutable_last()->ParseFromString(*answer->last->bytes);
        if (heads.head > answer->head || row->changed || row->renamed) mark(*person, *row);
    } else {  // To be asked again at their turn.
        row->changed = row->changed || asked.changed;
        row->renamed = row->renamed || asked.renamed;
    }
    pump();
}

// Whether this look at the place is the first one since.
bool UserSessions::is_due(const std::optional<Since>& since, Place place) const {
    if (!since) return false;
    return place >= since->place ? turn_ == since->turn : turn_ == since->turn + 1;
}

// Groups that were too large to be marked, and rows that found no room.
void UserSessions::look_at(Place place) {
    Person& person = people_[place];
    for (Row& row : person.rows) {
        if (!row.member) continue;
        const Heads& heads = heads_.find(row.gid)->second;
        const News* news = heads.news.get();
        const bool changed = news != nullptr && is_due(news->changed, place);
        const bool renamed = news != nullptr && is_due(news->renamed, place);
        if (changed || renamed) mark_news(person, row, changed, renamed);
        const bool behind = static_cast<std::uint32_t>(heads.head.value) != row.head;
        if (behind || row.changed || row.renamed) mark(person, row);
    }
}

// In a storm they are asked for and told less often: what a row missed meanwhile is one question.
void UserSessions::turn_badges(Time now, storm::Level level) {
    if (now < badges_again_) return;
    badges_again_ = level == storm::kCalm ? now : now + storm::slowed(kBadgesGather, level);
    for (auto& [uid, pulse] : std::exchange(badges_, {})) {
        const Person* person = find(uid);
        if (person == nullptr) continue;
        pulse.set_time_ms(to_ms(now));
        pulse.set_level(level);
        for (const Device& device : person->devices) {
            if (device.greeted) fx_.badges(device.connection, pulse);
        }
    }
    asks_left_ = waiting_.size();
    pump();
}

void UserSessions::on_tick(Time now, storm::Level level) {
    for (const HelloAsk& hello : std::exchange(retries_, {})) {
        fx_.ask(hello,
                bus::AskHello{
                    .uid = hello.uid, .token_minted = hello.minted, .user_log_after = hello.after});
    }
    // Everybody once in a period, evenly: those whose turn has come since the last tick.
    const Millis elapsed = std::min(now - turn_began_, limits::kBadgesEvery);
    const auto due = static_cast<Place>(people_.size() * static_cast<std::size_t>(elapsed.count()) /
                                        static_cast<std::size_t>(limits::kBadgesEvery.count()));
    for (; next_turn_ < due; ++next_turn_) {
        look_at(next_turn_);
    }
    if (elapsed == limits::kBadgesEvery) {
        turn_began_ = now;
        next_turn_ = 0;
        ++turn_;
    }
    turn_badges(now, level);
}

}  // namespace stentor::cache
