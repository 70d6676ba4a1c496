// The feed: every commit of the store in its order.

#include <algorithm>

#include "base/feed_number.h"
#include "store/mysql/engine.h"
#include "store/mysql/sql_rows.h"

namespace stentor::store::mysql {
namespace {

std::uint64_t counter(Session& session, std::string_view name) {
    const Table rows = session.run("SELECT number FROM counter WHERE name=?", {name});
    if (rows.empty()) session.fail({.kind = Failure::Kind::damaged, .text = "counter"});
    return session.failed() ? 0 : rows.row(0).number();
}

// The number of the newest row at or below `number`; 0 when there is none.
std::uint64_t row_at_or_below(Session& session, std::uint64_t number) {
    const Table rows = session.run(
        "SELECT number FROM feed WHERE number<=? ORDER BY number DESC LIMIT 1", {number});
    return rows.empty() ? 0 : rows.row(0).number();
}

}  // namespace

Result<FeedPage> MysqlStore::feed(std::uint64_t after, std::size_t count_max) {
    return transact(readers_, [&](Session& session) -> Result<FeedPage> {
        FeedPage page;
        page.floor = counter(session, "feed_floor");
        page.head = std::max(page.floor, counter(session, "feed"));
        if (after > page.floor) {
            const std::uint64_t row = row_at_or_below(session, after);
            if (session.failed()) return session.error();
            if (row != after) return std::unexpected(lost_feed_place(std::max(row, page.floor)));
        }
        std::uint64_t last = std::max(after, page.floor);
        const Table rows = session.run(
            "SELECT number,gid,first_seq,last_seq,changed,members FROM feed WHERE number>?"
            " ORDER BY number LIMIT ?",
            {last, count_max});
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            FeedRow line = feed_of(row);
            if (feed_place(line.number) != feed_place(last) + 1) row.spoil("feed.hole");
            last = line.number;
            page.rows.push_back(std::move(line));
        }
        if (page.rows.size() < count_max && last < page.head) {
            session.fail({.kind = Failure::Kind::damaged, .text = "feed.end"});
        }
        return page;
    });
}

Result<void> MysqlStore::forget_feed(std::uint64_t number) {
    const auto moved = transact(writers_, [&](Session& session) -> Result<std::uint64_t> {
        const std::uint64_t floor = locked_counter(session, "feed_floor");
        // Of what is asked for only the place counts: it may have been given in an older epoch.
        const std::uint64_t place = feed_place(number);
        std::uint64_t last = std::min(number, counter(session, "feed"));
        while (last > floor && !session.failed()) {
            last = row_at_or_below(session, last);
            if (feed_place(last) <= place) break;
            last -= feed_place(last) - place;
        }
        if (last > floor) set_counter(session, "feed_floor", last);
        return std::max(last, floor);
    });
    if (!moved) return std::unexpected(moved.error());
    return drop_in_parts(writers_, "feed WHERE number<=? ORDER BY number", {*moved});
}

}  // namespace stentor::store::mysql
