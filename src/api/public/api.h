#pragma once
// The server's HTTP side: accounts, health, counters and the files of the page.
//
// Owner: the wiring; it outlives every shard, the bus outlives the queue. Thread: on_http comes
// from every shard's thread at once; what is shared is read-only, but for one short lock around the
// buckets per address. A handler never blocks: passwords wait on the PasswordQueue, accounts on the
// bus.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/public/push_subscriptions.h"
#include "auth/account/shared_gate.h"
#include "auth/address_limiter.h"
#include "auth/jwt.h"
#include "auth/password_queue.h"
#include "auth/token.h"
#include "base/code_counts.h"
#include "base/time.h"
#include "bus/bus.h"
#include "net/http/message.h"

namespace stentor::bus {
class CommandClient;
}
namespace stentor::media {
class Media;
}

namespace stentor::api {

class Accounts;
class MediaFiles;
class Uploads;
class AuditTrail;
class Cors;
class OwnAccount;
class Profile;
class Push;
class StaticFiles;

// What the server knows of itself. Thread: any.
class Status {
public:
    Status() = default;
    Status(const Status&) = delete;
    Status& operator=(const Status&) = delete;
    virtual ~Status() = default;

    // Why no new work should come here now, in words; empty: ready.
    [[nodiscard]] virtual std::vector<std::string> unready_reasons() = 0;
    // What the operator should look at although all is served.
    [[nodiscard]] virtual std::vector<std::string> warnings() { return {}; }
    // Names are lower case with underscores, units last.
    [[nodiscard]] virtual std::vector<std::pair<std::string, std::uint64_t>> counters() = 0;
};

// /healthz: the process lives. /readyz: 503 with the reasons while no new work should come.
[[nodiscard]] net::http::Response health_response();
// The warnings are told on the private listener alone, and do not take the server out of service.
[[nodiscard]] net::http::Response readiness_response(Status& status, bool with_warnings = false);

struct Options {
    std::vector<auth::TokenKey> keys;  // The first mints.
    Millis token_lives{std::chrono::hours{30 * 24}};
    auth::AddressRate accounts{};            // Sign-ups and sign-ins of one address.
    bool sign_up{true};                      // Anybody may make themselves an account.
    std::string web_folder;                  // Empty: no page is served.
    std::vector<auth::JwtKey> outside_keys;  // Of other systems' tokens; none: none is exchanged.
    std::vector<std::string> origins;        // Of other pages that may ask from a browser.
    bus::CommandClient* commands{};          // None: no key can send.
    media::Media* media{};                   // None: nobody can send files.
    WebPush web_push{};
    const account::SharedGate* gate{};  // Outlives whatever is under way.
    // Ends an account for good; none: nobody ends their own here. See OwnAccount::Erase.
    std::function<void(UserId, std::move_only_function<void(Result<void>)>)> erase{};
};

// Called exactly once for each request, on any thread, perhaps before on_http returns.
using Reply = std::move_only_function<void(net::http::Response)>;

// The same reply; what it refuses is counted first, whoever refused it. `counts` outlives it.
[[nodiscard]] Reply counted(CodeCounts& counts, Reply reply);

class Api {
public:
    using Reply = api::Reply;

    // Reads all files of the page into memory. Throws std::runtime_error when the folder cannot be
    // read or holds no index.html.
    Api(Options options, bus::Bus& bus, auth::PasswordQueue& passwords, Status& status);
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;
    ~Api();

    void on_http(net::http::Request request, Reply reply);
    // Whether anybody may make themselves an account. Thread: any.
    void set_sign_up(bool open);
    // Answers that refused something, by code. Thread: any.
    [[nodiscard]] const CodeCounts& refusals() const { return refusals_; }

private:
    void route(net::http::Request& request, Reply reply);

    Status& status_;
    CodeCounts refusals_;
    std::unique_ptr<Cors> cors_;
    std::unique_ptr<AuditTrail> trail_;
    std::shared_ptr<Accounts> accounts_;
    std::shared_ptr<OwnAccount> own_account_;
    std::shared_ptr<Push> push_;
    std::shared_ptr<Uploads> uploads_;
    std::shared_ptr<MediaFiles> media_files_;
    std::shared_ptr<Profile> profile_;
    std::unique_ptr<PushSubscriptions> push_subscriptions_;
    std::unique_ptr<StaticFiles> files_;
};

}  // namespace stentor::api
