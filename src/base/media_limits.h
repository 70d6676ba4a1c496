#pragma once
// Bounds of files that people send; those of everything else stand in base/limits.h.

#include "base/limits.h"

namespace stentor::limits {

inline constexpr std::size_t kUploadPartBytes = 256 * 1024;
inline constexpr std::size_t kPartsWaiting = 256;  // For a disk; the next are told to come again
inline constexpr std::size_t kUploadsOpen = 8;     // Of one user, begun and not finished
inline constexpr Millis kUploadKept = 24h;         // Without another part
inline constexpr std::size_t kThumbnailBytes = 256 * 1024;
inline constexpr std::size_t kPictureBytes = 256 * 1024;      // Of a person
inline constexpr std::uint32_t kProfileChanges = 5;           // A minute, of one user
inline constexpr Millis kUnusedFileKept = kSendWindow + 24h;  // That no message names
inline constexpr std::size_t kFileEntries = 1'000;  // Of one file, that name it and are remembered
inline constexpr std::size_t kMediaTasks = 6'144;   // For the threads that wait for the disk
inline constexpr std::size_t kLooksWaiting = 16'384;        // For the log to be read once more
inline constexpr std::size_t kMediaPieceBytes = 64 * 1024;  // Of an answer, read at once
inline constexpr Millis kTicketFor = 1h;  // Addresses of files for a page: at least, twice at most

}  // namespace stentor::limits
