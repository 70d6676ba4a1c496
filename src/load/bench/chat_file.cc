#include "load/bench/chat_file.h"

#include <zlib.h>

#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

namespace stentor::bench {
namespace {

struct Closed {
    void operator()(gzFile file) const { gzclose(file); }
};

std::optional<std::uint64_t> take_number(std::string_view& line) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error != std::errc{} || end == line.data() + line.size() || *end != '\t') {
        return std::nullopt;
    }
    line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
    return value;
}

}  // namespace

Result<Chat> read_chat(const std::filesystem::path& file, std::size_t limit) {
    // zlib reads a plain file as it is.
    const std::unique_ptr<gzFile_s, Closed> in{gzopen(file.c_str(), "rb")};
    if (in == nullptr || !std::filesystem::is_regular_file(file)) {
        return std::unexpected(Error{Code::not_found, "file"});
    }
    Chat chat;
    std::map<std::uint64_t, std::uint32_t> senders;
    std::string buffer(64 * 1024, '\0');
    while (limit == 0 || chat.lines.size() < limit) {
        if (gzgets(in.get(), buffer.data(), static_cast<int>(buffer.size())) == nullptr) break;
        std::string_view line{buffer.c_str()};
        while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
        const auto ms = take_number(line);
        const auto number = ms ? take_number(line) : std::nullopt;
        if (!number || line.empty()) return std::unexpected(Error{Code::malformed, "file"});
        if (!chat.lines.empty() && *ms < chat.lines.back().ms) {
            return std::unexpected(
                Error{Code::malformed, "file: a line is older than the one before"});
        }
        const auto [sender, fresh] =
            senders.try_emplace(*number, static_cast<std::uint32_t>(senders.size()));
        chat.lines.push_back({*ms, sender->second, std::string{line}});
    }
    chat.senders = static_cast<std::uint32_t>(senders.size());
    return chat;
}

}  // namespace stentor::bench
