#include "store/rocks/log_check.h"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <map>
#include <vector>

#include "store/rocks/little_endian.h"
#include "store/rocks/log_file.h"
#include "store/rocks/synced_mark.h"

namespace stentor::store {
namespace {

constexpr std::size_t kBatchHeader = 12;  // Its first update (8) and how many they are (4).

std::string read_whole(rocksdb::FileSystem& files, const std::string& path) {
    std::string bytes;
    (void)rocksdb::ReadFileToString(&files, path, &bytes);
    return bytes;
}

// Of a batch; the rows themselves are passed over.
class Claims final : public rocksdb::WriteBatch::Handler {
public:
    explicit Claims(std::vector<Claim>& found) : found_(found) {}
    using Slice = rocksdb::Slice;
    rocksdb::Status PutCF(std::uint32_t, const Slice&, const Slice&) override { return {}; }
    rocksdb::Status DeleteCF(std::uint32_t, const Slice&) override { return {}; }
    rocksdb::Status DeleteRangeCF(std::uint32_t, const Slice&, const Slice&) override { return {}; }
    void LogData(const Slice& blob) override {
        if (const auto claim = decode_claim(blob.ToStringView())) found_.push_back(*claim);
    }

private:
    std::vector<Claim>& found_;
};

class Look {
public:
    Look(rocksdb::FileSystem& files, const std::string& folder)
        : files_(files), folder_(folder), synced_(read_synced(files, folder)) {}

    LogFindings run() {
        std::vector<std::string> names;
        (void)files_.GetChildren(folder_, {}, &names, nullptr);
        std::map<std::uint64_t, std::string> logs;
        for (const std::string& name : names) {
            if (name.ends_with(".log")) logs[std::strtoull(name.c_str(), nullptr, 10)] = name;
        }
        look_at_manifest();
        for (const auto& [order, name] : logs) look_at_log(name);
        prove();
        return found_;
    }

private:
    void look_at_manifest() {
        std::string name = read_whole(files_, folder_ + "/CURRENT");
        while (name.ends_with('\n')) name.pop_back();
        if (!name.starts_with("MANIFEST-")) return;
        const std::string bytes = read_whole(files_, folder_ + "/" + name);
        const auto at =
            read_log_file(bytes, [this](std::string_view, bool behind) { found_.cut |= behind; });
        if (at) found_.place = {.file = name, .at = *at};
    }

    void look_at_log(const std::string& name) {
        const bool before = found_.place.has_value();
        const std::string bytes = read_whole(files_, folder_ + "/" + name);
        const auto at = read_log_file(bytes, [&](std::string_view record, bool behind) {
            if (record.size() < kBatchHeader) return;
            const std::uint64_t count = little_endian(record.substr(8, 4));
            const std::uint64_t last =
                little_endian(record.substr(0, 8)) + std::max<std::uint64_t>(count, 1) - 1;
            (before || behind ? found_.behind : found_.last) = last;
            if (!before && !behind) return;
            Claims claims{claims_};
            (void)rocksdb::WriteBatch{std::string{record}}.Iterate(&claims);
        });
        if (at && !before) found_.place = {.file = name, .at = *at};
    }

    // Without the file, claims of any start and whatever stands behind a damaged place tell it.
    void prove() {
        for (const Claim& claim : claims_) {
            if (synced_ && claim.start != synced_->start) continue;
            found_.proved = std::max(found_.proved, claim.update);
        }
        if (synced_) found_.proved = std::max(found_.proved, synced_->update);
        if (!synced_ && claims_.empty()) found_.proved = found_.behind;
        const bool short_of = !(synced_ && synced_->closed) && found_.last < found_.proved;
        found_.suspicious = found_.place.has_value() || short_of;
    }

    rocksdb::FileSystem& files_;
    const std::string& folder_;
    std::optional<Synced> synced_;
    std::vector<Claim> claims_;
    LogFindings found_;
};

}  // namespace

LogFindings look_at_logs(rocksdb::FileSystem& files, const std::string& folder) {
    return Look{files, folder}.run();
}

Result<std::optional<std::string>> find_lost_updates(
    rocksdb::FileSystem& files, const std::string& folder,
    const std::function<Result<std::uint64_t>()>& recovered) {
    const LogFindings found = look_at_logs(files, folder);
    if (found.cut) {
        return folder + "/" + found.place->file + " is damaged at byte " +
               std::to_string(found.place->at) + ": tables that it names behind would be lost";
    }
    if (!found.suspicious) return std::nullopt;
    const Result<std::uint64_t> newest = recovered();
    if (!newest) return std::unexpected(newest.error());
    if (*newest >= found.proved) return std::nullopt;
    const std::string where = found.place
                                  ? folder + "/" + found.place->file + " is damaged at byte " +
                                        std::to_string(found.place->at)
                                  : "the log in " + folder + " ends too early";
    return where + ": updates " + std::to_string(*newest + 1) + " to " +
           std::to_string(std::max(found.proved, found.behind)) +
           ", which were stored, would be lost";
}

}  // namespace stentor::store
