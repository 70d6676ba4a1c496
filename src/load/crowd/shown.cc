#include "load/crowd/shown.h"

#include <utility>

#include "wire/log_entry.h"

namespace stentor::crowd {

const Shown::Push* Shown::find(std::string_view payload) const {
    for (const Push& push : pushes_) {
        if (push.payload == payload) return push.last == 0 ? nullptr : &push;
    }
    return nullptr;
}

void Shown::remember(Push push) {
    pushes_[next_] = std::move(push);
    next_ = (next_ + 1) % pushes_.size();
}

// A recall and an edit change the body, and neither the number nor the digest.
bool Shown::same_or_new(GroupId gid, const pb::Entry& entry, const Digest& digest) {
    const auto [at, fresh] =
        logs_[gid].try_emplace(entry.seq(), ShownEntry{entry.sender(), entry.body()});
    const auto known = digests_[gid].try_emplace(entry.seq(), digest).first;
    if (known->second != digest) return false;
    return fresh || (at->second.sender == entry.sender() && at->second.body == entry.body());
}

bool Shown::show_digest(GroupId gid, std::uint64_t seq, std::string_view digest) {
    const Digest given = Digest::from(digest);
    return digests_[gid].try_emplace(seq, given).first->second == given;
}

template <class Entries>
bool Shown::show(GroupId gid, std::uint64_t first, const Entries& entries,
                 std::string_view digest_at_end) {
    const auto& known = digests_[gid];
    const auto before = known.find(first - 1);
    if (first > 1 && before == known.end()) return false;
    Digest digest = first > 1 ? before->second : genesis(gid);
    std::uint64_t seq = first;
    for (const pb::Entry& entry : entries) {
        if (entry.seq() != seq++) return false;
        digest = digest_after(digest, entry);
        if (!same_or_new(gid, entry, digest)) return false;
    }
    return digest == Digest::from(digest_at_end);
}

template bool Shown::show(GroupId, std::uint64_t,
                          const google::protobuf::RepeatedPtrField<pb::Entry>&, std::string_view);

}  // namespace stentor::crowd
