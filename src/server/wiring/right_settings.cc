#include "server/wiring/right_settings.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <utility>

#include "api/http/static_files.h"
#include "config/address.h"
#include "net/shard_group.h"
#include "server/wiring/foreign_keys.h"
#include "server/wiring/media_of.h"
#include "server/wiring/options_of.h"
#include "server/wiring/word_lists.h"

namespace stentor::server {
namespace {

using Flaws = std::vector<std::string>;

// What a part throws when it cannot be made is the flaw.
template <class Attempt>
void attempt(Flaws& flaws, const std::string& key, Attempt made) {
    try {
        made();
    } catch (const std::exception& flaw) {
        const std::string text = flaw.what();
        flaws.push_back(text.starts_with(key) ? text : key + ": " + text);
    }
}

void check_listeners(Flaws& flaws, const config::Settings& settings) {
    const config::Settings::Listen& listen = settings.listen;
    std::map<std::string, std::string> taken;
    const auto take = [&](const std::string& key, const std::string& address) {
        if (address.empty() || config::parse_address(address)->port == 0) return;
        const auto [other, fresh] = taken.emplace(address, key);
        if (!fresh) {
            flaws.push_back(key + ": " + address + " is listened on already, by " + other->second);
        }
    };
    for (const std::string& each : listen.http) take("listen.http", each);
    for (const std::string& each : listen.https) take("listen.https", each);
    for (const std::string& each : listen.tcp) take("listen.tcp", each);
    for (const std::string& each : listen.tcp_tls) take("listen.tcp_tls", each);
    take("admin.listen", settings.admin.listen);
    take("replica.listen", settings.replica.listen);
    if (!flaws.empty()) return;

    if (listen.http.empty() && listen.https.empty() && listen.tcp.empty() &&
        listen.tcp_tls.empty()) {
        flaws.emplace_back(
            "listen: nobody could connect; set listen.http, listen.https, listen.tcp or "
            "listen.tcp_tls");
        return;
    }
    if (!listen.https.empty() || !listen.tcp_tls.empty()) {
        const std::string which = listen.https.empty() ? "listen.tcp_tls" : "listen.https";
        if (listen.certificate.empty()) {
            flaws.push_back("listen.certificate: " + which + " needs the path of a certificate");
        }
        if (listen.key.empty())
            flaws.push_back("listen.key: " + which + " needs the path of a key");
        if (!flaws.empty()) return;
    }
    attempt(flaws, "listen", [&] { net::check(net_options(settings)); });
}

void check_pages(Flaws& flaws, const config::Settings& settings) {
    for (const auto& [key, folder] : {std::pair{"server.web", &settings.server.web},
                                      std::pair{"admin.web", &settings.admin.web}}) {
        if (!folder->empty()) attempt(flaws, key, [&] { const api::StaticFiles files{*folder}; });
    }
}

void check_replica(Flaws& flaws, const config::Settings::Replica& replica) {
    if (replica.mode != "async" && replica.listen.empty() && replica.follow.empty()) {
        flaws.push_back("replica.mode: \"" + replica.mode +
                        "\" needs replica.listen, or no follower could come");
    }
}

void check_data(Flaws& flaws, const std::string& folder) {
    std::error_code ignored;
    if (std::filesystem::exists(folder, ignored) &&
        !std::filesystem::is_directory(folder, ignored)) {
        flaws.push_back("server.data: " + folder + " is no folder");
    }
}

}  // namespace

std::vector<std::string> flaws_of(const config::Settings& settings) {
    Flaws flaws;
    check_listeners(flaws, settings);
    check_pages(flaws, settings);
    check_data(flaws, settings.server.data);
    check_replica(flaws, settings.replica);
    attempt(flaws, "safety.words", [&] { (void)safety_rules(settings); });
    attempt(flaws, "safety.filter", [&] { (void)filter_secret(settings.safety); });
    attempt(flaws, "media.bucket_key", [&] { (void)bucket_options(settings.media); });
    attempt(flaws, "outside.hooks", [&] { (void)hook_targets(settings.outside.hooks); });
    attempt(flaws, "outside.tokens", [&] { (void)outside_keys(settings.outside.tokens); });
    return flaws;
}

}  // namespace stentor::server
