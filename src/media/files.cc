#include "media/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <ranges>
#include <utility>

#include "base/log.h"
#include "base/media_limits.h"
#include "media/disk_file.h"

namespace stentor::media {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFileRows = "media/file/";
constexpr std::chrono::hours kLeftByACrash{1};
constexpr Error kNoFile{.code = Code::not_found, .where = "media"};
constexpr Error kNotKept{.code = Code::store_unavailable, .where = "disk"};

std::string file_row(std::string_view id) { return std::string{kFileRows}.append(id); }
std::string of_rows(std::string_view sha256) { return fmt::format("media/of/{}/", sha256); }
std::string at_rows(GroupId gid, Seq seq) {
    return fmt::format("media/at/{}/{}/", gid.value, seq.value);
}

template <class List, class One>
bool holds(const List& list, const One& one) {
    return std::ranges::find(list, one) != list.end();
}

std::string id_of(const store::Settings::Setting& row) {
    return row.name.substr(row.name.rfind('/') + 1);
}

}  // namespace

Files::Files(const fs::path& folder, store::Settings& settings)
    : folder_{folder / kWhole}, settings_{settings} {
    fs::create_directories(folder_);
}

fs::path Files::place_of(std::string_view sha256) const {
    return folder_ / sha256.substr(0, 2) / sha256;
}

Result<void> Files::set(std::string_view name, std::optional<std::string_view> value) {
    return settings_.set_setting(name, value);
}

Result<void> Files::put(const StoredFile& file) { return set(file_row(file.id), row_of(file)); }

// The rows first: bytes without a row are swept, a row whose bytes are still in `part` is finished
// by the next finish.
Result<void> Files::keep(const StoredFile& file, const fs::path& part) {
    const std::lock_guard lock{mutex_};
    const auto known = settings_.setting(file_row(file.id));
    if (!known) return std::unexpected(known.error());
    if (!*known) {
        const auto listed = set(of_rows(file.contents.sha256) + file.id, "");
        if (!listed) return listed;
        if (const auto kept = put(file); !kept) return kept;
    }
    return take_bytes(file.contents, part);
}

Result<StoredFile> Files::keep_thumbnail(const std::string& id, const Contents& thumbnail,
                                         const fs::path& part) {
    const std::lock_guard lock{mutex_};
    auto file = find(id);
    if (!file) return file;
    const auto before = std::exchange(file->thumbnail, thumbnail);
    if (before != thumbnail) {
        const auto listed = set(of_rows(thumbnail.sha256) + id, "");
        if (!listed) return std::unexpected(listed.error());
        if (const auto kept = put(*file); !kept) return std::unexpected(kept.error());
        if (before && before->sha256 != file->contents.sha256) {
            const auto gone = forget_bytes(id, *before);
            if (!gone) return std::unexpected(gone.error());
        }
    }
    const auto taken = take_bytes(thumbnail, part);
    return taken ? file : std::unexpected(taken.error());
}

Result<void> Files::take_bytes(const Contents& contents, const fs::path& part) {
    const fs::path place = place_of(contents.sha256);
    std::error_code problem;
    if (fs::exists(place, problem)) {
        fs::remove(part, problem);
        return {};
    }
    if (!fs::exists(part, problem)) return std::unexpected(kNoFile);
    if (fs::create_directory(place.parent_path(), problem) && !sync(folder_)) {
        return std::unexpected(kNotKept);
    }
    fs::rename(part, place, problem);
    if (problem || !sync(place.parent_path())) return std::unexpected(kNotKept);
    return {};
}

Result<StoredFile> Files::find(std::string_view id) {
    const auto row = settings_.setting(file_row(id));
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::unexpected(kNoFile);
    auto file = file_in(id, **row);
    if (!file) return std::unexpected(kNoFile);
    return std::move(*file);
}

Result<std::string> Files::read(const Contents& contents, const ByteRange& range) const {
    std::ifstream in{place_of(contents.sha256), std::ios::binary};
    std::string bytes(range.count, '\0');
    in.seekg(static_cast<std::streamoff>(range.first));
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!in) return std::unexpected(kNoFile);
    return bytes;
}

