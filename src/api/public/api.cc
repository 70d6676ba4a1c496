#include "api/public/api.h"

#include <array>
#include <stdexcept>

#include "api/http/cors.h"
#include "api/http/json.h"
#include "api/http/responses.h"
#include "api/http/static_files.h"
#include "api/public/accounts.h"
#include "api/public/audit_trail.h"
#include "api/public/media_files.h"
#include "api/public/own_account.h"
#include "api/public/profile.h"
#include "api/public/push.h"
#include "api/public/uploads.h"

namespace stentor::api {

using net::http::Request;
using net::http::Response;

namespace {

enum class Route : std::uint8_t {
    sign_up,
    sign_in,
    exchange,
    me,
    sign_out,
    password,
    sessions,
    end_session,
    own,
    erase,
    stats,
    health,
    ready
};

struct Row {
    std::string_view path;
    std::string_view method;
    Route route;
};

constexpr std::array<Row, 13> kRoutes{{
    {"/api/v1/sign-up", "POST", Route::sign_up},
    {"/api/v1/sign-in", "POST", Route::sign_in},
    {"/api/v1/exchange", "POST", Route::exchange},
    {"/api/v1/me", "GET", Route::me},
    {"/api/v1/sign-out", "POST", Route::sign_out},
    {"/api/v1/password", "POST", Route::password},
    {"/api/v1/sessions", "GET", Route::sessions},
    {"/api/v1/sessions/end", "POST", Route::end_session},
    {"/api/v1/own", "GET", Route::own},
    {"/api/v1/erase", "POST", Route::erase},
    {"/api/v1/stats", "GET", Route::stats},
    {"/healthz", "GET", Route::health},
    {"/readyz", "GET", Route::ready},
}};

Response stats_of(Status& status) {
    JsonObject body;
    for (const auto& [name, value] : status.counters()) body.add(name, value);
    return json_response(200, body.text());
}

}  // namespace

Response health_response() { return json_response(200, "{\"ok\":true}\n"); }

Response readiness_response(Status& status, bool with_warnings) {
    const std::vector<std::string> reasons = status.unready_reasons();
    JsonObject body;
    body.add("ready", reasons.empty()).add("reasons", reasons);
    if (with_warnings) body.add("warnings", status.warnings());
    return json_response(reasons.empty() ? 200 : 503, body.text());
}

Reply counted(CodeCounts& counts, Reply reply) {
    return [&counts, reply = std::move(reply)](Response response) mutable {
        if (response.refused != Code::ok) counts.add(response.refused);
        reply(std::move(response));
    };
}

Api::Api(Options options, bus::Bus& bus, auth::PasswordQueue& passwords, Status& status)
    : status_(status),
      cors_(std::make_unique<Cors>(std::move(options.origins))),
      trail_(std::make_unique<AuditTrail>(bus)) {
    if (options.keys.empty()) throw std::runtime_error("there is no key to sign tokens with");
    if (options.gate == nullptr) throw std::runtime_error("nobody says which accounts are closed");
    const auto tokens =
        std::make_shared<Tokens>(std::move(options.keys), options.token_lives, *options.gate, bus);
    const auto tries = std::make_shared<PasswordTries>(options.accounts, passwords);
    accounts_ = std::make_shared<Accounts>(tokens, tries, bus, std::move(options.outside_keys));
    own_account_ = std::make_shared<OwnAccount>(tokens, tries, bus, std::move(options.erase));
    accounts_->set_sign_up(options.sign_up);
    if (options.commands != nullptr)
        push_ = std::make_shared<Push>(bus, *options.commands, *options.gate);
    profile_ = std::make_shared<Profile>(tokens, bus, options.media);
    push_subscriptions_ = std::make_unique<PushSubscriptions>(tokens, std::move(options.web_push));
    if (options.media != nullptr) {
        uploads_ = std::make_shared<Uploads>(tokens, bus, *options.media);
        media_files_ = std::make_shared<MediaFiles>(tokens, bus, *options.media);
    }
    if (!options.web_folder.empty()) files_ = std::make_unique<StaticFiles>(options.web_folder);
}

Api::~Api() = default;

void Api::set_sign_up(bool open) { accounts_->set_sign_up(open); }

void Api::on_http(Request request, Reply reply) {
    if (!cors_->empty() && request.path.starts_with("/api/v1/")) {
        if (auto answer = cors_->preflight(request)) return reply(std::move(*answer));
        reply = [allowed = cors_->allowed(request),
                 reply = std::move(reply)](Response response) mutable {
            Cors::mark(response, allowed);
            reply(std::move(response));
        };
    }
    reply = trail_->watch(request, counted(refusals_, std::move(reply)));
    route(request, std::move(reply));
}

void Api::route(Request& request, Reply reply) {
    // HEAD is GET whose body is left out (RFC 9110 section 9.3.2); net/ leaves it out.
    const std::string_view method =
        request.method == "HEAD" ? std::string_view{"GET"} : request.method;
    for (const Row& row : kRoutes) {
        if (row.path != request.path) continue;
        if (row.method != method) return reply(wrong_method(row.method));
        switch (row.route) {
            case Route::sign_up: return accounts_->sign_up(request, std::move(reply));
            case Route::sign_in: return accounts_->sign_in(request, std::move(reply));
            case Route::exchange: return accounts_->exchange(request, std::move(reply));
            case Route::me: return accounts_->me(request, std::move(reply));
            case Route::sign_out: return own_account_->sign_out(request, std::move(reply));
            case Route::password: return own_account_->set_password(request, std::move(reply));
            case Route::sessions: return own_account_->list_sessions(request, std::move(reply));
            case Route::end_session: return own_account_->end_session(request, std::move(reply));
            case Route::own: return own_account_->show_own(request, std::move(reply));
            case Route::erase: return own_account_->erase(request, std::move(reply));
            case Route::stats: return reply(stats_of(status_));
            case Route::health: return reply(health_response());
            case Route::ready: return reply(readiness_response(status_));
        }
    }
    if (push_ && push_->on_http(request, reply)) return;
    if (uploads_ && uploads_->on_http(request, reply)) return;
    if (media_files_ && media_files_->on_http(request, reply)) return;
    if (push_subscriptions_->on_http(request, reply)) return;
    if (profile_->on_http(request, reply)) return;
    // What is here for nobody is not found, however it is asked for.
    if (method != "GET") {
        const bool page = files_ && files_->answer(request).status != 404;
        if (page) return reply(wrong_method("GET"));
        return reply(refusal({.code = Code::not_found, .where = "path"}));
    }
    if (files_) return reply(files_->answer(request));
    reply(refusal({.code = Code::not_found, .where = "path"}));
}

}  // namespace stentor::api
