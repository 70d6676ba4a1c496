#pragma once
// What one measurement stands on: a fresh server in a folder of its own, or the one that was named,
// and a fleet that checks everything.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "load/bench/bench.h"
#include "load/bench/findings.h"
#include "load/bench/fleet.h"
#include "load/bench/server_process.h"

namespace stentor::bench {

struct Context {
    const BenchOptions& options;
    Findings& findings;
};

class Testbed {
public:
    Testbed(const Context& context, std::vector<std::string> server_arguments = {});

    // The check of everything that was seen; a failure becomes one of the findings.
    void conclude(const std::string& section);

    [[nodiscard]] Fleet& fleet() { return *fleet_; }
    [[nodiscard]] World& world() { return world_; }
    [[nodiscard]] ledger::Ledger& ledger() { return ledger_; }
    // Nothing where the server was named and not started here.
    [[nodiscard]] ServerProcess* server() { return server_ ? &*server_ : nullptr; }
    [[nodiscard]] ServerProcess& own_server();
    // Stops the server, lets `fill` write into its record, and starts it again.
    void fill_record(const std::function<void(store::Store&)>& fill);
    [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
    [[nodiscard]] const std::filesystem::path& scratch() const { return scratch_.path(); }
    // After a restart.
    void retarget();

private:
    const Context& context_;
    Scratch scratch_;
    std::optional<ServerProcess> server_;
    Endpoint endpoint_;
    Loop loop_;
    ledger::Ledger ledger_;
    World world_;
    std::unique_ptr<Fleet> fleet_;
};

// Members that keep a number of sends unanswered each, round about their groups.
struct Pressure {
    std::vector<Member*> senders;
    std::vector<std::vector<GroupId>> groups;  // Of each sender.
    std::size_t in_flight{8};
    std::uint64_t said{};
    std::function<std::string(std::uint64_t)> text{};  // Of a message; none: one with its number.

    void push();
};

// `count` lifted senders and `watchers` in one group.
struct OneGroup {
    GroupId gid;
    Pressure pressure;
};
[[nodiscard]] OneGroup one_group(Testbed& testbed, std::size_t senders, std::size_t watchers);

// ---- The measurements
void measure_sends(const Context& context);
void measure_latency(const Context& context);
void measure_list(const Context& context);
void measure_questions(const Context& context);
void measure_flatness(const Context& context);
void measure_bytes(const Context& context);
void measure_fanout(const Context& context);
void measure_cold_start(const Context& context);
void measure_kill(const Context& context);
void measure_search(const Context& context);
void measure_groups(const Context& context);
void measure_unread(const Context& context);
void measure_tls(const Context& context);
void measure_membership(const Context& context);
void measure_isolation(const Context& context);
void measure_reads(const Context& context);
void measure_peers(const Context& context);
void measure_million(const Context& context);
void measure_slow(const Context& context);
void measure_return(const Context& context);

}  // namespace stentor::bench
