#pragma once
// Numbered rows, the newest first. Only this folder includes it.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/rocks/engine.h"

namespace stentor::store {

// At most `count_max` of [first, end) in the table of rows. `decode(key, value)` gives an optional
// row; where it gives none, or the table cannot be read, `where` is told.
template <class Row, class Decode>
[[nodiscard]] Result<std::vector<Row>> newest_rows(const Database& base, const std::string& first,
                                                   const std::string& end, std::size_t count_max,
                                                   std::string_view where, Decode decode) {
    const rocksdb::Slice lower{first};
    const rocksdb::Slice upper{end};
    rocksdb::ReadOptions how;
    how.iterate_lower_bound = &lower;
    how.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> row{base.db->NewIterator(how, base.rows)};
    std::vector<Row> found;
    for (row->SeekToLast(); row->Valid() && found.size() < count_max; row->Prev()) {
        auto decoded = decode(row->key().ToStringView(), row->value().ToStringView());
        if (!decoded) return unreadable(where);
        found.push_back(*std::move(decoded));
    }
    if (!row->status().ok()) return unreadable(where, row->status());
    return found;
}

}  // namespace stentor::store
