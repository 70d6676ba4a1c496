// Who did what to whom: a page of the audit, newest first.

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <utility>

#include "api/http/query.h"
#include "api/http/responses.h"
#include "api/operator/admin_calls.h"
#include "base/limits.h"

namespace stentor::api {
namespace {

namespace json = boost::json;

// A row that cannot be read is told as it is.
json::object object_of(const bus::AuditEntry& entry) {
    json::error_code problem;
    json::value what = json::parse(entry.text, problem);
    if (problem) what = entry.text;
    return {{"number", entry.number}, {"time_ms", to_ms(entry.time)}, {"what", std::move(what)}};
}

}  // namespace

// ?before=NUMBER&count=N: rows below it; `next` is where to go on, 0 at the end.
void list_audit(AdminCall call) {
    const Query query{call.request.query};
    const auto count = query.number("count", 50, limits::kAuditPage);
    if (!count) return call.reply(refusal(count.error()));
    const auto before = query.number("before", 0, limits::kIdMax);
    if (!before) return call.reply(refusal(before.error()));
    auto found = [count = *count,
                  reply = std::move(call.reply)](Result<bus::Reply> answer) mutable {
        const auto rows = only<std::vector<bus::AuditEntry>>(std::move(answer));
        if (!rows) return reply(refusal(rows.error()));
        json::array audit;
        for (const bus::AuditEntry& row : *rows) audit.push_back(object_of(row));
        const bool more = !rows->empty() && rows->size() == count;
        reply(object_response({{"audit", std::move(audit)},
                               {"next", more ? rows->back().number : std::uint64_t{0}}}));
    };
    call.parts.bus.ask(
        PartitionId{},
        bus::AskAudit{.before = *before, .count = static_cast<std::uint32_t>(*count)},
        std::move(found));
}

}  // namespace stentor::api
