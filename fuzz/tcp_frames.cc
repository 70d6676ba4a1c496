// Length-prefixed frames: any split gives the same messages, within the limit.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "check.h"
#include "net/tcp/parse_all.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    namespace tcp = stentor::net::tcp;
    constexpr std::uint32_t kMax = 600;
    if (size < 1) return 0;
    const std::string_view stream{reinterpret_cast<const char*>(bytes) + 1, size - 1};
    std::uint32_t seed = bytes[0] + 1U;
    const auto pieces = [&seed](std::string_view) {
        seed = seed * 1'664'525U + 1'013'904'223U;
        return std::size_t{1} + (seed >> 24U) % 41;
    };
    const auto expected =
        tcp::parse_all(kMax, stream, [](std::string_view rest) { return rest.size(); });
    for (const std::string& event : expected) {
        check(event.size() <= kMax + std::string_view{"message:"}.size(), "within the limit");
    }
    check(tcp::parse_all(kMax, stream, [](std::string_view) { return std::size_t{1}; }) == expected,
          "single bytes give the same");
    check(tcp::parse_all(kMax, stream, pieces) == expected, "pieces give the same");
    return 0;
}
