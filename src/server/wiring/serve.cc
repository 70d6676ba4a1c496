#include "server/wiring/serve.h"

#include <google/protobuf/stubs/logging.h>
#include <pthread.h>
#include <sodium/core.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/room.h"
#include "config/keys.h"
#include "server/record/data_folder.h"
#include "server/record/follow.h"
#include "server/wiring/node.h"
#include "server/wiring/right_settings.h"

namespace stentor::server {
namespace {

// Before the first thread: all inherit the mask, and only serve() takes them.
sigset_t block_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
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

void set_log(const config::Settings& settings) {
    const std::string& level = settings.log.level;
    log::set_level(level == "debug"     ? log::Level::debug
                   : level == "warning" ? log::Level::warning
                   : level == "error"   ? log::Level::error
                                        : log::Level::info);
    log::set_format(settings.log.format == "json" ? log::Format::json : log::Format::text);
}

// Takes what can be taken while running. What cannot is said, and keeps its value.
void reload(const Sources& sources, config::Settings& running, Node& node) {
    const auto fresh = load(sources);
    if (!fresh) {
        log::error("settings not read again", {{"why", fresh.error()}});
        return;
    }
    for (const config::Key* key : config::changes(running, *fresh)) {
        if (key->reloads) {
            log::info("setting changed", {{"key", key->path()}, {"to", text_of(*fresh, *key)}});
            config::copy(*fresh, running, *key);
        } else {
            log::warn("setting needs a restart", {{"key", key->path()}});
        }
    }
    set_log(running);
    node.reload(running);
}

// False: a signal ended the wait.
bool await_follower(const Node& node, const config::Settings& settings, const sigset_t& signals) {
    constexpr timespec kLookEvery{.tv_sec = 0, .tv_nsec = 100'000'000};
    if (!node.may_serve()) {
        log::warn("nobody is served until a follower is in step",
                  {{"listen", settings.replica.listen}});
    }
    while (!node.may_serve()) {
        const int signal = sigtimedwait(&signals, nullptr, &kLookEvery);
        if (signal > 0 && signal != SIGHUP) return false;
    }
    return true;
}

}  // namespace

void serve(const Sources& sources) {
    auto settings = load(sources);
    if (!settings) throw std::runtime_error{settings.error()};
    if (const std::vector<std::string> flaws = flaws_of(*settings); !flaws.empty()) {
        std::string all;
        for (const std::string& flaw : flaws) all += (all.empty() ? "" : "\n") + flaw;
        throw std::runtime_error{all};
    }
    const sigset_t signals = block_signals();
    // Else each hostile string costs a line of the log.
    google::protobuf::SetLogHandler(nullptr);
    if (sodium_init() < 0) throw std::runtime_error{"libsodium cannot start"};
    set_log(*settings);
    refuse_foreign_folder(settings->server.data);
    make_private_folder(settings->server.data);
    refuse_full_disk(settings->server.data);
    raise_descriptor_limit();

    if (!settings->replica.follow.empty()) {
        if (follow(*settings, signals) == Followed::stopped) return;
        settings->replica.follow.clear();
    }
    Node node{*settings};
    watch_room(settings->server.data);
    if (!await_follower(node, *settings, signals)) return;
    const Node::Addresses addresses = node.serve();
    for (const std::string& url : addresses.listeners) {
        std::printf("listening on %s\n", url.c_str());
    }
    if (!addresses.replica.empty()) {
        std::printf("followers may come to %s\n", addresses.replica.c_str());
    }
    if (!addresses.admin.empty()) std::printf("admin on http://%s/\n", addresses.admin.c_str());
    std::fflush(stdout);

    for (;;) {
        int signal = 0;
        sigwait(&signals, &signal);
        if (signal != SIGHUP) {
            log::info("draining", {{"signal", signal}});
            break;
        }
        reload(sources, *settings, node);
    }
    node.drain();
    log::info("stopped");
}

}  // namespace stentor::server
