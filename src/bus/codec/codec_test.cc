#include "bus/codec/codec.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <random>
#include <string>
#include <utility>

#include "bus/codec/filled_test_kit.h"

namespace stentor::bus {
namespace {

// Whether two values are alike in everything.
struct Alike {
    template <class Value>
    static bool same(const std::optional<Value>& a, const std::optional<Value>& b) {
        return a.has_value() == b.has_value() && (!a || same(*a, *b));
    }
    template <class Value>
    static bool same(const std::vector<Value>& a, const std::vector<Value>& b) {
        return std::ranges::equal(a, b, [](const Value& x, const Value& y) { return same(x, y); });
    }
    template <HasFields Struct>
    static bool same(const std::shared_ptr<const Struct>& a,
                     const std::shared_ptr<const Struct>& b) {
        return same(*a, *b);
    }
    template <class First, class Second>
    static bool same(const std::pair<First, Second>& a, const std::pair<First, Second>& b) {
        return same(a.first, b.first) && same(a.second, b.second);
    }
    template <class... Alternatives>
    static bool same(const std::variant<Alternatives...>& a,
                     const std::variant<Alternatives...>& b) {
        return std::visit(
            []<class One, class Other>(const One& x, const Other& y) {
                if constexpr (std::same_as<One, Other>) return same(x, y);
                return false;
            },
            a, b);
    }
    template <class Value>
    static bool same(const std::expected<Value, Error>& a, const std::expected<Value, Error>& b) {
        if (a.has_value() != b.has_value()) return false;
        return a ? same(*a, *b) : same(a.error(), b.error());
    }
    template <class Value>
    static bool same(const Value& a, const Value& b) {
        if constexpr (Protobuf<Value>) {
            return a.SerializeAsString() == b.SerializeAsString();
        } else if constexpr (std::same_as<Value, SharedBytes>) {
            return bytes_from(a) == bytes_from(b);
        } else if constexpr (std::same_as<Value, LogEntry>) {
            return a.seq == b.seq && a.sender == b.sender && a.cmid == b.cmid && a.time == b.time &&
                   a.ordinal == b.ordinal && a.revision == b.revision &&
                   a.countable == b.countable && a.recalled == b.recalled && a.digest == b.digest &&
                   same(a.bytes, b.bytes);
        } else if constexpr (HasFields<Value>) {
            const auto left = tied(a);
            const auto right = tied(b);
            return [&]<std::size_t... kPlaces>(std::index_sequence<kPlaces...> /*all*/) {
                return (same(std::get<kPlaces>(left), std::get<kPlaces>(right)) && ...);
            }(std::make_index_sequence<kFields<Value>>{});
        } else {
            return a == b;
        }
    }
};

template <class Message>
void expect_to_come_through(const Message& message) {
    const std::string bytes = encode(message);
    const auto read = decode<Message>(bytes);
    ASSERT_TRUE(read);
    EXPECT_TRUE(Alike::same(message, *read));
    EXPECT_EQ(encode(*read), bytes);
}

// ---- The tests

TEST(Codec, WhatIsFilledComesThrough) {
    expect_to_come_through(filled<Command>());
    expect_to_come_through(filled<std::vector<Answer>>());
    for (const Question& question : all<Question>()) expect_to_come_through(question);
    for (const Nudge& nudge : all<Nudge>()) {
        expect_to_come_through(std::vector<Nudge>{nudge, nudge});
    }
    for (const Reply& reply : all<Reply>()) expect_to_come_through(Result<Reply>{reply});
    expect_to_come_through(Result<Reply>{std::unexpected(filled<Error>())});
    auto items = filled<Items>();
    for (auto& event : all<GroupEvent>()) {
        auto item = filled<GroupItem>();
        item.events[0] = std::move(event);
        items.items[0] = std::make_shared<const GroupItem>(std::move(item));
        expect_to_come_through(items);
    }
}

TEST(Codec, WhatIsEmptyComesThrough) {
    expect_to_come_through(Command{});
    expect_to_come_through(std::vector<Answer>{});
    expect_to_come_through(Question{});
    expect_to_come_through(Items{});
    expect_to_come_through(Result<Reply>{Reply{Seq{0}}});
    expect_to_come_through(Result<Reply>{Reply{std::vector<Account>{}}});
    expect_to_come_through(Result<Reply>{std::unexpected(Error{})});
}

TEST(Codec, WhatIsThereAndZeroIsNotWhatIsAbsent) {
    expect_to_come_through(Question{AskChangeUser{.disabled = false,
                                                  .tokens_since = from_ms(0),
                                                  .rate = UserRate{},
                                                  .picture = std::string{}}});
    expect_to_come_through(Question{AskSetSetting{.name = std::string(3, '\0')}});
    expect_to_come_through(Question{AskUsers{.uids = {{0}, {7}, {0}}}});
}

TEST(Codec, AnErrorsWordsOutliveTheBytes) {
    std::string bytes = encode(Result<Reply>{
        std::unexpected(Error{.code = Code::bad_field, .where = "settings.name", .limit = 7})});
    const auto read = decode<Result<Reply>>(bytes);
    bytes.assign(bytes.size(), 'x');
    ASSERT_TRUE(read);
    EXPECT_EQ(read->error(),
              (Error{.code = Code::bad_field, .where = "settings.name", .limit = 7}));
}

// A later build's field stands behind those that are known.
TEST(Codec, AFieldThatIsNotKnownIsPassedOver) {
    const std::string later = encode(filled<Command>()) +
                              "\xa2\x06\x03"
                              "new"
                              "\x98\x06\x07";
    const auto read = decode<Command>(later);
    ASSERT_TRUE(read);
    EXPECT_TRUE(Alike::same(*read, filled<Command>()));
}

TEST(Codec, AKindThatIsNotKnownIsRefused) {
    EXPECT_FALSE(
        decode<Question>("\xa2\x06\x03"
                         "new"));
    EXPECT_FALSE(decode<Question>(""));
    EXPECT_FALSE(decode<Result<Reply>>(""));
}

TEST(Codec, WhateverTheBytesAreItEnds) {
    std::mt19937_64 random{7};
    const auto harm = [&](std::string bytes) {
        const auto place = [&] { return random() % bytes.size(); };
        switch (random() % 3) {
            case 0: bytes.resize(place()); break;
            case 1: bytes[place()] = static_cast<char>(random()); break;
            default: bytes.insert(place(), 1, static_cast<char>(random()));
        }
        return bytes;
    };
    int refused = 0;
    for (int round = 0; round < 200; ++round) {
        for (const Question& question : all<Question>()) {
            refused += decode<Question>(harm(encode(question))) ? 0 : 1;
        }
        for (const Reply& reply : all<Reply>()) {
            refused += decode<Result<Reply>>(harm(encode(Result<Reply>{reply}))) ? 0 : 1;
        }
        refused += decode<Items>(harm(encode(filled<Items>()))) ? 0 : 1;
        refused += decode<Command>(harm(encode(filled<Command>()))) ? 0 : 1;
    }
    EXPECT_GT(refused, 1'000);
}

TEST(Codec, ANumberThatIsTooLargeForItsFieldIsRefused) {
    EXPECT_TRUE(decode<Question>("\x12\x02\x18\x07"));
    EXPECT_FALSE(decode<Question>("\x12\x06\x18\x80\x80\x80\x80\x10")) << "count has 32 bits";
    EXPECT_FALSE(decode<Question>("\x0a\x02\x18\x02")) << "neither true nor false";
}

}  // namespace
}  // namespace stentor::bus
