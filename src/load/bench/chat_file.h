#pragma once
// A chat to be played again: one message a line, milliseconds from the start, number of the sender,
// text, with tabs between; the file may be gzipped.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/code.h"

namespace stentor::bench {

struct ChatLine {
    std::uint64_t ms;
    std::uint32_t sender;  // An index into the senders, in the order of their first line.
    std::string text;
};

struct Chat {
    std::vector<ChatLine> lines;  // In the order of time.
    std::uint32_t senders{};
};

// At most `limit` lines; 0: all. not_found: no such file. malformed: a line without two tabs or
// numbers, one without text, or one older than the line before.
[[nodiscard]] Result<Chat> read_chat(const std::filesystem::path& file, std::size_t limit);

}  // namespace stentor::bench
