#include "store/replica/follower.h"

#include <pthread.h>

#include <algorithm>
#include <fstream>

#include "base/log.h"

namespace stentor::replica {
namespace {

constexpr Millis kLookEvery{20};  // Whether to stop, while it pauses.

std::unexpected<Error> odd() { return std::unexpected(Error{Code::malformed, "replica"}); }

// A name of a file within a folder, and of nothing else.
bool is_plain(std::string_view name) {
    return !name.empty() && name.size() <= 255 && name[0] != '.' && !name.contains('/') &&
           !name.contains('\0');
}

}  // namespace

Follower::Follower(FollowerOptions options)
    : options_(std::move(options)), place_(options_.folder), in_step_at_(now()) {
    place_.begin(options_.host + ":" + std::to_string(options_.port));
    thread_ = std::jthread{[this] { run(); }};
}

Follower::~Follower() {
    stop_ = true;
    {
        const std::scoped_lock lock{mutex_};
        if (connection_ != nullptr) connection_->shut();
    }
    thread_.join();
}

FollowerStatus Follower::status() const {
    const std::scoped_lock lock{mutex_};
    FollowerStatus status = status_;
    const bool in_step = status.connected && status.behind == 0;
    status.lag = in_step ? Millis{} : std::max(Millis{}, now() - in_step_at_);
    return status;
}

void Follower::run() {
    pthread_setname_np(pthread_self(), "replica-follow");
    Millis wait = limits::kReplicaRetryMin;
    while (!stop_) {
        const Time began = now();
        const Result<void> ended = converse();
        {
            const std::scoped_lock lock{mutex_};
            status_.connected = false;
            connection_ = nullptr;
        }
        if (stop_) break;
        log::warn("does not follow", {{"leader", options_.host},
                                      {"code", name_of(ended.error().code)},
                                      {"where", ended.error().where}});
        // A conversation that lasted was a good one.
        if (now() - began > limits::kReplicaRetryMax) wait = limits::kReplicaRetryMin;
        pause(wait);
        wait = std::min(2 * wait, limits::kReplicaRetryMax);
    }
    copy_.store.reset();
}

void Follower::pause(Millis time) {
    const Time end = now() + time;
    while (!stop_ && now() < end) std::this_thread::sleep_for(kLookEvery);
}

Result<void> Follower::open() {
    if (copy_.store != nullptr) return {};
    Result<Copy> opened = options_.open(place_.store());
    if (!opened) return std::unexpected(opened.error());
    copy_ = std::move(*opened);
    const std::scoped_lock lock{mutex_};
    status_.position = copy_.face->latest();
    return {};
}

Result<Connection> Follower::meet() {
    Result<Connection> connection = Connection::to(options_.host, options_.port);
    if (!connection) return connection;
    const auto nonce = connection->receive(Kind::challenge, limits::kReplicaHelloBytes);
    if (!nonce) return std::unexpected(nonce.error());
    Nonce theirs{};
    if (nonce->size() != theirs.size()) return odd();
    std::ranges::copy(*nonce, theirs.begin());

    Hello hello{.nonce = draw_nonce()};
    hello.proof = proof_of(options_.key, "follower", theirs, hello.nonce);
    if (copy_.store != nullptr && !wants_copy_) {
        const Result<std::uint64_t> line = copy_.face->line();
        if (!line) return std::unexpected(line.error());
        hello.line = *line;
        hello.position = copy_.face->latest();
    }
    if (const auto sent = connection->send(Kind::hello, encode(hello)); !sent) {
        return std::unexpected(sent.error());
    }
    const auto welcome = connection->receive(Kind::welcome, limits::kReplicaHelloBytes);
    if (!welcome) return std::unexpected(Error{Code::bad_credentials, "replica key"});
    Mac shown{};
    if (welcome->size() != shown.size()) return odd();
    std::ranges::copy(*welcome, shown.begin());
    if (!same(shown, proof_of(options_.key, "leader", theirs, hello.nonce))) {
        return std::unexpected(Error{Code::bad_credentials, "replica key"});
    }
    connection->set_limit(limits::kReplicaWithin);
    return connection;
}

Result<void> Follower::converse() {
    if (std::filesystem::exists(place_.store())) {
        if (const auto opened = open(); !opened) return opened;
    }
    Result<Connection> connection = meet();
    if (!connection) return std::unexpected(connection.error());
    {
        const std::scoped_lock lock{mutex_};
        connection_ = &*connection;
        status_.connected = true;
        status_.behind = 1;  // Until it is told better.
    }
    log::info("follows", {{"leader", options_.host}, {"position", status().position}});
    Result<void> fine;
    while (fine && !stop_) {
        Result<Connection::Frame> frame = connection->receive();
        if (!frame) {
            fine = std::unexpected(frame.error());
        } else if (frame->kind == Kind::file) {
            fine = take_copy(*connection, std::move(frame->content));
        } else if (frame->kind == Kind::updates && copy_.store != nullptr) {
            fine = take_updates(*connection, frame->content);
        } else {
            fine = odd();
        }
    }
    const std::scoped_lock lock{mutex_};
    connection_ = nullptr;
    return fine;
}

Result<void> Follower::take_copy(Connection& connection, std::string name) {
    std::error_code ignored;
    std::filesystem::remove_all(place_.incoming(), ignored);
    std::filesystem::create_directories(place_.incoming(), ignored);
    Kind kind = Kind::file;
    while (kind == Kind::file) {
        if (!is_plain(name)) return odd();
        std::ofstream out{place_.incoming() / name, std::ios::binary};
        for (;;) {
            Result<Connection::Frame> frame = connection.receive();
            if (!frame) return std::unexpected(frame.error());
            kind = frame->kind;
            if (kind == Kind::chunk) {
                out << frame->content;
                continue;
            }
            name = std::move(frame->content);
            break;
        }
        out.close();
        if (!out) return std::unexpected(Error{Code::store_unavailable, "incoming copy"});
    }
    if (kind != Kind::copied) return odd();
    copy_.store.reset();
    place_.install();
    wants_copy_ = false;
    if (const auto opened = open(); !opened) return opened;
    {
        const std::scoped_lock lock{mutex_};
        ++status_.copies;
    }
    return tell_position(connection);
}

Result<void> Follower::take_updates(Connection& connection, const std::string& bytes) {
    const auto updates = decode_updates(bytes);
    if (!updates) return odd();
    if (const auto applied = copy_.face->apply(updates->updates); !applied) {
        wants_copy_ = applied.error().code == Code::bad_range;
        if (!wants_copy_) copy_.store.reset();  // It stops for good after a failed write.
        return applied;
    }
    const std::uint64_t position = copy_.face->latest();
    // A leader that does not wait for its follower may have told of more than is here.
    if (!updates->strict || updates->all) place_.set_holds_all(updates->strict && updates->all);
    {
        const std::scoped_lock lock{mutex_};
        status_.position = position;
        status_.behind = updates->latest > position ? updates->latest - position : 0;
        if (status_.behind == 0) in_step_at_ = now();
    }
    return tell_position(connection);
}

Result<void> Follower::tell_position(Connection& connection) {
    return connection.send(Kind::stands, encode(copy_.face->latest()));
}

}  // namespace stentor::replica
