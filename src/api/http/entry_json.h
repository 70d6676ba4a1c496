#pragma once
// An entry of a log as other systems read it. Pure.

#include <string>

#include "base/ids.h"
#include "wire/log_entry.h"

namespace stentor::api {

// {"gid","seq","sender","id","kind":"post"|"system","time_ms","revision","recalled","text",
//  "reply_to","mentions":[{"uid","offset","length"}],"mention_all","attachments":[{"kind",
//  "media_type","size","address","name"}]}; what is 0, false or empty is left out, but for seq,
// sender and text. A recalled entry has no text.
[[nodiscard]] std::string entry_json(GroupId gid, const LogEntry& entry);

}  // namespace stentor::api
