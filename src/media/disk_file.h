#pragma once
// What the library does not tell of files. Blocking.

#include <filesystem>
#include <optional>

#include "base/time.h"

namespace stentor::media {

// Of a file or a folder: on the disk, to stay there. False: errno says why.
[[nodiscard]] bool sync(const std::filesystem::path& path);

// When it was written to last; nothing: it is not there.
[[nodiscard]] std::optional<Time> written_at(const std::filesystem::path& path);

}  // namespace stentor::media
