#pragma once
// What a file is, by its first bytes and by nothing that its sender says, for a short list of
// types. Everything else is bytes that are only ever saved. Pure.

#include <cstddef>
#include <string_view>

namespace stentor::media {

inline constexpr std::size_t kSniffBytes = 128;
inline constexpr std::string_view kUnknownType = "application/octet-stream";

// `first`: the first kSniffBytes of the file, or all of a shorter one. Containers that hold sound
// or moving pictures alike (WebM, MP4, Ogg) are what `declared` says of the two, video where it
// says neither.
[[nodiscard]] std::string_view content_type_of(std::string_view first, std::string_view declared);

// Pictures, sound and video, which a page shows in its place. Anything else is offered for saving:
// a document that is opened would be one of this server's.
[[nodiscard]] bool shown_in_place(std::string_view type);

}  // namespace stentor::media
