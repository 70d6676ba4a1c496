#include "node/fanout/batches.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/planted_bugs.h"
#include "wire/envelope.h"
#include "wire/frames.h"

namespace stentor::fanout {

Batches::Slice Batches::after(Seq pushed, bool deflated, PassContext& workshop) {
    const auto next = std::ranges::upper_bound(pushes_, pushed, {}, &Push::last);
    if (next == pushes_.end()) return {};
    if (next->first != pushed + 1 && !planted(Bug::push_while_behind)) return {};
    const auto from = static_cast<std::size_t>(next - pushes_.begin());
    if (from != 0 && part_.from != from) part_ = {.from = from};
    Encoding& form = from == 0 ? whole_ : part_;
    const SharedBytes& bytes = deflated ? form.deflated : form.plain;
    if (!bytes) make(form, deflated, workshop);
    return {.bytes = &bytes, .saved = deflated ? form.saved : 0};
}

// Of pushes_[from, ...): as many as one Batch may hold; one at least.
std::size_t Batches::fitting(std::size_t from) const {
    std::uint64_t entries = 0;
    std::size_t bytes = 0;
    std::size_t to = from;
    for (; to < pushes_.size(); ++to) {
        entries += pushes_[to].last - pushes_[to].first + 1;
        bytes += pushes_[to].frame->size();
        const bool fits = entries <= limits::kBatchEntries && bytes <= limits::kBatchBytes;
        if (!fits && to > from) break;
    }
    return to;
}

void Batches::make(Encoding& form, bool deflated, PassContext& workshop) const {
    if (!deflated && form.from + 1 == pushes_.size()) {
        form.plain = pushes_.back().frame;
        return;
    }
    std::string frames;
    std::vector<std::string_view> payloads;
    for (std::size_t i = form.from; i < pushes_.size();) {
        payloads.clear();
        for (const std::size_t to = fitting(i); i < to; ++i) {
            payloads.push_back(wire::payload_of(*pushes_[i].frame));
        }
        const std::string joined =
            payloads.size() == 1 ? std::string{payloads[0]} : wire::join_batches(payloads);
        const std::string small = deflated ? workshop.deflater.deflate(joined) : std::string{};
        if (!small.empty()) {
            frames += wire::deflated_frame(small);
            form.saved += joined.size() - small.size();
            ++workshop.compressions;
        } else {
            frames += wire::websocket_frame(joined);
        }
    }
    if (!deflated) {
        form.plain = share(std::move(frames));
    } else if (form.saved > 0) {
        form.deflated = share(std::move(frames));
    } else {
        if (!form.plain) make(form, false, workshop);
        form.deflated = form.plain;
    }
}

}  // namespace stentor::fanout
