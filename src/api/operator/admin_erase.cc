// Erasing one user, a page with each request: see erasures.h.

#include "api/http/responses.h"
#include "api/operator/admin_calls.h"
#include "api/operator/erasures.h"

namespace stentor::api {

void erase_user(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto gid = fields->number("gid");
    if (!gid) return call.reply(refusal(gid.error()));
    const auto seq = fields->number("seq");
    if (!seq) return call.reply(refusal(seq.error()));
    const bus::EntryPlace from{.gid = {gid->value_or(0)}, .seq = {seq->value_or(0)}};
    auto erased = [reply = std::move(call.reply)](const Result<Erasures::Page>& page) mutable {
        if (!page) return reply(refusal(page.error()));
        const bus::EntryPlace next = page->next.value_or(bus::EntryPlace{});
        reply(object_response({{"erased", page->erased},
                               {"left", page->left},
                               {"refused", page->refused},
                               {"next_gid", next.gid.value},
                               {"next_seq", next.seq.value}}));
    };
    call.parts.erasures.erase(UserId{call.numbers[0]}, from, std::move(erased));
}

}  // namespace stentor::api
