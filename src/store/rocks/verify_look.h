#pragma once
// What the parts of verify_record() share. Only this folder includes it.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/rocks/engine.h"
#include "store/rocks/verify.h"

namespace stentor::store {

class Look {
public:
    Look(const Database& of, const VerifyOptions& how, VerifyReport& into)
        : base{of}, options{how}, report{into} {}

    const Database& base;
    const VerifyOptions& options;
    VerifyReport& report;
    std::uint64_t format{};            // Which indexes there must be.
    std::map<GroupId, HeadRow> heads;  // Without their settings.
    std::unordered_map<UserId, std::string> name_keys;

    void damaged(std::string finding);
    void count_row();
    // Each row whose key begins with `prefix`. A block that cannot be read is a finding, and the
    // walk goes on with the first row behind it.
    using Visit = std::function<void(std::string_view key, std::string_view value)>;
    void walk(rocksdb::ColumnFamilyHandle* table, std::string_view name, const std::string& prefix,
              const Visit& visit);
    [[nodiscard]] const HeadRow* head_of(GroupId gid) const;

private:
    // Both: nothing where there is no such row below the end of `prefix`.
    [[nodiscard]] std::optional<std::string> first_readable(rocksdb::ColumnFamilyHandle* table,
                                                            const std::string& at,
                                                            const std::string& prefix) const;
    [[nodiscard]] std::optional<std::string> next_file(rocksdb::ColumnFamilyHandle* table,
                                                       const std::string& at,
                                                       const std::string& prefix) const;
};

[[nodiscard]] std::string at(GroupId gid, Seq seq);  // As findings name an entry.

void verify_people(Look& look);   // Users, heads, members and the indexes of both.
void verify_entries(Look& look);  // Chains of digests; sends.
void verify_beside(Look& look);   // Reactions and their sums, what was hidden, notes.
void verify_lists(Look& look);    // Users' logs, the feed, invites, changes of accounts, the audit.
void verify_tables(Look& look, const std::string& path);  // Checksums of all blocks.

}  // namespace stentor::store
