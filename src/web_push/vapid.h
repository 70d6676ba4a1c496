#pragma once
// Who this server is to push services: RFC 8292. One key for all of them, made at the first start;
// a browser binds its subscription to it.
//
// Thread: any. Cost: a signature, about 30 us.

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "web_push/encryption.h"

namespace stentor::web_push {

class Vapid {
public:
    // As key_text() wrote it; without it a key is made. Throws std::runtime_error when the text is
    // none: whoever subscribed would never be reached again.
    Vapid(std::optional<std::string_view> key_text, std::string contact);

    [[nodiscard]] std::string key_text() const;
    // Base64url, as a browser takes it for its applicationServerKey.
    [[nodiscard]] const std::string& public_key() const { return public_key_; }
    // The value of the header Authorization. `audience`: the push service's origin.
    [[nodiscard]] std::string authorization(std::string_view audience, Time expires) const;

private:
    Key key_;
    std::string contact_;
    std::string public_key_;
};

}  // namespace stentor::web_push
