// Stored entries: what parses bears its bytes on unchanged, and its digest follows from them.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "check.h"
#include "wire/frames.h"
#include "wire/log_entry.h"
#include "wire/pb.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace stentor;
    const std::string input{reinterpret_cast<const char*>(bytes), size};
    const Digest before = genesis({1});
    pb::Entry entry;
    const bool is_message = entry.ParseFromString(input);
    const auto first = parse_log_entry(share(input), {});
    check(is_message || !first, "what is no protobuf is no entry");
    if (!first) return 0;

    check(first->seq.value != 0 && first->seq.value == entry.seq(), "an entry has a number");
    const Digest digest = digest_after(before, entry);
    const auto parsed = parse_log_entry(share(input), digest);
    check(parsed && continues(before, *parsed), "its digest follows from its bytes");
    check(*parsed->bytes == input, "the bytes are passed on as they are");

    pb::Range range;
    range.set_gid(1);
    const auto frame = wire::decode_event(wire::encode_range(3, range, std::array{*parsed}));
    // Text that is not UTF-8 cannot be in it: an entry's body is bytes.
    check(frame && frame->range().entries_size() == 1, "a range carries it");
    check(digest_after(before, frame->range().entries(0)) == digest, "readers compute the same");
    return 0;
}
