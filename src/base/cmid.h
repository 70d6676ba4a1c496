#pragma once
// The id that a client gives to a send and keeps through all retries: a UUIDv7 (RFC 9562 section
// 5.7), hence ordered by the time at which the client made it.

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"

namespace stentor {

struct Cmid {
    std::array<std::uint8_t, 16> bytes{};

    friend constexpr auto operator<=>(const Cmid&, const Cmid&) = default;
    [[nodiscard]] explicit constexpr operator bool() const { return *this != Cmid{}; }

    [[nodiscard]] constexpr Time time() const {
        std::uint64_t ms = 0;
        for (int i = 0; i < 6; ++i) ms = (ms << 8U) | bytes[static_cast<std::size_t>(i)];
        return from_ms(ms);
    }
    [[nodiscard]] std::string_view view() const {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    // Exactly 16 bytes whose version is 7 and whose variant is 10 (binary), else nothing.
    [[nodiscard]] static std::optional<Cmid> from(std::string_view raw) {
        Cmid cmid;
        if (raw.size() != cmid.bytes.size()) return std::nullopt;
        std::memcpy(cmid.bytes.data(), raw.data(), raw.size());
        if ((cmid.bytes[6] >> 4U) != 7 || (cmid.bytes[8] >> 6U) != 2) return std::nullopt;
        return cmid;
    }

    // `random` fills the 74 bits that time does not.
    [[nodiscard]] static constexpr Cmid made_at(Time time,
                                                std::span<const std::uint8_t, 10> random) {
        Cmid cmid;
        const std::uint64_t ms = to_ms(time);
        for (unsigned i = 0; i < 6; ++i) {
            cmid.bytes[i] = static_cast<std::uint8_t>(ms >> (40U - 8U * i));
        }
        for (unsigned i = 0; i < 10; ++i) cmid.bytes[6 + i] = random[i];
        cmid.bytes[6] = static_cast<std::uint8_t>((cmid.bytes[6] & 0x0fU) | 0x70U);
        cmid.bytes[8] = static_cast<std::uint8_t>((cmid.bytes[8] & 0x3fU) | 0x80U);
        return cmid;
    }
};

}  // namespace stentor

template <>
struct std::hash<stentor::Cmid> {
    std::size_t operator()(const stentor::Cmid& cmid) const noexcept {
        std::uint64_t tail = 0;  // The random part; no need to mix it again.
        std::memcpy(&tail, cmid.bytes.data() + 8, sizeof tail);
        return static_cast<std::size_t>(tail);
    }
};
