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

// Base64url without padding (RFC 4648 section 5).
[[nodiscard]] std::string base64url(std::string_view bytes);
// Padding may be there: some browsers write it. Nothing: it is none.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

// Of a JWT "header.payload.signature" by ES256 (RFC 7518 section 3.4). For tests.
[[nodiscard]] bool is_signed_by(const Key& key, std::string_view jwt);

}  // namespace stentor::web_push
