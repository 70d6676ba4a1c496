#pragma once
// Lists within a row that are only ever read whole: numbers and texts one after the other. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "store/varint.h"

namespace stentor::store::mysql {

class ListWriter {
public:
    void number(std::uint64_t value) { append_varint(out_, value); }
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
        const auto value = good_ ? take_varint(in_) : std::nullopt;
        good_ = value.has_value();
        return value.value_or(0);
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
