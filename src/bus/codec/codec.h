#pragma once
// The wire form of all that crosses the bus: Command, Question, Result<Reply>, Items, and lists of
// Answer and Nudge. Stored nowhere, but spoken between processes of two builds: fields.h says how
// it may grow.

#include <string>
#include <string_view>

#include "bus/bus.h"

namespace stentor::bus {

template <class Message>
[[nodiscard]] std::string encode(const Message& message);

// malformed: these bytes are none, or of a kind that this build does not know.
template <class Message>
[[nodiscard]] Result<Message> decode(std::string_view bytes);

// What comes of it to the other side, through its wire form and the parts of that. Ends the process
// when nothing does: then a form is wrong.
template <class Message>
[[nodiscard]] Message across(const Message& message);

}  // namespace stentor::bus
