// Frames of both roles: any split gives the same events.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "check.h"
#include "net/ws/parse_all.h"

namespace {

using stentor::net::ws::Role;

constexpr std::array<std::uint32_t, 4> kLimits{0, 10, 126, 65'536};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size < 2) return 0;
    const Role role = (bytes[0] & 1U) != 0 ? Role::client : Role::server;
    const std::uint32_t limit = kLimits[(bytes[0] >> 1U) % kLimits.size()];
    const bool compressed = (bytes[0] & 0x80U) != 0;
    const std::string_view stream{reinterpret_cast<const char*>(bytes) + 2, size - 2};

    const auto whole = [](std::string_view rest) { return rest.size(); };
    const auto single = [](std::string_view) { return std::size_t{1}; };
    std::uint32_t seed = bytes[1] + 1U;
    const auto pieces = [&seed](std::string_view) {
        seed = seed * 1'664'525U + 1'013'904'223U;
        return std::size_t{1} + (seed >> 24U) % 23;
    };
    const auto expected = parse_all(role, limit, stream, whole, compressed);
    check(parse_all(role, limit, stream, single, compressed) == expected,
          "single bytes give the same");
    check(parse_all(role, limit, stream, pieces, compressed) == expected, "pieces give the same");
    return 0;
}
