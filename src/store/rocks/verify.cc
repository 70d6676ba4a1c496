#include "store/rocks/verify.h"

#include <fcntl.h>
#include <rocksdb/sst_file_reader.h>
#include <unistd.h>

#include "store/rocks/formats.h"
#include "store/rocks/log_check.h"
#include "store/rocks/rows.h"
#include "store/rocks/table_check.h"
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

// Without the row: nothing was written yet but the tables.
Result<std::uint64_t> format_of(const Database& base) {
    std::string value;
    const rocksdb::Status status = base.db->Get({}, keys::meta("format"), &value);
    if (!status.ok()) return kFormat;  // The walks tell of it.
    const std::uint64_t format = rows::decode_number(value).value_or(0);
    if (format > kFormat) {
        return std::unexpected(Error{Code::store_unavailable, "written by a later version"});
    }
    if (format < kOldestFormat) {
        return std::unexpected(Error{Code::store_unavailable, "written by a version before 0.1.0"});
    }
    return format;
}

}  // namespace

std::string at(GroupId gid, Seq seq) {
    return "group " + std::to_string(gid.value) + ", entry " + std::to_string(seq.value);
}

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
    std::string at = prefix;
    for (std::optional<std::string> next = at; next;) {
        const std::unique_ptr<rocksdb::Iterator> row{base.db->NewIterator(how, table)};
        at = *std::move(next);
        for (row->Seek(at); row->Valid() && row->key().starts_with(prefix); row->Next()) {
            count_row();
            visit(row->key().ToStringView(), row->value().ToStringView());
            at = keys::after_row(row->key().ToString());
        }
        if (row->status().ok()) {
            next = row->Valid() ? std::nullopt : next_file(table, at, prefix);
            continue;
        }
        const std::string rows = prefix.empty() ? "" : ", rows " + prefix.substr(0, 1);
        damaged("table " + std::string{name} + rows + ": " + row->status().ToString());
        next = first_readable(table, at, prefix);
    }
}

// Where the engine passes over a first block that cannot be read (open.cc), the walk ends although
// there are rows: those of the files that begin above.
std::optional<std::string> Look::next_file(rocksdb::ColumnFamilyHandle* table,
                                           const std::string& at, const std::string& prefix) const {
    std::vector<rocksdb::LiveFileMetaData> files;
    base.db->GetLiveFilesMetaData(&files);
    std::optional<std::string> next;
    for (const rocksdb::LiveFileMetaData& file : files) {
        const std::string& first = file.smallestkey;
        if (file.column_family_name != table->GetName() || first <= at) continue;
        if (first.starts_with(prefix) && (!next || first < *next)) next = first;
    }
    return next;
}

// Behind the block that holds `at` and cannot be read: the keys that lead to it are those up to its
// entry in the table's index. That is looked for a byte at a time, each by halving, from a key
// behind it that shares with `at` as much as one can. A sound block between two damaged ones which
// share no more with each other may be passed over.
std::optional<std::string> Look::first_readable(rocksdb::ColumnFamilyHandle* table,
                                                const std::string& at,
                                                const std::string& prefix) const {
    constexpr std::size_t kLongest = 1'024;  // A key; none is as long.
    rocksdb::ReadOptions how;
    how.fill_cache = false;
    // An iterator each: in RocksDB 7.8 one that met a damaged block says so from then on.
    const auto is_damaged = [&](const std::string& key) {
        const std::unique_ptr<rocksdb::Iterator> row{base.db->NewIterator(how, table)};
        row->Seek(key);
        return !row->status().ok();
    };
    // The largest byte for which a key that goes on with it is damaged; `least` is.
    const auto extend = [&](std::string& key, unsigned least) {
        unsigned good = 256;
        while (good - least > 1) {
            const unsigned middle = (least + good) / 2;
            (is_damaged(key + static_cast<char>(middle)) ? least : good) = middle;
        }
        key += static_cast<char>(least);
    };
    std::size_t shared = at.size();
    while (shared > prefix.size() && is_damaged(keys::after(at.substr(0, shared)))) --shared;
    std::string last = at.substr(0, shared);  // The largest that is damaged, once it is whole.
    if (shared < at.size()) {
        const auto byte = static_cast<unsigned char>(at[shared]);
        if (byte == 255) return std::nullopt;
        extend(last, byte + 1U);
    }
    while (last.size() < kLongest) {
        if (!is_damaged(last + '\0')) return last + '\0';
        extend(last, 0);
    }
    return std::nullopt;
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
    const std::shared_ptr<rocksdb::Env> env = machine_env();
    Database base;
    base.env = env;
    const rocksdb::Status opened = open_for_reading({.path = path}, base);
    Look look{base, options, report};
    if (opened.IsCorruption()) {
        look.damaged("the record cannot be opened: " + opened.ToString());
        return report;
    }
    if (!opened.ok()) return std::unexpected(Error{Code::store_unavailable, reason_of(opened)});
    if (const auto format = format_of(base)) {
        look.format = *format;
    } else {
        return std::unexpected(format.error());
    }
    report.earlier_form = look.format < kFormat;
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
