// `stentor top`: a running server at a glance, once a second, from its metrics.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "server/cli/admin_client.h"
#include "server/cli/commands.h"
#include "server/telemetry/samples.h"

namespace stentor::server {
namespace {

struct TopArguments {
    explicit TopArguments(CLI::App& command) : server{command} {}
    AdminClient server;
    std::size_t times{};  // 0: until a signal.
};

std::string bytes(double value) {
    constexpr std::array kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
    return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string milliseconds(const std::optional<double>& seconds) {
    return seconds ? fmt::format("<= {:g} ms", *seconds * 1000) : "-";
}

std::string reasons(const Samples& now, const Samples& before, std::string_view name,
                    std::string_view label) {
    constexpr std::size_t kShown = 6;
    std::string text;
    std::size_t shown = 0;
    for (const auto& [reason, count] : now.labelled(name, label)) {
        if (count <= 0 || shown++ == kShown) break;
        const double old = before.value(fmt::format("{}{{{}=\"{}\"}}", name, label, reason));
        text += fmt::format("  {:<24} {:>12.0f}  {:+.0f}\n", reason, count, count - old);
    }
    return text.empty() ? "  none\n" : text;
}

std::string screen(const Samples& now, const Samples& before, double seconds) {
    const auto rate = [&](const std::string& name) {
        return std::max(0.0, now.value(name) - before.value(name)) / seconds;
    };
    std::string text = fmt::format(
        "connections {:>10.0f}    groups watched {:>8.0f}    in memory {:>8.0f}    {}\n",
        now.value("stentor_connections{kind=\"socket\"}"), now.value("stentor_groups_watched"),
        now.value("stentor_groups_in_memory"),
        now.value("stentor_ready") > 0 ? "ready" : "NOT READY");
    text += fmt::format("kept/s      {:>10.1f}    pushed/s       {:>8.0f}    out/s     {:>12}\n",
                        rate("stentor_sends_kept_total"), rate("stentor_frames_out_total"),
                        bytes(rate("stentor_bytes_total{way=\"out\"}")));
    text += fmt::format("commit p99  {:>13} pushing p99    {:>11}\n",
                        milliseconds(now.quantile(before, "stentor_commit_seconds", 0.99)),
                        milliseconds(now.quantile(before, "stentor_fanout_turn_seconds", 0.99)));
    text += fmt::format("pass p99    {:>13} storm level    {:>8.0f}{}\n",
                        milliseconds(now.quantile(before, "stentor_pass_seconds", 0.99)),
                        now.value("stentor_storm_level"),
                        now.value("stentor_storm_pinned") > 0 ? "    pinned" : "");
    text += fmt::format("memory      {:>13} processor      {:>6.0f} %    waiting   {:>8.0f}\n\n",
                        bytes(now.value("process_resident_memory_bytes")),
                        rate("process_cpu_seconds_total") * 100,
                        now.value("stentor_waiting{queue=\"owners\"}") +
                            now.value("stentor_waiting{queue=\"questions\"}"));
    text += "refused commands\n" + reasons(now, before, "stentor_refusals_total", "code");
    text +=
        "connections turned away\n" + reasons(now, before, "stentor_turned_away_total", "reason");
    return text;
}

void watch(TopArguments& arguments) {
    using Clock = std::chrono::steady_clock;
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    Samples before{arguments.server.get_text("/metrics")};
    auto last = Clock::now();
    for (std::size_t shown = 0; arguments.times == 0 || shown < arguments.times; ++shown) {
        std::this_thread::sleep_for(std::chrono::seconds{1});
        const Samples now{arguments.server.get_text("/metrics")};
        const auto time = Clock::now();
        // Home, then what is left of the former screen is wiped.
        fmt::print("{}{}{}", terminal ? "\033[H" : "",
                   screen(now, before, std::chrono::duration<double>(time - last).count()),
                   terminal ? "\033[J" : "\n");
        std::fflush(stdout);
        before = now;
        last = time;
    }
}

}  // namespace

void add_top_command(CLI::App& app) {
    CLI::App* command = app.add_subcommand("top", "A running server at a glance, once a second");
    const auto arguments = std::make_shared<TopArguments>(*command);
    command->add_option("--times", arguments->times, "Screens to show; 0: until a signal");
    command->callback([arguments] { watch(*arguments); });
}

}  // namespace stentor::server
