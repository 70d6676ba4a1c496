#pragma once
// Which bytes of a file a request asks for (RFC 9110 section 14). Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stentor::media {

struct ByteRange {
    std::uint64_t first{};
    std::uint64_t count{};

    friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

struct Asked {
    enum class What : std::uint8_t {
        all,      // 200: no range, several at once, one that is malformed, or of another version.
        part,     // 206
        outside,  // 416
    };
    What what{};
    ByteRange range;  // Of `all`, too.
};

// `range`, `if_range`: the headers, empty where there is none. `etag`: with its quotes, strong.
[[nodiscard]] Asked asked_bytes(std::string_view range, std::string_view if_range,
                                std::string_view etag, std::uint64_t size);

// For 206: "bytes 0-9/100". Of nothing, for 416: "bytes */100".
[[nodiscard]] std::string content_range(const std::optional<ByteRange>& range, std::uint64_t size);

}  // namespace stentor::media
