#pragma once
// Webhooks: all that is written is posted to other systems, in the order of the feed, each commit
// at least once. A receiver that does not answer with 2xx gets the same again, later and later, and
// nothing after it meanwhile; it tells repeats by `number`.
//
//   POST, application/json, Stentor-Signature (outgoing/signature.h):
//   {"hook":NAME,"commits":[...],"next":N,"head":N}, as in feed_json.h
//
// The place in the feed is kept in the record as the setting "hook/<name>": a hook goes on where it
// stopped. A new one begins with what is written from then on. One that was away longer than the
// feed is kept goes on at its floor, and says so in the log.
//
// Thread: one for each hook, which waits on the bus and on the receiver; nobody waits for it.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "bus/bus.h"
#include "http_client/http_poster.h"

namespace stentor::api {

struct HookTarget {
    std::string name;
    std::string url;
    std::string secret;
};

struct HookTimes {
    Millis look_every{500};
    Millis answer_within{10'000};
    Millis retry_first{1'000};  // Doubled with each failure, half of it at random.
    Millis retry_last{300'000};
};

struct HookCounters {
    std::atomic<std::uint64_t> taken;         // Commits.
    std::atomic<std::uint64_t> failed;        // Posts.
    std::atomic<std::uint64_t> behind;        // Commits that wait, when last looked.
    std::atomic<std::uint64_t> caught_up_ms;  // When none waited last; 0: not yet.
};

class Hooks {
public:
    // Both must outlive it.
    Hooks(std::vector<HookTarget> targets, bus::Bus& bus, http_client::HttpPoster& poster,
          HookTimes times = {});
    Hooks(const Hooks&) = delete;
    Hooks& operator=(const Hooks&) = delete;
    ~Hooks();

    [[nodiscard]] const HookCounters& counters() const { return *counters_; }

private:
    class Hook;
    std::shared_ptr<HookCounters> counters_;
    std::vector<std::unique_ptr<Hook>> hooks_;
};

}  // namespace stentor::api
