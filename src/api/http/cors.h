#pragma once
// Pages of other origins that may use /api/v1 from a browser (the Fetch standard, "CORS protocol"):
// those that the operator lists. What bears the right to ask is a token in a header, never a
// cookie, so no credentials are allowed and none are needed.
//
// Pure. Thread: any. Cost: linear in the list, which is short.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/message.h"

namespace stentor::api {

class Cors {
public:
    // As browsers send them: "https://chat.example:8443". Compared without case.
    explicit Cors(std::vector<std::string> origins) : origins_{std::move(origins)} {}

    // The answer to a browser that asks whether a page may ask; nothing: it is another request.
    [[nodiscard]] std::optional<net::http::Response> preflight(
        const net::http::Request& request) const;
    // The origin to be told as allowed; empty: no listed one asks.
    [[nodiscard]] std::string allowed(const net::http::Request& request) const;
    // So that the page may read the answer, and no cache gives it to another.
    static void mark(net::http::Response& response, const std::string& allowed);

    [[nodiscard]] bool empty() const { return origins_.empty(); }

private:
    std::vector<std::string> origins_;
};

}  // namespace stentor::api
