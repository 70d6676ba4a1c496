#include <algorithm>
#include <charconv>
#include <memory>

#include "base/log.h"
#include "store/mysql/engine.h"
#include "store/mysql/schema.h"

namespace stentor::store {
namespace {

using mysql::Connection;
using mysql::Failure;

constexpr unsigned kOldestMajor = 10;
constexpr unsigned kOldestMinor = 6;

std::unexpected<Error> refused(std::string_view where, std::string_view why) {
    log::error("the database cannot be used", {{"why", why}});
    return std::unexpected(Error{Code::store_unavailable, where});
}

// "10.11.19-MariaDB-0+deb12u1", also behind the "5.5.5-" that some say first.
bool is_tried(std::string_view version) {
    if (!version.contains("MariaDB")) return false;
    if (version.starts_with("5.5.5-")) version.remove_prefix(6);
    unsigned major = 0;
    unsigned minor = 0;
    const char* end = version.data() + version.size();
    const auto first = std::from_chars(version.data(), end, major);
    if (first.ptr == end || *first.ptr != '.') return false;
    (void)std::from_chars(first.ptr + 1, end, minor);
    return major > kOldestMajor || (major == kOldestMajor && minor >= kOldestMinor);
}

}  // namespace

Result<std::unique_ptr<Store>> open_mysql(const MysqlOptions& options) {
    const auto opened = Connection::open(options, mysql::Isolation::read_committed);
    if (!opened) {
        const Failure& failure = opened.error();
        return refused(failure.kind == Failure::Kind::lost ? "unreachable" : "refused",
                       failure.text);
    }
    Connection& connection = **opened;
    if (!is_tried(connection.version())) {
        return refused("version", "neither MariaDB 10.6 nor a later one: " + connection.version());
    }
    const auto brought = mysql::bring_to_newest_form(connection);
    if (!brought) return std::unexpected(brought.error());
    return std::make_unique<mysql::MysqlStore>(options);
}

}  // namespace stentor::store
