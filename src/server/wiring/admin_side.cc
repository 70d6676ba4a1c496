#include "server/wiring/admin_side.h"

#include <fstream>
#include <stdexcept>
#include <utility>

namespace stentor::server {
namespace {

namespace fs = std::filesystem;

net::Options options_of(const config::Address& address) {
    return {.listeners = {{.address = address.host, .port = address.port}},
            .shards = 1,
            .websocket_path = ""};
}

// Written under another name first: whoever reads it finds all of it.
void write_address(const fs::path& file, const std::string& address) {
    const fs::path fresh = file.string() + ".new";
    {
        std::ofstream out{fresh, std::ios::trunc};
        fs::permissions(fresh, fs::perms::owner_read | fs::perms::owner_write);
        out << "http://" << address << "\n";
        if (!out.flush()) throw std::runtime_error{"cannot write " + fresh.string()};
    }
    fs::rename(fresh, file);
}

}  // namespace

class AdminSide::Handler final : public net::Handler, private ConnectionEvents {
public:
    explicit Handler(OnHttp on_http) : on_http_{std::move(on_http)} {}

    void on_start(net::Shard& shard, Time /*now*/) override { shard_ = &shard; }
    std::string refusal(const Error& /*error*/) override { return {}; }
    void on_http(net::http::Request request, net::http::Responder responder,
                 Time /*now*/) override {
        on_http_(request, [shard = shard_, responder](net::http::Response response) {
            shard->post([shard, responder, answer = std::move(response)] {
                shard->respond(responder, answer);
            });
        });
    }
    ConnectionEvents& connections() override { return *this; }
    bool on_turn(Time /*now*/) override { return false; }
    std::optional<Time> next_wake() override { return std::nullopt; }

private:
    // ---- ConnectionEvents: no path leads to a WebSocket here.
    void on_connected(ConnectionToken connection, Time /*now*/) override {
        shard_->drop(connection);
    }
    void on_message(ConnectionToken /*connection*/, std::string_view /*bytes*/,
                    Time /*now*/) override {}
    void on_drained(ConnectionToken /*connection*/) override {}
    void on_stuck(ConnectionToken connection) override { shard_->drop(connection); }
    void on_deadline(ConnectionToken /*connection*/, Time /*now*/) override {}
    void on_closed(ConnectionToken /*connection*/) override {}

    OnHttp on_http_;
    net::Shard* shard_{};
};

AdminSide::AdminSide(config::Address address)
    : address_{std::move(address)}, shards_{options_of(address_)} {}

AdminSide::~AdminSide() { stop(); }

std::string AdminSide::serve(OnHttp on_http, const fs::path& data) {
    handler_ = std::make_unique<Handler>(std::move(on_http));
    net::Handler* handler = handler_.get();
    shards_.serve({&handler, 1});
    address_.port = shards_.port();
    file_ = data / kAdminAddressFile;
    write_address(file_, address_.text());
    return address_.text();
}

void AdminSide::stop() {
    shards_.stop();
    if (file_.empty()) return;
    std::error_code ignored;
    fs::remove(std::exchange(file_, {}), ignored);
}

}  // namespace stentor::server
