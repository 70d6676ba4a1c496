#pragma once
// A JSON object (RFC 8259) written from front to back, for parts that need no more than that.
// Texts are valid UTF-8. Pure.

#include <cstdint>
#include <string>
#include <string_view>

namespace stentor {

class JsonText {
public:
    JsonText& add(std::string_view key, std::string_view text) {
        open(key);
        quote(text);
        return *this;
    }
    JsonText& add(std::string_view key, std::uint64_t number) {
        return add_raw(key, std::to_string(number));
    }
    JsonText& add_flag(std::string_view key, bool value) {
        return add_raw(key, value ? "true" : "false");
    }
    // `json` is a value by itself.
    JsonText& add_raw(std::string_view key, std::string_view json) {
        open(key);
        text_ += json;
        return *this;
    }
    [[nodiscard]] bool empty() const { return text_.size() == 1; }
    [[nodiscard]] std::string text() const { return text_ + "}"; }

private:
    void open(std::string_view key) {
        if (!empty()) text_ += ',';
        quote(key);
        text_ += ':';
    }
    void quote(std::string_view text) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        text_ += '"';
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') text_ += '\\';
            if (byte >= 0x20) {
                text_ += c;
            } else {
                text_.append("\\u00").append(1, kDigits[byte >> 4U]).append(1, kDigits[byte & 15U]);
            }
        }
        text_ += '"';
    }

    std::string text_ = "{";
};

}  // namespace stentor
