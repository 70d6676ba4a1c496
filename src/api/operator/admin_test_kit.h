#pragma once
// The operator's API over a bus of the test's own, asked as HTTP does.

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/operator/admin.h"
#include "api/operator/erasures.h"
#include "auth/password.h"
#include "bus/bus_test_kit.h"

namespace stentor::api {

inline constexpr const char* kAdminKey = "0123456789abcdef";

class TestControl final : public Control, public Status {
public:
    std::string metrics() override { return "a 1\n"; }
    void reload() override { ++reloads; }
    void backup(std::string folder, Done done) override {
        if (folder == "/full") {
            return done(std::unexpected(NotDone{Code::store_unavailable, "no room"}));
        }
        if (folder == "/there") {
            return done(std::unexpected(NotDone{Code::bad_field, "/there is there already"}));
        }
        done(folder + " written");
    }
    Storm storm() override { return {.level = pinned.value_or(1), .pinned = pinned}; }
    void pin_storm(std::optional<storm::Level> level) override { pinned = level; }
    std::vector<std::string> unready_reasons() override { return {}; }
    std::vector<std::pair<std::string, std::uint64_t>> counters() override { return {}; }
    int reloads{};
    std::optional<storm::Level> pinned;
};

template <class Bus>
class AdminFixture : public testing::Test {
protected:
    net::http::Response call(std::string method, std::string path, std::string body = "",
                             const std::string& key = kAdminKey) {
        net::http::Request request{.method = std::move(method), .path = std::move(path)};
        const std::size_t query = request.path.find('?');
        if (query != std::string::npos) {
            request.query = request.path.substr(query + 1);
            request.path.resize(query);
        }
        request.headers = {{.name = "authorization", .value = "Bearer " + key}};
        request.body = std::move(body);
        std::promise<net::http::Response> answered;
        admin.on_http(request, [&](net::http::Response response) {
            answered.set_value(std::move(response));
        });
        return answered.get_future().get();
    }

    Bus bus;
    bus::CommandClient commands{NodeId{1}, bus};
    std::shared_ptr<Erasures> erasures = std::make_shared<Erasures>(bus, commands);
    auth::Argon2Hasher hasher{auth::kArgon2CostForTests};
    auth::PasswordQueue passwords{hasher};
    TestControl control;
    Admin admin{{.bus = bus,
                 .commands = commands,
                 .erasures = *erasures,
                 .passwords = passwords,
                 .status = control,
                 .control = control},
                kAdminKey,
                ""};
};

}  // namespace stentor::api
