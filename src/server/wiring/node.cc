#include "server/wiring/node.h"

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "auth/admin_key.h"
#include "auth/token.h"
#include "base/log.h"
#include "config/address.h"
#include "server/record/backup.h"
#include "server/record/data_folder.h"
#include "server/record/replicas.h"
#include "server/telemetry/metrics.h"
#include "server/wiring/foreign_keys.h"
#include "server/wiring/media_of.h"
#include "server/wiring/options_of.h"
#include "server/wiring/web_push_of.h"
#include "server/wiring/word_lists.h"
#include "store/rocks/rocks_store.h"

namespace stentor::server {
namespace {

constexpr NodeId kThisNode{1};

// Tokens are checked where a session says Hello.
class TokenVerifier final : public session::Verifier {
public:
    TokenVerifier(const auth::Secrets& secrets, const account::SharedGate& gate)
        : secrets_{secrets}, gate_{gate} {}

    Result<session::Identity> verify(std::string_view token, Time now) const override {
        const auto claims = auth::verify(secrets_.keys, token, now);
        if (!claims) return std::unexpected(claims.error());
        const Time expires = gate_.expires_of(claims->minted, claims->expires);
        if (now >= expires) return std::unexpected(Error{.code = Code::token_expired});
        return session::Identity{.uid = claims->uid,
                                 .minted = claims->minted,
                                 .expires = expires,
                                 .bench = claims->bench};
    }

private:
    const auth::Secrets& secrets_;
    const account::SharedGate& gate_;
};

std::unique_ptr<search::WordIndex> open_words(const config::Settings& settings) {
    if (!settings.search.index) return nullptr;
    return std::make_unique<search::WordIndex>(std::filesystem::path{settings.server.data} /
                                               "search");
}

std::unique_ptr<AdminSide> admin_side_of(const config::Settings& settings) {
    if (settings.admin.listen.empty()) return nullptr;
    return std::make_unique<AdminSide>(*config::parse_address(settings.admin.listen));
}

}  // namespace

Node::Node(const config::Settings& settings)
    : settings_{settings},
      shards_{net_options(settings)},
      admin_side_{admin_side_of(settings)},
      secrets_{auth::load_or_make_secrets(std::filesystem::path{settings.server.data} / "secrets")},
      gate_{settings.accounts.token_lifetime},
      verifier_{std::make_unique<TokenVerifier>(secrets_, gate_)},
      store_{open_record(settings)},
      leader_{make_leader(settings, secrets_, *store_)},
      words_{open_words(settings)},
      indexer_{words_ ? std::make_unique<search::Indexer>(*store_, *words_) : nullptr},
      gateway_{{.node = kThisNode, .instance = to_ms(now())},
               session_rules(settings, *verifier_, gate_),
               gate_,
               bus_,
               routes_,
               shards_},
      commands_{kThisNode, bus_},
      addresses_{bus_, shards_},
      erasures_{std::make_shared<api::Erasures>(bus_, commands_)},
      passwords_{hasher_},
      filter_{make_filter(settings)},
      owner_{*store_, bus_, routes_,
             owner_options(settings, words_.get(), filter_.get(), leader_.get())},
      media_{make_media(settings, *store_)},
      vapid_{make_vapid(settings, *store_)},
      subscriptions_{vapid_ ? read_subscriptions(*store_, bus_) : nullptr},
      stats_{shards_, owner_, gateway_.hub(), filter_.get(), leader_.get()},
      api_{api_options(settings, secrets_, commands_, gate_, media_.get(), erasures_,
                       web_push_of(settings, vapid_.get(), subscriptions_.get())),
           bus_, passwords_, stats_},
      admin_{{.bus = bus_,
              .commands = commands_,
              .erasures = *erasures_,
              .passwords = passwords_,
              .status = stats_,
              .control = *this},
             auth::admin_key(secrets_.keys.front()),
             settings.admin.web} {
    bus_.attach(&gateway_.hub());
    bus_.attach(&commands_);
    bus_.attach(&owner_);
    hooks_ = std::make_unique<api::Hooks>(hook_targets(settings.outside.hooks), bus_, outgoing_);
}

void Node::start_notifier() {
    if (!vapid_) return;
    push_poster_ = std::make_unique<http_client::HttpPoster>(push_poster_options(settings_));
    // The hub may be told at any time, and always answers.
    auto presence = [this](UserId uid, std::move_only_function<void(bool)> answer) {
        gateway_.hub().put([uid, answer = std::move(answer)](cache::Cache& cache, Time) mutable {
            answer(cache.is_here(uid));
        });
    };
    notifier_ = std::make_unique<web_push::Notifier>(
        bus_, *subscriptions_, *vapid_, gate_, *push_poster_, std::move(presence),
        web_push::NotifierTimes{.waiting = {.gather = settings_.push.gather}});
}

Node::~Node() {
    if (leader_) leader_->release();
    // Destroyed after the admin side, which asks it, has stopped.
    if (storm_) storm_->stop();
    addresses_.stop();
    erasures_->stop();
    if (admin_side_) admin_side_->stop();
    notifier_.reset();
    hooks_.reset();
    shards_.stop();
    media_->stop();
}

bool Node::may_serve() const {
    return !leader_ || leader_->mode() != replica::Mode::strict || leader_->status().in_step;
}

Node::Addresses Node::serve() {
    addresses_.start();
    gateway_.serve([this](net::http::Request request, gateway::HttpReply reply) {
        api_.on_http(std::move(request), std::move(reply));
    });
    storm_ = std::make_unique<StormWatch>(storm_options(settings_), gateway_, owner_, shards_);
    erasures_->start();
    start_notifier();
    std::vector<std::string> urls;
    const std::vector<net::Listener> listeners = net_options(settings_).listeners;
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        const config::Address address{.host = listeners[i].address, .port = shards_.port(i)};
        const bool tcp = listeners[i].kind == net::Listener::Kind::tcp;
        const std::string scheme = tcp ? "tcp" : "http";
        urls.push_back(scheme + (listeners[i].tls ? "s://" : "://") + address.text());
    }
    return {.listeners = std::move(urls),
            .replica = leader_ ? leader_address() : "",
            .admin = admin_side_ ? serve_admin() : ""};
}

