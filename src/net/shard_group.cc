#include "net/shard_group.h"

#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "net/loop.h"
#include "net/sockets.h"

namespace stentor::net {

// Options that can work, with what they were read into.
struct Checked {
    access::Networks trusted;
    std::shared_ptr<const tls::Context> certificate;  // None: no listener is encrypted.
};
Checked checked(const Options& options);

struct ShardGroup::Impl {
    Options options;
    std::vector<std::unique_ptr<Mailbox>> mailboxes;
    std::unique_ptr<Gate> gate;
    std::vector<std::unique_ptr<Loop>> loops;
    access::Networks trusted;
    std::shared_ptr<const tls::Context> certificate;  // The one at the start.
    std::atomic<Time> certificate_ends{};             // Of the one in use.
    std::vector<std::thread> threads;
    std::vector<std::uint16_t> ports;

    explicit Impl(Options chosen);
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() { stop(); }

    void live(std::uint32_t index, std::promise<void> started);
    void stop();

    // Runs `work` on a shard's thread and waits; what it throws is thrown here.
    template <class Work>
    auto on_shard(std::uint32_t index, Work work) {
        std::packaged_task<decltype(work())()> task{std::move(work)};
        auto result = task.get_future();
        mailboxes[index]->post(std::move(task));
        return result;
    }
};

ShardGroup::Impl::Impl(Options chosen) : options(std::move(chosen)) {
    auto [proxies, tls] = checked(options);
    trusted = std::move(proxies);
    certificate = std::move(tls);
    if (certificate != nullptr) certificate_ends = certificate->ends();
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const unsigned slots = options.gate_slots > 0 ? options.gate_slots : cores;
    // All wake-ups exist before the first table splits off, see Mailbox.
    for (std::uint32_t i = 0; i < options.shards; ++i) {
        mailboxes.push_back(std::make_unique<Mailbox>());
    }
    gate = std::make_unique<Gate>(slots, options.shards,
                                  [this](std::uint32_t index) { mailboxes[index]->post([] {}); });
    for (std::uint32_t i = 0; i < options.shards; ++i) {
        loops.push_back(std::make_unique<Loop>(i, options, trusted, *mailboxes[i], *gate));
        loops.back()->use_certificate(certificate);
    }
    std::vector<std::future<void>> started;
    for (std::uint32_t i = 0; i < options.shards; ++i) {
        std::promise<void> promise;
        started.push_back(promise.get_future());
        threads.emplace_back(&Impl::live, this, i, std::move(promise));
    }
    try {
        for (std::future<void>& each : started) each.get();
    } catch (...) {
        stop();  // A constructor that throws has no destructor to do it.
        throw;
    }
}

Checked checked(const Options& options) {
    Checked found;
    access::Networks& trusted = found.trusted;
    if (options.shards == 0 || options.shards > kNoShard) {
        throw std::runtime_error("the number of shards must be from 1 to 4095");
    }
    const std::vector<Listener>& listeners = options.listeners;
    if (listeners.empty() || listeners.size() > limits::kListeners) {
        throw std::runtime_error("there must be from 1 to 16 listeners");
    }
    for (const std::string& proxy : options.trusted_proxies) {
        if (trusted.add(proxy)) continue;
        throw std::runtime_error("trusted proxies: '" + proxy + "' is no address or network");
    }
    bool encrypted = false;
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        encrypted = encrypted || listeners[i].tls;
        if (listeners[i].proxy_protocol && trusted.empty()) {
            throw std::runtime_error("a listener for the PROXY protocol needs trusted proxies");
        }
        // SO_REUSEPORT would let both listen, and each connection find one of them by chance.
        for (std::size_t j = 0; j < i; ++j) {
            const bool same = listeners[i].port != 0 && listeners[i].port == listeners[j].port &&
                              listeners[i].address == listeners[j].address;
            if (same) {
                throw std::runtime_error("two listeners on " + listeners[i].address + " port " +
                                         std::to_string(listeners[i].port));
            }
        }
    }
    if (!encrypted) return found;
    auto loaded = tls::Context::load(options.tls);
    if (!loaded) throw std::runtime_error("TLS: " + loaded.error());
    found.certificate = std::move(*loaded);
    return found;
}

void check(const Options& options) { (void)checked(options); }

