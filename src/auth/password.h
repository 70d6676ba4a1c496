#pragma once
// The port to password hashing, and its one engine: argon2id through libsodium.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/code.h"

namespace stentor::auth {

// Blocks for tens of milliseconds by intent: only a PasswordQueue's thread calls it.
class PasswordHasher {
public:
    PasswordHasher() = default;
    PasswordHasher(const PasswordHasher&) = delete;
    PasswordHasher& operator=(const PasswordHasher&) = delete;
    virtual ~PasswordHasher() = default;

    // Encoded with its salt and parameters (PHC string). overloaded: no memory for it now.
    [[nodiscard]] virtual Result<std::string> hash(std::string_view password) = 0;
    [[nodiscard]] virtual bool matches(std::string_view encoded, std::string_view password) = 0;
    // An encoded hash, made like all others, that no password matches: checked when the name is
    // unknown, so that the time of an answer does not tell which names exist.
    [[nodiscard]] virtual std::string_view decoy() const = 0;
};

// 12 MiB and three passes: above OWASP's 2024 minimum for argon2id (12 MiB, t=3, p=1 is one of
// its equal choices), and 20 to 40 ms on one core here, so that one thread serves 25 sign-ins a
// second.
struct Argon2Cost {
    std::uint64_t passes = 3;
    std::size_t memory_bytes = std::size_t{12} * 1024 * 1024;
};
inline constexpr Argon2Cost kArgon2CostForTests{.passes = 1, .memory_bytes = 8192};

// Thread: any.
class Argon2Hasher final : public PasswordHasher {
public:
    explicit Argon2Hasher(Argon2Cost cost = {});

    [[nodiscard]] Result<std::string> hash(std::string_view password) override;
    [[nodiscard]] bool matches(std::string_view encoded, std::string_view password) override;
    [[nodiscard]] std::string_view decoy() const override { return decoy_; }

private:
    Argon2Cost cost_;
    std::string decoy_;
};

}  // namespace stentor::auth
