#pragma once
// Bytes that Writer made, or a later build's, to values. Whatever the bytes are, it ends, and takes
// no more memory than a fixed multiple of them.

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "bus/codec/tied.h"
#include "bus/codec/wire_types.h"

namespace stentor::bus {

class Reader {
public:
    // False: these are no bytes of such a message, or of one that this build does not know.
    template <class Message>
    [[nodiscard]] static bool message(std::string_view bytes, Message& value) {
        if (bytes.size() > std::numeric_limits<int>::max()) return false;
        return Reader{bytes}.body(value);
    }

private:
    using Wire = google::protobuf::internal::WireFormatLite;

    explicit Reader(std::string_view bytes)
        : in_{reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size())},
          bytes_{bytes} {}

    // Calls `take(number)` for each field; that one reads its value, or leaves it.
    template <class Take>
    bool each_field(const Take& take) {
        while (const std::uint32_t tag = in_.ReadTag()) {
            key_ = tag;
            taken_ = false;
            if (!take(static_cast<std::uint32_t>(Wire::GetTagFieldNumber(tag)))) return false;
            if (!taken_ && !Wire::SkipField(&in_, tag)) return false;
        }
        return in_.ConsumedEntireMessage();
    }

    bool varint(std::uint64_t& value) {
        taken_ = true;
        return Wire::GetTagWireType(key_) == Wire::WIRETYPE_VARINT && in_.ReadVarint64(&value);
    }
    bool piece(std::string_view& piece) {
        taken_ = true;
        std::uint32_t size = 0;
        if (Wire::GetTagWireType(key_) != Wire::WIRETYPE_LENGTH_DELIMITED) return false;
        if (!in_.ReadVarint32(&size)) return false;
        const auto start = static_cast<std::size_t>(in_.CurrentPosition());
        if (size > bytes_.size() - start) return false;
        piece = bytes_.substr(start, size);
        return in_.Skip(static_cast<int>(size));
    }

    // ---- A field
    template <Number Value>
    bool field(Value& value) {
        std::uint64_t number = 0;
        return varint(number) && number_into(value, number);
    }
    template <Bytes Value>
    bool field(Value& value) {
        std::string_view bytes;
        return piece(bytes) && bytes_into(value, bytes);
    }
    template <class Value>
    bool field(std::optional<Value>& value) {
        return field(value.emplace());
    }
    template <class Value>
    bool field(std::vector<Value>& values) {
        return field(values.emplace_back());
    }
    template <class Value>
    bool field(Value& value) {
        std::string_view bytes;
        return piece(bytes) && message(bytes, value);
    }

    // ---- A message
    template <HasFields Struct>
    bool body(Struct& value) {
        return std::apply(
            [this](auto&... fields) {
                return each_field([&](std::uint32_t wanted) {
                    std::uint32_t number = 0;
                    return ((++number != wanted || field(fields)) && ...);
                });
            },
            tied(value));
    }
    template <class First, class Second>
    bool body(std::pair<First, Second>& value) {
        return each_field([&](std::uint32_t number) {
            if (number == 1) return field(value.first);
            return number != 2 || field(value.second);
        });
    }
    template <HasFields Struct>
    bool body(std::shared_ptr<const Struct>& value) {
        auto made = std::make_shared<Struct>();
        const bool read = body(*made);
        value = std::move(made);
        return read;
    }
    template <class... Alternatives>
    bool body(std::variant<Alternatives...>& value) {
        bool known = false;
        const bool read = each_field([&](std::uint32_t wanted) {
            std::uint32_t number = 0;
            const auto alternative = [&]<class One>(std::type_identity<One> /*which*/) {
                if (++number != wanted) return true;
                known = true;
                One one;
                if (!field_of_message(one)) return false;
                value = std::move(one);
                return true;
            };
            return (alternative(std::type_identity<Alternatives>{}) && ...);
        });
        return read && known;
    }
    template <class Value>
    bool body(std::expected<Value, Error>& value) {
        bool known = false;
        const bool read = each_field([&](std::uint32_t number) {
            if (number != 1 && number != 2) return true;
            known = true;
            if (number == 2) {
                value = Value{};
                return field_of_message(*value);
            }
            return field_of_message((value = std::unexpected(Error{})).error());
        });
        return read && known;
    }
    bool body(LogEntry& value) {
        Digest digest;
        SharedBytes bytes;
        const bool read = each_field([&](std::uint32_t number) {
            if (number == 1) return field(digest);
            return number != 2 || field(bytes);
        });
        if (!read || bytes == nullptr) return false;
        auto entry = parse_log_entry(std::move(bytes), digest);
        if (!entry) return false;
        value = *std::move(entry);
        return true;
    }
    template <Protobuf Value>
    bool body(Value& value) {
        return value.ParseFromArray(bytes_.data(), static_cast<int>(bytes_.size()));
    }
    template <class Value>
    bool body(Value& value) {
        return each_field([&](std::uint32_t number) { return number != 1 || field(value); });
    }
    // Whatever it is, it has a length of its own.
    template <class Value>
    bool field_of_message(Value& value) {
        std::string_view bytes;
        return piece(bytes) && message(bytes, value);
    }

    google::protobuf::io::CodedInputStream in_;
    std::string_view bytes_;
    std::uint32_t key_{};
    bool taken_{};
};

}  // namespace stentor::bus
