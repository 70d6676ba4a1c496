#include "api/webhooks/hooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "api/http/settings_test_kit.h"
#include "base/feed_number.h"
#include "bus/bus_test_kit.h"
#include "http_client/service_test_kit.h"
#include "http_client/signature.h"

namespace stentor::api {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// A feed that grows, and settings.
class FeedBus final : public bus::QuestionsBus {
public:
    void ask(PartitionId /*partition*/, bus::Question question, bus::ReplyHandler reply) override {
        reply(answer_to(question));
    }

    void write(std::uint64_t commits) {
        const std::lock_guard lock{mutex_};
        head_ += commits;
    }
    // What was written from `newest_kept` on is lost; numbers go on above every lost one.
    void restore(std::uint64_t newest_kept, std::uint64_t commits) {
        const std::lock_guard lock{mutex_};
        kept_ = newest_kept;
        first_again_ = next_feed_number({5}, newest_kept);
        head_ = first_again_ + commits - 1;
    }
    void forget(std::uint64_t floor) {
        const std::lock_guard lock{mutex_};
        floor_ = floor;
    }
    std::string setting(const std::string& name) {
        const std::lock_guard lock{mutex_};
        const auto found = settings_.rows.find(name);
        return found == settings_.rows.end() ? "" : found->second;
    }
    void set(const std::string& name, const std::string& value) {
        const std::lock_guard lock{mutex_};
        settings_.rows[name] = value;
    }

private:
    Result<bus::Reply> answer_to(const bus::Question& question) {
        const std::lock_guard lock{mutex_};
        if (auto kept = settings_.answer(question)) return *std::move(kept);
        const auto& ask = std::get<bus::AskFeed>(question);
        if (first_again_ != 0 && ask.after > kept_ && ask.after < first_again_) {
            return std::unexpected(
                Error{.code = Code::epoch_changed, .where = "after", .limit = kept_});
        }
        bus::FeedAnswer feed{.head = head_, .floor = floor_};
        for (std::uint64_t n = std::max(ask.after, floor_) + 1;
             n <= head_ && feed.rows.size() < ask.count; ++n) {
            if (first_again_ != 0 && n > kept_) n = std::max(n, first_again_);
            feed.rows.push_back({.number = n, .gid = {9}});
        }
        return bus::Reply{std::move(feed)};
    }

    std::mutex mutex_;
    KeptSettings settings_;
    std::uint64_t head_{};
    std::uint64_t floor_{};
    std::uint64_t kept_{};
    std::uint64_t first_again_{};  // 0: nothing was ever lost.
};

class HooksTest : public testing::Test {
protected:
    std::string take(const std::string& head, const std::string& body) {
        const std::lock_guard lock{mutex_};
        last_head_ = head;
        if (refusals_ > 0 && refusals_-- > 0) return http_client::http_answer("", 500);
        for (std::size_t at = 0; (at = body.find("\"number\":", at)) != std::string::npos; ++at) {
            numbers_.push_back(std::stoull(body.substr(at + 9)));
        }
        last_body_ = body;
        return http_client::http_answer("");
    }
    bool taken(std::size_t count) {
        for (int i = 0; i < 1'000; ++i) {
            {
                const std::lock_guard lock{mutex_};
                if (numbers_.size() >= count) return true;
            }
            std::this_thread::sleep_for(10ms);
        }
        return false;
    }
    // What was taken but not noted yet is posted once more by the next who starts.
    void wait_until_noted(const std::string& number) {
        while (bus_.setting("hook/crm") != number) std::this_thread::sleep_for(5ms);
    }
    std::unique_ptr<Hooks> start() {
        return std::make_unique<Hooks>(
            std::vector<HookTarget>{{.name = "crm", .url = service_.url(), .secret = "s3cret"}},
            bus_, poster_, HookTimes{.look_every = 5ms, .retry_first = 10ms, .retry_last = 40ms});
    }

