#include "server/wiring/options_of.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "api/public/uploads.h"
#include "base/media_limits.h"
#include "base/user_rate.h"
#include "config/address.h"
#include "server/machine/kernel_needs.h"
#include "server/wiring/foreign_keys.h"
#include "server/wiring/word_lists.h"

namespace stentor::server {

namespace {

std::vector<net::Listener> listeners_of(const config::Settings::Listen& listen) {
    using Kind = net::Listener::Kind;
    std::vector<net::Listener> listeners;
    const auto add = [&](const config::Texts& addresses, Kind kind, bool tls) {
        for (const std::string& text : addresses) {
            const config::Address address = *config::parse_address(text);
            const bool behind = std::ranges::count(listen.proxy_protocol, text) > 0;
            listeners.push_back({.address = address.host,
                                 .port = address.port,
                                 .kind = kind,
                                 .tls = tls,
                                 .proxy_protocol = behind});
        }
    };
    add(listen.http, Kind::http, false);
    add(listen.https, Kind::http, true);
    add(listen.tcp, Kind::tcp, false);
    add(listen.tcp_tls, Kind::tcp, true);
    for (const std::string& text : listen.proxy_protocol) {
        const auto names = [&text](const config::Texts* addresses) {
            return std::ranges::count(*addresses, text) > 0;
        };
        if (std::ranges::any_of(
                std::array{&listen.http, &listen.https, &listen.tcp, &listen.tcp_tls}, names)) {
            continue;
        }
        throw std::runtime_error{"listen.proxy_protocol: " + text + " is not listened on"};
    }
    return listeners;
}

}  // namespace

net::Options net_options(const config::Settings& settings) {
    const Machine machine = read_machine();
    const std::uint64_t needed = shards_for(settings.server.connections, machine.descriptors_hard);
    const std::uint64_t shards =
        settings.server.shards != 0 ? settings.server.shards : std::max(machine.cores, needed);
    return {.listeners = listeners_of(settings.listen),
            .tls = {.certificate = settings.listen.certificate, .key = settings.listen.key},
            .trusted_proxies = settings.listen.trusted_proxies,
            .shards = static_cast<std::uint32_t>(shards),
            .large_bodies = {.prefix = std::string{api::kUploadPaths},
                             .bytes_max = limits::kUploadPartBytes},
            .origins = settings.listen.origins,
            .compression = settings.listen.compression,
            .handshakes = {
                .per_s = static_cast<std::uint32_t>(settings.server.handshakes_per_s),
                .open = static_cast<std::uint32_t>(settings.server.handshakes_open),
                .open_of_one = static_cast<std::uint32_t>(settings.server.handshakes_of_one)}};
}

namespace {

// Whole seconds are kept with a group: a part of one counts as one.
std::uint64_t seconds_of(Millis time) {
    return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(time).count());
}

group::Settings group_settings(const config::Settings& settings) {
    const UserRate rate{.per_s = static_cast<std::uint32_t>(settings.limits.sends_per_second),
                        .burst = static_cast<std::uint32_t>(settings.limits.sends_burst)};
    const config::Settings::Groups& groups = settings.groups;
    return {.rate = limit_of(rate),
            .staged_max = limits::kStagedPerGroup,
            .parked_max = limits::kParkedPerGroup,
            .rules = safety_rules(settings),
            .recall_window = groups.recall_window,
            .edit_window = groups.edit_window,
            .members_max = groups.members_max,
            .operator_creates = groups.create == "operator",
            .retention_s = seconds_of(groups.keep_for),
            .retention_entries = groups.keep_messages,
            .slow_mode_s = static_cast<std::uint32_t>(seconds_of(groups.slow_mode))};
}

}  // namespace

// Pulses are most of what a quiet crowd costs, so a large one gets them less often.
Millis pulse_of(const config::Settings::Server& server) {
    const Millis asked = std::chrono::ceil<std::chrono::seconds>(server.pulse);
    if (asked.count() != 0) return asked;
    const std::chrono::seconds spread{server.connections / limits::kPulsesPerSecond};
    return std::clamp<Millis>(spread, limits::kPulseEvery, limits::kPulseAtMost);
}

session::Rules session_rules(const config::Settings& settings, const session::Verifier& verifier,
                             const account::SharedGate& gate) {
    return {.verifier = verifier,
            .gate = gate,
            .sends_per_s = static_cast<std::uint32_t>(settings.limits.sends_per_second),
            .sends_burst = static_cast<std::uint32_t>(settings.limits.sends_burst),
            .pulse = pulse_of(settings.server)};
}

owner::OwnerOptions owner_options(const config::Settings& settings, search::Search* words,
                                  owner::PostFilter* judge, replica::Leader* leader) {
    std::function<bool()> await_copied;
    if (leader != nullptr) await_copied = [leader] { return leader->await_copied(); };
    return {.workers = settings.server.workers,
            .committers = settings.server.committers,
            .loaders = settings.store.readers,
            .sync_delay = settings.store.sync_delay,
            .await_copied = std::move(await_copied),
            .groups = group_settings(settings),
            .token_lives = settings.accounts.token_lifetime,
            .who_read_members = settings.groups.who_read_members,
            .judge = judge,
            .words = words};
}

StormOptions storm_options(const config::Settings& settings) {
    const config::Settings::Storm& storm = settings.storm;
    return {.rule = {.pass = storm.pass,
                     .commit = storm.commit,
                     .quiet = storm.quiet,
                     .readable_per_s = static_cast<double>(storm.entries_per_second)},
            .memory_max = storm.memory_mb * 1024 * 1024,
            .handshakes_per_s = static_cast<std::uint32_t>(settings.server.handshakes_per_s),
            .pinned = storm::level_of(storm.level)};
}

api::Options api_options(const config::Settings& settings, const auth::Secrets& secrets,
                         bus::CommandClient& commands, const account::SharedGate& gate,
                         media::Media* media, const std::shared_ptr<api::Erasures>& erasures,
                         api::WebPush web_push) {
    const auto per_minute = static_cast<std::uint32_t>(settings.accounts.attempts_per_minute);
    return {
        .keys = secrets.keys,
        .token_lives = settings.accounts.token_lifetime,
        .accounts = {.per_minute = per_minute, .burst = std::max(20U, per_minute / 3)},
        .sign_up = settings.accounts.sign_up,
        .web_folder = settings.server.web,
        .outside_keys = outside_keys(settings.outside.tokens),
        .origins = settings.listen.origins,
        .commands = &commands,
        .media = media,
        .web_push = std::move(web_push),
        .gate = &gate,
        .erase = [erasures](UserId uid, auto done) {
            auto begun = [done = std::move(done)](const Result<api::Erasures::Page>& page) mutable {
                if (!page) return done(std::unexpected(page.error()));
                done({});
            };
            erasures->erase(uid, {}, std::move(begun));
        }};
}

}  // namespace stentor::server
