#include "node/fanout/batches.h"

#include <algorithm>
#include <string_view>

#include "base/planted_bugs.h"
#include "wire/envelope.h"
#include "wire/frames.h"
#include "wire/pb.h"

namespace stentor::fanout {

Batches::Slice Batches::after(Seq pushed, bool deflated, PassContext& workshop) {
    const auto next = std::ranges::upper_bound(pushes_, pushed, {}, &Push::last);
    if (next == pushes_.end()) return {};
    if (next->first != pushed + 1 && !planted(Bug::push_while_behind)) return {};
    const auto from = static_cast<std::size_t>(next - pushes_.begin());
    if (from != 0 && part_.from != from) part_ = {.from = from};
    Encoding& form = from == 0 ? whole_ : part_;
    const SharedPush& push = deflated ? form.deflated : form.plain;
    if (!push) make(form, deflated, workshop);
    return {.push = &push, .saved = deflated ? form.saved : 0};
}

// Of pushes_[from, ...): as many as one Batch may hold; one at least.
std::size_t Batches::fitting(std::size_t from) const {
    std::uint64_t entries = 0;
    std::size_t bytes = 0;
    std::size_t to = from;
    for (; to < pushes_.size(); ++to) {
        entries += pushes_[to].last - pushes_[to].first + 1;
        bytes += pushes_[to].encoded->bytes().size();
        const bool fits = entries <= limits::kBatchEntries && bytes <= limits::kBatchBytes;
        if (!fits && to > from) break;
    }
    return to;
}

// The payload of one Batch with the entries of pushes_[from, to).
std::string Batches::joined(std::size_t from, std::size_t to) const {
    std::vector<std::string_view> entries;
    for (std::size_t i = from; i < to; ++i) {
        const std::string_view payload = pushes_[i].encoded->payload(0);
        entries.push_back(payload.substr(payload.size() - pushes_[i].entries_size));
    }
    const Push& newest = pushes_[to - 1];
    return wire::join_batches(wire::batch_head(newest.gid, newest.epoch, pushes_[from].first,
                                               newest.digest, newest.level),
                              entries);
}

void Batches::make(Encoding& form, bool deflated, PassContext& workshop) const {
    if (!deflated && form.from + 1 == pushes_.size()) {
        form.plain = pushes_.back().encoded;
        return;
    }
    EncodedPush push;
    for (std::size_t i = form.from; i < pushes_.size();) {
        const std::size_t to = fitting(i);
        const std::string several = to - i > 1 ? joined(i, to) : std::string{};
        const std::string_view payload = to - i > 1 ? several : pushes_[i].encoded->payload(0);
        const std::string small = deflated ? workshop.deflater.deflate(payload) : std::string{};
        if (!small.empty()) {
            wire::append_deflated(push, small);
            form.saved += payload.size() - small.size();
            ++workshop.compressions;
        } else {
            wire::append_message(push, payload);
        }
        i = to;
    }
    if (!deflated) {
        form.plain = std::make_shared<const EncodedPush>(std::move(push));
    } else if (form.saved > 0) {
        form.deflated = std::make_shared<const EncodedPush>(std::move(push));
    } else {
        if (!form.plain) make(form, false, workshop);
        form.deflated = form.plain;
    }
}

}  // namespace stentor::fanout
