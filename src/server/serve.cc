#include "server/serve.h"

#include <google/protobuf/stubs/logging.h>
#include <pthread.h>
#include <sodium/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "api/api.h"
#include "api/poster.h"
#include "auth/password.h"
#include "auth/password_queue.h"
#include "auth/random.h"
#include "auth/secrets.h"
#include "auth/token.h"
#include "base/limits.h"
#include "base/log.h"
#include "bus/local/local_bus.h"
#include "gateway/gateway.h"
#include "net/shard_group.h"
#include "owner/owner.h"
#include "route/local/local_routes.h"
#include "search/indexer.h"
#include "search/word_index.h"
#include "server/stats.h"
#include "store/rocks/rocks_store.h"

namespace stentor::server {
namespace {

constexpr NodeId kThisNode{1};

// Before the first thread: all inherit the mask, and only wait_for_signal takes them.
sigset_t block_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

// The soft limit is low for programs that use select(); we do not.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

net::Options net_options(const ServeOptions& options) {
    return {.address = options.address,
            .port = options.port,
            .shards = options.shards != 0 ? options.shards
                                          : std::max(1U, std::thread::hardware_concurrency()),
            .origins = options.origins};
}

std::unique_ptr<store::Store> open_store(const ServeOptions& options) {
    auto store = store::open_rocks({.path = (options.data / "store").string()});
    if (!store) {
        throw std::runtime_error{"cannot open the store in " + options.data.string() + ": " +
                                 std::string{store.error().where}};
    }
    return std::move(*store);
}

owner::OwnerOptions owner_options(const ServeOptions& options, search::Search& words) {
    const auto period = Millis{1'000 / std::max(1U, options.sends_per_s)};
    return {.workers = options.workers,
            .sync_delay = options.sync_delay,
            .groups = {.rate = {.period = period, .burst = static_cast<int>(options.sends_burst)},
                       .staged_max = limits::kStagedPerGroup,
                       .parked_max = limits::kParkedPerGroup},
            .words = &words};
}

// Tokens are checked where a session says Hello.
class TokenVerifier final : public session::Verifier {
public:
    explicit TokenVerifier(const auth::Secrets& secrets) : secrets_{secrets} {}

    Result<session::Identity> verify(std::string_view token, Time now) const override {
        const auto claims = auth::verify(secrets_.keys, token, now);
        if (!claims) return std::unexpected(claims.error());
        return session::Identity{.uid = claims->uid,
                                 .minted = claims->minted,
                                 .expires = claims->expires,
                                 .bench = claims->bench};
    }

private:
    const auth::Secrets& secrets_;
};

}  // namespace

void serve(const ServeOptions& options) {
    const sigset_t signals = block_signals();
    // Else each hostile string costs a line of the log.
    google::protobuf::SetLogHandler(nullptr);
    if (sodium_init() < 0) throw std::runtime_error{"libsodium cannot start"};
    // One that was there already keeps the mode that its owner gave it.
    if (std::filesystem::create_directories(options.data)) {
        std::filesystem::permissions(options.data, std::filesystem::perms::owner_all);
    }

    raise_descriptor_limit();
    // First of all the shards: their descriptor tables must not hold what is opened later.
    net::ShardGroup shards{net_options(options)};
    const auth::Secrets secrets = auth::load_or_make_secrets(options.data / "secrets");
    const TokenVerifier verifier{secrets};
    const auto store = open_store(options);
    search::WordIndex words{options.data / "search"};
    const search::Indexer indexer{*store, words};

    bus::LocalBus bus;
    route::LocalRoutes routes;
    gateway::Gateway gateway{{.node = kThisNode, .instance = to_ms(now())},
                             {.verifier = verifier,
                              .sends_per_s = options.sends_per_s,
                              .sends_burst = options.sends_burst},
                             bus,
                             routes,
                             shards};
    api::Poster poster{kThisNode, bus, gateway.hub()};
    bus.attach(&poster);
    // Before the owner, whose last answers may still come here.
    auth::Argon2Hasher hasher;
    auth::PasswordQueue passwords{hasher};
    owner::Owner owner{*store, bus, routes, owner_options(options, words)};
    bus.attach(&owner);

    Stats stats{shards, owner, gateway.hub()};
    api::Api api{{.keys = secrets.keys,
                  .token_lives = options.token_lifetime,
                  .accounts = {.per_minute = options.accounts_per_minute,
                               .burst = std::max(20U, options.accounts_per_minute / 3)},
                  .web_folder = options.web.string()},
                 bus,
                 passwords,
                 stats};

    gateway.serve([&api](net::http::Request request, gateway::HttpReply reply) {
        api.on_http(std::move(request), std::move(reply));
    });
    const bool v6 = options.address.find(':') != std::string::npos;
    std::printf("listening on http://%s%s%s:%u\n", v6 ? "[" : "", options.address.c_str(),
                v6 ? "]" : "", shards.port());
    std::fflush(stdout);

    int signal = 0;
    sigwait(&signals, &signal);
    log::info("draining", {{"signal", signal}, {"within_ms", options.drain_within.count()}});
    stats.set_draining();
    gateway.drain(options.drain_spread, options.drain_within);
    passwords.stop();
    shards.stop();
    log::info("stopped");
}

}  // namespace stentor::server
