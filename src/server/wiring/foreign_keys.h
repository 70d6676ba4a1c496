#pragma once
// Keys of other systems, from the words of the configuration and the files that they name.

#include <vector>

#include "api/webhooks/hooks.h"
#include "auth/jwt.h"
#include "config/settings.h"

namespace stentor::server {

// "ALGORITHM ISSUER KEYFILE [audience=A] [kid=K] [name=CLAIM]" each; of an HS256 key the file holds
// the secret itself, without a line break at its end. Throws std::runtime_error that names the line
// and what is wrong with it.
[[nodiscard]] std::vector<auth::JwtKey> outside_keys(const config::Texts& lines);

// "NAME URL SECRETFILE" each. Throws likewise.
[[nodiscard]] std::vector<api::HookTarget> hook_targets(const config::Texts& lines);

// The whole file without line breaks at its end. Throws std::runtime_error.
[[nodiscard]] std::string secret_in(const std::string& file);

}  // namespace stentor::server
