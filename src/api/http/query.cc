#include "api/http/query.h"

#include <algorithm>
#include <charconv>

#include "base/number_text.h"

namespace stentor::api {
namespace {

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        const bool escape =
            text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr ==
                text.data() + i + 3;
        if (escape) {
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

}  // namespace

Query::Query(std::string_view text) {
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        values_.emplace(decoded(pair.substr(0, equals)),
                        decoded(pair.substr(std::min(equals + 1, pair.size()))));
    }
}

std::string Query::text(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string{} : found->second;
}

Result<std::uint64_t> Query::number(std::string_view name, std::uint64_t absent,
                                    std::uint64_t most) const {
    const std::string value = text(name);
    if (value.empty()) return absent;
    const auto number = number_in(value);
    if (!number || *number > most) {
        return std::unexpected(Error{.code = Code::bad_field, .where = name, .limit = most});
    }
    return *number;
}

}  // namespace stentor::api
