// How long a search in a long log takes, and how fast the index follows the log: every entry goes
// in through a socket, the store's feed and the indexer.

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "base/limits.h"
#include "client/commands.h"
#include "load/bench/made_up_text.h"
#include "load/bench/progress.h"
#include "load/bench/server_cpu.h"
#include "load/bench/testbed.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kSenders = 64;
constexpr std::size_t kQueriesOfAKind = 300;
constexpr double kAimedMs = 100;
constexpr Millis kFillWithin{3'600'000};
constexpr std::string_view kLastWord = "quixotic";  // No made-up word has these letters.

struct Query {
    std::string words;
    std::optional<std::size_t> matches;  // Where it is known how many entries there are.
};

struct Kind {
    const char* name;
    Query (*make)(const MadeUpText& text, std::uint64_t random);
};

Query one_word(const MadeUpText& text, std::size_t rank) {
    return {.words = MadeUpText::word(rank), .matches = text.messages_with(rank)};
}

const Kind kKinds[] = {
    {"rare word",
     [](const MadeUpText& text, std::uint64_t random) {
         return one_word(text, MadeUpText::kWords / 2 + random % (MadeUpText::kWords / 2));
     }},
    {"frequent word",
     [](const MadeUpText& text, std::uint64_t random) { return one_word(text, random % 20); }},
    {"two words",
     [](const MadeUpText&, std::uint64_t random) {
         return Query{.words = MadeUpText::word(random % 200) + ' ' +
                               MadeUpText::word(200 + (random >> 20U) % 2'000)};
     }},
    {"two frequent words",
     [](const MadeUpText&, std::uint64_t random) {
         return Query{.words = MadeUpText::word(random % 10) + ' ' +
                               MadeUpText::word(10 + (random >> 20U) % 10)};
     }},
    {"Chinese",
     [](const MadeUpText&, std::uint64_t random) {
         return Query{.words =
                          MadeUpText::sign(random % 100) + MadeUpText::sign((random >> 20U) % 300)};
     }},
    {"word that nobody wrote",
     [](const MadeUpText&, std::uint64_t random) {
         return Query{.words = fmt::format("x{:x}", random), .matches = 0};
     }},
};

// Nothing while the index is being made.
std::optional<Fleet::Answer> search(Testbed& testbed, Member& member, GroupId gid,
                                    const std::string& words) {
    Fleet::Answer answer = testbed.fleet().ask(member, client::search_command(gid, words));
    if (!answer.frame.has_found_entries()) return std::nullopt;
    return answer;
}

void fill(const Context& context, Testbed& testbed, OneGroup& load, MadeUpText& text) {
    Progress progress{"search: filling"};
    const std::size_t goal = context.options.entries;
    load.pressure.text = [&text](std::uint64_t) { return text.next(); };
    const auto each = [&] {
        if (load.pressure.said < goal) load.pressure.push();
        progress.show(static_cast<double>(testbed.world().sent) / static_cast<double>(goal),
                      fmt::format("{} entries", testbed.world().sent));
    };
    const auto full = [&] {
        return load.pressure.said >= goal && testbed.world().sent == load.pressure.said;
    };
    if (!testbed.fleet().run_until(full, kFillWithin, each)) {
        throw std::runtime_error{"the log could not be filled"};
    }
}

void await_index(Testbed& testbed, OneGroup& load) {
    Progress progress{"search: indexing"};
    Member& member = *load.pressure.senders[0];
    member.send(load.gid, kLastWord, Clock::now());
    const auto end = Clock::now() + kFillWithin;
    while (Clock::now() < end) {
        const auto found = search(testbed, member, load.gid, std::string{kLastWord});
        if (found && found->frame.found_entries().entries_size() == 1) return;
        progress.show(0, "");
        testbed.fleet().run_for(Millis{50});
    }
    throw std::runtime_error{"the index does not come to the end"};
}

void ask_often(const Context& context, Testbed& testbed, OneGroup& load, const MadeUpText& text) {
    auto& findings = context.findings;
    Histogram all;
    Plot plot{"Searches", "percent of searches", "ms", {}};
    const ServerCpu cpu{testbed.own_server()};
    for (const Kind& kind : kKinds) {
        Histogram took;
        for (std::size_t i = 0; i < kQueriesOfAKind; ++i) {
            const Query query = kind.make(text, testbed.world().loop.random());
            const auto found = search(testbed, *load.pressure.senders[1], load.gid, query.words);
            if (!found) throw std::runtime_error{"a search was refused"};
            took.add(static_cast<std::uint64_t>(found->took.count()));
            const auto count =
                static_cast<std::size_t>(found->frame.found_entries().entries_size());
            // Words that begin alike are found with it.
            const bool too_few = count < std::min(query.matches.value_or(0), limits::kSearchPage);
            if (too_few || (query.matches == 0U && count > 0)) {
                findings.fail("search", fmt::format("{} entries of {} for '{}'", count,
                                                    *query.matches, query.words));
            }
        }
        for (const double part : {0.5, 0.99}) {
            findings.figure("search", fmt::format("{}, p{:g}", kind.name, part * 100),
                            static_cast<double>(took.at(part)) / 1e6, "ms");
        }
        Plot::Series series{kind.name, {}};
        for (int part = 0; part <= 99; ++part) {
            series.points.emplace_back(part, static_cast<double>(took.at(part / 100.0)) / 1e6);
        }
        plot.series.push_back(std::move(series));
        all.add(took);
    }
    const double p99_ms = static_cast<double>(all.at(0.99)) / 1e6;
    findings.figure("search", "all kinds, p99", p99_ms, "ms");
    findings.figure("search", "longest", static_cast<double>(all.max()) / 1e6, "ms");
    findings.figure("search", "server's CPU for a search",
                    cpu.seconds() * 1e3 / static_cast<double>(all.count()), "ms");
    findings.plot("search", plot);
    if (p99_ms > kAimedMs) findings.fail("search", fmt::format("p99 above {} ms", kAimedMs));
}

}  // namespace

void measure_search(const Context& context) {
    Testbed testbed{context};
    OneGroup load = one_group(testbed, kSenders, 1);
    MadeUpText text{context.options.seed};
    const ServerCpu cpu{testbed.own_server()};
    const auto begin = Clock::now();
    fill(context, testbed, load, text);
    await_index(testbed, load);
    const std::chrono::duration<double> took = Clock::now() - begin;
    const auto entries = static_cast<double>(testbed.world().sent);
    auto& findings = context.findings;
    findings.figure("search", "entries of one group", entries, "");
    findings.figure("search", "sent, stored and indexed a second", entries / took.count(), "1/s");
    findings.figure("search", "indexed in a second of the indexer's CPU",
                    entries / cpu.seconds({"indexer"}), "1/s");
    ask_often(context, testbed, load, text);
    testbed.conclude("search");
}

}  // namespace stentor::bench
