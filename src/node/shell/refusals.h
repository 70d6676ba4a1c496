#pragma once
// What a node shard's connections were refused, counted by code where answers leave: whoever
// refused it, the session, the cache or an owner.
//
// Thread: look_at() the shard's, reading any. Cost: a glance at the first bytes of each reply.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/code_counts.h"

namespace stentor::node {

// Of a serialized ServerFrame, when it is a Refused. Fields come in the order of their numbers.
[[nodiscard]] std::optional<Code> refused_in(std::string_view frame);

class Refusals {
public:
    void look_at(std::string_view frame) {
        if (const auto code = refused_in(frame)) counts_.add(*code);
    }
    [[nodiscard]] std::uint64_t of(Code code) const { return counts_.of(code); }

private:
    CodeCounts counts_;
};

}  // namespace stentor::node
