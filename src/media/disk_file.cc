#include "media/disk_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace stentor::media {

bool sync(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool done = ::fsync(descriptor) == 0;
    return ::close(descriptor) == 0 && done;
}

std::optional<Time> written_at(const std::filesystem::path& path) {
    struct stat found{};
    if (::stat(path.c_str(), &found) != 0) return std::nullopt;
    return Time{Millis{found.st_mtim.tv_sec * 1'000 + found.st_mtim.tv_nsec / 1'000'000}};
}

}  // namespace stentor::media
