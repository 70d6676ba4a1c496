#include "store/rocks/verify.h"

#include <fcntl.h>
#include <rocksdb/sst_file_reader.h>
#include <unistd.h>

#include "store/rocks/log_check.h"
#include "store/rocks/verify_look.h"

namespace stentor::store {
namespace {

constexpr std::size_t kFindingsKept = 100;
constexpr std::uint64_t kRowsPerProgress = 1'000'000;

// Whether another process has the database open: asked, not taken.
bool is_held(const std::string& path) {
    const int file = open((path + "/LOCK").c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0) return false;
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const bool asked = fcntl(file, F_GETLK, &lock) == 0;
    close(file);
    return asked && lock.l_type != F_UNLCK;
}

}  // namespace

void Look::damaged(std::string finding) {
    ++report.damaged;
    if (report.findings.size() < kFindingsKept) report.findings.push_back(std::move(finding));
}

void Look::count_row() {
    if (++report.counts.rows % kRowsPerProgress == 0 && options.progress) {
        options.progress(report.counts);
    }
}

void Look::walk(rocksdb::ColumnFamilyHandle* table, std::string_view name,
                const std::string& prefix, const Visit& visit) {
    if (table == nullptr) return;
    rocksdb::ReadOptions how;
    how.fill_cache = false;
    how.readahead_size = std::size_t{2} << 20U;
    const std::unique_ptr<rocksdb::Iterator> row{base.db->NewIterator(how, table)};
    for (row->Seek(prefix); row->Valid() && row->key().starts_with(prefix); row->Next()) {
        count_row();
        visit(row->key().ToStringView(), row->value().ToStringView());
    }
    if (!row->status().ok()) {
        damaged("table " + std::string{name} + ", rows " + prefix.substr(0, 1) + ": " +
                row->status().ToString());
    }
}

const HeadRow* Look::head_of(GroupId gid) const {
    const auto it = heads.find(gid);
    return it == heads.end() ? nullptr : &it->second;
}

void verify_tables(Look& look, const std::string& path) {
    std::vector<rocksdb::LiveFileMetaData> files;
    look.base.db->GetLiveFilesMetaData(&files);
    for (const rocksdb::LiveFileMetaData& file : files) {
        rocksdb::SstFileReader reader{rocksdb::Options{}};
        rocksdb::Status status = reader.Open(path + file.name);
        if (status.ok()) status = reader.VerifyChecksum();
        if (status.ok()) continue;
        std::string what = path + file.name + " of table " + file.column_family_name;
        if (file.column_family_name == "entry") {
            const auto gid = [](const std::string& key) {
                return std::to_string(keys::parse_fixed(key.substr(0, 8)).value_or(0));
            };
            what += ", groups " + gid(file.smallestkey) + " to " + gid(file.largestkey);
        }
        look.damaged(what + ": " + status.ToString());
    }
}

Result<VerifyReport> verify_record(const std::string& path, const VerifyOptions& options) {
    VerifyReport report{.in_use = is_held(path)};
    const std::shared_ptr<rocksdb::Env> env{rocksdb::Env::Default(), [](rocksdb::Env*) {}};
    Database base;
    base.env = env;
    const rocksdb::Status opened = open_for_reading({.path = path}, base);
    Look look{.base = base, .options = options, .report = report, .heads = {}, .name_keys = {}};
    if (opened.IsCorruption()) {
        look.damaged("the record cannot be opened: " + opened.ToString());
        return report;
    }
    if (!opened.ok()) return std::unexpected(Error{Code::store_unavailable, reason_of(opened)});
    if (!report.in_use) {
        const auto lost = find_lost_updates(*env->GetFileSystem(), path, [&] {
            return Result<std::uint64_t>{base.db->GetLatestSequenceNumber()};
        });
        if (lost && *lost) look.damaged(**lost);
    }
    verify_people(look);
    verify_entries(look);
    verify_beside(look);
    verify_lists(look);
    if (options.deep) verify_tables(look, path);
    return report;
}

}  // namespace stentor::store
