#include "media/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ranges>
#include <utility>

#include "base/log.h"
#include "base/media_limits.h"

namespace stentor::media {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFileRows = "media/file/";
constexpr Error kNoFile{.code = Code::not_found, .where = "media"};

std::string file_row(std::string_view id) { return std::string{kFileRows}.append(id); }
std::string of_rows(std::string_view sha256) { return fmt::format("media/of/{}/", sha256); }
std::string at_rows(GroupId gid, Seq seq) {
    return fmt::format("media/at/{}/{}/", gid.value, seq.value);
}

template <class List, class One>
bool holds(const List& list, const One& one) {
    return std::ranges::find(list, one) != list.end();
}

std::uint64_t bytes_of(const StoredFile& file) {
    return file.contents.size + (file.thumbnail ? file.thumbnail->size : 0);
}

std::string id_of(const store::Settings::Setting& row) {
    return row.name.substr(row.name.rfind('/') + 1);
}

}  // namespace

Result<void> Files::set(std::string_view name, std::optional<std::string_view> value) {
    return settings_.set_setting(name, value);
}

Result<void> Files::put(const StoredFile& file) { return set(file_row(file.id), row_of(file)); }

// The rows first: bytes without a row are swept, a row whose bytes are still in `part` is finished
// by the next finish.
Result<void> Files::keep(const StoredFile& file, const fs::path& part) {
    if (const auto brought = objects_.bring(file.contents, part); !brought) return brought;
    const std::lock_guard lock{mutex_};
    const auto known = settings_.setting(file_row(file.id));
    if (!known) return std::unexpected(known.error());
    if (!*known) {
        const auto listed = set(of_rows(file.contents.sha256) + file.id, "");
        if (!listed) return listed;
        if (const auto kept = put(file); !kept) return kept;
        if (is_counted(file.id)) {
            ++counts_.files;
            counts_.bytes += bytes_of(file);
        }
    }
    return objects_.keep(file.contents, part);
}

Result<StoredFile> Files::keep_thumbnail(const std::string& id, const Contents& thumbnail,
                                         const fs::path& part) {
    if (const auto brought = objects_.bring(thumbnail, part); !brought) {
        return std::unexpected(brought.error());
    }
    const std::lock_guard lock{mutex_};
    auto file = find(id);
    if (!file) return file;
    const auto before = std::exchange(file->thumbnail, thumbnail);
    if (before != thumbnail) {
        const auto listed = set(of_rows(thumbnail.sha256) + id, "");
        if (!listed) return std::unexpected(listed.error());
        if (const auto kept = put(*file); !kept) return std::unexpected(kept.error());
        if (is_counted(id)) counts_.bytes += thumbnail.size - (before ? before->size : 0);
        if (before && before->sha256 != file->contents.sha256) {
            const auto gone = forget_bytes(id, *before);
            if (!gone) return std::unexpected(gone.error());
        }
    }
    const auto taken = objects_.keep(thumbnail, part);
    return taken ? file : std::unexpected(taken.error());
}

Result<StoredFile> Files::find(std::string_view id) {
    const auto row = settings_.setting(file_row(id));
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::unexpected(kNoFile);
    auto file = file_in(id, **row);
    if (!file) return std::unexpected(kNoFile);
    return std::move(*file);
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
    const auto known = settings_.setting(file_row(file.id));
    if (!known) return std::unexpected(known.error());
    if (const auto gone = set(file_row(file.id), std::nullopt); !gone) return gone;
    if (*known && is_counted(file.id)) {
        --counts_.files;
        counts_.bytes -= bytes_of(file);
    }
    for (const Seq seq : file.entries) {
        const auto gone = set(at_rows(file.gid, seq) + file.id, std::nullopt);
        if (!gone) return gone;
    }
    const auto gone = forget_bytes(file.id, file.contents);
    return gone && file.thumbnail ? forget_bytes(file.id, *file.thumbnail) : gone;
}

Result<void> Files::forget_bytes(const std::string& id, const Contents& contents) {
    if (const auto loose = objects_.loosen(contents.sha256); !loose) return loose;
    const auto gone = set(of_rows(contents.sha256) + id, std::nullopt);
    if (!gone) return gone;
    const auto others = is_known(contents.sha256);
    if (!others) return std::unexpected(others.error());
    objects_.settle(contents.sha256, *others);
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

Result<void> Files::count(unsigned bucket_number) {
    const std::lock_guard lock{mutex_};
    if (counted_[bucket_number]) return {};
    const auto files = bucket(bucket_number);
    if (!files) return std::unexpected(files.error());
    counted_[bucket_number] = true;
    counts_.files += files->size();
    for (const StoredFile& file : *files) counts_.bytes += bytes_of(file);
    return {};
}

bool Files::is_counted(std::string_view id) const {
    unsigned number = 0;
    std::from_chars(id.data(), id.data() + std::min<std::size_t>(2, id.size()), number, 16);
    return counted_[number];
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
    const auto names = objects_.left_over(bucket_number, now);
    if (!names) return std::unexpected(names.error());
    for (const std::string& sha256 : *names) {
        const std::lock_guard lock{mutex_};
        const auto known = is_known(sha256);
        if (!known) return std::unexpected(known.error());
        if (!*known) log::info("bytes that no message ever named go", {{"sha256", sha256}});
        objects_.settle(sha256, *known);
    }
    return {};
}

}  // namespace stentor::media
