#pragma once
// One HTTP/1.1 request (RFC 9112) on a blocking socket of its own: for signing up and for counters.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/code.h"
#include "load/bench/server_process.h"

namespace stentor::bench {

struct HttpAnswer {
    unsigned status{};
    std::uint32_t retry_after_s{};
    std::string body;
};

// store_unavailable: no connection, or no whole answer within 30 s. `bearer` is who asks, when that
// matters; `actor` the name under which an operator does.
[[nodiscard]] Result<HttpAnswer> http_get(const Endpoint& to, std::string_view path,
                                          std::string_view bearer = {});
[[nodiscard]] Result<HttpAnswer> http_post(const Endpoint& to, std::string_view path,
                                           std::string_view json, std::string_view bearer = {},
                                           std::string_view actor = {});

// The text or number under `key` of a flat JSON object; empty when there is none.
[[nodiscard]] std::string json_field(std::string_view json, std::string_view key);
// All numbers of a flat JSON object.
[[nodiscard]] std::map<std::string, std::uint64_t> json_numbers(std::string_view json);

// GET /api/v1/stats; empty when it does not answer.
[[nodiscard]] std::map<std::string, std::uint64_t> server_counters(const Endpoint& server);

}  // namespace stentor::bench
