#pragma once
// A message that is larger than an engine takes goes over in parts.
//
// Limits: kPartBytes a part; of one sender, kPartsKept bytes of messages that are not whole yet.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/code.h"

namespace stentor::bus {

// With a subject and what Part adds below 1 MiB, which is what NATS takes.
inline constexpr std::size_t kPartBytes = 1'000'000;
inline constexpr std::size_t kPartsKept = 64'000'000;

// `id` is the sender's own, of this message alone, and larger than those of its messages before.
[[nodiscard]] std::vector<std::string> cut(std::uint64_t id, std::string_view message);

// Parts of one sender. Those of one message come in order, perhaps among those of others; each may
// be lost, and then the message is.
class Joiner {
public:
    // The message that is whole with this part. malformed: this is no part.
    [[nodiscard]] Result<std::optional<std::string>> add(std::string_view part);

private:
    struct Begun {
        std::uint32_t next{};  // Index of the part that is awaited.
        std::string bytes;
    };
    void drop(std::map<std::uint64_t, Begun>::iterator begun);

    std::map<std::uint64_t, Begun> begun_;
    std::size_t kept_{};  // Bytes in it.
};

}  // namespace stentor::bus
