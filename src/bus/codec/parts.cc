#include "bus/codec/parts.h"

#include <utility>

#include "bus/codec/part.h"
#include "bus/codec/read.h"
#include "bus/codec/write.h"

namespace stentor::bus {

std::vector<std::string> cut(std::uint64_t id, std::string_view message) {
    std::vector<std::string> parts;
    for (std::uint32_t index = 0; index == 0 || !message.empty(); ++index) {
        const std::string_view bytes = message.substr(0, kPartBytes);
        message.remove_prefix(bytes.size());
        parts.push_back(Writer::message(
            Part{.id = id, .index = index, .last = message.empty(), .bytes = std::string{bytes}}));
    }
    return parts;
}

void Joiner::drop(std::map<std::uint64_t, Begun>::iterator begun) {
    kept_ -= begun->second.bytes.size();
    begun_.erase(begun);
}

Result<std::optional<std::string>> Joiner::add(std::string_view bytes) {
    Part part;
    if (!Reader::message(bytes, part)) {
        return std::unexpected(Error{.code = Code::malformed, .where = "bus.part"});
    }
    auto begun = begun_.find(part.id);
    if (part.index == 0 && begun == begun_.end()) begun = begun_.emplace(part.id, Begun{}).first;
    if (begun == begun_.end()) return std::nullopt;
    if (begun->second.next != part.index) {
        drop(begun);
        return std::nullopt;
    }
    ++begun->second.next;
    begun->second.bytes += part.bytes;
    kept_ += part.bytes.size();
    if (part.last) {
        std::string whole = std::move(begun->second.bytes);
        kept_ -= whole.size();
        begun_.erase(begun);
        return whole;
    }
    while (kept_ > kPartsKept) drop(begun_.begin());
    return std::nullopt;
}

}  // namespace stentor::bus
