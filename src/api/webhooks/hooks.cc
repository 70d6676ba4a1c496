#include "api/webhooks/hooks.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "api/http/feed_json.h"
#include "api/http/json.h"
#include "auth/random.h"
#include "base/awaited.h"
#include "base/feed_number.h"
#include "base/log.h"
#include "base/number_text.h"
#include "bus/asking.h"
#include "http_client/signature.h"

namespace stentor::api {
namespace {

constexpr std::uint32_t kCommitsPerPost = 100;

}  // namespace

class Hooks::Hook {
public:
    Hook(HookTarget target, bus::Bus& bus, http_client::HttpPoster& poster, const HookTimes& times,
         std::shared_ptr<HookCounters> counters)
        : target_{std::move(target)},
          asking_{bus},
          poster_{poster},
          times_{times},
          counters_{std::move(counters)},
          thread_{[this](const std::stop_token& stop) { run(stop); }} {}

private:
    void run(const std::stop_token& stop) {
        pthread_setname_np(pthread_self(), "hook");
        while (!stop.stop_requested()) {
            if (step(stop)) {
                failures_ = 0;
            } else {
                rest(stop);
            }
        }
    }

    // False: nothing new, or it failed; then there is a rest.
    bool step(const std::stop_token& stop) {
        if (!place_ && !find_place(stop)) return false;
        const auto feed = feed_after(*place_, kCommitsPerPost, stop);
        if (!feed && feed.error().code == Code::epoch_changed) {
            log::warn("a hook's place is of a lost history; it goes on below",
                      {{"hook", target_.name}, {"from", *place_}, {"to", feed.error().limit}});
            place_ = feed.error().limit;
            return true;
        }
        if (!feed) return false;
        counters_->behind =
            feed_place(feed->head) - std::min(feed_place(feed->head), feed_place(*place_));
        if (counters_->behind == 0) counters_->caught_up_ms = to_ms(now());
        if (feed->floor > *place_) {
            log::warn("a hook was away too long; what it missed is not posted",
                      {{"hook", target_.name}, {"from", *place_}, {"to", feed->floor}});
            place_ = feed->floor;
            return true;
        }
        if (feed->rows.empty()) return false;
        if (!post(*feed, stop)) return false;
        place_ = feed->rows.back().number;
        counters_->taken += feed->rows.size();
        keep_place(stop);
        return true;
    }

    bool find_place(const std::stop_token& stop) {
        const auto reply = asking_.ask<std::vector<bus::Setting>>(
            PartitionId{}, bus::AskSettings{.prefix = setting()}, stop);
        if (!reply) return false;
        for (const bus::Setting& each : *reply) {
            if (each.name != setting()) continue;
            place_ = number_in(each.value).value_or(0);
            kept_ = each.value;
            return true;
        }
        const auto feed = feed_after(0, 1, stop);
        if (!feed) return false;
        place_ = feed->head;
        kept_.clear();
        keep_place(stop);
        return true;
    }

    void keep_place(const std::stop_token& stop) {
        // Not kept: then it is posted again after another start, which its receiver can tell.
        const std::string place = std::to_string(*place_);
        const auto kept = asking_.ask(
            PartitionId{}, bus::AskSetSetting{.name = setting(), .value = place, .former = kept_},
            stop);
        if (kept) {
            kept_ = place;
            return;
        }
        // Another process posts this hook as well, and goes on from its own place.
        if (kept.error().code == Code::revision_changed) place_.reset();
        log::warn("a hook's place was not kept",
                  {{"hook", target_.name}, {"code", name_of(kept.error().code)}});
    }

    bool post(const bus::FeedAnswer& feed, const std::stop_token& stop) {
        std::string body = JsonObject{}.add("hook", target_.name).text();
        body.resize(body.size() - 2);  // "}\n"
        body += ',' + feed_fields(feed, *place_) + "}\n";
        http_client::Request request{
            .url = target_.url,
            .headers = {"Content-Type: application/json",
                        std::string{http_client::kSignatureHeader} + ": " +
                            http_client::signature(target_.secret, now(), body)},
            .body = std::move(body),
            .within = times_.answer_within};
        const auto answer = std::make_shared<Awaited<Result<http_client::Answer>>>();
        const auto taken = poster_.post(
            std::move(request),
            [answer](Result<http_client::Answer> result) { answer->set(std::move(result)); });
        std::optional<Result<http_client::Answer>> result;
        if (taken) result = answer->wait(stop);
        if (result && *result && (*result)->status / 100 == 2) return true;
        ++failures_;
        ++counters_->failed;
        if (!stop.stop_requested()) {
            log::warn("a hook was not taken",
                      {{"hook", target_.name},
                       {"status", result && *result ? (*result)->status : 0},
                       {"failures", failures_}});
        }
        return false;
    }

    void rest(const std::stop_token& stop) {
        Millis wait = times_.look_every;
        if (failures_ > 0) {
            constexpr unsigned kDoublings = 20;
            wait = times_.retry_first * (std::int64_t{1} << std::min(failures_ - 1, kDoublings));
            wait = std::min(wait, times_.retry_last);
            const auto half = static_cast<std::uint64_t>(wait.count()) / 2;
            wait = Millis{static_cast<std::int64_t>(half + auth::random_u64() % (half + 1))};
        }
        std::unique_lock lock{mutex_};
        wake_.wait_for(lock, stop, wait, [] { return false; });
    }

    Result<bus::FeedAnswer> feed_after(std::uint64_t after, std::uint32_t count,
                                       const std::stop_token& stop) {
        return asking_.ask<bus::FeedAnswer>(PartitionId{},
                                            bus::AskFeed{.after = after, .count = count}, stop);
    }

    [[nodiscard]] std::string setting() const { return "hook/" + target_.name; }

    const HookTarget target_;
    bus::Asking asking_;
    http_client::HttpPoster& poster_;
    const HookTimes times_;
    const std::shared_ptr<HookCounters> counters_;
    std::optional<std::uint64_t> place_;
    std::string kept_;  // The place as it was read or written last; empty: there is none.
    unsigned failures_{};
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

Hooks::Hooks(std::vector<HookTarget> targets, bus::Bus& bus, http_client::HttpPoster& poster,
             HookTimes times)
    : counters_{std::make_shared<HookCounters>()} {
    for (HookTarget& target : targets) {
        hooks_.push_back(std::make_unique<Hook>(std::move(target), bus, poster, times, counters_));
    }
}

Hooks::~Hooks() = default;

}  // namespace stentor::api
