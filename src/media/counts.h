#pragma once
// What is counted of files, for metrics.
//
// Thread: any.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/code.h"

namespace stentor::media {

struct Counts {
    // Why an upload, or a part of it, was not taken: the field or the rule that its sender is told.
    static constexpr std::array<std::string_view, 13> kReasons{
        "size",  "type", "sha256", "thumbnail_of", "user_day_mb", "user_day_files", "uploads_open",
        "media", "disk", "bucket", "upload",       "busy",        "other"};

    std::atomic<std::uint64_t> open;      // Uploads under way.
    std::atomic<std::uint64_t> finished;  // Since the start, as the next two.
    std::atomic<std::uint64_t> bytes_in;
    std::array<std::atomic<std::uint64_t>, kReasons.size()> refused;
    // Whole ones; the same content twice counts twice. Those from before are counted after the
    // start.
    std::atomic<std::uint64_t> files;
    std::atomic<std::uint64_t> bytes;

    void refuse(std::string_view reason) {
        const auto* const found = std::ranges::find(kReasons, reason);
        ++refused[std::min(static_cast<std::size_t>(found - kReasons.begin()),
                           kReasons.size() - 1)];
    }
    // A sender who asks where their upload stands was refused nothing.
    void refuse(const Error& error) {
        if (error.code == Code::bad_range) return;
        // A rule that is not counted by itself counts with its field.
        refuse(std::ranges::find(kReasons, error.rule) != kReasons.end() ? error.rule
                                                                         : error.where);
    }
    void refuse_busy() { refuse("busy"); }
};

}  // namespace stentor::media
