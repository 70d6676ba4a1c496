#pragma once
// Compresses messages for permessage-deflate (RFC 7692 section 7.2.1), each by itself: no context
// is taken over, so whoever negotiated it can be given the same bytes.
//
// Owner: a shard's Router. Cost: 64 KB from the first use on; about 25 us for 1 KB of chat, which
// becomes two thirds of it.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace stentor::deflate {

// A window of 8 KB: one of 32 KB saves 1% more of a batch, and takes four times the memory. A
// client that asks for a smaller one is answered in plain.
inline constexpr int kWindowBits = 13;
// What is smaller would gain nothing: half of an entry is an id and a hash.
inline constexpr std::size_t kLeastBytes = 256;

class Deflater {
public:
    // The compressed message; empty when it would not be smaller, or when there is no memory.
    [[nodiscard]] std::string deflate(std::string_view message);

private:
    struct End {
        void operator()(z_stream_s* stream) const;
    };
    std::unique_ptr<z_stream_s, End> stream_;
};

}  // namespace stentor::deflate
