#pragma once
// What the server says to many without being asked, encoded once: the messages as frames of a
// WebSocket, behind each other, and where in these bytes each payload stands. A WebSocket takes all
// of it; TCP, compression and the joining of batches take the payloads. So nobody parses what was
// encoded here. Never changed once shared.
//
// Cost: eight bytes for each message, beside the frames; nothing for a reader.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared_bytes.h"

namespace stentor {

class EncodedPush {
public:
    void append(std::string_view header, std::string_view payload) {
        bytes_.reserve(bytes_.size() + header.size() + payload.size());
        bytes_ += header;
        payloads_.push_back({.at = static_cast<std::uint32_t>(bytes_.size()),
                             .size = static_cast<std::uint32_t>(payload.size())});
        bytes_ += payload;
    }
    // The messages of `other` but its first.
    void append_rest(const EncodedPush& other) {
        const std::size_t end = other.payloads_.front().at + other.payloads_.front().size;
        const auto moved = static_cast<std::uint32_t>(bytes_.size() - end);  // Modulo 2^32.
        for (std::size_t i = 1; i < other.count(); ++i) {
            payloads_.push_back(
                {.at = other.payloads_[i].at + moved, .size = other.payloads_[i].size});
        }
        bytes_.append(other.bytes_, end);
    }

    [[nodiscard]] const std::string& bytes() const { return bytes_; }
    [[nodiscard]] std::size_t count() const { return payloads_.size(); }
    [[nodiscard]] std::string_view payload(std::size_t n) const {
        return std::string_view{bytes_}.substr(payloads_[n].at, payloads_[n].size);
    }

private:
    struct Place {
        std::uint32_t at;
        std::uint32_t size;
    };
    std::string bytes_;
    std::vector<Place> payloads_;
};

using SharedPush = std::shared_ptr<const EncodedPush>;

// All frames, for whoever keeps bytes; they pin the push.
[[nodiscard]] inline SharedBytes bytes_of(const SharedPush& push) { return {push, &push->bytes()}; }

}  // namespace stentor
