#pragma once
// What a value is on the wire: a number, bytes, or a message of fields.

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/cmid.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/kept_word.h"
#include "base/shared_bytes.h"
#include "base/time.h"
#include "wire/pb.h"

namespace stentor::bus {

template <class Value>
inline constexpr bool kIsId = false;
template <class Tag, class Rep>
inline constexpr bool kIsId<Id<Tag, Rep>> = true;

template <class Value>
concept Number =
    std::integral<Value> || std::is_enum_v<Value> || kIsId<Value> || std::same_as<Value, Seq> ||
    std::same_as<Value, Time> || std::same_as<Value, ConnectionToken>;

template <class Value>
concept Bytes = std::same_as<Value, std::string> || std::same_as<Value, std::string_view> ||
                std::same_as<Value, SharedBytes> || std::same_as<Value, Digest> ||
                std::same_as<Value, std::array<std::uint8_t, 16>>;

template <class Value>
concept Protobuf = std::derived_from<Value, google::protobuf::MessageLite>;

template <Number Value>
constexpr std::uint64_t number_from(const Value& value) {
    if constexpr (std::same_as<Value, Time>) {
        return to_ms(value);
    } else if constexpr (std::same_as<Value, ConnectionToken>) {
        return value.packed();
    } else if constexpr (requires { value.value; }) {
        return value.value;
    } else {
        return static_cast<std::uint64_t>(value);
    }
}

// False: it is none of these.
template <Number Value>
constexpr bool number_into(Value& value, std::uint64_t number) {
    if constexpr (std::same_as<Value, Time>) {
        value = from_ms(number);
    } else if constexpr (std::same_as<Value, ConnectionToken>) {
        value = ConnectionToken::unpacked(number);
    } else if constexpr (requires { value.value; }) {
        value.value = static_cast<decltype(value.value)>(number);
    } else {
        value = static_cast<Value>(number);
    }
    return number_from(value) == number;
}

inline std::string_view bytes_from(std::string_view value) { return value; }
inline std::string_view bytes_from(const Digest& value) { return value.view(); }
inline std::string_view bytes_from(const SharedBytes& value) {
    return value == nullptr ? std::string_view{} : std::string_view{*value};
}
inline std::string_view bytes_from(const std::array<std::uint8_t, 16>& value) {
    return {reinterpret_cast<const char*>(value.data()), value.size()};
}

template <Bytes Value>
bool says_nothing(const Value& value) {
    if constexpr (requires { value == Value{}; } && !std::same_as<Value, SharedBytes>) {
        return value == Value{};
    } else {
        return bytes_from(value).empty();
    }
}

// False: they are not as many as these are.
inline bool bytes_into(std::string& value, std::string_view bytes) {
    value = bytes;
    return true;
}
inline bool bytes_into(SharedBytes& value, std::string_view bytes) {
    value = share(std::string{bytes});
    return true;
}
// Of an error: names of fields and places, of which there are few.
inline bool bytes_into(std::string_view& value, std::string_view bytes) {
    value = kept_word(bytes);
    return true;
}
inline bool bytes_into(Digest& value, std::string_view bytes) {
    value = Digest::from(bytes);
    return bytes.size() == value.bytes.size();
}
inline bool bytes_into(std::array<std::uint8_t, 16>& value, std::string_view bytes) {
    if (bytes.size() != value.size()) return false;
    std::ranges::copy(bytes, value.begin());
    return true;
}

}  // namespace stentor::bus
