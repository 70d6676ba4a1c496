#pragma once
// The texts that a command brings before people, held against the word list and shown to the
// outside filter: one list of fields for all commands and for both. Reactions are emoji
// (text/emoji.h) and bring no words. Names of accounts are held against the same list, and shown to
// the same filter, where accounts are made (owner/names.h, owner/owner_accounts.cc). Pure.

#include <optional>
#include <string_view>

#include "base/code.h"
#include "bus/bus.h"
#include "group/effects.h"
#include "group/rules/keywords.h"
#include "wire/pb.h"

namespace stentor::group {

// The body of a Send or Edit. Sessions and the API have checked its form; what is none has no text.
[[nodiscard]] pb::Body body_of(const pb::ClientFrame& frame);

// FILTERED, with the field that holds a word of the list.
[[nodiscard]] std::optional<Error> listed_word_in(const rules::Keywords& keywords,
                                                  const bus::Command& command);

// What the outside filter is asked; nothing, where a command brings no text. Of a ClientFrame the
// kinds are message, edit, group (its name, topic and welcome), note and reason.
[[nodiscard]] std::optional<VerdictOn> question_on(const bus::Command& command);
inline constexpr std::string_view kAccountKind = "account";

}  // namespace stentor::group
