#include "store/replica/leader.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "base/log.h"

namespace stentor::replica {
namespace {

constexpr int kLookEveryMs = 100;  // Whether to stop.

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

bool send_file(Connection& connection, const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    if (!in || !connection.send(Kind::file, file.filename().string())) return false;
    std::string chunk(limits::kReplicaChunkBytes, '\0');
    while (in) {
        in.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
        const std::string_view got{chunk.data(), static_cast<std::size_t>(in.gcount())};
        if (!got.empty() && !connection.send(Kind::chunk, got)) return false;
    }
    return in.eof();
}

}  // namespace

Leader::Leader(store::Maintenance& store, LeaderOptions options)
    : store_(store), options_(std::move(options)), held_all_at_(now()) {
    listen_on();
    acceptor_ = std::jthread{[this] { accept_all(); }};
}

Leader::~Leader() {
    stop_ = true;
    release();
    acceptor_.join();
    end_conversation();
    close(listener_);
}

void Leader::listen_on() {
    const auto fail = [&](const char* what) {
        const std::string why = std::generic_category().message(errno);
        if (listener_ >= 0) close(listener_);
        throw std::runtime_error{std::string{"cannot "} + what + " for followers on " +
                                 options_.address + ": " + why};
    };
    sockaddr_storage place{};
    auto& four = reinterpret_cast<sockaddr_in&>(place);
    auto& six = reinterpret_cast<sockaddr_in6&>(place);
    socklen_t size = sizeof four;
    if (inet_pton(AF_INET, options_.address.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(options_.port);
    } else if (inet_pton(AF_INET6, options_.address.c_str(), &six.sin6_addr) == 1) {
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(options_.port);
        size = sizeof six;
    } else {
        errno = EINVAL;
        fail("listen");
    }
    listener_ = socket(place.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener_ < 0) fail("listen");
    const int on = 1;
    (void)setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    auto* const address = reinterpret_cast<sockaddr*>(&place);
    if (bind(listener_, address, size) != 0 || listen(listener_, 4) != 0) fail("listen");
    if (getsockname(listener_, address, &size) != 0) fail("listen");
    port_ = ntohs(place.ss_family == AF_INET ? four.sin_port : six.sin6_port);
}

void Leader::accept_all() {
    pthread_setname_np(pthread_self(), "replica-accept");
    while (!stop_) {
        pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
        if (poll(&waiting, 1, kLookEveryMs) <= 0) continue;
        const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0) continue;
        Connection connection{descriptor, limits::kReplicaHelloWithin};
        const std::optional<Hello> hello = greet(connection);
        if (!hello) continue;
        end_conversation();
        connection.set_limit(limits::kReplicaWithin);
        follower_.emplace(std::move(connection));
        talker_ = std::jthread{[this, hello = *hello] { talk(hello); }};
    }
}

// Whoever does not know the key learns nothing but a random number, and takes nobody's place.
std::optional<Hello> Leader::greet(Connection& connection) const {
    const Nonce mine = draw_nonce();
    const std::string_view nonce{reinterpret_cast<const char*>(mine.data()), mine.size()};
    if (!connection.send(Kind::challenge, nonce)) return std::nullopt;
    const auto bytes = connection.receive(Kind::hello, limits::kReplicaHelloBytes);
    const auto hello = bytes ? decode_hello(*bytes) : std::nullopt;
    if (!hello || !same(hello->proof, proof_of(options_.key, "follower", mine, hello->nonce))) {
        log::warn("somebody who does not know the key wanted to follow",
                  {{"address", connection.peer()}});
        return std::nullopt;
    }
    const Mac proof = proof_of(options_.key, "leader", mine, hello->nonce);
    const std::string_view shown{reinterpret_cast<const char*>(proof.data()), proof.size()};
    if (!connection.send(Kind::welcome, shown)) return std::nullopt;
    return hello;
}

void Leader::end_conversation() {
    if (follower_) follower_->shut();
    if (talker_.joinable()) talker_.join();
    follower_.reset();
}

void Leader::talk(const Hello& hello) {
    pthread_setname_np(pthread_self(), "replica-leader");
    const Result<std::uint64_t> line = store_.line();
    if (!line) return;
    {
        const std::scoped_lock lock{mutex_};
        status_.connected = true;
    }
    std::uint64_t position = hello.position;
    bool continues = hello.line == *line && position <= store_.latest();
    // A first look says whether what comes next is still kept.
    if (continues) continues = store_.updates_after(position)->next(1).has_value();
    const std::string peer = follower_->peer();
    log::info("a follower has come",
              {{"address", peer}, {"position", position}, {"continues", continues}});
    if (!continues) {
        std::optional<std::uint64_t> stands;
        if (hand_over_copy(*follower_)) {
            // It opens the copy first, which takes as long as it takes.
            follower_->set_limit(limits::kReplicaOpenWithin);
            const auto bytes = follower_->receive(Kind::stands, limits::kReplicaHelloBytes);
            if (bytes) stands = decode_number(*bytes);
            follower_->set_limit(limits::kReplicaWithin);
        }
        continues = stands.has_value();
        position = stands.value_or(0);
    }
    if (continues) hand_out_updates(*follower_, position);
    const std::scoped_lock lock{mutex_};
    status_.connected = false;
    if (!stop_) {
        log::warn("the follower is gone", {{"address", peer}, {"position", status_.position}});
    }
}

bool Leader::hand_over_copy(Connection& connection) {
    const std::filesystem::path folder = options_.scratch / "handed-over";
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    const Result<std::uint64_t> number = store_.checkpoint(folder);
    bool sent = number.has_value();
    if (sent) {
        const std::vector<std::filesystem::path> files = files_in(folder);
        log::info("handing over a copy",
                  {{"address", connection.peer()}, {"files", files.size()}, {"updates", *number}});
        sent = std::ranges::all_of(
            files, [&](const auto& file) { return !stop_ && send_file(connection, file); });
        sent = sent && connection.send(Kind::copied, encode(*number)).has_value();
        const std::scoped_lock lock{mutex_};
        status_.copies += sent ? 1 : 0;
    }
    std::filesystem::remove_all(folder, ignored);
    return sent;
}

void Leader::hand_out_updates(Connection& connection, std::uint64_t position) {
    const auto reader = store_.updates_after(position);
    while (!stop_) {
        Updates out{.strict = options_.mode == Mode::strict, .latest = store_.latest()};
        auto updates = reader->next(limits::kReplicaUpdatesBytes);
        if (!updates) return;  // It comes again, and is handed a copy.
        out.updates = std::move(*updates);
        const std::uint64_t reaches = out.updates.empty() ? position : out.updates.back().last;
        out.all = reaches >= out.latest;
        if (!connection.send(Kind::updates, encode(out))) return;
        const auto bytes = connection.receive(Kind::stands, limits::kReplicaHelloBytes);
        const auto stands = bytes ? decode_number(*bytes) : std::nullopt;
        if (!stands || *stands != reaches) return;
        position = reaches;
        on_position(position, out);
        if (out.all) (void)store_.wait_above(position, limits::kReplicaPulse);
    }
}

void Leader::on_position(std::uint64_t position, const Updates& handed_out) {
    const std::scoped_lock lock{mutex_};
    status_.position = position;
    for (const store::Update& update : handed_out.updates) status_.bytes += update.bytes.size();
    if (handed_out.all) held_all_at_ = now();
    if (handed_out.all && !status_.in_step && options_.mode != Mode::async) {
        status_.in_step = true;
        log::info("the follower is in step", {{"position", position}});
    }
    moved_.notify_all();
}

bool Leader::await_copied() {
    if (options_.mode == Mode::async) return true;
    const std::uint64_t number = store_.latest();
    std::unique_lock lock{mutex_};
    const auto copied = [&] { return released_ || status_.position >= number; };
    if (options_.mode == Mode::strict) {
        if (!moved_.wait_for(lock, options_.within, copied)) {
            status_.in_step = false;
            log::warn("commits wait for the follower", {{"position", status_.position}});
            moved_.wait(lock, copied);
        }
        return status_.position >= number;
    }
    if (!status_.in_step) return true;
    if (!moved_.wait_for(lock, options_.within, copied)) {
        status_.in_step = false;
        ++status_.alone;
        log::warn("going on without the follower",
                  {{"position", status_.position}, {"latest", number}});
    }
    return true;
}

void Leader::release() {
    const std::scoped_lock lock{mutex_};
    released_ = true;
    moved_.notify_all();
}

LeaderStatus Leader::status() const {
    const std::scoped_lock lock{mutex_};
    LeaderStatus status = status_;
    status.latest = store_.latest();
    status.in_step = status.in_step && status.connected;
    if (status.position < status.latest) {
        status.lag = std::max(Millis{0}, std::chrono::duration_cast<Millis>(now() - held_all_at_));
    }
    return status;
}

}  // namespace stentor::replica
