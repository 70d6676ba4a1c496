// What a group of ten notices of a very large one: its messages' times with the large one quiet and
// with it storming, in turns.

#include <fmt/format.h>

#include <algorithm>

#include "load/bench/great_group.h"
#include "load/bench/progress.h"
#include "load/bench/sample.h"
#include "load/bench/small_group.h"

namespace stentor::bench {
namespace {

constexpr const char* kSection = "isolation";
constexpr std::size_t kDeliveriesPerSecond = 10'000'000;  // About what this machine can.
constexpr Millis kTurn{100};
constexpr Millis kGatherWithin{900'000};
constexpr Millis kSayWithin{120'000};
constexpr Millis kRest{3'000};
constexpr double kAimedMs = 20;               // More than without the storm, at p99.
constexpr std::size_t kJudgedFrom = 100'000;  // Fewer members make no storm to be kept from.

struct Side {
    Sample median, p99, last;
    void add(const SmallGroup::Waits& waits) {
        median.values.push_back(static_cast<double>(waits.median) / 1e6);
        p99.values.push_back(static_cast<double>(waits.p99) / 1e6);
        last.values.push_back(static_cast<double>(waits.last) / 1e6);
    }
    [[nodiscard]] std::vector<std::string> row(const char* name) const {
        return {name, median.with_spread("{:.1f}"), p99.with_spread("{:.1f}"),
                last.with_spread("{:.1f}")};
    }
};

class Isolation {
public:
    explicit Isolation(const Context& context)
        : context_{context},
          small_{context.options.seed + 1},
          great_{context, kSection, {.watchers = context.options.members}} {}

    void run() {
        small_.enter(great_.testbed().endpoint(), great_.testbed().own_server().secrets());
        if (!great_.gather(context_.options.members, kGatherWithin)) {
            return context_.findings.fail(kSection, "not all of the large group came");
        }
        great_.run_for(kRest);
        Progress progress{fmt::format("{}: rounds", kSection)};
        for (std::size_t round = 0; round <= context_.options.rounds; ++round) {
            progress.show(
                static_cast<double>(round) / static_cast<double>(context_.options.rounds + 1), "");
            const SmallGroup::Waits quiet = measure(false);
            const SmallGroup::Waits storm = measure(true);
            if (!quiet.clean || !storm.clean) {
                context_.findings.fail(
                    kSection,
                    "the small group lost or misplaced something, or waited too long to count it");
            }
            if (round == 0) continue;  // Caches are cold.
            quiet_.add(quiet);
            storm_.add(storm);
            more_.values.push_back(static_cast<double>(storm.p99) / 1e6 -
                                   static_cast<double>(quiet.p99) / 1e6);
        }
        tell();
        great_.conclude();
    }

private:
    // As many as fill the large group's passes without an end.
    [[nodiscard]] std::size_t storm_per_s() const {
        return std::clamp<std::size_t>(kDeliveriesPerSecond / context_.options.members, 1, 100);
    }

    SmallGroup::Waits measure(bool storm) {
        small_.begin(Millis{static_cast<std::int64_t>(context_.options.seconds * 1e3)});
        const auto began = Clock::now();
        const std::chrono::duration<double> span{context_.options.seconds};
        std::size_t said = 0;
        while (Clock::now() - began < span) {
            const std::chrono::duration<double> gone = Clock::now() - began;
            const auto due =
                static_cast<std::size_t>(gone.count() * static_cast<double>(storm_per_s()));
            if (storm && due > said) great_.post(due - std::exchange(said, due));
            great_.run_for(kTurn);
        }
        const SmallGroup::Waits waits = small_.end();
        if (storm && great_.say(1, kSayWithin).reached < great_.gathered()) {
            context_.findings.fail(kSection, "the large group did not get everything");
        }
        great_.run_for(kRest);
        return waits;
    }

    void tell() {
        auto& findings = context_.findings;
        findings.table(kSection, {"A message of a group of ten, ms",
                                  {"", "median", "p99", "last"},
                                  {quiet_.row("the large group quiet"),
                                   storm_.row("the large group storms")}});
        findings.note(kSection,
                      fmt::format("{} watchers of the large group, {} messages a second in it; the "
                                  "ten are a process of their own and say something each 50 ms, "
                                  "and each of the ten counts; {} rounds of {:.0f} s, in brackets "
                                  "the least and the largest.",
                                  context_.options.members, storm_per_s(), context_.options.rounds,
                                  context_.options.seconds));
        findings.figure(kSection, "p99 more in the storm, median of the rounds", more_.at(0.5),
                        "ms");
        if (more_.at(0.5) <= kAimedMs) return;
        const std::string words = fmt::format("above the aim of {} ms", kAimedMs);
        if (context_.options.members >= kJudgedFrom) {
            findings.fail(kSection, words);
        } else {
            findings.note(kSection, words + ", of few members");
        }
    }

    const Context& context_;
    SmallGroup small_;  // First: it forks, and should inherit nothing.
    GreatGroup great_;
    Side quiet_, storm_;
    Sample more_;
};

}  // namespace

void measure_isolation(const Context& context) { Isolation{context}.run(); }

}  // namespace stentor::bench
