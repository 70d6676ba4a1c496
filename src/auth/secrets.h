#pragma once
// The file that holds the keys of this server's tokens. Made at the first start, for the owner's
// eyes only. Start-up only, hence exceptions.
//
//   stentor-secrets 1
//   key 1 <64 hexadecimal digits>
//
// The first key mints; all of them verify. To change keys put a new line, with a new number, above
// the old ones, start again, and take the old line out once its tokens have expired.

#include <filesystem>
#include <vector>

#include "auth/token.h"

namespace stentor::auth {

struct Secrets {
    std::vector<TokenKey> keys;  // At least one.
};

// Reads `file`; makes it (mode 0600, synced) when there is none. Throws std::runtime_error, with a
// sentence for the operator, when others may read or write it, when it is not a plain file of this
// user, or when its content is short, repeated or malformed: a weak key must never be used.
[[nodiscard]] Secrets load_or_make_secrets(const std::filesystem::path& file);
// The same, but throws when there is none: a command that only reads must not make a key.
[[nodiscard]] Secrets load_secrets(const std::filesystem::path& file);

}  // namespace stentor::auth
