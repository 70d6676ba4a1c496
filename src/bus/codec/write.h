#pragma once
// Values to bytes, in the encoding of protobuf (protobuf.dev/programming-guides/encoding), so that
// its tools show them and fields that are not known are passed over. What is 0 or empty is left
// out; a value that may be absent is written whenever it is there.

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <expected>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "bus/codec/tied.h"
#include "bus/codec/wire_types.h"

namespace stentor::bus {

class Writer {
public:
    // All of a message, without its length.
    template <class Message>
    static std::string message(const Message& value) {
        Writer writer;
        writer.body(value);
        return std::move(writer.out_);
    }

private:
    using Wire = google::protobuf::internal::WireFormatLite;

    void varint(std::uint64_t value) {
        std::array<std::uint8_t, 10> bytes{};
        const auto* end =
            google::protobuf::io::CodedOutputStream::WriteVarint64ToArray(value, bytes.data());
        out_.append(reinterpret_cast<const char*>(bytes.data()),
                    static_cast<std::size_t>(end - bytes.data()));
    }
    void key(std::uint32_t number, Wire::WireType type) {
        varint(Wire::MakeTag(static_cast<int>(number), type));
    }
    void piece(std::uint32_t number, std::string_view bytes) {
        key(number, Wire::WIRETYPE_LENGTH_DELIMITED);
        varint(bytes.size());
        out_ += bytes;
    }

    // ---- A field, whatever it holds
    template <Number Value>
    void element(std::uint32_t number, const Value& value) {
        key(number, Wire::WIRETYPE_VARINT);
        varint(number_from(value));
    }
    template <Bytes Value>
    void element(std::uint32_t number, const Value& value) {
        piece(number, bytes_from(value));
    }
    template <class Value>
    void element(std::uint32_t number, const Value& value) {
        piece(number, message(value));
    }

    // ---- A field, unless it says nothing
    template <Number Value>
    void field(std::uint32_t number, const Value& value) {
        if (number_from(value) != 0) element(number, value);
    }
    template <Bytes Value>
    void field(std::uint32_t number, const Value& value) {
        if (!says_nothing(value)) element(number, value);
    }
    template <class Value>
    void field(std::uint32_t number, const std::optional<Value>& value) {
        if (value) element(number, *value);
    }
    template <class Value>
    void field(std::uint32_t number, const std::vector<Value>& values) {
        for (const Value& value : values) element(number, value);
    }
    template <class Value>
    void field(std::uint32_t number, const Value& value) {
        const std::string bytes = message(value);
        if (!bytes.empty()) piece(number, bytes);
    }

    // ---- A message
    template <HasFields Struct>
    void body(const Struct& value) {
        std::apply(
            [this](const auto&... fields) {
                std::uint32_t number = 0;
                (this->field(++number, fields), ...);
            },
            tied(value));
    }
    template <class First, class Second>
    void body(const std::pair<First, Second>& value) {
        field(1, value.first);
        field(2, value.second);
    }
    template <HasFields Struct>
    void body(const std::shared_ptr<const Struct>& value) {
        body(*value);
    }
    // The number is that of the alternative.
    template <class... Alternatives>
    void body(const std::variant<Alternatives...>& value) {
        const auto number = static_cast<std::uint32_t>(value.index() + 1);
        std::visit([&](const auto& one) { piece(number, message(one)); }, value);
    }
    template <class Value>
    void body(const std::expected<Value, Error>& value) {
        value ? piece(2, message(*value)) : piece(1, message(value.error()));
    }
    void body(const LogEntry& value) {
        field(1, value.digest);
        field(2, value.bytes);
    }
    template <Protobuf Value>
    void body(const Value& value) {
        value.AppendToString(&out_);
    }
    // A number, bytes or a list that stands alone.
    template <class Value>
    void body(const Value& value) {
        field(1, value);
    }

    std::string out_;
};

}  // namespace stentor::bus
