#include "server/record/data_folder.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <system_error>

#include "base/room.h"

namespace stentor::server {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMebi = std::uint64_t{1} << 20U;

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

void refuse_full_disk(const fs::path& data, std::uint64_t bytes) {
    std::error_code ignored;
    fs::path there = fs::absolute(data);
    while (!fs::exists(there, ignored) && there.has_relative_path()) there = there.parent_path();
    const auto free = free_bytes(there.string());
    // What its logs hold is written to tables when it is opened.
    const std::uint64_t needed = kRoomToStart + bytes_in(data / "store", kLogEnding) + bytes;
    if (!free || *free >= needed) return;
    const std::string who = bytes == 0 ? "a start needs " : "this needs ";
    throw std::runtime_error{"the disk of " + data.string() +
                             " is full: " + std::to_string(*free >> 10U) + " KiB are free, and " +
                             who + std::to_string((needed + kMebi - 1) / kMebi) + " MiB"};
}

void make_private_folder(const fs::path& folder) {
    std::error_code problem;
    const bool made = fs::create_directories(folder, problem);
    if (made && !problem) fs::permissions(folder, fs::perms::owner_all, problem);
    if (problem) {
        throw UnusableFolder{"the folder " + folder.string() +
                             " cannot be made: " + problem.message()};
    }
}

std::uint64_t bytes_in(const fs::path& folder, std::string_view ending) {
    std::uint64_t bytes = 0;
    std::error_code problem;
    for (fs::directory_iterator it{folder, problem}, end; !problem && it != end;
         it.increment(problem)) {
        std::error_code gone;
        const std::uintmax_t size = fs::file_size(it->path(), gone);
        if (!gone && it->path().native().ends_with(ending)) bytes += size;
    }
    return bytes;
}

bool in_use(const fs::path& data) {
    // RocksDB locks this file, whole, for as long as it is open.
    const int lock = ::open((data / "store" / "LOCK").c_str(), O_RDONLY | O_CLOEXEC);
    if (lock < 0) return false;
    struct flock asked{};
    asked.l_type = F_WRLCK;
    asked.l_whence = SEEK_SET;
    const bool held = ::fcntl(lock, F_GETLK, &asked) == 0 && asked.l_type != F_UNLCK;
    ::close(lock);
    return held;
}

UnfinishedRecord::UnfinishedRecord(const fs::path& data)
    : data_{data}, path_{data / "store.unfinished"}, made_data_{!fs::exists(data)} {
    if (fs::exists(data_ / "store")) {
        throw std::runtime_error{data_.string() + " holds a record already: name a new folder"};
    }
    make_private_folder(data_);
    std::error_code problem;  // Also one that stood there empty becomes private.
    fs::permissions(data_, fs::perms::owner_all, problem);
    if (problem) {
        throw UnusableFolder{"the folder " + data_.string() +
                             " cannot be used: " + problem.message()};
    }
    fs::remove_all(path_);  // Of one that was cut off.
}

UnfinishedRecord::~UnfinishedRecord() {
    if (finished_) return;
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    if (made_data_) fs::remove_all(data_, ignored);
}

// What was copied is synced before the name is changed, and the name after it.
void UnfinishedRecord::finish() {
    const int folder = ::open(data_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = folder >= 0 && ::syncfs(folder) == 0;
    std::error_code problem;
    if (synced) fs::rename(path_, data_ / "store", problem);
    synced = synced && !problem && ::fsync(folder) == 0;
    if (folder >= 0) ::close(folder);
    if (!synced) throw std::runtime_error{data_.string() + " cannot be written"};
    finished_ = true;
}

}  // namespace stentor::server
