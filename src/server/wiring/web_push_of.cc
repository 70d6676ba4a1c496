#include "server/wiring/web_push_of.h"

#include <netinet/in.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "net/access/address.h"
#include "web_push/endpoint.h"

namespace stentor::server {
namespace {

constexpr std::string_view kKeyRow = "web-push/key";

net::access::Networks allowed_networks(const config::Settings& settings) {
    net::access::Networks allow;
    for (const std::string& text : settings.push.allow) static_cast<void>(allow.add(text));
    return allow;
}

std::optional<net::access::Address> address_of(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
        return net::access::from_v4(reinterpret_cast<const std::uint8_t*>(&v4.sin_addr));
    }
    if (address.sa_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
        return net::access::from_v6(v6.sin6_addr.s6_addr);
    }
    return std::nullopt;
}

[[noreturn]] void refuse(const Error& error) {
    throw std::runtime_error{"the record does not tell who is pushed to: " +
                             std::string{name_of(error.code)}};
}

}  // namespace

std::unique_ptr<web_push::Vapid> make_vapid(const config::Settings& settings,
                                            store::Settings& record) {
    if (settings.push.contact.empty()) return nullptr;
    const auto kept = record.setting(kKeyRow);
    if (!kept) refuse(kept.error());
    auto vapid = std::make_unique<web_push::Vapid>(*kept, settings.push.contact);
    if (!*kept) {
        const auto written = record.replace_setting(kKeyRow, {}, vapid->key_text());
        // Another process has made it meanwhile.
        if (!written && written.error() == store::kSettingChanged) {
            return make_vapid(settings, record);
        }
        if (!written) refuse(written.error());
    }
    return vapid;
}

std::unique_ptr<web_push::Subscriptions> read_subscriptions(store::Settings& record,
                                                            bus::Bus& bus) {
    const auto kept = record.settings(web_push::kRows);
    if (!kept) refuse(kept.error());
    std::vector<bus::Setting> rows;
    for (const store::Settings::Setting& row : *kept) {
        rows.push_back({.name = row.name, .value = row.value});
    }
    return std::make_unique<web_push::Subscriptions>(bus, rows);
}

http_client::PosterOptions push_poster_options(const config::Settings& settings) {
    return {.may_connect = [allow = allowed_networks(settings)](const sockaddr& to) {
        const auto address = address_of(to);
        return address && web_push::may_connect(*address, allow);
    }};
}

api::WebPush web_push_of(const config::Settings& settings, const web_push::Vapid* vapid,
                         web_push::Subscriptions* subscriptions) {
    if (vapid == nullptr) return {};
    return {.subscriptions = subscriptions,
            .key = vapid->public_key(),
            .allow = allowed_networks(settings)};
}

}  // namespace stentor::server
