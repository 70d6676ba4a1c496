#include "web_push/notifier.h"

#include <pthread.h>

#include <algorithm>
#include <string>
#include <utility>

#include "auth/random.h"
#include "base/log.h"
#include "base/push_limits.h"
#include "web_push/payload.h"
#include "wire/pb.h"

namespace stentor::web_push {
namespace {

constexpr std::uint32_t kCommitsPerLook = 100;
constexpr Millis kAskAgain{1'000};

// Nobody else follows what is written in this moment: a group of another kind, or an edit.
bool is_news(const LogEntry& entry) {
    return entry.countable && !entry.recalled && entry.revision == 0;
}

bool is_gone(Code code) {
    return code == Code::not_found || code == Code::not_a_member || code == Code::banned ||
           code == Code::not_permitted || code == Code::bad_range;
}

}  // namespace

Notifier::Notifier(bus::Bus& bus, Subscriptions& subscriptions, const Vapid& vapid,
                   const account::SharedGate& gate, http_client::HttpPoster& poster,
                   Presence presence, NotifierTimes times)
    : asking_{bus},
      subscriptions_{subscriptions},
      vapid_{vapid},
      gate_{gate},
      poster_{poster},
      presence_{std::move(presence)},
      times_{times},
      counters_{std::make_shared<NotifierCounters>()},
      outcomes_{std::make_shared<Outcomes>()},
      audience_{asking_, subscriptions},
      waiting_{times.waiting},
      thread_{[this](const std::stop_token& stop) { run(stop); }} {}

void Notifier::run(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "web-push");
    while (!stop.stop_requested()) {
        // Asked before, so that the last look at the feed comes after it.
        const bool finish = is_to_finish();
        const bool more = follow(stop);
        take_outcomes();
        if (finish && !more) begin_to_finish();
        push_due(stop);
        sweep(now());
        counters_->waiting = waiting_.size();
        tell_finished();
        if (!more) rest(stop);
    }
}

void Notifier::rest(const std::stop_token& stop) {
    Millis wait = times_.look_every;
    if (const auto due = waiting_.next_due(); due && under_way_ < limits::kPushesUnderWay) {
        wait = std::clamp(*due - now(), Millis{1}, wait);
    }
    std::unique_lock lock{outcomes_->mutex};
    outcomes_->wake.wait_for(lock, stop, wait, [this] {
        return !outcomes_->came.empty() || outcomes_->finish == Finish::asked;
    });
}

// ---- The end

void Notifier::finish() {
    std::unique_lock lock{outcomes_->mutex};
    outcomes_->finish = Finish::asked;
    outcomes_->wake.notify_all();
    outcomes_->wake.wait_for(lock, times_.finish_within,
                             [this] { return outcomes_->finish == Finish::done; });
}

bool Notifier::is_to_finish() {
    const std::lock_guard lock{outcomes_->mutex};
    return outcomes_->finish == Finish::asked;
}

void Notifier::begin_to_finish() {
    waiting_.hasten(now());
    const std::lock_guard lock{outcomes_->mutex};
    outcomes_->finish = Finish::begun;
}

// What waits again, because somebody is there or something failed, is due later.
void Notifier::tell_finished() {
    const auto due = waiting_.next_due();
    if (under_way_ > 0 || (due && *due <= now())) return;
    const std::lock_guard lock{outcomes_->mutex};
    if (outcomes_->finish != Finish::begun) return;
    outcomes_->finish = Finish::done;
    outcomes_->wake.notify_all();
}

// ---- What was written

bool Notifier::follow(const std::stop_token& stop) {
    const bool idle = subscriptions_.size() == 0;
    const auto feed = asking_.ask<bus::FeedAnswer>(
        PartitionId{},
        bus::AskFeed{.after = place_.value_or(0), .count = place_ && !idle ? kCommitsPerLook : 1},
        stop);
    if (!feed && feed.error().code == Code::epoch_changed) place_.reset();
    if (!feed) return false;
    // What was written before anybody wanted to know, or too long ago, is not told; what was while
    // the first one came is.
    if (idle && place_ && subscriptions_.size() != 0) return true;
    if (idle || !place_ || feed->floor > *place_) {
        place_ = feed->head;
        return false;
    }
    for (const bus::FeedAnswer::Row& row : feed->rows) {
        if (!row.members.empty()) audience_.forget(row.gid);
        for (const LogEntry& entry : row.entries) {
            if (is_news(entry)) take(row.gid, entry, stop);
        }
        place_ = row.number;
    }
    return feed->rows.size() == kCommitsPerLook;
}

void Notifier::take(GroupId gid, const LogEntry& entry, const std::stop_token& stop) {
    const Time at = now();
    const Concerned concerned = audience_.of(gid, entry, at, stop);
    const auto wait_for = [&](UserId uid, bool called) {
        for (const Subscriptions::Held& to : subscriptions_.of(uid)) {
            if (waiting_.add(uid, to->id, gid, entry.seq, called, at)) continue;
            if (++counters_->not_taken == 1) {
                log::warn("more pushes wait than may; further ones are not told",
                          {{"limit", limits::kPushesWaiting}});
            }
        }
    };
    for (const UserId uid : concerned.called) wait_for(uid, true);
    for (const UserId uid : concerned.all) wait_for(uid, false);
}

// ---- What is due

void Notifier::push_due(const std::stop_token& stop) {
    const std::size_t room = limits::kPushesUnderWay - under_way_;
    for (Notice& notice : waiting_.take_due(now(), room)) {
        if (stop.stop_requested()) return;
        consider(std::move(notice), stop);
    }
}

void Notifier::consider(Notice notice, const std::stop_token& stop) {
    const Subscriptions::Held to = subscriptions_.find(notice.uid, notice.subscription);
    if (!to) return;
    const Time at = now();
    if (is_over(*to, at)) return forget(*to, "its sign-in is over");
    if (is_online(notice.uid, stop)) {
        if (at < notice.since + times_.online_for) {
            waiting_.put_back(std::move(notice), at + std::max(times_.waiting.gather, kAskAgain));
        }
        return;
    }
    const auto payload = payload_for(notice, *to, stop);
    if (!payload) return waiting_.put_back(std::move(notice), at + kAskAgain);
    if (*payload) push(std::move(notice), to, **payload);
}

bool Notifier::is_online(UserId uid, const std::stop_token& stop) {
    const auto answer = std::make_shared<Awaited<bool>>();
    presence_(uid, [answer](bool online) { answer->set(online); });
    return answer->wait(stop).value_or(true);
}

Result<std::optional<Notifier::Worth>> Notifier::worth_of(const Notice& notice,
                                                          const Subscription& subscription,
                                                          const std::stop_token& stop) {
    const auto open = asking_.ask<bus::OpenAnswer>(
        partition_of(notice.gid), bus::AskOpen{.gid = notice.gid, .uid = notice.uid}, stop);
    if (!open && is_gone(open.error().code)) return std::optional<Worth>{};
    if (!open) return std::unexpected(open.error());
    const bus::MemberView& member = open->member;
    if (member.role == pb::ROLE_NONE || member.blocked) return std::optional<Worth>{};
    const GroupFacts* facts = audience_.facts(notice.gid, now(), stop);
    const bool large = facts == nullptr || facts->members > limits::kSmallGroup;
    const Level otherwise = member.muted_for_me || large ? Level::calls : Level::all;
    const Level level = subscription.level_of(notice.gid, otherwise, now());
    if (level == Level::none) return std::optional<Worth>{};
    const bool all = level == Level::all;
    const Worth worth{.seq = all ? notice.newest : notice.called,
                      .count = all ? notice.count : notice.calls,
                      .called = notice.called != Seq{}};
    if (worth.seq <= std::max(member.read, member.floor)) return std::optional<Worth>{};
    return std::optional{worth};
}

Result<std::optional<std::string>> Notifier::payload_for(const Notice& notice,
                                                         const Subscription& subscription,
                                                         const std::stop_token& stop) {
    const auto worth = worth_of(notice, subscription, stop);
    if (!worth) return std::unexpected(worth.error());
    if (!*worth) return std::optional<std::string>{};
    const auto page = asking_.ask<bus::EntriesAnswer>(
        partition_of(notice.gid),
        bus::AskEntries{.gid = notice.gid, .from = (*worth)->seq, .count = 1}, stop);
    if (!page && is_gone(page.error().code)) return std::optional<std::string>{};
    if (!page) return std::unexpected(page.error());
    // It may have been taken back, or edited, since it was written.
    if (page->entries.empty() || page->entries.front().recalled)
        return std::optional<std::string>{};
    const LogEntry& entry = page->entries.front();
    Told told{.uid = notice.uid,
              .gid = notice.gid,
              .seq = entry.seq,
              .count = (*worth)->count,
              .called = (*worth)->called};
    pb::Entry parsed;
    if (!parsed.ParseFromString(*entry.bytes) || !told.body.ParseFromString(parsed.body())) {
        return std::optional<std::string>{};
    }
    const GroupFacts* facts = audience_.facts(notice.gid, now(), stop);
    if (facts != nullptr && !facts->direct) told.group = facts->name;
    const auto users = asking_.ask<pb::Users>(
        partition_of(entry.sender), bus::AskUsers{.asker = {}, .uids = {entry.sender}}, stop);
    if (users && users->users_size() == 1) told.sender = users->users(0).name();
    return std::optional{payload_of(told, subscription)};
}

void Notifier::push(Notice notice, Subscriptions::Held to, std::string_view payload) {
    std::string salt(kSaltBytes, '\0');
    auth::fill_random({reinterpret_cast<std::uint8_t*>(salt.data()), salt.size()});
    auto message = encrypt(payload, to->receiver, make_key_pair(), salt);
    if (!message) return forget(*to, "nothing can be encrypted for it");
    const auto ttl = std::chrono::duration_cast<std::chrono::seconds>(limits::kPushTtl);
    const bool urgent = notice.called != Seq{};
    http_client::Request request{
        .url = to->endpoint,
        .headers = {"Content-Type: application/octet-stream", "Content-Encoding: aes128gcm",
                    "TTL: " + std::to_string(ttl.count()),
                    std::string{"Urgency: "} + (urgent ? "high" : "normal"),
                    "Topic: " + topic_of(*to, notice.gid),
                    "Authorization: " +
                        vapid_.authorization(to->origin, now() + limits::kPushSigned)},
        .body = *std::move(message),
        .within = times_.answer_within};
    auto done = [outcomes = outcomes_, notice, to](Result<http_client::Answer> answer) {
        const std::lock_guard lock{outcomes->mutex};
        outcomes->came.push_back({.notice = notice, .to = to, .answer = std::move(answer)});
        outcomes->wake.notify_all();
    };
    if (poster_.post(std::move(request), std::move(done))) {
        ++under_way_;
    } else {
        waiting_.put_back(std::move(notice), now() + kAskAgain);
    }
}

// ---- What came of it

void Notifier::take_outcomes() {
    std::vector<Outcome> came;
    {
        const std::lock_guard lock{outcomes_->mutex};
        came.swap(outcomes_->came);
    }
    for (Outcome& outcome : came) {
        --under_way_;
        take_outcome(std::move(outcome));
    }
}

void Notifier::take_outcome(Outcome outcome) {
    const int status = outcome.answer ? outcome.answer->status : 0;
    if (status / 100 == 2) {
        ++counters_->pushed;
        return waiting_.told(outcome.notice, now());
    }
    ++counters_->failed;
    if (status == 404 || status == 410) return forget(*outcome.to, "its service does not know it");
    const bool later = status == 0 || status == 408 || status == 429 || status / 100 == 5;
    if (later && outcome.notice.attempts + 1 < limits::kPushAttempts) {
        const Millis asked_for = outcome.answer ? outcome.answer->retry_after : Millis{};
        return try_again(std::move(outcome.notice), asked_for, *outcome.to, status);
    }
    ++counters_->given_up;
    log::warn("a push was given up", {{"uid", outcome.notice.uid.value},
                                      {"gid", outcome.notice.gid.value},
                                      {"service", outcome.to->origin},
                                      {"status", status}});
}

void Notifier::try_again(Notice notice, Millis asked_for, const Subscription& to, int status) {
    Millis wait = times_.retry_first * (std::int64_t{1} << notice.attempts);
    wait = std::min(wait, times_.retry_last);
    const auto half = static_cast<std::uint64_t>(wait.count()) / 2;
    wait = Millis{static_cast<std::int64_t>(half + auth::random_u64() % (half + 1))};
    wait = std::max(wait, std::min(asked_for, limits::kPushRetryMax));
    ++notice.attempts;
    log::info("a push was not taken", {{"uid", notice.uid.value},
                                       {"gid", notice.gid.value},
                                       {"service", to.origin},
                                       {"status", status},
                                       {"attempts", notice.attempts},
                                       {"again_ms", wait.count()}});
    waiting_.put_back(std::move(notice), now() + wait);
}

// ---- Subscriptions that are over

bool Notifier::is_over(const Subscription& subscription, Time now) const {
    return now >= gate_.expires_of(subscription.minted, subscription.expires) ||
           !gate_.passes(subscription.uid, subscription.minted);
}

void Notifier::forget(const Subscription& subscription, std::string_view why) {
    ++counters_->forgotten;
    log::info("a subscription to pushes is forgotten",
              {{"uid", subscription.uid.value}, {"service", subscription.origin}, {"why", why}});
    subscriptions_.forget(subscription);
}

void Notifier::sweep(Time now) {
    if (!gate_.known() || now < swept_ + times_.sweep_every) return;
    swept_ = now;
    for (const Subscriptions::Held& one : subscriptions_.all()) {
        if (is_over(*one, now)) forget(*one, "its sign-in is over");
    }
}

}  // namespace stentor::web_push
