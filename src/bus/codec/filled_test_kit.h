#pragma once
// Messages of the bus with every field set, each to a value of its own, for tests and golden
// vectors.

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bus/codec/tied.h"
#include "bus/codec/wire_types.h"

namespace stentor::bus {

class Filler {
public:
    template <Number Value>
    void fill(Value& value) {
        const std::uint64_t number = ++count_;
        if constexpr (std::is_enum_v<Value> || std::same_as<Value, bool>) {
            value = static_cast<Value>(1);
        } else {
            static_cast<void>(number_into(value, number));
        }
    }
    template <Bytes Value>
    void fill(Value& value) {
        const std::string word = "word " + std::to_string(++count_);
        if (!bytes_into(value, word)) static_cast<void>(bytes_into(value, hash_of(word).view()));
    }
    // A field that each of them has, or else does not know and keeps.
    template <Protobuf Value>
    void fill(Value& value) {
        static_cast<void>(
            value.ParseFromString(std::string{'\x08', static_cast<char>(1 + ++count_ % 100)}));
    }
    void fill(LogEntry& value) {
        pb::Entry entry;
        entry.set_seq(++count_);
        entry.set_sender(++count_);
        std::array<std::uint8_t, 10> random{};
        random.fill(static_cast<std::uint8_t>(++count_));
        entry.set_cmid(std::string{Cmid::made_at(from_ms(++count_), random).view()});
        entry.set_time_ms(++count_);
        entry.set_kind(pb::ENTRY_KIND_POST);
        entry.set_ordinal(++count_);
        entry.set_body("body");
        value = log_entry(entry, hash_of("before"));
    }
    template <HasFields Struct>
    void fill(Struct& value) {
        std::apply([this](auto&... fields) { (fill(fields), ...); }, tied(value));
    }
    template <HasFields Struct>
    void fill(std::shared_ptr<const Struct>& value) {
        auto made = std::make_shared<Struct>();
        fill(*made);
        value = std::move(made);
    }
    template <class Value>
    void fill(std::optional<Value>& value) {
        fill(value.emplace());
    }
    template <class Value>
    void fill(std::vector<Value>& values) {
        fill(values.emplace_back());
        fill(values.emplace_back());
    }
    template <class First, class Second>
    void fill(std::pair<First, Second>& value) {
        fill(value.first);
        fill(value.second);
    }
    template <class First, class... Others>
    void fill(std::variant<First, Others...>& value) {
        fill(value.template emplace<First>());
    }

private:
    std::uint64_t count_{};
};

template <class Message>
Message filled() {
    Message message{};
    Filler{}.fill(message);
    return message;
}

// Each of the alternatives, filled.
template <class... Alternatives>
std::vector<std::variant<Alternatives...>> all_of(
    std::type_identity<std::variant<Alternatives...>> /*which*/) {
    std::vector<std::variant<Alternatives...>> all;
    const auto add = [&]<class One>(std::type_identity<One> /*which*/) {
        One one{};
        Filler{}.fill(one);
        all.emplace_back(std::move(one));
    };
    (add(std::type_identity<Alternatives>{}), ...);
    return all;
}
template <class Variant>
std::vector<Variant> all() {
    return all_of(std::type_identity<Variant>{});
}

}  // namespace stentor::bus
