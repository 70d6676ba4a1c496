#pragma once
// A browser that wants to be told: what the record keeps of it, as a row by name.
//
//   web-push/of/<uid>/<id>  ->  JSON
//
// Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/code.h"
#include "base/ids.h"
#include "base/time.h"
#include "net/access/address.h"
#include "web_push/encryption.h"

namespace stentor::web_push {

inline constexpr std::string_view kRows = "web-push/of/";

// As somebody set it for a group on that device.
enum class Level : std::uint8_t { all, calls, none };
struct LevelSet {
    Level level{};
    Time until;  // 0: until it is changed.

    friend bool operator==(const LevelSet&, const LevelSet&) = default;
};

struct Subscription {
    std::string id;  // Follows from the endpoint: one browser has one.
    UserId uid;
    Time minted;   // Of the token it was made with: it ends with that sign-in,
    Time expires;  // or when the token does.
    std::string endpoint;
    std::string origin;
    Receiver receiver;
    bool words{true};      // What was said is told.
    std::string language;  // Of the page; given back to it.
    std::map<GroupId, LevelSet> levels;

    // What is told of a group; `otherwise` where nothing was set, or its time is over.
    [[nodiscard]] Level level_of(GroupId gid, Level otherwise, Time now) const;
};

// From the JSON of a request: endpoint, p256dh, auth, words, language, levels. Names the field and
// its limit.
[[nodiscard]] Result<Subscription> subscription_in(std::string_view body,
                                                   const net::access::Networks& allow);

[[nodiscard]] std::string row_name(const Subscription& subscription);
[[nodiscard]] std::string row_of(const Subscription& subscription);
// Nothing: not of this version's making.
[[nodiscard]] std::optional<Subscription> subscription_of_row(std::string_view name,
                                                              std::string_view row);

}  // namespace stentor::web_push
