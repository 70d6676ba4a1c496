#include "store/replica/place.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace stentor::replica {
namespace {

constexpr const char* kLeader = "leader";
constexpr const char* kHoldsAll = "holds-all";

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path) {
    throw std::runtime_error{"cannot " + what + " " + path.string() + ": " +
                             std::generic_category().message(errno)};
}

// A file's bytes, or the names in a folder.
void sync(const std::filesystem::path& path) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail("open", path);
    const int synced = fsync(descriptor);
    close(descriptor);
    if (synced != 0) fail("sync", path);
}

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in{file};
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace

bool Place::follows() const { return std::filesystem::exists(mark()); }

std::string Place::leader() const {
    std::ifstream in{mark()};
    std::string word;
    std::string leader;
    return in >> word >> leader && word == kLeader ? leader : "";
}

void Place::begin(const std::string& leader) {
    leader_ = leader;
    if (!follows()) {
        if (std::filesystem::exists(store())) {
            throw std::runtime_error{folder_.string() +
                                     " holds a store of its own, which a copy would replace; "
                                     "follow into an empty folder"};
        }
        write_mark(leader, false);
    }
    std::error_code ignored;
    std::filesystem::remove(wish(), ignored);
    std::filesystem::remove_all(incoming(), ignored);
}

void Place::install() const {
    for (const auto& entry : std::filesystem::directory_iterator{incoming()}) sync(entry.path());
    sync(incoming());
    std::filesystem::remove_all(store());
    std::filesystem::rename(incoming(), store());
    sync(folder_);
}

void Place::set_holds_all(bool holds_all) {
    if (this->holds_all() != holds_all) write_mark(leader_, holds_all);
}

bool Place::holds_all() const { return text_of(mark()).contains(kHoldsAll); }

void Place::end() const {
    std::filesystem::remove(mark());
    sync(folder_);
    std::error_code ignored;
    std::filesystem::remove(wish(), ignored);
}

void Place::ask_to_end() const {
    std::ofstream out{wish()};
    if (!out.flush()) fail("write", wish());
}

bool Place::asked_to_end() const { return std::filesystem::exists(wish()); }

void Place::write_mark(const std::string& leader, bool holds_all) const {
    std::filesystem::create_directories(folder_);
    const std::filesystem::path fresh = folder_ / "following.new";
    std::ofstream out{fresh};
    out << kLeader << ' ' << leader << '\n' << (holds_all ? kHoldsAll : "may-lack") << '\n';
    out.close();
    if (!out) fail("write", fresh);
    sync(fresh);
    std::filesystem::rename(fresh, mark());
    sync(folder_);
}

}  // namespace stentor::replica
