#pragma once
// What an operator may set for `stentor serve`.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/time.h"

namespace stentor::server {

struct ServeOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;                // 0: the system chooses.
    std::filesystem::path data = ".stentor";  // Made when missing.
    std::filesystem::path web;                // The page's files; empty: no page.
    std::uint32_t shards = 0;                 // 0: as many as cores.
    std::size_t workers = 1;
    std::vector<std::string> origins;  // Allowed beside the server's own.
    Millis token_lifetime{std::chrono::hours{24 * 30}};
    std::uint32_t sends_per_s = limits::kSendsPerSecond;
    std::uint32_t sends_burst = limits::kSendsBurst;
    std::uint32_t accounts_per_minute = 60;  // Sign-ups and sign-ins of one address.
    Millis drain_spread{2'000};
    Millis drain_within{10'000};
    Millis sync_delay{0};  // For measurements: added to every sync.
};

}  // namespace stentor::server
