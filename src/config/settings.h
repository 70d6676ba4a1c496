#pragma once
// What an operator may set, with the defaults. Names are those of the file: section and key.

#include <cstdint>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/time.h"

namespace stentor::config {

using Texts = std::vector<std::string>;

struct Settings {
    struct Listen {
        Texts http{"127.0.0.1:8080"};
        Texts https;
        Texts tcp;
        Texts tcp_tls;
        std::string certificate;
        std::string key;
        Texts proxy_protocol;
        Texts trusted_proxies;
        Texts origins;
        bool compression = true;
    } listen;

    struct Admin {
        std::string listen = "127.0.0.1:0";
        std::string web;
    } admin;

    struct Server {
        std::string data = ".stentor";
        std::string web;
        std::uint64_t connections = 0;
        std::uint64_t shards = 0;
        std::uint64_t handshakes_per_s = limits::kHandshakesPerSecond;
        std::uint64_t handshakes_open = limits::kHandshakesOpen;
        std::uint64_t handshakes_of_one = limits::kHandshakesOfOne;
        Millis pulse{0};
        std::uint64_t workers = 1;
        std::uint64_t committers = 1;
        Millis drain_spread{2'000};
        Millis drain_within{10'000};
    } server;

    struct Store {
        std::uint64_t readers = 2;
        std::uint64_t cache_mb = 256;
        Millis sync_delay{0};
    } store;

    struct Replica {
        std::string listen;
        std::string follow;
        std::string mode = "async";
        Millis within{1'000};
        std::uint64_t kept_log_mb = 1'024;
    } replica;

    struct Limits {
        std::uint64_t sends_per_second = limits::kSendsPerSecond;
        std::uint64_t sends_burst = limits::kSendsBurst;
    } limits;

    struct Groups {
        std::string create = "everybody";
        std::uint64_t members_max = limits::kMembersPerGroup;
        std::uint64_t who_read_members = limits::kWhoReadMembers;
        Millis recall_window = limits::kRecallWindow;
        Millis edit_window = limits::kEditWindow;
        Millis keep_for{0};
        std::uint64_t keep_messages = 0;
        Millis slow_mode{0};
    } groups;

    struct Safety {
        std::string words;  // Path of a list; empty: none.
        std::uint64_t busy_entries_per_second = 50;
        std::uint64_t repeats = 5;
        Millis new_account_age{0};
        Millis new_account_period{10'000};
        std::string filter;         // Address of a service; empty: none.
        std::string filter_secret;  // Path of a file.
        Millis filter_within{500};
        std::string filter_failing = "open";
    } safety;

    struct Storm {
        std::string level = "auto";
        Millis pass = limits::kStormPass;
        Millis commit = limits::kStormCommit;
        std::uint64_t memory_mb = 0;
        Millis quiet = limits::kStormQuiet;
        std::uint64_t entries_per_second = limits::kReadablePerS;
    } storm;

    struct Accounts {
        bool sign_up = true;
        std::uint64_t attempts_per_minute = 60;
        Millis token_lifetime{std::chrono::hours{24 * 30}};
    } accounts;

    struct Outside {
        Texts tokens;
        Texts hooks;
    } outside;

    struct Media {
        std::uint64_t file_mb = 32;
        std::uint64_t user_day_mb = 512;
        std::uint64_t user_day_files = 500;
        std::string bucket;  // Its address; empty: files lie in the data folder.
        std::string bucket_region = "us-east-1";
        std::string bucket_key;  // Path of a file.
    } media;

    struct Push {
        std::string contact;  // Empty: nothing is pushed.
        Texts allow;
        Millis gather{5'000};
    } push;

    struct Search {
        bool index = true;
    } search;

    struct Log {
        std::string level = "info";
        std::string format = "text";
    } log;
};

}  // namespace stentor::config
