// stentor_sim: runs seeds, replays one, and proves that each planted bug is seen.

#include <google/protobuf/stubs/logging.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/number_text.h"
#include "base/planted_bugs.h"
#include "testing/sim/scenario.h"

namespace stentor::sim {
namespace {

struct NamedBug {
    std::string_view name;
    Bug bug;
};
constexpr std::array kBugs{
    NamedBug{"ack_before_commit", Bug::ack_before_commit},
    NamedBug{"push_before_commit", Bug::push_before_commit},
    NamedBug{"no_fence", Bug::no_fence},
    NamedBug{"no_duplicate_check", Bug::no_duplicate_check},
    NamedBug{"number_outside_commit", Bug::number_outside_commit},
    NamedBug{"cursor_without_max", Bug::cursor_without_max},
    NamedBug{"after_ignored", Bug::after_ignored},
    NamedBug{"floor_ignored_at_pull", Bug::floor_ignored_at_pull},
    NamedBug{"cache_above_head", Bug::cache_above_head},
    NamedBug{"push_while_behind", Bug::push_while_behind},
    NamedBug{"own_send_reads", Bug::own_send_reads},
    NamedBug{"stale_cache_after_recall", Bug::stale_cache_after_recall},
    NamedBug{"cursor_without_epoch", Bug::cursor_without_epoch},
    NamedBug{"kick_outside_order", Bug::kick_outside_order},
    NamedBug{"notes_without_cursor", Bug::notes_without_cursor},
    NamedBug{"storm_after_number", Bug::storm_after_number},
    NamedBug{"refused_frame_counts_as_pushed", Bug::refused_frame_counts_as_pushed},
    NamedBug{"refused_frame_without_drained", Bug::refused_frame_without_drained},
    NamedBug{"void_account_stays_connected", Bug::void_account_stays_connected},
    NamedBug{"answered_before_known", Bug::answered_before_known},
    NamedBug{"old_revision_for_good", Bug::old_revision_for_good},
    NamedBug{"outcome_of_former_tenure", Bug::outcome_of_former_tenure},
    NamedBug{"load_of_former_tenure", Bug::load_of_former_tenure},
    NamedBug{"handover_drops_staged", Bug::handover_drops_staged},
    NamedBug{"answers_after_lease", Bug::answers_after_lease},
    NamedBug{"positions_of_former_epoch", Bug::positions_of_former_epoch},
    NamedBug{"not_written_called_done", Bug::not_written_called_done},
    NamedBug{"gap_applied", Bug::gap_applied},
    NamedBug{"repeat_applied", Bug::repeat_applied},
    NamedBug{"contents_in_hole", Bug::contents_in_hole},
    NamedBug{"span_skips_kick", Bug::span_skips_kick},
    NamedBug{"reset_asks_nobody", Bug::reset_asks_nobody},
};

constexpr std::size_t kTailLines = 40;

void print_violation(std::uint64_t seed, const RunResult& result, std::string_view bug,
                     std::size_t lines) {
    const RunResult replay = run_seed(seed, true);
    const std::size_t from = replay.trace.size() > lines ? replay.trace.size() - lines : 0;
    for (std::size_t i = from; i < replay.trace.size(); ++i) std::puts(replay.trace[i].c_str());
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
                result.violation->c_str());
    if (replay.violation != result.violation)
        std::puts("the replay took another way: not deterministic");
    std::printf("replay: stentor_sim --seed %llu --verbose%s%s\n",
                static_cast<unsigned long long>(seed), bug.empty() ? "" : " --bug ",
                std::string{bug}.c_str());
}

void print_counters(const Counters& counters) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Seen::kCount); ++i) {
        const Seen seen = static_cast<Seen>(i);
        std::printf("%12llu  %s\n", static_cast<unsigned long long>(counters[seen]),
                    std::string{name_of(seen)}.c_str());
    }
}

int run_one(std::uint64_t seed, bool verbose, std::string_view bug) {
    const RunResult result = run_seed(seed, false);
    if (result.violation) {
        print_violation(seed, result, bug, verbose ? SIZE_MAX : kTailLines);
        return 1;
    }
    if (verbose) {
        const RunResult replay = run_seed(seed, true);
        for (const std::string& line : replay.trace) std::puts(line.c_str());
        print_counters(result.counters);
        if (replay.steps != result.steps) {
            std::puts("the replay took another way: not deterministic");
            return 1;
        }
    }
    std::printf("seed %llu: green, %llu steps, %llu entries\n",
                static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(result.steps),
                static_cast<unsigned long long>(result.entries));
    return 0;
}

