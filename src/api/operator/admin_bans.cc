// What the operator does with bans of addresses (address_bans.h).
#include <algorithm>
#include <boost/json/array.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "api/http/responses.h"
#include "api/operator/address_bans.h"
#include "api/operator/admin_calls.h"
#include "base/limits.h"
#include "base/number_text.h"
#include "base/text.h"
#include "net/access/bans.h"

namespace stentor::api {
namespace {

namespace json = boost::json;

using net::access::Network;

constexpr std::uint64_t kHours = 24;
constexpr std::uint64_t kHoursMax = 366 * 24;

bool is_over(const AddressBan& ban, Time now) { return ban.ends <= now; }

json::object object_of(const AddressBan& ban) {
    return {{"network", net::access::shown(ban.network)},
            {"reason", ban.reason},
            {"created_ms", to_ms(ban.created)},
            {"ends_ms", to_ms(ban.ends)},
            {"over", is_over(ban, now())}};
}

// Why a text is no network, for the operator.
std::string flaw_of(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = net::access::parse_address(text.substr(0, slash));
    if (!address) {
        return "neither an address nor a network, as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32";
    }
    const bool v4 = text.substr(0, slash).find(':') == std::string_view::npos;
    const unsigned bits_max = v4 ? 32 : 128;
    const auto bits = number_in(text.substr(std::min(slash, text.size() - 1) + 1));
    if (!bits || *bits > bits_max) {
        return "the length of a prefix is a number from 0 to " + std::to_string(bits_max);
    }
    const unsigned prefix = static_cast<unsigned>(*bits) + (128 - bits_max);
    return "bits are set behind the prefix; the network is " +
           net::access::shown(
               Network{.address = net::access::masked(*address, prefix), .prefix_bits = prefix});
}

struct Flaw {
    Error error;
    std::string why;
};

std::expected<Network, Flaw> network_of(const Fields& fields) {
    const auto text = fields.text("network");
    if (!text) return std::unexpected(Flaw{text.error(), {}});
    const std::string written = text->value_or("");
    const auto network = net::access::parse_network(written);
    if (network) return *network;
    return std::unexpected(Flaw{{.code = Code::bad_field, .where = "network"},
                                plain_line(written) ? written + ": " + flaw_of(written) : ""});
}

std::string too_wide_words(const Network& network, unsigned bits) {
    const bool all_of_v4 = network.prefix_bits >= bits && bits == net::access::kBanBitsV6;
    return net::access::shown(network) +
           (all_of_v4 ? " holds all of IPv4 as well"
                      : " is too wide: the shortest prefix is /" + std::to_string(bits));
}

std::expected<AddressBan, Flaw> ban_of(const Fields& fields) {
    const auto network = network_of(fields);
    if (!network) return std::unexpected(network.error());
    const auto bad = [](const Error& error) { return std::unexpected(Flaw{error, {}}); };
    if (net::access::too_wide(*network)) {
        const unsigned bits = net::access::is_mapped(network->address) ? net::access::kBanBitsV4
                                                                       : net::access::kBanBitsV6;
        return std::unexpected(Flaw{{.code = Code::bad_field, .where = "network", .limit = bits},
                                    too_wide_words(*network, bits)});
    }
    const auto reason = fields.text("reason");
    if (!reason) return bad(reason.error());
    if (!*reason || (*reason)->empty() || (*reason)->size() > limits::kReasonBytes ||
        !plain_line(**reason)) {
        return bad({.code = Code::bad_field, .where = "reason", .limit = limits::kReasonBytes});
    }
    const auto hours = number_within(fields, "hours", kHours, kHoursMax);
    if (!hours) return bad(hours.error());
    const Time made = now();
    return AddressBan{.network = *network,
                      .reason = **reason,
                      .created = made,
                      .ends = made + Millis{*hours * 3'600'000}};
}

// Bans that are over go when the next one is made. False: there is no room for it.
bool make_room(bus::Bus& bus, const std::vector<AddressBan>& bans, const Network& wanted) {
    std::size_t others = 0;
    for (const AddressBan& ban : bans) {
        if (ban.network == wanted) continue;
        if (!is_over(ban, now())) {
            ++others;
            continue;
        }
        bus.ask(PartitionId{}, bus::AskSetSetting{.name = setting_of(ban.network)}, [](auto) {});
    }
    return others < limits::kAddressBans;
}

}  // namespace

void list_address_bans(AdminCall call) {
    auto found = [reply = std::move(call.reply)](auto settings) mutable {
        if (!settings) return reply(refusal(settings.error()));
        json::array rows;
        for (const AddressBan& ban : address_bans_in(*settings)) rows.push_back(object_of(ban));
        reply(object_response({{"bans", std::move(rows)}}));
    };
    ask_settings(call.parts.bus, kAddressBanSettings, std::move(found));
}

void add_address_ban(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    auto ban = ban_of(*fields);
    if (!ban) return call.reply(refusal_saying(ban.error().error, ban.error().why));
    auto known = [&bus = call.parts.bus, ban = *std::move(ban),
                  reply = std::move(call.reply)](auto settings) mutable {
        if (!settings) return reply(refusal(settings.error()));
        if (!make_room(bus, address_bans_in(*settings), ban.network)) {
            return reply(refusal(
                {.code = Code::not_permitted, .where = "bans", .limit = limits::kAddressBans}));
        }
        bus::AskSetSetting ask{.name = setting_of(ban.network), .value = to_setting(ban)};
        auto kept = [ban = std::move(ban),
                     reply = std::move(reply)](const Result<bus::Reply>& answer) mutable {
            reply(answer ? object_response(object_of(ban)) : refusal(answer.error()));
        };
        bus.ask(PartitionId{}, std::move(ask), std::move(kept));
    };
    ask_settings(call.parts.bus, kAddressBanSettings, std::move(known));
}

void end_address_ban(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto network = network_of(*fields);
    if (!network) return call.reply(refusal_saying(network.error().error, network.error().why));
    auto removed = [reply = std::move(call.reply)](const Result<bus::Reply>& answer) mutable {
        reply(answer ? object_response({{"ok", true}}) : refusal(answer.error()));
    };
    remove_setting(call.parts.bus, setting_of(*network), "network", std::move(removed));
}

}  // namespace stentor::api
