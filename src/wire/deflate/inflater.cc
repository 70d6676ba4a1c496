#include "wire/deflate/inflater.h"

#include <zlib.h>

#include <algorithm>

#include "wire/deflate/tail.h"

namespace stentor::deflate {
namespace {

constexpr int kWindowBitsMax = 15;  // Clients may use the largest.
constexpr std::size_t kFirstBytes = 4'096;

constexpr Error kMalformed{.code = Code::malformed, .where = "frame"};

}  // namespace

void Inflater::End::operator()(z_stream_s* stream) const {
    inflateEnd(stream);
    delete stream;
}

Result<std::string_view> Inflater::inflate(std::string_view compressed, std::size_t bytes_max) {
    if (!stream_) {
        auto fresh = std::make_unique<z_stream_s>();
        if (inflateInit2(fresh.get(), -kWindowBitsMax) != Z_OK) {
            return std::unexpected(Error{.code = Code::overloaded, .where = "frame"});
        }
        stream_.reset(fresh.release());
    } else {
        inflateReset(stream_.get());
    }
    // One byte more than allowed: to find out that there is one.
    out_.resize(std::min(std::max(out_.size(), kFirstBytes), bytes_max + 1));
    std::size_t filled = 0;
    for (const std::string_view piece : {compressed, kTail}) {
        stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
        stream_->avail_in = static_cast<uInt>(piece.size());
        for (;;) {
            stream_->next_out = reinterpret_cast<Bytef*>(out_.data() + filled);
            stream_->avail_out = static_cast<uInt>(out_.size() - filled);
            const int state = ::inflate(stream_.get(), Z_SYNC_FLUSH);
            filled = out_.size() - stream_->avail_out;
            if (filled > bytes_max) {
                return std::unexpected(
                    Error{.code = Code::frame_too_large, .where = "frame", .limit = bytes_max});
            }
            // A last block may be followed by another one (section 7.2.3.5).
            if (state == Z_STREAM_END) {
                if (stream_->avail_in == 0) break;
                inflateReset(stream_.get());
                continue;
            }
            if (state != Z_OK && state != Z_BUF_ERROR) return std::unexpected(kMalformed);
            if (stream_->avail_out > 0) break;  // All of the piece is used up.
            out_.resize(std::min(2 * out_.size(), bytes_max + 1));
        }
    }
    return std::string_view{out_}.substr(0, filled);
}

}  // namespace stentor::deflate
