#pragma once
// The chain of hashes that lets a client check that it holds the same prefix as everybody else.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/cmid.h"
#include "base/ids.h"
#include "base/time.h"

namespace stentor {

// The first 16 bytes of a SHA-256 (FIPS 180-4).
struct Digest {
    std::array<std::uint8_t, 16> bytes{};

    friend constexpr auto operator<=>(const Digest&, const Digest&) = default;
    [[nodiscard]] std::string_view view() const {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    // Anything but 16 bytes gives the zero digest, which no chain contains.
    [[nodiscard]] static Digest from(std::string_view raw);
};

[[nodiscard]] Digest hash_of(std::string_view bytes);
// Its first eight bytes, most significant first: to spread or to make ids of.
[[nodiscard]] std::uint64_t number_of(const Digest& digest);

// Before a group's first entry: H("stentor.v1" 0x00, gid as 8 bytes, most significant first).
[[nodiscard]] Digest genesis(GroupId gid);

struct Link {
    Seq seq;
    UserId sender;
    Cmid cmid;
    std::uint32_t kind;
    Time time;
    Digest body_hash;  // Of the first body: neither an edit nor a recall changes any digest.
};

// H(before 16, seq 8, sender 8, cmid 16, kind 4, time in ms 8, body hash 16); integers most
// significant byte first; 76 bytes in all.
[[nodiscard]] Digest chained(const Digest& before, const Link& link);

}  // namespace stentor
