#pragma once
// The texts that a command brings before people, held against the word list: one list of fields for
// all commands. Reactions are emoji (text/emoji.h) and bring no words. Names of accounts are held
// against the same list where accounts are made (owner/names.h). Pure.

#include <optional>

#include "base/code.h"
#include "bus/bus.h"
#include "safety/keywords.h"
#include "wire/pb.h"

namespace stentor::group {

// The body of a Send or Edit. Sessions and the API have checked its form; what is none has no text.
[[nodiscard]] pb::Body body_of(const pb::ClientFrame& command);

// FILTERED, with the field that holds a word of the list.
[[nodiscard]] std::optional<Error> listed_word_in(const safety::Keywords& keywords,
                                                  const bus::Post& post);

}  // namespace stentor::group
