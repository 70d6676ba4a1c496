#include "media/uploads.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium/crypto_hash_sha256.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <fstream>
#include <utility>

#include "auth/random.h"
#include "base/log.h"
#include "base/media_limits.h"
#include "base/number_text.h"
#include "base/room.h"
#include "media/disk_file.h"
#include "media/rules/content_type.h"

namespace stentor::media {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr Error kNoUpload{.code = Code::not_found, .where = "upload"};
constexpr Error kNotWritten{.code = Code::store_unavailable, .where = "disk"};
constexpr std::string_view kDayRows = "media/day/";

std::unexpected<Error> bad(std::string_view field, std::uint64_t limit = 0) {
    return std::unexpected(Error{.code = Code::bad_field, .where = field, .limit = limit});
}

std::string random_id() {
    std::array<std::uint8_t, kIdBytes> bytes{};
    auth::fill_random(bytes);
    return hex_of(bytes);
}

bool is_sha256(std::string_view text) {
    return text.size() == 2 * crypto_hash_sha256_BYTES && bytes_in(text).has_value() &&
           std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'F'; });
}

std::string day_of(Time now) {
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(now)};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

// Appends at `offset`, or leaves the file as long as it was.
bool write_at(const fs::path& path, std::uint64_t offset, std::string_view bytes) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    std::uint64_t at = offset;
    while (!bytes.empty()) {
        const ssize_t written =
            ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (written <= 0) break;
        at += static_cast<std::uint64_t>(written);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    const bool whole = bytes.empty();
    const bool cut = whole || ::ftruncate(descriptor, static_cast<off_t>(offset)) == 0;
    return ::close(descriptor) == 0 && whole && cut;
}

struct Read {
    std::string sha256;
    std::string first;
};

std::optional<Read> read_all(const fs::path& path) {
    std::ifstream in{path, std::ios::binary};
    Read contents;
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    std::string piece(std::size_t{256} * 1024, '\0');
    while (in) {
        in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        const auto count = static_cast<std::size_t>(in.gcount());
        if (contents.first.empty()) contents.first = piece.substr(0, std::min(count, kSniffBytes));
        crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(piece.data()),
                                  count);
    }
    if (!in.eof()) return std::nullopt;
    std::array<std::uint8_t, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256_final(&state, hash.data());
    contents.sha256 = hex_of(hash);
    return contents;
}

}  // namespace

Uploads::Uploads(const fs::path& folder, Files& files, store::Settings& settings,
                 UploadLimits limits, Counts& counts)
    : folder_{folder / "coming"},
      files_{files},
      settings_{settings},
      limits_{limits},
      counts_{counts} {
    fs::create_directories(folder_);
    for (const fs::directory_entry& each : fs::directory_iterator{folder_}) {
        if (each.path().extension() == ".json") load(each.path());
    }
    // What has no note was never answered.
    for (const fs::directory_entry& each : fs::directory_iterator{folder_}) {
        if (!uploads_.contains(each.path().stem().string())) fs::remove(each.path());
    }
}

fs::path Uploads::part_of(const std::string& id) const { return folder_ / (id + ".part"); }
fs::path Uploads::note_of(const std::string& id) const { return folder_ / (id + ".json"); }

// Finished ones have no part any more.
std::uint64_t Uploads::offset_of(const std::string& id, const Upload& upload) const {
    std::error_code problem;
    const std::uintmax_t size = fs::file_size(part_of(id), problem);
    return problem ? upload.request.size : size;
}