Result<void> Files::set_named(GroupId gid, Seq seq, const std::vector<std::string>& ids) {
    const std::lock_guard lock{mutex_};
    const auto before = settings_.settings(at_rows(gid, seq));
    if (!before) return std::unexpected(before.error());
    for (const std::string& id : *before | std::views::transform(id_of)) {
        if (holds(ids, id)) continue;
        if (const auto removed = remove_name(gid, seq, id); !removed) return removed;
    }
    for (const std::string& id : ids) {
        auto file = find(id);
        if (!file && file.error().code == Code::not_found) continue;
        if (!file) return std::unexpected(file.error());
        // Members of another group may not read it, so their entries hold nothing of it.
        if (file->gid != gid || holds(file->entries, seq)) continue;
        const auto listed = set(at_rows(gid, seq) + id, "");
        if (!listed) return listed;
        file->entries.insert(std::ranges::upper_bound(file->entries, seq), seq);
        if (file->entries.size() > limits::kFileEntries) file->entries.erase(file->entries.begin());
        if (const auto kept = put(*file); !kept) return kept;
    }
    return {};
}

Result<void> Files::remove_name(GroupId gid, Seq seq, const std::string& id) {
    auto file = find(id);
    if (!file && file.error().code != Code::not_found) return std::unexpected(file.error());
    if (file && std::erase(file->entries, seq) > 0) {
        const auto changed = file->entries.empty() ? drop_locked(*file) : put(*file);
        if (!changed) return changed;
    }
    return set(at_rows(gid, seq) + id, std::nullopt);
}

Result<void> Files::drop(const StoredFile& file) {
    const std::lock_guard lock{mutex_};
    return drop_locked(file);
}

// The row first: what is gone from it is nobody's any more, whatever still stands elsewhere.
Result<void> Files::drop_locked(const StoredFile& file) {
    if (const auto gone = set(file_row(file.id), std::nullopt); !gone) return gone;
    for (const Seq seq : file.entries) {
        const auto gone = set(at_rows(file.gid, seq) + file.id, std::nullopt);
        if (!gone) return gone;
    }
    const auto gone = forget_bytes(file.id, file.contents);
    return gone && file.thumbnail ? forget_bytes(file.id, *file.thumbnail) : gone;
}

Result<void> Files::forget_bytes(const std::string& id, const Contents& contents) {
    const auto gone = set(of_rows(contents.sha256) + id, std::nullopt);
    if (!gone) return gone;
    const auto others = is_known(contents.sha256);
    if (!others) return std::unexpected(others.error());
    std::error_code problem;
    if (!*others) fs::remove(place_of(contents.sha256), problem);
    return {};
}

Result<bool> Files::is_known(const std::string& sha256) {
    const auto rows = settings_.settings(of_rows(sha256));
    if (!rows) return std::unexpected(rows.error());
    for (const store::Settings::Setting& row : *rows) {
        const auto file = settings_.setting(file_row(id_of(row)));
        if (!file) return std::unexpected(file.error());
        if (*file) return true;
        if (const auto gone = set(row.name, std::nullopt); !gone)
            return std::unexpected(gone.error());
    }
    return false;
}

Result<std::vector<StoredFile>> Files::bucket(unsigned number) {
    const auto rows = settings_.settings(fmt::format("{}{:02x}", kFileRows, number));
    if (!rows) return std::unexpected(rows.error());
    std::vector<StoredFile> files;
    for (const store::Settings::Setting& row : *rows) {
        if (auto file = file_in(id_of(row), row.value)) files.push_back(std::move(*file));
    }
    return files;
}

Result<bool> Files::any() {
    for (unsigned i = 0; i < kBuckets; ++i) {
        const auto files = bucket(i);
        if (!files) return std::unexpected(files.error());
        if (!files->empty()) return true;
    }
    return false;
}

Result<void> Files::remove_unknown(unsigned bucket_number, Time now) {
    std::error_code problem;
    const fs::path folder = folder_ / fmt::format("{:02x}", bucket_number);
    for (const fs::directory_entry& each : fs::directory_iterator{folder, problem}) {
        const auto written = written_at(each.path());
        if (!written || *written + kLeftByACrash > now) continue;
        const std::lock_guard lock{mutex_};
        const auto known = is_known(each.path().filename().string());
        if (!known) return std::unexpected(known.error());
        if (*known) continue;
        log::info("removed bytes that no message ever named", {{"file", each.path().string()}});
        fs::remove(each.path(), problem);
    }
    return {};
}

}  // namespace stentor::media
