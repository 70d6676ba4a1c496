// What a start costs over a long log, and whether a killed server keeps its promises.

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "load/bench/progress.h"
#include "load/bench/testbed.h"
#include "testing/ledger/journal.h"

namespace stentor::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFillers = 64;
constexpr std::size_t kSenders = 10;
constexpr std::size_t kWatchers = 10;
constexpr std::size_t kSendsInFlight = 4;  // Each is synced to a journal twice.
constexpr Millis kHealWithin{60'000};

double seconds(Clock::duration span) { return std::chrono::duration<double>(span).count(); }

// From the start of the process until somebody new holds the newest page.
void start_once(const Context& context, Testbed& testbed, GroupId gid, const std::string& after) {
    const auto begin = Clock::now();
    const double listening = testbed.own_server().start();
    testbed.retarget();
    Member& newcomer = testbed.fleet().add(true, true);
    newcomer.start();
    newcomer.join(gid);
    const bool came = testbed.fleet().run_until(
        [&] { return newcomer.connected() && newcomer.idle() && newcomer.caught_up(); },
        kHealWithin);
    if (!came) return context.findings.fail("coldstart", "nobody could read " + after);
    context.findings.figure("coldstart", "listening after " + after, listening, "s");
    context.findings.figure("coldstart", "newest page read after " + after,
                            seconds(Clock::now() - begin), "s");
}

// Reads the whole log with fresh eyes, and holds it against the journals on disk.
void audit(const Context& context, Testbed& testbed, GroupId gid, Epoch epoch,
           const std::vector<std::filesystem::path>& journals) {
    ledger::Ledger ledger;
    const auto records = ledger::read_journals(journals, ledger);
    if (!records) return context.findings.fail("kill", "a journal cannot be read");
    World world{testbed.world().loop, ledger, testbed.world().settings};
    Fleet auditors{world, testbed.endpoint(), testbed.own_server().secrets()};
    Member& auditor = auditors.add(true, true);
    auditors.connect_all();
    auditor.audit(gid, epoch);
    if (!auditors.settle(kHealWithin)) {
        context.findings.fail("kill", "the auditor could not read the log");
    }
    const ledger::Report report = ledger.check();
    context.findings.note(
        "kill",
        fmt::format("from {} synced records and a fresh reading of the log: {} ok, {} "
                    "unknown of which {} stored; {}",
                    *records, report.ok, report.unknown, report.unknown_stored, report.summary()));
    for (const std::string& words : report.told) context.findings.fail("kill", words);
    if (!report.clean()) context.findings.fail("kill", report.summary());
    auditors.stop_all();
}

}  // namespace

void measure_cold_start(const Context& context) {
    Testbed testbed{context};
    ServerProcess& server = testbed.own_server();
    OneGroup load = one_group(testbed, kFillers, 1);
    {
        Progress progress{"filling"};
        const auto each = [&] {
            load.pressure.push();
            progress.show(static_cast<double>(testbed.world().sent) /
                              static_cast<double>(context.options.entries),
                          fmt::format("{} entries", testbed.world().sent));
        };
        if (!testbed.fleet().run_until(
                [&] { return testbed.world().sent >= context.options.entries; }, Millis{3'600'000},
                each)) {
            return context.findings.fail("coldstart", "the log could not be filled");
        }
    }
    testbed.conclude("coldstart");
    server.stop();
    const std::string entries = fmt::format("{} entries", context.options.entries);
    start_once(context, testbed, load.gid, entries);
    testbed.fleet().stop_all();
    server.kill();
    start_once(context, testbed, load.gid, entries + " and kill -9");
    testbed.fleet().stop_all();
}

void measure_kill(const Context& context) {
    Testbed testbed{context};
    ServerProcess& server = testbed.own_server();
    OneGroup load = one_group(testbed, kSenders, kWatchers);
    load.pressure.in_flight = kSendsInFlight;
    std::vector<std::filesystem::path> journals;
    for (Member* sender : load.pressure.senders) {
        journals.push_back(testbed.scratch() / fmt::format("journal-{}", journals.size()));
        auto journal = ledger::Journal::open(journals.back());
        if (journal == nullptr) throw std::runtime_error{"cannot write a journal"};
        sender->keep_journal(std::move(journal));
    }
    Histogram down;
    Progress progress{"kill -9"};
    for (std::size_t time = 0; time < context.options.times; ++time) {
        progress.show(static_cast<double>(time) / static_cast<double>(context.options.times),
                      fmt::format("{} kills, {} acknowledged", time, testbed.world().sent));
        const Millis pause{50 + testbed.world().loop.random() % 1'500};
        testbed.fleet().run_until([] { return false; }, pause, [&] { load.pressure.push(); });
        server.kill();
        const auto killed = Clock::now();
        server.start();
        testbed.retarget();
        const std::uint64_t sent = testbed.world().sent;
        // Healed: somebody's send is acknowledged again.
        if (!testbed.fleet().run_until([&] { return testbed.world().sent > sent; }, kHealWithin,
                                       [&] { load.pressure.push(); })) {
            return context.findings.fail("kill", "no send was answered after a restart");
        }
        down.add(static_cast<std::uint64_t>((Clock::now() - killed).count()));
    }
    const Epoch epoch = load.pressure.senders[0]->client().cursor(load.gid)->epoch();
    context.findings.figure("kill", "kill -9 under load",
                            static_cast<double>(context.options.times), "times");
    context.findings.figure("kill", "from the kill to the next answer, median",
                            static_cast<double>(down.at(0.5)) / 1e9, "s");
    context.findings.figure("kill", "from the kill to the next answer, longest",
                            static_cast<double>(down.max()) / 1e9, "s");
    testbed.conclude("kill");
    audit(context, testbed, load.gid, epoch, journals);
}

}  // namespace stentor::bench
