#pragma once
// The little JSON (RFC 8259) that the HTTP side speaks.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/code.h"

namespace stentor::api {

struct Credentials {
    std::string name;
    std::string password;
};

// From {"name": text, "password": text}; what else is in it is passed over. malformed: no JSON
// object, not UTF-8, or deeper than 32. bad_field: one of the two is absent or no text.
[[nodiscard]] Result<Credentials> parse_credentials(std::string_view body);

// One object, written from front to back. Texts are valid UTF-8.
class JsonObject {
public:
    JsonObject& add(std::string_view key, std::string_view text);
    JsonObject& add(std::string_view key, const char* text) {
        return add(key, std::string_view{text});
    }
    JsonObject& add(std::string_view key, std::uint64_t number);
    JsonObject& add(std::string_view key, bool value);
    JsonObject& add(std::string_view key, const std::vector<std::string>& texts);
    [[nodiscard]] std::string text() const { return text_ + "}\n"; }

private:
    void open(std::string_view key);

    std::string text_ = "{";
};

}  // namespace stentor::api