std::string Node::serve_admin() {
    return admin_side_->serve(
        [this](const net::http::Request& request, api::Api::Reply reply) {
            admin_.on_http(request, std::move(reply));
        },
        settings_.server.data);
}

std::string Node::leader_address() const {
    config::Address address = *config::parse_address(settings_.replica.listen);
    address.port = leader_->port();
    return address.text();
}

void Node::reload(const config::Settings& settings) {
    if (const auto reloaded = shards_.reload_certificates(); !reloaded) {
        log::error("the certificate stays", {{"why", reloaded.error()}});
    }
    api_.set_sign_up(settings.accounts.sign_up);
    if (storm_ && settings.storm.level != settings_.storm.level) {
        storm_->pin(storm::level_of(settings.storm.level));
    }
    settings_.storm.level = settings.storm.level;
    if (auto words = load_words(settings.safety.words)) {
        log::info("words read again", {{"count", (*words)->size()}});
        owner_.use_keywords(*words);
    } else {
        log::error("words not read again", {{"why", words.error()}});
    }
}

std::string Node::metrics() {
    return metrics_of({.shards = shards_,
                       .gateway = gateway_,
                       .owner = owner_,
                       .passwords = passwords_,
                       .commands = commands_,
                       .public_refusals = api_.refusals(),
                       .private_refusals = admin_.refusals(),
                       .store = *store::maintenance_of(*store_),
                       .media = media_->counts(),
                       .filter = filter_.get(),
                       .leader = leader_.get(),
                       .indexer = indexer_.get(),
                       .hooks = hooks_ ? &hooks_->counters() : nullptr,
                       .notifier = notifier_ ? &notifier_->counters() : nullptr,
                       .subscriptions = subscriptions_ ? subscriptions_->size() : 0,
                       .storm = storm_ ? std::optional{storm_->status()} : std::nullopt,
                       .ready = stats_.unready_reasons().empty()});
}

api::Control::Storm Node::storm() {
    const StormStatus status = storm_ ? storm_->status() : StormStatus{};
    return {.level = status.level, .pinned = status.pinned};
}

void Node::pin_storm(std::optional<storm::Level> level) {
    if (storm_) storm_->pin(level);
}

// The thread that started the process waits for it, and may do what takes its time.
void Node::reload() { kill(getpid(), SIGHUP); }

void Node::backup(std::string folder, Done done) {
    auto shared = std::make_shared<Done>(std::move(done));
    const bool taken = chores_.try_put([this, folder = std::move(folder), shared] {
        std::expected<std::string, NotDone> outcome;
        try {
            outcome = take_backup(*store::maintenance_of(*store_), settings_.server.data, folder);
            log::info("backup taken", {{"folder", folder}});
        } catch (const UnusableFolder& problem) {
            outcome = std::unexpected(NotDone{Code::bad_field, problem.what()});
            log::warn("no backup", {{"why", problem.what()}});
        } catch (const std::exception& problem) {
            outcome = std::unexpected(NotDone{Code::store_unavailable, problem.what()});
            log::error("no backup", {{"why", problem.what()}});
        }
        (*shared)(std::move(outcome));
    });
    if (!taken)
        (*shared)(std::unexpected(NotDone{Code::overloaded, "too many backups are asked for"}));
}

void Node::drain() {
    stats_.set_draining();
    if (notifier_) notifier_->finish();
    notifier_.reset();
    hooks_.reset();
    erasures_->stop();
    // Only stopped: the admin side goes on telling the level until the end.
    if (storm_) storm_->stop();
    gateway_.drain(settings_.server.drain_spread, settings_.server.drain_within);
    passwords_.stop();
    shards_.stop();
    media_->stop();
}

}  // namespace stentor::server
