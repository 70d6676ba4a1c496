#pragma once
// Tells people of messages while no page of theirs is open, by the push services of their browsers
// (RFC 8030): a thread that follows the feed from its start on.
//
// A message waits a moment, to be read elsewhere and to be one push with the next of its group.
// When it is due nobody of that name may be connected, they must still be a member who has not read
// it, and their level must want it. What a service does not take is tried again, later and later,
// not before it asked for (Retry-After); a subscription that it does not know any more (404, 410),
// or whose sign-in is over, is forgotten.
//
// Thread: its own; nobody waits for it but a process that stops: what waits for its moment then is
// told at once (finish()), what waits for another try is not told. Limits: kPushesWaiting,
// kPushesUnderWay, kPushAttempts.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "auth/account/shared_gate.h"
#include "base/time.h"
#include "bus/asking.h"
#include "bus/bus.h"
#include "http_client/http_poster.h"
#include "web_push/audience.h"
#include "web_push/subscriptions.h"
#include "web_push/vapid.h"
#include "web_push/waiting.h"

namespace stentor::web_push {

struct NotifierTimes {
    Millis look_every{500};
    WaitingTimes waiting{};
    // Somebody who is connected may be about to leave, or gone without a word.
    Millis online_for{60'000};
    Millis answer_within{10'000};
    Millis retry_first{5'000};  // Doubled with each failure, half of it at random.
    Millis retry_last{300'000};
    Millis sweep_every{10'000};
    Millis finish_within{3'000};
};

struct NotifierCounters {
    std::atomic<std::uint64_t> pushed;     // Taken by a service.
    std::atomic<std::uint64_t> failed;     // Tries.
    std::atomic<std::uint64_t> given_up;   // After kPushAttempts, or refused for good.
    std::atomic<std::uint64_t> not_taken;  // More waited than may.
    std::atomic<std::uint64_t> forgotten;  // Subscriptions.
    std::atomic<std::uint64_t> waiting;    // Now.
};

// Whether somebody is connected; answered once, on any thread.
using Presence = std::function<void(UserId, std::move_only_function<void(bool)>)>;

class Notifier {
public:
    // All outlive it.
    Notifier(bus::Bus& bus, Subscriptions& subscriptions, const Vapid& vapid,
             const account::SharedGate& gate, http_client::HttpPoster& poster, Presence presence,
             NotifierTimes times = {});
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;
    ~Notifier() = default;

    // Before the connections go of those who are there, and so are told nothing. Once. Returns when
    // all was tried, or after finish_within. Any thread.
    void finish();
    [[nodiscard]] const NotifierCounters& counters() const { return *counters_; }

private:
    enum class Finish : std::uint8_t { no, asked, begun, done };
    // What came of a push; told on the poster's thread.
    struct Outcome {
        Notice notice;
        Subscriptions::Held to;
        Result<http_client::Answer> answer;
    };
    struct Outcomes {
        std::mutex mutex;
        std::condition_variable_any wake;
        std::vector<Outcome> came;
        Finish finish{};
    };
    // What is to be shown, or nothing; an error: ask again later.
    struct Worth {
        Seq seq;
        std::uint32_t count{};
        bool called{};
    };
    void run(const std::stop_token& stop);
    [[nodiscard]] bool is_to_finish();
    void begin_to_finish();
    void tell_finished();
    // False: nothing new.
    bool follow(const std::stop_token& stop);
    void take(GroupId gid, const LogEntry& entry, const std::stop_token& stop);
    void push_due(const std::stop_token& stop);
    void consider(Notice notice, const std::stop_token& stop);
    [[nodiscard]] bool is_online(UserId uid, const std::stop_token& stop);
    [[nodiscard]] Result<std::optional<Worth>> worth_of(const Notice& notice,
                                                        const Subscription& subscription,
                                                        const std::stop_token& stop);
    [[nodiscard]] Result<std::optional<std::string>> payload_for(const Notice& notice,
                                                                 const Subscription& subscription,
                                                                 const std::stop_token& stop);
    void push(Notice notice, Subscriptions::Held to, std::string_view payload);
    void take_outcomes();
    void take_outcome(Outcome outcome);
    void try_again(Notice notice, Millis asked_for, const Subscription& to, int status);
    [[nodiscard]] bool is_over(const Subscription& subscription, Time now) const;
    void forget(const Subscription& subscription, std::string_view why);
    void sweep(Time now);
    void rest(const std::stop_token& stop);

    bus::Asking asking_;
    Subscriptions& subscriptions_;
    const Vapid& vapid_;
    const account::SharedGate& gate_;
    http_client::HttpPoster& poster_;
    const Presence presence_;
    const NotifierTimes times_;
    const std::shared_ptr<NotifierCounters> counters_;
    const std::shared_ptr<Outcomes> outcomes_;
    Audience audience_;
    Waiting waiting_;
    std::optional<std::uint64_t> place_;  // In the feed.
    std::size_t under_way_{};
    Time swept_{};
    std::jthread thread_;
};

}  // namespace stentor::web_push
