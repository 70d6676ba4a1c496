// Every kind of row that the engine knows is exported, or it is said here why not. A kind that is
// new in store/rocks/format.md and forgotten here is a failure.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

#include "base/temporary_folder_test_kit.h"
#include "store/archive/full_record_test_kit.h"
#include "store/archive/records.h"
#include "store/rocks/reading.h"
#include "store/rocks/rocks_store.h"

namespace stentor::server {
namespace {

namespace fs = std::filesystem;

// Those of which an import holds as many rows; the others are the store's own, or new ones.
const std::map<std::string, bool> kKinds{
    {"default M", false},  // Of the store itself.
    {"default C", false},  // Of versions, which are others.
    {"default H", true},
    {"default m", true},
    {"default g", true},
    {"default u", true},
    {"default A", true},
    {"default a", true},
    {"default J", true},
    {"default n", true},
    {"default F", true},
    {"default N", true},
    {"default P", true},
    {"default i", true},
    {"default L", true},
    {"default l", true},
    {"default s", false},  // Without hooks' places: they
                           // are of another feed.
    {"entry", true},
    {"sent", true},
    {"beside h", true},
    {"beside n", true},
    {"beside r", true},
    {"beside t", true},
    {"feed", false},  // A new one.
};

using Counts = std::map<std::string, std::size_t>;

Counts rows_in(const std::string& path) {
    std::vector<std::string> names;
    EXPECT_TRUE(rocksdb::DB::ListColumnFamilies({}, path, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> tables;
    for (const std::string& name : names) tables.emplace_back(name, rocksdb::ColumnFamilyOptions{});
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* raw = nullptr;
    EXPECT_TRUE(rocksdb::DB::OpenForReadOnly({}, path, tables, &handles, &raw).ok());
    const std::unique_ptr<rocksdb::DB> db{raw};
    Counts counts;
    for (rocksdb::ColumnFamilyHandle* handle : handles) {
        const std::string& table = handle->GetName();
        const std::unique_ptr<rocksdb::Iterator> row{db->NewIterator({}, handle)};
        for (row->SeekToFirst(); row->Valid(); row->Next()) {
            const std::string key = row->key().ToString();
            std::string kind = table;
            if (table == "default") kind += std::string{" "} + key.at(0);
            if (table == "beside") kind += std::string{" "} + key.at(16);
            ++counts[kind];
        }
        db->DestroyColumnFamilyHandle(handle);
    }
    return counts;
}

// The kinds of format.md, by its tables and letters.
std::set<std::string> kinds_in_the_format() {
    std::ifstream file{STENTOR_STORE_FORMAT};
    EXPECT_TRUE(file);
    const std::regex table{"^(default|entry|sent|beside|feed):.*"};
    const std::regex letter{"^  (?:u64\\(gid\\) u64\\(block\\) )?'(\\w)'.*"};
    std::set<std::string> kinds;
    std::string now;
    std::smatch found;
    for (std::string line; std::getline(file, line);) {
        if (std::regex_match(line, found, table)) {
            now = found[1];
            if (now != "default" && now != "beside") kinds.insert(now);
        } else if (std::regex_match(line, found, letter)) {
            kinds.insert(now + " " + found[1].str());
        }
    }
    return kinds;
}

TEST(RecordKinds, AnExportHoldsEveryKindOfRow) {
    const TemporaryFolder place;
    std::stringstream text;
    {
        const auto store = store::open_rocks({.path = place / "from"});
        ASSERT_TRUE(store);
        archive::fill(**store);
    }
    {
        const auto store = store::open_rocks_to_read(place / "from");
        ASSERT_TRUE(store);
        archive::export_all(**store, text, {.passwords = true});
    }
    {
        const auto store = store::open_rocks({.path = place / "to"});
        ASSERT_TRUE(store);
        archive::import_all(**store, text);
    }
    const Counts from = rows_in(place / "from");
    const Counts to = rows_in(place / "to");
    std::set<std::string> known;
    for (const auto& [kind, same] : kKinds) {
        known.insert(kind);
        EXPECT_TRUE(from.contains(kind)) << kind << ": this test writes none";
        const std::size_t imported = to.contains(kind) ? to.at(kind) : 0;
        EXPECT_TRUE(!same || imported == from.at(kind)) << kind << ": " << imported;
    }
    EXPECT_EQ(kinds_in_the_format(), known);
    for (const auto& [kind, count] : from) EXPECT_TRUE(known.contains(kind)) << kind;
}

}  // namespace
}  // namespace stentor::server
