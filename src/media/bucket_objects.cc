#include "media/bucket_objects.h"

#include <fmt/format.h>

#include <chrono>
#include <system_error>

#include "base/number_text.h"

namespace stentor::media {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLooseRows = "media/loose/";
constexpr std::chrono::hours kUnderWay{1};

std::string loose_row(std::string_view sha256) { return std::string{kLooseRows}.append(sha256); }

}  // namespace

Result<bool> BucketObjects::is_there(const Contents& contents) {
    if (disk_.has(contents.sha256)) return true;
    const auto size = bucket_.size_of(name_of(contents.sha256));
    if (!size) return std::unexpected(size.error());
    return *size == contents.size;
}

Result<void> BucketObjects::bring(const Contents& contents, const fs::path& part) {
    std::error_code problem;
    if (!fs::exists(part, problem)) return {};  // It was kept before.
    const auto there = is_there(contents);
    if (!there) return std::unexpected(there.error());
    if (*there) return {};
    if (const auto loose = loosen(contents.sha256); !loose) return loose;
    return bucket_.put(name_of(contents.sha256), part, contents.sha256);
}

// They may have gone since bring(), with the last other file that had them.
Result<void> BucketObjects::keep(const Contents& contents, const fs::path& part) {
    const auto there = is_there(contents);
    if (!there) return std::unexpected(there.error());
    std::error_code problem;
    if (!*there) {
        if (!fs::exists(part, problem)) {
            return std::unexpected(Error{.code = Code::not_found, .where = "media"});
        }
        const auto put = bucket_.put(name_of(contents.sha256), part, contents.sha256);
        if (!put) return put;
    }
    fs::remove(part, problem);
    return settings_.set_setting(loose_row(contents.sha256), std::nullopt);
}

Result<std::string> BucketObjects::read(const Contents& contents, const ByteRange& range) {
    if (disk_.has(contents.sha256)) return disk_.read(contents, range);
    return bucket_.get(name_of(contents.sha256), range.first, range.count);
}

Result<void> BucketObjects::loosen(std::string_view sha256) {
    return settings_.set_setting(loose_row(sha256), std::to_string(to_ms(now())));
}

void BucketObjects::settle(std::string_view sha256, bool used) {
    disk_.settle(sha256, used);
    if (!used && !bucket_.remove(name_of(sha256))) return;
    (void)settings_.set_setting(loose_row(sha256), std::nullopt);
}

Result<std::vector<std::string>> BucketObjects::left_over(unsigned bucket, Time now) {
    auto found = disk_.left_over(bucket, now);
    if (!found) return found;
    const auto rows = settings_.settings(fmt::format("{}{:02x}", kLooseRows, bucket));
    if (!rows) return std::unexpected(rows.error());
    for (const store::Settings::Setting& row : *rows) {
        const Time since = from_ms(number_in(row.value).value_or(0));
        if (since + kUnderWay <= now) found->push_back(row.name.substr(kLooseRows.size()));
    }
    return found;
}

}  // namespace stentor::media