struct Totals {
    Counters counters;
    std::uint64_t steps{};
    std::uint64_t entries{};
};

// Stops at the first violation and prints it.
std::optional<Totals> run_many(std::uint64_t from, std::uint64_t count, std::string_view bug) {
    Totals totals;
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i < count; ++i) {
        const RunResult result = run_seed(from + i, false);
        if (result.violation) {
            print_violation(from + i, result, bug, kTailLines);
            return std::nullopt;
        }
        totals.counters.add(result.counters);
        totals.steps += result.steps;
        totals.entries += result.entries;
        if ((i + 1) % 200 != 0 && i + 1 != count) continue;
        const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start);
        std::printf("%llu seeds green, %llu steps, %llu entries, %.1f s\n",
                    static_cast<unsigned long long>(i + 1),
                    static_cast<unsigned long long>(totals.steps),
                    static_cast<unsigned long long>(totals.entries), took.count());
        std::fflush(stdout);
    }
    return totals;
}

int check_counters(std::uint64_t count) {
    const auto totals = run_many(1, count, {});
    if (!totals) return 1;
    print_counters(totals->counters);
    int missing = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(Seen::kCount); ++i) {
        const Seen seen = static_cast<Seen>(i);
        if (totals->counters[seen] > 0) continue;
        std::printf("never happened: %s\n", std::string{name_of(seen)}.c_str());
        ++missing;
    }
    return missing == 0 ? 0 : 1;
}

int check_bugs(std::uint64_t seeds_max) {
    int unseen = 0;
    for (const NamedBug& planted : kBugs) {
        planted_bug = planted.bug;
        std::uint64_t seed = 0;
        RunResult result;
        while (seed < seeds_max && !result.violation) result = run_seed(++seed, false);
        if (result.violation) {
            std::printf("%-22s red at seed %llu: %s\n", std::string{planted.name}.c_str(),
                        static_cast<unsigned long long>(seed), result.violation->c_str());
        } else {
            std::printf("%-22s GREEN for %llu seeds: the checks do not see it\n",
                        std::string{planted.name}.c_str(),
                        static_cast<unsigned long long>(seeds_max));
            ++unseen;
        }
        std::fflush(stdout);
    }
    planted_bug = Bug::none;
    return unseen == 0 ? 0 : 1;
}

bool plant(std::string_view name) {
    for (const NamedBug& known : kBugs) {
        if (known.name != name) continue;
        planted_bug = known.bug;
        return true;
    }
    return false;
}

int usage() {
    std::puts(
        "stentor_sim --seed S [--verbose] [--bug NAME]    one seed, and its trace\n"
        "stentor_sim --seeds FROM COUNT [--bug NAME]      until one is red\n"
        "stentor_sim --counters COUNT                     every fault and path must happen\n"
        "stentor_sim --bugs COUNT                         each planted bug must turn red within "
        "it");
    return 2;
}

int run(const std::vector<std::string_view>& arguments) {
    std::vector<std::uint64_t> numbers;
    std::string_view mode;
    std::string_view bug;
    bool verbose = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        if (argument == "--verbose") {
            verbose = true;
        } else if (argument == "--bug" && i + 1 < arguments.size()) {
            bug = arguments[++i];
            if (!plant(bug)) return usage();
        } else if (argument.starts_with("--")) {
            mode = argument;
        } else if (const auto value = number_in(argument)) {
            numbers.push_back(*value);
        } else {
            return usage();
        }
    }
    if (mode == "--seed" && numbers.size() == 1) return run_one(numbers[0], verbose, bug);
    if (mode == "--seeds" && numbers.size() == 2) {
        return run_many(numbers[0], numbers[1], bug) ? 0 : 1;
    }
    if (mode == "--counters" && numbers.size() == 1) return check_counters(numbers[0]);
    if (mode == "--bugs" && numbers.size() == 1) return check_bugs(numbers[0]);
    return usage();
}

}  // namespace
}  // namespace stentor::sim

int main(int argc, char** argv) {
    // Refused commits and the like are this program's daily bread.
    stentor::log::set_level(stentor::log::Level::error);
    google::protobuf::SetLogHandler(nullptr);  // Hostile members send garbage.
    return stentor::sim::run({argv + 1, argv + argc});
}
