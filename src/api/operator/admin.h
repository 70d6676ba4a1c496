#pragma once
// The operator's side of HTTP, for a private listener: metrics, health and the admin page for
// whoever reaches it; /admin/api/ for whoever shows the admin key.
//
// Owner: the wiring; bus, command client, erasures, queue and control outlive what is under way.
// Thread: any. Handlers never block: passwords wait on the PasswordQueue, groups on the command
// client, all else on the bus; what the process must do for a while is the Control's.

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/public/api.h"
#include "auth/password_queue.h"
#include "base/storm.h"
#include "bus/bus.h"
#include "bus/command_client/command_client.h"
#include "net/http/message.h"

namespace stentor::api {

class AuditTrail;
class Erasures;
class StaticFiles;

// What the operator may have the process say and do. Thread: any; must not block.
class Control {
public:
    struct NotDone {
        Code code{};
        std::string why;  // For the operator.
    };
    // What was done, in words for the operator, or why not.
    using Done = std::move_only_function<void(std::expected<std::string, NotDone>)>;

    Control() = default;
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;
    virtual ~Control() = default;

    // Prometheus' text format.
    [[nodiscard]] virtual std::string metrics() = 0;
    // Reads the settings again, as SIGHUP does; what came of it stands in the log.
    virtual void reload() = 0;
    // A copy of the record, taken while it is written, into a new folder of this machine. One after
    // the other. `done` is called once, on any thread.
    virtual void backup(std::string folder, Done done) = 0;

    struct Storm {
        storm::Level level{};
        std::optional<storm::Level> pinned;
    };
    [[nodiscard]] virtual Storm storm() = 0;
    // Nothing: it is measured again.
    virtual void pin_storm(std::optional<storm::Level> level) = 0;
};

struct AdminParts {
    bus::Bus& bus;
    bus::CommandClient& commands;
    Erasures& erasures;
    auth::PasswordQueue& passwords;
    Status& status;
    Control& control;
};

class Admin {
public:
    using Reply = Api::Reply;

    // `web_folder` empty: no page. Throws as StaticFiles does.
    Admin(AdminParts parts, std::string key, const std::string& web_folder);
    Admin(const Admin&) = delete;
    Admin& operator=(const Admin&) = delete;
    ~Admin();

    void on_http(const net::http::Request& request, Reply reply);
    // Answers that refused something, by code. Thread: any.
    [[nodiscard]] const CodeCounts& refusals() const { return refusals_; }

private:
    void route(const net::http::Request& request, Reply reply);
    void on_api(const net::http::Request& request, Reply reply);

    AdminParts parts_;
    std::string key_;
    CodeCounts refusals_;
    std::unique_ptr<AuditTrail> trail_;
    std::unique_ptr<StaticFiles> files_;
};

}  // namespace stentor::api
