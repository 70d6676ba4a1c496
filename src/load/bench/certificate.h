#pragma once
// A certificate for 127.0.0.1 that rests on nobody but itself, for an hour: what a server under TLS
// is measured with.

#include <filesystem>

namespace stentor::bench {

struct CertificateFiles {
    std::filesystem::path certificate;
    std::filesystem::path key;  // P-256.
};

// Throws std::runtime_error.
[[nodiscard]] CertificateFiles make_certificate(const std::filesystem::path& folder);

}  // namespace stentor::bench
