#include "media/disk_objects.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <system_error>

#include "media/disk_file.h"

namespace stentor::media {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kLeftByACrash{1};
constexpr Error kNoBytes{.code = Code::not_found, .where = "media"};
constexpr Error kNotOnDisk{.code = Code::store_unavailable, .where = "disk"};

}  // namespace

std::string name_of(std::string_view sha256) {
    return fmt::format("{}/{}/{}", kWhole, sha256.substr(0, 2), sha256);
}

DiskObjects::DiskObjects(const fs::path& folder) : folder_{folder} {
    fs::create_directories(folder_ / kWhole);
}

fs::path DiskObjects::place_of(std::string_view sha256) const { return folder_ / name_of(sha256); }

bool DiskObjects::has(std::string_view sha256) const {
    std::error_code problem;
    return fs::exists(place_of(sha256), problem);
}

// They are where they belong by a rename, which is quick.
Result<void> DiskObjects::bring(const Contents& /*contents*/, const fs::path& /*part*/) {
    return {};
}

Result<void> DiskObjects::keep(const Contents& contents, const fs::path& part) {
    const fs::path place = place_of(contents.sha256);
    std::error_code problem;
    if (fs::exists(place, problem)) {
        fs::remove(part, problem);
        return {};
    }
    if (!fs::exists(part, problem)) return std::unexpected(kNoBytes);
    if (fs::create_directory(place.parent_path(), problem) && !sync(folder_ / kWhole)) {
        return std::unexpected(kNotOnDisk);
    }
    fs::rename(part, place, problem);
    if (problem || !sync(place.parent_path())) return std::unexpected(kNotOnDisk);
    return {};
}

Result<std::string> DiskObjects::read(const Contents& contents, const ByteRange& range) {
    std::ifstream in{place_of(contents.sha256), std::ios::binary};
    std::string bytes(range.count, '\0');
    in.seekg(static_cast<std::streamoff>(range.first));
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!in) return std::unexpected(kNoBytes);
    return bytes;
}

Result<void> DiskObjects::loosen(std::string_view /*sha256*/) { return {}; }

void DiskObjects::settle(std::string_view sha256, bool used) {
    std::error_code problem;
    if (!used) fs::remove(place_of(sha256), problem);
}

Result<std::vector<std::string>> DiskObjects::left_over(unsigned bucket, Time now) {
    std::vector<std::string> found;
    std::error_code problem;
    const fs::path folder = folder_ / kWhole / fmt::format("{:02x}", bucket);
    for (const fs::directory_entry& each : fs::directory_iterator{folder, problem}) {
        const auto written = written_at(each.path());
        if (!written || *written + kLeftByACrash > now) continue;
        found.push_back(each.path().filename().string());
    }
    return found;
}

}  // namespace stentor::media