void Uploads::load(const fs::path& note) try {
    std::ifstream in{note, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    const json::object object = json::parse(text).as_object();
    const auto field = [&](const char* key) { return std::string{object.at(key).as_string()}; };
    const auto number = [&](const char* key) { return object.at(key).to_number<std::uint64_t>(); };
    const bool open = fs::exists(part_of(note.stem().string()));
    uploads_.emplace(note.stem().string(),
                     Upload{.request = {.uid = {number("uid")},
                                        .gid = {number("gid")},
                                        .name = field("name"),
                                        .size = number("size"),
                                        .declared_type = field("type"),
                                        .sha256 = field("sha256"),
                                        .thumbnail_of = field("thumbnail_of")},
                            .file_id = field("file"),
                            .begun = from_ms(number("begun_ms")),
                            .open = open});
    if (open) ++counts_.open;
} catch (const std::exception& problem) {
    log::warn("an upload cannot go on", {{"note", note.string()}, {"why", problem.what()}});
}

Result<void> Uploads::note(const std::string& id, const Upload& upload) const {
    const UploadRequest& request = upload.request;
    std::ofstream out{note_of(id), std::ios::binary};
    out << json::serialize(json::object{{"uid", request.uid.value},
                                        {"gid", request.gid.value},
                                        {"name", request.name},
                                        {"size", request.size},
                                        {"type", request.declared_type},
                                        {"sha256", request.sha256},
                                        {"thumbnail_of", request.thumbnail_of},
                                        {"file", upload.file_id},
                                        {"begun_ms", to_ms(upload.begun)}});
    out.close();
    std::ofstream part{part_of(id), std::ios::binary};
    part.close();
    if (!out || !part) return std::unexpected(kNotWritten);
    return {};
}

Result<void> Uploads::check(const UploadRequest& request) {
    if (limits_.file_bytes == 0) {
        return std::unexpected(
            Error{.code = Code::not_permitted, .where = "size", .rule = "media"});
    }
    if (request.size == 0) return bad("size", 1);
    if (request.size > limits_.file_bytes) return bad("size", limits_.file_bytes);
    if (!request.gid && request.size > limits::kPictureBytes) {
        return bad("size", limits::kPictureBytes);
    }
    if (!request.sha256.empty() && !is_sha256(request.sha256)) {
        return bad("sha256", 2 * crypto_hash_sha256_BYTES);
    }
    if (!has_room()) return std::unexpected(kNoRoom);
    if (request.thumbnail_of.empty()) return {};
    if (request.size > limits::kThumbnailBytes) return bad("size", limits::kThumbnailBytes);
    // Told now, it says later whether this one was finished.
    if (request.sha256.empty()) return bad("sha256", 2 * crypto_hash_sha256_BYTES);
    const auto whole = files_.find(request.thumbnail_of);
    if (!whole && whole.error().code != Code::not_found) return std::unexpected(whole.error());
    const bool theirs = whole && whole->uid == request.uid && whole->gid == request.gid;
    return theirs ? Result<void>{} : bad("thumbnail_of");
}

// The whole of it counts from its beginning on, also if it never comes: whoever begins and leaves
// would fill the disk as well.
Result<void> Uploads::take_of_the_day(const UploadRequest& request, Time now) {
    const std::string name = fmt::format("{}{}/{}", kDayRows, day_of(now), request.uid.value);
    for (;;) {
        const auto taken = try_take_of_the_day(name, request, now);
        // Another of theirs has begun meanwhile.
        if (taken || taken.error().code != Code::revision_changed) return taken;
    }
}

Result<void> Uploads::try_take_of_the_day(const std::string& name, const UploadRequest& request,
                                          Time now) {
    const auto row = settings_.setting(name);
    if (!row) return std::unexpected(row.error());
    const std::string_view taken = row->has_value() ? std::string_view{**row} : "0 0";
    const std::size_t space = std::min(taken.find(' '), taken.size());
    const std::uint64_t bytes = number_in(taken.substr(0, space)).value_or(0) + request.size;
    const std::uint64_t files =
        number_in(taken.substr(std::min(space + 1, taken.size()))).value_or(0) + 1;
    const Time midnight = std::chrono::ceil<std::chrono::days>(now + Millis{1});
    const auto refuse = [&](std::string_view field, std::uint64_t limit, std::string_view rule) {
        return std::unexpected(Error{.code = Code::rate_limited,
                                     .where = field,
                                     .limit = limit,
                                     .retry_after_ms = wait_ms(midnight - now),
                                     .rule = rule});
    };
    if (bytes > limits_.user_day_bytes) {
        return refuse("size", limits_.user_day_bytes, "user_day_mb");
    }
    if (files > limits_.user_day_files) {
        return refuse("files", limits_.user_day_files, "user_day_files");
    }
    std::optional<std::string_view> former;
    if (*row) former = **row;
    return settings_.replace_setting(name, former, fmt::format("{} {}", bytes, files));
}

Result<UploadProgress> Uploads::begin(UploadRequest request, Time now) {
    return counted(try_begin(std::move(request), now));
}

Result<UploadProgress> Uploads::add(UserId uid, const std::string& id, std::uint64_t offset,
                                    std::string_view bytes) {
    auto progress = counted(try_add(uid, id, offset, bytes));
    if (progress) counts_.bytes_in += bytes.size();
    return progress;
}

Result<StoredFile> Uploads::finish(UserId uid, const std::string& id, std::string_view sha256,
                                   Time now) {
    return counted(try_finish(uid, id, sha256, now));
}

Result<UploadProgress> Uploads::try_begin(UploadRequest request, Time now) {
    if (const auto good = check(request); !good) return std::unexpected(good.error());
    const std::string id = random_id();
    const std::lock_guard lock{mutex_};
    const auto open = std::ranges::count_if(uploads_, [&](const auto& each) {
        std::error_code problem;
        return each.second.request.uid == request.uid && fs::exists(part_of(each.first), problem);
    });
    if (std::cmp_greater_equal(open, limits::kUploadsOpen)) {
        return std::unexpected(Error{.code = Code::rate_limited,
                                     .where = "uploads",
                                     .limit = limits::kUploadsOpen,
                                     .rule = "uploads_open"});
    }
    if (const auto taken = take_of_the_day(request, now); !taken) {
        return std::unexpected(taken.error());
    }
    Upload upload{.request = std::move(request), .file_id = random_id(), .begun = now};
    if (const auto noted = note(id, upload); !noted) {
        std::error_code problem;
        fs::remove(note_of(id), problem);
        fs::remove(part_of(id), problem);
        return std::unexpected(noted.error());
    }
    const std::uint64_t size = upload.request.size;
    uploads_.emplace(id, std::move(upload));
    ++counts_.open;
    return UploadProgress{.id = id, .size = size};
}

Result<Uploads::Upload> Uploads::look_up(UserId uid, const std::string& id) {
    const std::lock_guard lock{mutex_};
    const auto found = uploads_.find(id);
    if (found == uploads_.end() || found->second.request.uid != uid) {
        return std::unexpected(kNoUpload);
    }
    return found->second;
}

Result<UploadProgress> Uploads::find(UserId uid, const std::string& id) {
    const auto upload = look_up(uid, id);
    if (!upload) return std::unexpected(upload.error());
    return UploadProgress{.id = id, .offset = offset_of(id, *upload), .size = upload->request.size};
}

Result<UploadProgress> Uploads::try_add(UserId uid, const std::string& id, std::uint64_t offset,
                                        std::string_view bytes) {
    const auto upload = look_up(uid, id);
    if (!upload) return std::unexpected(upload.error());
    const std::uint64_t stands = offset_of(id, *upload);
    if (offset != stands) {
        return std::unexpected(Error{.code = Code::bad_range, .where = "offset", .limit = stands});
    }
    if (bytes.size() > upload->request.size - offset) return bad("size", upload->request.size);
    if (!has_room()) return std::unexpected(kNoRoom);
    if (!write_at(part_of(id), offset, bytes)) return std::unexpected(kNotWritten);
    return UploadProgress{.id = id, .offset = offset + bytes.size(), .size = upload->request.size};
}

Result<StoredFile> Uploads::try_finish(UserId uid, const std::string& id, std::string_view sha256,
                                       Time now) {
    const auto upload = look_up(uid, id);
    if (!upload) return std::unexpected(upload.error());
    const UploadRequest& request = upload->request;
    if (const auto file = finished(*upload)) {
        const Contents& contents = request.thumbnail_of.empty() ? file->contents : *file->thumbnail;
        return keep(id, *upload, contents, now);
    }
    std::error_code problem;
    if (!fs::exists(part_of(id), problem)) {  // It was finished, and what it made is gone since.
        forget(id);
        return std::unexpected(kNoUpload);
    }
    const std::uint64_t stands = offset_of(id, *upload);
    if (stands != request.size) {
        return std::unexpected(Error{.code = Code::bad_range, .where = "offset", .limit = stands});
    }
    const std::string_view wanted = sha256.empty() ? std::string_view{request.sha256} : sha256;
    if (!is_sha256(wanted)) return bad("sha256", 2 * crypto_hash_sha256_BYTES);
    const auto read = read_all(part_of(id));
    if (!read) return std::unexpected(kNotWritten);
    if (read->sha256 != wanted || (!request.sha256.empty() && read->sha256 != request.sha256)) {
        forget(id);
        return bad("sha256");
    }
    const Contents contents{
        .sha256 = read->sha256,
        .size = request.size,
        .type = std::string{content_type_of(read->first, request.declared_type)}};
    if (!request.thumbnail_of.empty() && !contents.type.starts_with("image/")) {
        forget(id);
        return bad("thumbnail_of");
    }
    if (!request.gid && !contents.type.starts_with("image/")) {
        forget(id);
        return bad("type");
    }
    if (!sync(part_of(id))) return std::unexpected(kNotWritten);
    return keep(id, *upload, contents, now);
}

// Nothing: it was not yet, or its file is gone since.
std::optional<StoredFile> Uploads::finished(const Upload& upload) {
    const std::string& whole = upload.request.thumbnail_of;
    auto file = files_.find(whole.empty() ? upload.file_id : whole);
    if (!file) return std::nullopt;
    const bool done =
        whole.empty() || (file->thumbnail && file->thumbnail->sha256 == upload.request.sha256);
    return done ? std::optional{std::move(*file)} : std::nullopt;
}

Result<StoredFile> Uploads::keep(const std::string& id, const Upload& upload,
                                 const Contents& contents, Time now) {
    const UploadRequest& request = upload.request;
    const fs::path part = part_of(id);
    if (!request.thumbnail_of.empty()) {
        auto file = files_.keep_thumbnail(request.thumbnail_of, contents, part);
        if (file) set_finished(id);
        return file;
    }
    const auto kept = files_.keep({.id = upload.file_id,
                                   .gid = request.gid,
                                   .uid = request.uid,
                                   .contents = contents,
                                   .name = request.name,
                                   .made = now},
                                  part);
    if (!kept) return std::unexpected(kept.error());
    set_finished(id);
    return files_.find(upload.file_id);
}

void Uploads::set_finished(const std::string& id) {
    const std::lock_guard lock{mutex_};
    const auto found = uploads_.find(id);
    if (found == uploads_.end() || !found->second.open) return;
    close(found->second);
    ++counts_.finished;
}

void Uploads::close(Upload& upload) {
    if (std::exchange(upload.open, false)) --counts_.open;
}

Result<void> Uploads::cancel(UserId uid, const std::string& id) {
    const auto upload = look_up(uid, id);
    if (!upload) return std::unexpected(upload.error());
    forget(id);
    return {};
}

void Uploads::forget(const std::string& id) {
    const std::lock_guard lock{mutex_};
    std::error_code problem;
    fs::remove(note_of(id), problem);
    fs::remove(part_of(id), problem);
    const auto found = uploads_.find(id);
    if (found == uploads_.end()) return;
    close(found->second);
    uploads_.erase(found);
}

void Uploads::sweep(Time now) {
    std::vector<std::string> old;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [id, upload] : uploads_) {
            const Time touched = written_at(part_of(id)).value_or(upload.begun);
            if (touched + limits::kUploadKept <= now) old.push_back(id);
        }
    }
    for (const std::string& id : old) forget(id);
    const auto rows = settings_.settings(kDayRows);
    if (!rows) return;
    const std::string today = std::string{kDayRows} + day_of(now);
    for (const store::Settings::Setting& row : *rows) {
        if (!row.name.starts_with(today)) (void)settings_.set_setting(row.name, std::nullopt);
    }
}

}  // namespace stentor::media
