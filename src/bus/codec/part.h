#pragma once
// One part of a message that is larger than an engine takes (parts.h).

#include <cstdint>
#include <string>

namespace stentor::bus {

struct Part {
    std::uint64_t id{};  // The sender's own, of this message alone.
    std::uint32_t index{};
    bool last{};
    std::string bytes;
};

}  // namespace stentor::bus
