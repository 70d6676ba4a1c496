#pragma once
// The files of the page, read into memory once. A path is looked up, never opened: nothing that a
// client sends reaches the file system.
//
// Thread: any, after the constructor. Limits: kPageFiles files, kPageBytes together.

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/shared_bytes.h"
#include "net/http/message.h"

namespace stentor::api {

class StaticFiles {
public:
    // Reads every plain file below `folder`; links, hidden files and names beyond letters, digits
    // and ._- are left out. x.gz and x.br beside x are what is sent for x to who takes gzip or
    // brotli. Throws std::runtime_error when the folder cannot be read, is too large or holds no
    // index.html.
    explicit StaticFiles(const std::filesystem::path& folder);

    // 200 or 304 for a file, 404 for anything else. The method is GET.
    [[nodiscard]] net::http::Response answer(const net::http::Request& request) const;
    [[nodiscard]] std::size_t size() const { return files_.size(); }

private:
    struct Content {
        SharedBytes bytes;
        std::string etag;  // Strong (RFC 9110 section 8.8.3), with its quotes.
    };
    struct File {
        std::string content_type;
        std::string cache_control;
        Content plain;
        Content gzip;  // No bytes: there is none.
        Content brotli;
    };

    // What is sent for it, and the name of its coding; empty: none.
    [[nodiscard]] static std::pair<Content, std::string_view> coded(
        const File& file, std::string_view accept_encoding);

    std::map<std::string, File, std::less<>> files_;  // By the path of its URL.
};

}  // namespace stentor::api
