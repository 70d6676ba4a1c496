#include "net/tcp/parser.h"

#include <algorithm>
#include <utility>

#include "net/tcp/frame.h"

namespace stentor::net::tcp {
namespace {

std::size_t length_of(std::string_view bytes) {
    std::size_t length = 0;
    for (const char byte : bytes.substr(0, kLengthBytes)) {
        length = (length << 8U) | static_cast<std::uint8_t>(byte);
    }
    return length;
}

}  // namespace

Event Parser::fail() {
    failed_ = true;
    partial_.reset();
    return {.kind = Event::Kind::too_large};
}

Event Parser::next(std::span<char>& input) {
    release();
    if (failed_) return {.kind = Event::Kind::too_large};
    if (partial_ == nullptr) {
        if (input.empty()) return {};
        if (input.size() >= kLengthBytes) {
            const std::string_view bytes{input.data(), input.size()};
            const std::size_t length = length_of(bytes);
            if (length > message_bytes_max_) return fail();
            if (length <= bytes.size() - kLengthBytes) {
                input = input.subspan(kLengthBytes + length);
                return {.kind = Event::Kind::message,
                        .payload = bytes.substr(kLengthBytes, length)};
            }
        }
        partial_ = std::make_unique<std::string>();
    }
    if (!gather(input, kLengthBytes)) return {};
    const std::size_t length = length_of(*partial_);
    if (length > message_bytes_max_) return fail();
    if (!gather(input, kLengthBytes + length)) return {};
    delivered_ = true;
    return {.kind = Event::Kind::message,
            .payload = std::string_view{*partial_}.substr(kLengthBytes)};
}

bool Parser::gather(std::span<char>& input, std::size_t bytes) {
    if (partial_->size() < bytes) {
        const std::size_t count = std::min(input.size(), bytes - partial_->size());
        partial_->append(input.data(), count);
        input = input.subspan(count);
    }
    return partial_->size() >= bytes;
}

}  // namespace stentor::net::tcp
