#pragma once
// Addresses and networks that the operator has banned, as the record keeps them: the setting
// "address-ban/<network>" each, so that a network has one ban, and a new one replaces it.
//
// Pure.

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "bus/bus.h"
#include "net/access/address.h"

namespace stentor::api {

struct AddressBan {
    net::access::Network network;
    std::string reason;  // The operator's note; nobody else is told it.
    Time created;
    Time ends;
};

inline constexpr std::string_view kAddressBanSettings = "address-ban/";
[[nodiscard]] std::string setting_of(const net::access::Network& network);
[[nodiscard]] std::string to_setting(const AddressBan& ban);
// In the order of their names, those that are over included; what cannot be read is left out.
[[nodiscard]] std::vector<AddressBan> address_bans_in(const std::vector<bus::Setting>& settings);

}  // namespace stentor::api
