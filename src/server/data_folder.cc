#include "server/data_folder.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>

namespace stentor::server {
namespace {

namespace fs = std::filesystem;

std::string name_of(uid_t uid) {
    std::array<char, 4'096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
    return found != nullptr ? found->pw_name : "#" + std::to_string(uid);
}

}  // namespace

void refuse_foreign_folder(const fs::path& data, bool made_for_a_service) {
    if (::geteuid() != 0) return;
    struct stat status{};
    fs::path judged = fs::absolute(data);
    if (::stat(judged.c_str(), &status) != 0) {
        if (!made_for_a_service) return;
        judged = judged.parent_path();
        if (::stat(judged.c_str(), &status) != 0) return;
    }
    if (status.st_uid == 0) return;
    const std::string owner = name_of(status.st_uid);
    throw std::runtime_error{judged.string() + " belongs to " + owner +
                             ", who could not open what root makes there; run this as " + owner +
                             ": sudo -u " + owner + " stentor ..."};
}

bool in_use(const fs::path& data) {
    // RocksDB locks this file, whole, for as long as it is open.
    const int lock = ::open((data / "store" / "LOCK").c_str(), O_RDWR | O_CLOEXEC);
    if (lock < 0) return false;
    struct flock asked{};
    asked.l_type = F_WRLCK;
    asked.l_whence = SEEK_SET;
    const bool held = ::fcntl(lock, F_GETLK, &asked) == 0 && asked.l_type != F_UNLCK;
    ::close(lock);
    return held;
}

}  // namespace stentor::server
