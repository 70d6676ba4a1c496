#include "load/bench/json_form.h"

#include <fmt/format.h>
#include <sodium/utils.h>

#include <string_view>
#include <vector>

#include "load/bench/escaped.h"
#include "wire/pb.h"

namespace stentor::bench {
namespace {

std::string base64(std::string_view bytes) {
    constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
    std::vector<char> text(sodium_base64_encoded_len(bytes.size(), kVariant));
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), kVariant);
    return text.data();
}

std::string entry_form(const pb::Entry& entry) {
    pb::Body body;
    body.ParseFromString(entry.body());
    return fmt::format(R"({{"seq":{},"sender":{},"cmid":"{}","kind":"post","time":{},"ordinal":{},)"
                       R"("body":{{"text":"{}"}}}})",
                       entry.seq(), entry.sender(), base64(entry.cmid()), entry.time_ms(),
                       entry.ordinal(), json_escaped(body.text()));
}

}  // namespace

std::string json_form(const pb::Batch& batch) {
    std::string entries;
    for (const pb::Entry& entry : batch.entries()) {
        if (!entries.empty()) entries += ',';
        entries += entry_form(entry);
    }
    return fmt::format(
        R"({{"type":"batch","group":{},"epoch":{},"first":{},"digest":"{}","entries":[{}]}})",
        batch.gid(), batch.epoch(), batch.first_seq(), base64(batch.digest()), entries);
}

}  // namespace stentor::bench
