#pragma once
// Keys with which other systems use the API. A key is shown once, when it is made; what is kept is
// its hash, beside what it may do. 32 random bytes need no slow hash.
//
//   stk_<id, 16 hexadecimal digits>_<secret, 43 characters of base64url>
//
// Kept in the record as the setting "api-key/<id>", so that a removed key is void at once.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/account/shared_gate.h"
#include "base/code.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"
#include "bus/bus.h"
#include "net/http/message.h"

namespace stentor::api {

// What a key may do.
enum class Scope : std::uint8_t {
    group,      // Send to a group; not to everybody's, nor into chats of two.
    user,       // Send to a user, from the key's own user.
    everybody,  // Send to everybody.
    as,         // Send in any user's name.
    feed,       // Read all that is written.
};

inline constexpr std::string_view kScopeNames[] = {"group", "user", "everybody", "as", "feed"};

struct ApiKey {
    std::string id;
    std::string name;
    std::string hash;  // SHA-256 of the whole key, hexadecimal.
    std::vector<Scope> scopes;
    UserId uid;  // In whose name it sends; 0: the operator's.
    Time created;
    std::uint32_t per_second{limits::kKeyPerSecond};  // Requests; 1 to kKeyPerSecondMax.
    std::vector<GroupId> groups;                      // It sends to no other; none: to any.
};

struct MadeKey {
    ApiKey key;
    std::string text;  // The key itself.
};

// `random`: 40 bytes nobody can guess.
[[nodiscard]] MadeKey make_key(std::string name, std::vector<Scope> scopes, UserId uid,
                               std::span<const std::uint8_t, 40> random, Time now);
[[nodiscard]] std::optional<Scope> scope_named(std::string_view name);
[[nodiscard]] bool allows(const ApiKey& key, Scope scope);
[[nodiscard]] bool may_send_to(const ApiKey& key, GroupId gid);

inline constexpr std::string_view kKeySettings = "api-key/";
// The value of the setting, and back; nothing when it is damaged.
[[nodiscard]] std::string to_setting(const ApiKey& key);
[[nodiscard]] std::optional<ApiKey> key_of_setting(std::string_view value);

// Whose key this request bears ("Authorization: Bearer stk_..."). token_invalid: none, or not a
// valid one, or that of an account which was closed. Thread: any; `done` is called once, on any.
void find_key(bus::Bus& bus, const account::SharedGate& gate, const net::http::Request& request,
              std::move_only_function<void(Result<ApiKey>)> done);

}  // namespace stentor::api
