#pragma once
// What leader and follower say to each other. README.md has the conversation; every message is one
// frame: its size (4 bytes, most significant first), its kind (1 byte), its content. Numbers are 8
// bytes, most significant first. Pure.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "store/maintenance.h"

namespace stentor::replica {

// Both sides know it; see handshake.
using Key = std::array<std::uint8_t, 32>;
using Nonce = std::array<std::uint8_t, 32>;
using Mac = std::array<std::uint8_t, 32>;

enum class Kind : std::uint8_t {
    challenge = 1,  // Leader: a nonce.
    hello = 2,      // Follower: a nonce, a proof, where it stands.
    welcome = 3,    // Leader: a proof.
    file = 4,       // Leader: name of the next file of a whole copy.
    chunk = 5,      // Leader: bytes of that file.
    copied = 6,     // Leader: the copy is whole.
    updates = 7,    // Leader: what was written since, and how far it is itself.
    stands = 8,     // Follower: where it stands, on disk; the answer to copied and updates.
};

struct Hello {
    Nonce nonce{};
    Mac proof{};
    std::uint64_t line{};      // 0: holds nothing.
    std::uint64_t position{};  // Newest update that it holds.
};

struct Welcome {
    Mac proof{};
};

struct Updates {
    bool all{};              // There were no more when this was made.
    bool strict{};           // The leader tells nobody of what this follower does not hold.
    std::uint64_t latest{};  // Of the leader.
    std::vector<store::Update> updates;
};

// Whoever shows it knows the key, and made it for this conversation and this role.
[[nodiscard]] Mac proof_of(const Key& key, std::string_view role, const Nonce& leader,
                           const Nonce& follower);
[[nodiscard]] bool same(const Mac& a, const Mac& b);  // In constant time.
[[nodiscard]] Nonce draw_nonce();
// Of the key that signs tokens, which leader and follower share anyway, one for this purpose only.
[[nodiscard]] Key derive_key(std::span<const std::uint8_t, 32> secret);

[[nodiscard]] std::string encode(const Hello& hello);
[[nodiscard]] std::string encode(const Updates& updates);
[[nodiscard]] std::string encode(std::uint64_t number);
// Nothing for bytes that encode did not make.
[[nodiscard]] std::optional<Hello> decode_hello(std::string_view bytes);
[[nodiscard]] std::optional<Updates> decode_updates(std::string_view bytes);
[[nodiscard]] std::optional<std::uint64_t> decode_number(std::string_view bytes);

}  // namespace stentor::replica
