#include "api/operator/address_bans.h"

#include <optional>
#include <utility>

#include "api/http/fields.h"
#include "api/http/json.h"

namespace stentor::api {
namespace {

std::optional<AddressBan> ban_of(std::string_view name, std::string_view value) {
    if (!name.starts_with(kAddressBanSettings)) return std::nullopt;
    const auto network = net::access::parse_network(name.substr(kAddressBanSettings.size()));
    const auto fields = Fields::parse(value);
    if (!network || !fields) return std::nullopt;
    const auto reason = fields->text("reason");
    const auto created = fields->number("created_ms");
    const auto ends = fields->number("ends_ms");
    if (!reason || !created || !ends) return std::nullopt;
    return AddressBan{.network = *network,
                      .reason = reason->value_or(""),
                      .created = from_ms(created->value_or(0)),
                      .ends = from_ms(ends->value_or(0))};
}

}  // namespace

std::string setting_of(const net::access::Network& network) {
    return std::string{kAddressBanSettings} + net::access::shown(network);
}

std::string to_setting(const AddressBan& ban) {
    return JsonObject{}
        .add("reason", ban.reason)
        .add("created_ms", to_ms(ban.created))
        .add("ends_ms", to_ms(ban.ends))
        .text();
}

std::vector<AddressBan> address_bans_in(const std::vector<bus::Setting>& settings) {
    std::vector<AddressBan> bans;
    for (const bus::Setting& each : settings) {
        if (auto ban = ban_of(each.name, each.value)) bans.push_back(*std::move(ban));
    }
    return bans;
}

}  // namespace stentor::api