    std::mutex mutex_;
    std::vector<std::uint64_t> numbers_;
    std::string last_head_;
    std::string last_body_;
    int refusals_{};
    FeedBus bus_;
    http_client::Service service_{
        [this](const std::string& head, const std::string& body) { return take(head, body); }};
    http_client::HttpPoster poster_;
};

// The place of the other one must not be moved back: it would post all again.
TEST_F(HooksTest, OneThatMeetsAnotherProcessGoesOnFromItsPlace) {
    bus_.write(5);
    const auto hooks = start();
    wait_until_noted("5");
    bus_.set("hook/crm", "8");
    bus_.write(2);
    ASSERT_TRUE(taken(2));
    bus_.write(5);
    ASSERT_TRUE(taken(6));
    wait_until_noted("12");
    const std::lock_guard lock{mutex_};
    EXPECT_THAT(numbers_, testing::ElementsAre(6, 7, 9, 10, 11, 12));
}

TEST_F(HooksTest, PostsInOrderFromThenOnAndGoesOnWhereItStopped) {
    bus_.write(5);
    auto hooks = start();
    while (bus_.setting("hook/crm").empty()) std::this_thread::sleep_for(5ms);
    bus_.write(2);
    ASSERT_TRUE(taken(2));
    wait_until_noted("7");
    hooks.reset();
    bus_.write(2);
    hooks = start();
    ASSERT_TRUE(taken(4));
    wait_until_noted("9");
    hooks.reset();
    EXPECT_THAT(numbers_, ElementsAre(6, 7, 8, 9));
}

TEST_F(HooksTest, IsTriedAgainUntilItIsTakenAndNothingOvertakes) {
    bus_.set("hook/crm", "0");
    refusals_ = 4;
    bus_.write(3);
    const auto hooks = start();
    ASSERT_TRUE(taken(3));
    bus_.write(1);
    ASSERT_TRUE(taken(4));
    EXPECT_THAT(numbers_, ElementsAre(1, 2, 3, 4));
    EXPECT_EQ(hooks->counters().failed, 4U);
}

TEST_F(HooksTest, SignsWhatItPosts) {
    bus_.set("hook/crm", "0");
    bus_.write(1);
    const auto hooks = start();
    ASSERT_TRUE(taken(1));
    const std::lock_guard lock{mutex_};
    const std::size_t at = last_head_.find("t=");
    ASSERT_NE(at, std::string::npos);
    const Time time = from_ms(std::stoull(last_head_.substr(at + 2)));
    EXPECT_THAT(last_head_, HasSubstr(http_client::signature("s3cret", time, last_body_)));
    EXPECT_THAT(last_body_, HasSubstr("\"hook\":\"crm\",\"commits\":[{\"number\":1"));
}

TEST_F(HooksTest, GoesOnAtTheFloorWhenItWasAwayTooLong) {
    bus_.set("hook/crm", "2");
    bus_.write(9);
    bus_.forget(6);
    const auto hooks = start();
    ASSERT_TRUE(taken(3));
    EXPECT_THAT(numbers_, ElementsAre(7, 8, 9));
}

TEST_F(HooksTest, GoesOnWhereTheHistoriesPartWhenItsPlaceWasLostAndSaysSo) {
    bus_.set("hook/crm", "9");  // Of a history that reached 9; the backup held 6 of it.
    bus_.restore(6, 2);
    const std::uint64_t first = next_feed_number({5}, 6);
    const auto hooks = start();
    ASSERT_TRUE(taken(2));
    wait_until_noted(std::to_string(first + 1));
    const std::lock_guard lock{mutex_};
    EXPECT_THAT(numbers_, ElementsAre(first, first + 1));
    EXPECT_THAT(last_body_, HasSubstr("{\"number\":" + std::to_string(first) + ",\"fork\":6,"));
    EXPECT_EQ(hooks->counters().behind, 0U);
}

}  // namespace
}  // namespace stentor::api
