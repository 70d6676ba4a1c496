#include "api/http/responses.h"

#include "api/http/json.h"
#include "wire/pb.h"

namespace stentor::api {

using net::http::Response;

unsigned status_of(Code code) {
    switch (code) {
        case Code::bad_credentials:
        case Code::token_invalid:
        case Code::token_expired: return 401;
        case Code::not_permitted:
        case Code::banned: return 403;
        case Code::not_found: return 404;
        case Code::name_taken: return 409;
        case Code::frame_too_large: return 413;
        case Code::rate_limited: return 429;
        case Code::unsupported: return 501;
        case Code::internal: return 500;
        default: break;
    }
    return remedy(code) == Remedy::later || remedy(code) == Remedy::now ? 503 : 400;
}

Response json_response(unsigned status, std::string body) {
    return {.status = status,
            .content_type = "application/json",
            .body = share(std::move(body)),
            .headers = {{.name = "Cache-Control", .value = "no-store"},
                        {.name = "X-Content-Type-Options", .value = "nosniff"}}};
}

namespace {

Response refusal_of(unsigned status, const Error& refused, std::string_view why) {
    Error error = refused;
    if ((status == 503 || status == 429) && error.retry_after_ms == 0) {
        error.retry_after_ms = static_cast<std::uint32_t>(net::http::kRetryAfter.count());
    }
    JsonObject body;
    body.add("code", name_of(error.code))
        .add("number", static_cast<std::uint64_t>(error.code))
        .add("field", error.where)
        .add("limit", error.limit)
        .add("retry_after_ms", std::uint64_t{error.retry_after_ms});
    if (!error.rule.empty()) body.add("rule", error.rule);
    if (!why.empty()) body.add("why", why);
    Response response = json_response(status, body.text());
    response.refused = error.code;
    if (error.retry_after_ms > 0) {
        response.headers.push_back(net::http::retry_after_header(Millis{error.retry_after_ms}));
    }
    if (status == 401) {
        response.headers.push_back({.name = "WWW-Authenticate", .value = "Bearer"});
    }
    return response;
}

}  // namespace

Response refusal(const Error& error) { return refusal(status_of(error.code), error); }

Response refusal(unsigned status, const Error& error) { return refusal_of(status, error, {}); }

Response refusal_saying(const Error& error, std::string_view why) {
    return refusal_of(status_of(error.code), error, why);
}

Response refusal(const v1::Refused& refused) {
    return refusal({.code = static_cast<Code>(refused.code()),
                    .where = refused.field(),
                    .limit = refused.limit(),
                    .retry_after_ms = refused.retry_after_ms(),
                    .rule = refused.rule()});
}

Response wrong_method(std::string_view allowed) {
    Response response = refusal(405, {.code = Code::unsupported, .where = "method"});
    const bool get = allowed == "GET";
    response.headers.push_back(
        {.name = "Allow", .value = get ? std::string{"GET, HEAD"} : std::string{allowed}});
    return response;
}

net::http::Response metrics_response(std::string text) {
    return {.status = 200,
            .content_type = "text/plain; version=0.0.4; charset=utf-8",
            .body = share(std::move(text)),
            .headers = {{.name = "Cache-Control", .value = "no-store"}}};
}

}  // namespace stentor::api
