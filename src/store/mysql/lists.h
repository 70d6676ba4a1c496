#pragma once
// Lists within a row that are only ever read whole: numbers and texts one after the other, numbers
// as protobuf's varints. Pure.

#include <cstdint>
#include <string>
#include <string_view>

namespace stentor::store::mysql {

class ListWriter {
public:
    void number(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7U) out_ += static_cast<char>(value | 0x80U);
        out_ += static_cast<char>(value);
    }
    void text(std::string_view text) {
        number(text.size());
        out_ += text;
    }
    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    std::string out_;
};

// Once something is missing all that follows is zero, and there is no more.
class ListReader {
public:
    explicit ListReader(std::string_view in) : in_(in) {}

    // Whether something is left to be read.
    [[nodiscard]] bool more() const { return good_ && !in_.empty(); }
    [[nodiscard]] bool good() const { return good_; }
    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && !in_.empty(); shift += 7) {
            const auto next = static_cast<std::uint8_t>(in_.front());
            in_.remove_prefix(1);
            value |= std::uint64_t{next & 0x7fU} << shift;
            if (next < 0x80) return value;
        }
        good_ = false;
        return 0;
    }
    std::string text() {
        const std::uint64_t size = number();
        good_ = good_ && size <= in_.size();
        if (!good_) return {};
        std::string text{in_.substr(0, size)};
        in_.remove_prefix(size);
        return text;
    }

private:
    std::string_view in_;
    bool good_ = true;
};

}  // namespace stentor::store::mysql
