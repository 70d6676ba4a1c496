#include "api/http/cors.h"

#include <algorithm>
#include <cctype>

namespace stentor::api {
namespace {

bool same_text(std::string_view a, std::string_view b) {
    return std::ranges::equal(
        a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::optional<net::http::Response> Cors::preflight(const net::http::Request& request) const {
    if (request.method != "OPTIONS" || request.header("origin").empty() ||
        request.header("access-control-request-method").empty()) {
        return std::nullopt;
    }
    const std::string origin = allowed(request);
    net::http::Response response{.status = origin.empty() ? 403U : 204U};
    if (!origin.empty()) {
        response.headers = {
            {.name = "Access-Control-Allow-Methods", .value = "GET, POST, DELETE"},
            {.name = "Access-Control-Allow-Headers", .value = "Authorization, Content-Type"},
            {.name = "Access-Control-Max-Age", .value = "600"}};
    }
    mark(response, origin);
    return response;
}

std::string Cors::allowed(const net::http::Request& request) const {
    const std::string_view origin = request.header("origin");
    const auto listed = std::ranges::find_if(
        origins_, [&](const std::string& each) { return same_text(each, origin); });
    return listed == origins_.end() ? std::string{} : std::string{origin};
}

void Cors::mark(net::http::Response& response, const std::string& allowed) {
    response.headers.push_back({.name = "Vary", .value = "Origin"});
    if (allowed.empty()) return;
    response.headers.push_back({.name = "Access-Control-Allow-Origin", .value = allowed});
    response.headers.push_back({.name = "Access-Control-Expose-Headers", .value = "Retry-After"});
}

}  // namespace stentor::api
