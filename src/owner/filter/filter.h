#pragma once
// An outside service that may refuse what a person brings before people. It is asked over HTTP:
//
//   POST <url>   Stentor-Signature: see outgoing/signature.h
//   {"kind":"message","gid":7,"uid":12,"cmid":"<32 hexadecimal digits>","text":"…","mentions":[13],
//    "attachments":[{"kind":"image","media_type":"image/png","size":100,"address":"/a/…","name":"a.png"}]}
//   {"kind":"group","gid":7,"uid":12,"text":"…","texts":[{"field":"settings.name","text":"…"}]}
//
// (an edit as a message; note, reason and account as a group) and answers 200 with {"allow":true},
// or {"allow":false,"reason":"…","rule":"…"}, where the two texts are shown to the sender and may
// be absent. Anything else, or nothing within the deadline, is a failure: `open` lets it pass,
// `closed` refuses it as overloaded, to be tried later.
//
// Thread: any; callbacks on the HTTP poster's. Limits: kFilterWaiting asked about at a time, then
// the next one is a failure.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/limits.h"
#include "http_client/http_poster.h"
#include "owner/post_filter.h"

namespace stentor::filter {

enum class OnFailure : std::uint8_t { open, closed };

struct FilterOptions {
    std::string url;
    std::string secret;
    Millis within{500};
    OnFailure on_failure{OnFailure::open};
    std::size_t waiting_max{limits::kFilterWaiting};
    std::string authorities;  // See http_client::HttpPosterOptions.
};

struct FilterCounters {
    std::atomic<std::uint64_t> asked;
    std::atomic<std::uint64_t> refused;
    std::atomic<std::uint64_t> failed;     // Passed or refused without a verdict.
    std::atomic<std::uint64_t> timed_out;  // Of those: no answer within the deadline.
};

class Filter final : public owner::PostFilter {
public:
    // The owner's workers ask as long as they live: the filter outlives them.
    explicit Filter(FilterOptions options);

    void judge(const owner::FilteredPost& post, Done done) override;

    [[nodiscard]] OnFailure on_failure() const { return options_.on_failure; }
    [[nodiscard]] const FilterCounters& counters() const { return *counters_; }

private:
    FilterOptions options_;
    std::shared_ptr<FilterCounters> counters_{std::make_shared<FilterCounters>()};
    http_client::HttpPoster poster_;
};

}  // namespace stentor::filter
