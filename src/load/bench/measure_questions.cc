// What others notice of somebody who asks dear questions without end: the first page of their own
// lists, with and without fifty connections of one user in 2,000 groups who does nothing but list
// them, in turns.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "client/commands.h"
#include "load/bench/made_up_groups.h"
#include "load/bench/progress.h"
#include "load/bench/sample.h"
#include "load/bench/testbed.h"

namespace stentor::bench {
namespace {

constexpr const char* kSection = "questions";
constexpr std::size_t kFlooding = 50;  // Connections.
constexpr std::size_t kOthers = 20;
constexpr std::chrono::milliseconds kAskEvery{100};     // Each of the others.
constexpr std::chrono::milliseconds kRefusedPause{20};  // Of a flooding one, whatever it is told.
constexpr double kAimed = 1.5;
constexpr Millis kPatience{60'000};

constexpr GroupId many(std::size_t n) { return {(std::uint64_t{1} << 41U) + n}; }

class Flood {
public:
    explicit Flood(const Context& context) : context_{context}, testbed_{context} {
        const UserId flooder = testbed_.fleet().user(0);
        testbed_.fill_record([&](store::Store& record) {
            MadeUpGroups made{record};
            for (std::size_t n = 0; n < limits::kGroupsPerUser; ++n) {
                made.add(many(n), std::array{flooder}, "");
            }
            made.finish();
        });
        for (std::size_t i = 0; i < kFlooding; ++i) {
            flooding_.push_back({.member = &testbed_.fleet().add_as(flooder, false, false)});
        }
        for (std::size_t i = 0; i < kOthers; ++i) {
            others_.push_back({.member = &testbed_.fleet().add(false, false)});
        }
        testbed_.fleet().connect_all();
    }

    void run() {
        Sample quiet, flooded, ratio;
        Progress progress{"questions: rounds"};
        for (std::size_t round = 0; round <= context_.options.rounds; ++round) {
            progress.show(
                static_cast<double>(round) / static_cast<double>(context_.options.rounds + 1), "");
            const double without = measure(false);
            const double with = measure(true);
            if (round == 0) continue;  // Caches are cold.
            quiet.values.push_back(without);
            flooded.values.push_back(with);
            ratio.values.push_back(with / without);
        }
        tell(quiet, flooded, ratio);
        testbed_.conclude(kSection);
    }

private:
    struct Asker {
        Member* member{};
        bool asked{};
        Clock::time_point next{};
    };

    // p99 of the others, in ms.
    double measure(bool flood) {
        took_ = {};
        const Clock::time_point end =
            Clock::now() +
            std::chrono::milliseconds{static_cast<std::int64_t>(context_.options.seconds * 1e3)};
        // Not all at once.
        for (std::size_t i = 0; i < others_.size(); ++i) {
            others_[i].next = Clock::now() + kAskEvery * i / others_.size();
        }
        const auto over = [&] { return Clock::now() >= end; };
        testbed_.fleet().run_until(over, kPatience, [&] {
            if (flood) {
                for (Asker& one : flooding_) keep_asking(one);
            }
            for (Asker& one : others_) ask_in_time(one);
        });
        const bool idle = testbed_.fleet().run_until([&] { return all_answered(); }, kPatience);
        if (!idle) throw std::runtime_error{"not all was answered"};
        return static_cast<double>(took_.at(0.99)) / 1e6;
    }

    [[nodiscard]] bool all_answered() const {
        const auto answered = [](const Asker& one) { return !one.asked; };
        return std::ranges::all_of(flooding_, answered) && std::ranges::all_of(others_, answered);
    }

    void keep_asking(Asker& one) {
        if (one.asked || Clock::now() < one.next) return;
        one.asked = one.member->ask(client::list_command(),
                                    [this, &one](const v1::ServerFrame& frame, auto /*took*/) {
                                        one.asked = false;
                                        ++(frame.has_groups() ? answered_ : refused_);
                                        if (frame.has_refused())
                                            one.next = Clock::now() + kRefusedPause;
                                    });
    }

    // From when it was due: a late question does not hide the wait.
    void ask_in_time(Asker& one) {
        if (one.asked || Clock::now() < one.next) return;
        const Clock::time_point due = std::exchange(one.next, one.next + kAskEvery);
        one.asked = one.member->ask(
            client::list_command(), [this, &one, due](const v1::ServerFrame& frame, auto /*took*/) {
                one.asked = false;
                const auto took = std::chrono::nanoseconds{Clock::now() - due};
                took_.add(static_cast<std::uint64_t>(took.count()));
                if (!frame.has_groups()) ++others_refused_;
            });
    }

    void tell(const Sample& quiet, const Sample& flooded, const Sample& ratio) {
        auto& findings = context_.findings;
        findings.figure(kSection, "others' list p99, without", quiet.at(0.5), "ms");
        findings.figure(kSection, "others' list p99, with the flood", flooded.at(0.5), "ms");
        findings.figure(kSection, "with over without, median of the rounds", ratio.at(0.5), "");
        findings.note(
            kSection,
            fmt::format("{} connections of one user in {} groups ask for the list again as soon as "
                        "they are answered, refused ones after {} ms: {} were answered, {} "
                        "refused. {} others ask each {} ms.",
                        kFlooding, limits::kGroupsPerUser, kRefusedPause.count(), answered_,
                        refused_, kOthers, kAskEvery.count()));
        if (others_refused_ > 0) {
            findings.fail(kSection,
                          fmt::format("{} of the others' lists were refused", others_refused_));
        }
        if (ratio.at(0.5) > kAimed) {
            findings.fail(kSection, fmt::format("above the aim of {}", kAimed));
        }
    }

    const Context& context_;
    Testbed testbed_;
    std::vector<Asker> flooding_;
    std::vector<Asker> others_;
    Histogram took_{};
    std::uint64_t answered_{};
    std::uint64_t refused_{};
    std::uint64_t others_refused_{};
};

}  // namespace

void measure_questions(const Context& context) { Flood{context}.run(); }

}  // namespace stentor::bench
