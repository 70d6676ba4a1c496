#pragma once
// What the binary wire is measured against: the same push as JSON text.
//
// The form is frozen, so that figures of different years compare: one message a frame, the same
// fields, keys of one word, ids and times as numbers, 16-byte values as base64 (RFC 4648 section 4,
// no padding), no spaces, text as UTF-8 with only what JSON demands escaped:
//
//   {"type":"batch","group":G,"epoch":E,"first":N,"digest":"22 characters","entries":[{"seq":N,
//    "sender":U,"cmid":"22 characters","kind":"post","time":MS,"ordinal":N,"body":{"text":"..."}}]}

#include <string>

namespace stentor::v1 {
class Batch;
}

namespace stentor::bench {

[[nodiscard]] std::string json_form(const v1::Batch& batch);

}  // namespace stentor::bench
