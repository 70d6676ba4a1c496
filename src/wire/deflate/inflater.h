#pragma once
// Reads messages of permessage-deflate (RFC 7692 section 7.2.2), each by itself.
//
// Owner: a shard's loop. Cost: 40 KB from the first use on, and a buffer of what the largest
// message became, at most `bytes_max`: a message that would become more ends at the bound, however
// small it is.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/code.h"

struct z_stream_s;

namespace stentor::deflate {

class Inflater {
public:
    // The message, until the next call. frame_too_large: beyond bytes_max. malformed: no deflate.
    [[nodiscard]] Result<std::string_view> inflate(std::string_view compressed,
                                                   std::size_t bytes_max);

private:
    struct End {
        void operator()(z_stream_s* stream) const;
    };
    std::unique_ptr<z_stream_s, End> stream_;
    std::string out_;
};

}  // namespace stentor::deflate
