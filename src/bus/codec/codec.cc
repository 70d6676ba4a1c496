#include "bus/codec/codec.h"

#include <cstdlib>
#include <utility>

#include "base/log.h"
#include "bus/codec/parts.h"
#include "bus/codec/read.h"
#include "bus/codec/write.h"

namespace stentor::bus {

template <class Message>
std::string encode(const Message& message) {
    return Writer::message(message);
}

template <class Message>
Result<Message> decode(std::string_view bytes) {
    Message message{};
    if (!Reader::message(bytes, message)) {
        return std::unexpected(Error{.code = Code::malformed, .where = "bus"});
    }
    return Result<Message>{std::in_place, std::move(message)};
}

template <class Message>
Message across(const Message& message) {
    Joiner joiner;
    for (const std::string& part : cut(1, encode(message))) {
        const auto whole = joiner.add(part);
        if (!whole || !*whole) continue;
        if (auto read = decode<Message>(**whole)) return *std::move(read);
    }
    log::error("a message of the bus cannot be read", {});
    std::abort();
}

template std::string encode(const Command&);
template std::string encode(const Question&);
template std::string encode(const Result<Reply>&);
template std::string encode(const Items&);
template std::string encode(const std::vector<Answer>&);
template std::string encode(const std::vector<Nudge>&);

template Result<Command> decode(std::string_view);
template Result<Question> decode(std::string_view);
template Result<Result<Reply>> decode(std::string_view);
template Result<Items> decode(std::string_view);
template Result<std::vector<Answer>> decode(std::string_view);
template Result<std::vector<Nudge>> decode(std::string_view);

template Command across(const Command&);
template Question across(const Question&);
template Result<Reply> across(const Result<Reply>&);
template Items across(const Items&);
template std::vector<Answer> across(const std::vector<Answer>&);
template std::vector<Nudge> across(const std::vector<Nudge>&);

}  // namespace stentor::bus
