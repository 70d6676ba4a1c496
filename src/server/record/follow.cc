#include "server/record/follow.h"

#include <cstdio>
#include <ctime>
#include <stdexcept>

#include "api/http/json.h"
#include "api/http/responses.h"
#include "base/log.h"
#include "config/address.h"
#include "server/record/epochs.h"
#include "server/record/replicas.h"
#include "server/telemetry/metrics.h"
#include "server/wiring/admin_side.h"
#include "store/replica/follower.h"

namespace stentor::server {
namespace {

constexpr timespec kLookEvery{.tv_sec = 0, .tv_nsec = 100'000'000};

net::http::Response answer(const std::string& path, const replica::Follower& follower) {
    if (path == "/healthz") return api::health_response();
    if (path == "/metrics") return api::metrics_response(metrics_of(follower));
    if (path.starts_with("/admin/api/")) {
        return api::refusal(503, {.code = Code::store_unavailable, .where = "following"});
    }
    const replica::FollowerStatus status = follower.status();
    api::JsonObject body;
    body.add("ready", false)
        .add("following", true)
        .add("connected", status.connected)
        .add("update", status.position)
        .add("updates_behind", status.behind)
        .add("lag_ms", static_cast<std::uint64_t>(status.lag.count()))
        .add("copies", status.copies);
    return api::json_response(path == "/readyz" ? 503 : 200, body.text());
}

}  // namespace

Followed follow(const config::Settings& settings, const sigset_t& signals) {
    const auto secrets = std::filesystem::path{settings.server.data} / "secrets";
    if (!std::filesystem::exists(secrets)) {
        throw std::runtime_error{
            secrets.string() +
            " is missing: copy it from the leader, whose users' tokens it signs"};
    }
    // Its thread starts before a store opens a file: see net::ShardGroup.
    std::unique_ptr<AdminSide> admin;
    if (!settings.admin.listen.empty()) {
        admin = std::make_unique<AdminSide>(*config::parse_address(settings.admin.listen));
    }
    const config::Address leader = *config::parse_host(settings.replica.follow);
    auto follower = std::make_unique<replica::Follower>(
        replica::FollowerOptions{.host = leader.host,
                                 .port = leader.port,
                                 .key = replica_key(auth::load_or_make_secrets(secrets)),
                                 .folder = settings.server.data,
                                 .open = copy_opener()});
    const replica::Place place = follower->place();
    if (admin) {
        const std::string address =
            admin->serve([&](const net::http::Request& request,
                             api::Api::Reply reply) { reply(answer(request.path, *follower)); },
                         settings.server.data);
        std::printf("admin on http://%s/\n", address.c_str());
    }
    std::printf("following %s\n", settings.replica.follow.c_str());
    std::fflush(stdout);

    int signal = SIGHUP;
    while (!place.asked_to_end() && (signal == SIGHUP || signal < 0)) {
        signal = sigtimedwait(&signals, nullptr, &kLookEvery);
    }
    if (admin) admin->stop();
    follower.reset();
    if (!place.asked_to_end()) return Followed::stopped;
    static_cast<void>(promote_copy(settings.server.data, false, beginning_now()));
    return Followed::promoted;
}

}  // namespace stentor::server
