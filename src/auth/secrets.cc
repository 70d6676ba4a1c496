#include "auth/secrets.h"

#include <fcntl.h>
#include <sodium/utils.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "auth/random.h"
#include "base/number_text.h"

namespace stentor::auth {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFirstLine = "stentor-secrets 1";
constexpr std::string_view kKeyWord = "key ";
constexpr std::size_t kFileBytesMax = std::size_t{64} * 1024;

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_;
};

[[noreturn]] void refuse(const fs::path& file, std::string_view why) {
    throw std::runtime_error("secrets file " + file.string() + ": " + std::string{why});
}

[[noreturn]] void refuse_errno(const fs::path& file, std::string_view what) {
    refuse(file, std::string{what} + ": " + std::generic_category().message(errno));
}

void write_all(const Descriptor& to, std::string_view bytes, const fs::path& file) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(to.get(), bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) refuse_errno(file, "cannot write it");
        if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string fresh_content() {
    TokenKey key{.id = 1};
    fill_random(key.secret);
    return std::string{kFirstLine} + "\nkey 1 " + hex_of(key.secret) + "\n";
}

// Written whole under another name first: a crash between leaves no short file behind, and of two
// servers that start together one makes it and both read the same.
void make(const fs::path& file) {
    const fs::path fresh = file.string() + ".new-" + std::to_string(::getpid());
    ::unlink(fresh.c_str());
    {
        const Descriptor to{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
        if (!to) refuse_errno(file, "cannot make it");
        write_all(to, fresh_content(), file);
        if (::fsync(to.get()) != 0) refuse_errno(file, "cannot sync it");
    }
    const int linked = ::link(fresh.c_str(), file.c_str());
    const int link_errno = errno;
    ::unlink(fresh.c_str());
    errno = link_errno;
    if (linked != 0 && errno != EEXIST) refuse_errno(file, "cannot put it in place");

    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path{"."};
    const Descriptor dir{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!dir || ::fsync(dir.get()) != 0) refuse_errno(file, "cannot sync its folder");
}

std::string content_of(const Descriptor& from, const fs::path& file) {
    std::string content(kFileBytesMax + 1, '\0');
    std::size_t size = 0;
    while (size < content.size()) {
        const ssize_t got = ::read(from.get(), content.data() + size, content.size() - size);
        if (got == 0) break;
        if (got < 0 && errno != EINTR) refuse_errno(file, "cannot read it");
        if (got > 0) size += static_cast<std::size_t>(got);
    }
    if (size > kFileBytesMax) refuse(file, "it is too long to be one");
    content.resize(size);
    return content;
}

std::optional<TokenKey> key_of(std::string_view line) {
    if (!line.starts_with(kKeyWord)) return std::nullopt;
    line.remove_prefix(kKeyWord.size());
    TokenKey key;
    const auto [after, problem] = std::from_chars(line.data(), line.data() + line.size(), key.id);
    if (problem != std::errc{} || key.id == 0) return std::nullopt;
    line.remove_prefix(static_cast<std::size_t>(after - line.data()));
    if (line.size() != 1 + 2 * key.secret.size() || line.front() != ' ') return std::nullopt;
    line.remove_prefix(1);
    const auto secret = bytes_in(line);
    if (!secret) return std::nullopt;
    std::ranges::copy(*secret, key.secret.begin());
    // An editor's row of zeros is long enough and still no secret.
    if (std::ranges::count(key.secret, key.secret.front()) > 16) return std::nullopt;
    return key;
}

Secrets parsed(std::string_view content, const fs::path& file) {
    Secrets secrets;
    bool first = true;
    while (!content.empty()) {
        const std::size_t end = content.find('\n');
        if (end == std::string_view::npos) refuse(file, "it is cut off: its last line has no end");
        const std::string_view line = content.substr(0, end);
        content.remove_prefix(end + 1);
        if (first) {
            if (line != kFirstLine) refuse(file, "its first line is not \"stentor-secrets 1\"");
            first = false;
            continue;
        }
        const std::optional<TokenKey> key = key_of(line);
        if (!key) refuse(file, "a line is not \"key NUMBER\" and 64 random hexadecimal digits");
        if (std::ranges::find(secrets.keys, key->id, &TokenKey::id) != secrets.keys.end()) {
            refuse(file, "two keys have the number " + std::to_string(key->id));
        }
        secrets.keys.push_back(*key);
    }
    if (secrets.keys.empty()) {
        refuse(file, "it holds no key; remove it to have a new one made (all tokens then end)");
    }
    return secrets;
}

}  // namespace

Secrets load_or_make_secrets(const fs::path& file) {
    if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT) make(file);
    return load_secrets(file);
}

Secrets load_secrets(const fs::path& file) {
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT) {
        refuse(file, "there is none; name the data folder of a server with --data");
    }
    const Descriptor from{::open(file.c_str(), kFlags)};
    if (!from) refuse_errno(file, "cannot open it");

    struct stat status{};
    if (::fstat(from.get(), &status) != 0) refuse_errno(file, "cannot look at it");
    if (!S_ISREG(status.st_mode)) refuse(file, "it is not a plain file");
    if (status.st_uid != ::geteuid()) refuse(file, "it belongs to another user");
    if ((status.st_mode & 0077U) != 0) {
        refuse(file, "others may read or write it; run: chmod 600 " + file.string());
    }
    return parsed(content_of(from, file), file);
}

}  // namespace stentor::auth
