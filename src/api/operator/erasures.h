#pragma once
// Erasing users. A page: they are taken out of their groups, then some of what they wrote is found
// and each post of it recalled with the operator's rights; their reactions, requests to join and
// bans go from each group that is gone through. Numbers, times and hashes stay, so everybody's
// digests hold.
//
// An erase that was begun stands in the record until a walk from its first page to its last met no
// refusal. What nobody goes on with for kQuiet, or since a restart, goes on by itself.
//
// Owner: the wiring; bus and command client outlive it. Thread: any; a thread of its own looks for
// what is to go on. Cost: a read of the settings in each kLookEvery; a walk looks into every group.
// Limits: one walk at once goes on by itself.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "bus/bus.h"
#include "bus/command_client/command_client.h"

namespace stentor::api {

inline constexpr std::string_view kErasureSettings = "erase/";

class Erasures : public std::enable_shared_from_this<Erasures> {
public:
    static constexpr Millis kLookEvery{5'000};
    static constexpr Millis kQuiet{30'000};
    static constexpr Millis kRetryMin{10'000};  // After a walk that met a refusal; doubled.
    static constexpr Millis kRetryMax{3'600'000};

    struct Page {
        std::uint64_t erased{};               // Messages.
        std::uint64_t left{};                 // Groups.
        std::uint64_t refused{};              // Of both and of all else: what must be tried again.
        std::optional<bus::EntryPlace> next;  // None: that was the last page.
    };
    using Done = std::move_only_function<void(Result<Page>)>;

    Erasures(bus::Bus& bus, bus::CommandClient& commands) : bus_{bus}, commands_{commands} {}
    Erasures(const Erasures&) = delete;
    Erasures& operator=(const Erasures&) = delete;
    ~Erasures() { stop(); }

    // The page from that place on; the account is closed for good before anything else is done.
    // not_found: nobody's account.
    void erase(UserId uid, const bus::EntryPlace& from, Done done);

    void start();
    void stop();
    // Goes on with one of those that stand in the record, if there is one to go on with.
    void look(Time now);

private:
    // What is known of an erase here, while it stands in the record.
    struct Walk {
        Time touched{};
        bus::EntryPlace next;  // Where its next page begins.
        bool whole{};          // From the first page on, without a refusal.
        Time retry_at{};
        Millis retry_after{kRetryMin};
    };

    void begin(UserId uid, Done done);
    void close_and_erase(UserId uid, const bus::EntryPlace& from, Done done);
    void page_done(UserId uid, Result<Page> page, Done done);
    void forget(UserId uid, std::move_only_function<void(Result<void>)> done);
    void on_begun(const std::vector<bus::Setting>& settings, Time now);
    void walk(UserId uid, const bus::EntryPlace& from);
    void walk_ended(UserId uid, bool failed);
    void run(const std::stop_token& stop);

    bus::Bus& bus_;
    bus::CommandClient& commands_;

    std::mutex mutex_;
    std::condition_variable_any stopped_;
    bool ended_{};    // Under mutex_, as the next.
    bool looking_{};  // Or a walk goes on by itself.
    std::unordered_map<UserId, Walk> walks_;
    std::jthread thread_;
};

}  // namespace stentor::api
