#pragma once
// Tokens of another system, taken in exchange for one of ours: JSON Web Tokens (RFC 7519) in the
// compact form of RFC 7515. Pure; a check costs 5 us (HS256) to 100 us (EdDSA), which is why they
// are exchanged and not checked at each Hello.
//
// Each key is bound to one algorithm: a token that names another is refused, `none` among them
// (RFC 8725 sections 2.1 and 3.1). A key without an issuer would take anybody's token, so there
// is none.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/code.h"
#include "base/time.h"

namespace stentor::auth {

inline constexpr std::size_t kJwtBytes = 4'096;
inline constexpr std::size_t kSubjectBytes = 255;
inline constexpr Millis kJwtLeeway{60'000};  // Of `nbf`, for clocks that differ.

enum class JwtAlgorithm : std::uint8_t { hs256, rs256, eddsa };

struct JwtKey {
    JwtAlgorithm algorithm{};
    std::string issuer;    // `iss` must be this.
    std::string audience;  // `aud` must be, or hold, this; empty: not asked.
    std::string key_id;    // `kid` must be this; empty: not asked.
    std::string key;       // hs256: the secret itself. rs256, eddsa: a public key in PEM.
    std::string name_claim = "name";
};

// Why this key cannot be used, for the operator; empty: it can. hs256 wants 32 bytes at least (RFC
// 7518 section 3.2), rs256 2,048 bits (section 3.3), eddsa an Ed25519 key (RFC 8037).
[[nodiscard]] std::string flaw_of(const JwtKey& key);

struct JwtClaims {
    std::string issuer;
    std::string subject;
    std::string name;  // Of name_claim; empty when it bears none.
    Time expires;
};

// token_invalid: malformed, of no key, of another issuer or audience, not valid yet, without `exp`
// or `sub`, or longer than kJwtBytes. token_expired. `where` names the claim.
[[nodiscard]] Result<JwtClaims> verify_jwt(std::span<const JwtKey> keys, std::string_view text,
                                           Time now);

}  // namespace stentor::auth