// With many shards on few cores all of them together weigh as much to the scheduler as one ordinary
// thread a core. As equals they would leave to the threads that order what they read, and that hand
// out what they write, one slice in fifty: a million who connected waited minutes for an answer. A
// step of nice is a factor of 1.25 (sched(7)); going down needs no privilege.
void step_back(std::size_t shards) {
    constexpr double kStep = 1.25;
    const double cores = std::max(1U, std::thread::hardware_concurrency());
    const double steps = std::log(static_cast<double>(shards) / cores) / std::log(kStep);
    if (steps < 1) return;
    setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + static_cast<int>(steps));
}

void ShardGroup::Impl::live(std::uint32_t index, std::promise<void> started) {
    pthread_setname_np(pthread_self(), ("shard-" + std::to_string(index)).c_str());
    step_back(options.shards);
    Loop& loop = *loops[index];
    try {
        std::vector<int> wake_ups;
        wake_ups.reserve(mailboxes.size());
        for (const auto& mailbox : mailboxes) wake_ups.push_back(mailbox->wake_descriptor());
        take_own_descriptor_table(wake_ups);
        loop.start();
    } catch (...) {
        started.set_exception(std::current_exception());
        return;
    }
    started.set_value();
    loop.run();
}

void ShardGroup::Impl::stop() {
    for (std::size_t i = 0; i < threads.size(); ++i) {
        mailboxes[i]->post([loop = loops[i].get()] { loop->stop(); });
    }
    for (std::thread& thread : threads) thread.join();
    threads.clear();
    for (const auto& mailbox : mailboxes) mailbox->end();
}

ShardGroup::ShardGroup(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
ShardGroup::~ShardGroup() = default;

void ShardGroup::serve(std::span<Handler* const> handlers) {
    if (handlers.size() != size()) throw std::runtime_error("one handler for each shard is needed");
    impl_->ports.clear();
    for (const Listener& listener : impl_->options.listeners) {
        if (listener.port != 0) check_address_free(listener);
        impl_->ports.push_back(listener.port);
    }
    // One after the other: the first finds the ports out for all.
    for (std::uint32_t i = 0; i < size(); ++i) {
        const auto open = [loop = impl_->loops[i].get(), handler = handlers[i],
                           ports = impl_->ports] { return loop->serve(*handler, ports); };
        impl_->ports = impl_->on_shard(i, open).get();
    }
}

std::uint16_t ShardGroup::port(std::size_t listener) const { return impl_->ports[listener]; }
std::uint32_t ShardGroup::size() const { return impl_->options.shards; }
Shard& ShardGroup::shard(std::uint32_t index) { return impl_->loops[index]->shard(); }
const Counters& ShardGroup::counters(std::uint32_t index) const {
    return impl_->loops[index]->counters();
}

std::expected<void, std::string> ShardGroup::reload_certificates() {
    if (impl_->certificate == nullptr) return {};
    const auto loaded = tls::Context::load(impl_->options.tls);
    if (!loaded) return std::unexpected(loaded.error());
    impl_->certificate_ends = (*loaded)->ends();
    for (std::uint32_t i = 0; i < size(); ++i) {
        impl_->mailboxes[i]->post([loop = impl_->loops[i].get(), certificate = *loaded] {
            loop->use_certificate(certificate);
        });
    }
    return {};
}

std::optional<Time> ShardGroup::certificate_ends() const {
    if (impl_->certificate == nullptr) return std::nullopt;
    return impl_->certificate_ends.load();
}

void ShardGroup::set_handshakes(std::uint32_t per_s) {
    for (std::uint32_t i = 0; i < size(); ++i) {
        impl_->mailboxes[i]->post(
            [loop = impl_->loops[i].get(), per_s] { loop->set_handshakes(per_s); });
    }
}

void ShardGroup::set_bans(std::shared_ptr<const access::Bans> bans) {
    for (std::uint32_t i = 0; i < size(); ++i) {
        impl_->mailboxes[i]->post([loop = impl_->loops[i].get(), bans] { loop->set_bans(bans); });
    }
}

void ShardGroup::stop_accepting() {
    if (impl_->threads.empty()) return;
    std::vector<std::future<void>> closed;
    closed.reserve(size());
    for (std::uint32_t i = 0; i < size(); ++i) {
        closed.push_back(
            impl_->on_shard(i, [loop = impl_->loops[i].get()] { loop->stop_accepting(); }));
    }
    for (std::future<void>& each : closed) each.get();
}

void ShardGroup::stop() { impl_->stop(); }

}  // namespace stentor::net
