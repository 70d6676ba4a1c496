// Stentor beside servers that many would take instead: the same machine, the same number of
// watchers, the same messages, the same receivers, one server after the other, in another order
// each round.

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "load/bench/progress.h"
#include "load/bench/room.h"
#include "load/bench/sample.h"
#include "load/bench/testbed.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kWatchersMost = 10'000;  // One process of ws or socket.io has to hold them.
constexpr std::size_t kFirst = 100;            // Come before memory is looked at.
constexpr std::uint64_t kAhead = 100;          // Messages published that not everybody has.
constexpr Millis kSettle{2'000};
constexpr Millis kRest{200};  // Between two messages.

struct Side {
    Sample quiet_bytes, busy_bytes;   // A watcher, before any message and after all of them.
    Sample first, median, p99, last;  // Milliseconds of one message.
    Sample single_cpu, flood_cpu, flood_rate;  // Microseconds a delivery; deliveries a second.
};

double ms(std::uint64_t ns) { return static_cast<double>(ns) / 1e6; }

class Comparison {
public:
    explicit Comparison(const Context& context)
        : context_{context},
          script_{context.options.seed},
          watchers_{std::min(context.options.watchers, kWatchersMost)} {
        if (context.options.peers.empty()) {
            throw std::runtime_error{
                "the other servers have to be installed, and --peers has to name their folder: "
                "./dev bench peers does both"};
        }
    }

    void run() {
        const RivalSetting setting{context_, script_, context_.options.peers};
        const std::size_t count = all_rivals(setting).size();
        sides_.resize(count);
        Progress progress{"peers"};
        for (std::size_t round = 0; round < context_.options.rounds; ++round) {
            for (std::size_t turn = 0; turn < count; ++turn) {
                const std::size_t which = (round + turn) % count;
                auto rivals = all_rivals(setting);
                names_.resize(count);
                names_[which] = rivals[which]->description();
                progress.show(static_cast<double>(round * count + turn) /
                                  static_cast<double>(context_.options.rounds * count),
                              names_[which].name);
                measure(*rivals[which], sides_[which]);
            }
        }
        tell();
    }

private:
    void measure(PeerServer& rival, Side& side) {
        rival.start(watchers_);
        Room room{rival, script_};
        const std::size_t first = std::min(kFirst, watchers_ / 2);
        room.admit_up_to(first);
        room.rest(kSettle);
        const ProcessCost before = process_cost(rival.server());
        const auto bytes_each = [&] {
            const double more = static_cast<double>(process_cost(rival.server()).own_bytes) -
                                static_cast<double>(before.own_bytes);
            return more / static_cast<double>(watchers_ - first);
        };
        room.admit_up_to(watchers_);
        room.rest(kSettle);
        side.quiet_bytes.values.push_back(bytes_each());
        say_some(rival, room, side);
        flood(rival, room, side);
        room.rest(kSettle);
        side.busy_bytes.values.push_back(bytes_each());
        if (!room.trouble().empty()) {
            context_.findings.fail("peers", rival.description().name + ": " + room.trouble());
        }
        rival.conclude();
    }

    void say_some(PeerServer& rival, Room& room, Side& side) {
        room.say_one();  // Caches and buffers are cold.
        room.rest(kRest);
        const double before = process_cost(rival.server()).cpu_s;
        for (std::size_t i = 0; i < context_.options.pairs; ++i) {
            const FanoutTimes times = room.say_one();
            side.first.values.push_back(ms(times.first));
            side.median.values.push_back(ms(times.median));
            side.p99.values.push_back(ms(times.p99));
            side.last.values.push_back(ms(times.last));
            room.rest(kRest);
        }
        const double used = process_cost(rival.server()).cpu_s - before;
        side.single_cpu.values.push_back(used * 1e6 /
                                         static_cast<double>(context_.options.pairs * watchers_));
    }

    void flood(PeerServer& rival, Room& room, Side& side) {
        const double before = process_cost(rival.server()).cpu_s;
        const Room::Flood flood = room.flood(context_.options.seconds, kAhead);
        const double used = process_cost(rival.server()).cpu_s - before;
        const auto delivered = static_cast<double>(flood.delivered);
        side.flood_cpu.values.push_back(used * 1e6 / delivered);
        side.flood_rate.values.push_back(delivered / flood.seconds);
    }

    void tell() {
        auto& findings = context_.findings;
        findings.note("peers",
                      fmt::format("{} watchers, messages of {:.0f} bytes on average, {} rounds in "
                                  "rotated order; medians, and of single figures the least and the "
                                  "largest of the rounds. Each watcher checks the whole text and "
                                  "the order of everything.",
                                  watchers_, script_.bytes_mean(), context_.options.rounds));
        Table figures{
            "Beside other servers",
            {"", "memory a watcher, quiet, bytes", "after the load, bytes",
             "one message: first, ms", "median, ms", "p99, ms", "last, ms", "CPU a delivery, us",
             "at full speed, us", "deliveries a second at full speed"},
            {}};
        Table promises{"What each does for that", {"", "promises"}, {}};
        for (std::size_t i = 0; i < sides_.size(); ++i) {
            const Side& side = sides_[i];
            figures.rows.push_back(
                {names_[i].name, side.quiet_bytes.with_spread("{:.0f}"),
                 side.busy_bytes.with_spread("{:.0f}"), side.first.told("{:.1f}"),
                 side.median.told("{:.1f}"), side.p99.told("{:.1f}"), side.last.told("{:.1f}"),
                 side.single_cpu.with_spread("{:.2f}"), side.flood_cpu.with_spread("{:.2f}"),
                 side.flood_rate.with_spread("{:.0f}")});
            promises.rows.push_back({names_[i].name, names_[i].promises});
        }
        findings.table("peers", std::move(figures));
        findings.table("peers", std::move(promises));
    }

    const Context& context_;
    Script script_;
    std::size_t watchers_;
    std::vector<Side> sides_;
    std::vector<Description> names_;
};

}  // namespace

void measure_peers(const Context& context) { Comparison{context}.run(); }

}  // namespace stentor::bench
