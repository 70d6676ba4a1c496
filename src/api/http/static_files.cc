#include "api/http/static_files.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "api/http/header_lists.h"
#include "api/http/responses.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/number_text.h"

namespace stentor::api {
namespace {

namespace fs = std::filesystem;
using net::http::Request;
using net::http::Response;

// Only what the page itself brings may run, and only this server may be talked to. No text becomes
// markup or a script's address; the policy "stentor" is for the address of the page's service
// worker.
constexpr std::string_view kPolicy =
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' blob:; "
    "media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types stentor";

constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
    {".mp3", "audio/mpeg"},
}};

std::string_view type_of(std::string_view path) {
    for (const auto& [ending, type] : kTypes) {
        if (path.ends_with(ending)) return type;
    }
    return "application/octet-stream";
}

bool plain_path(std::string_view path) {
    constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";
    return path.find_first_not_of(kAllowed) == std::string_view::npos &&
           path.find("/.") == std::string_view::npos;
}

std::string read(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    if (!in) throw std::runtime_error("cannot read " + file.string());
    return bytes;
}

std::string etag_of(std::string_view bytes) { return '"' + hex_of(hash_of(bytes).bytes) + '"'; }

// RFC 9110 section 12.4.2 in thousandths; what is no weight counts as none, which is 1.
int weight_of(std::string_view parameters) {
    constexpr int kWhole = 1'000;
    if (!parameters.starts_with("q=") && !parameters.starts_with("Q=")) return kWhole;
    parameters = trimmed(parameters.substr(2));
    if (parameters.empty() || parameters.front() != '0') return kWhole;
    int weight = 0;
    int unit = kWhole / 10;
    for (const char digit : parameters.substr(std::min<std::size_t>(2, parameters.size()))) {
        if (digit < '0' || digit > '9' || unit == 0) break;
        weight += (digit - '0') * unit;
        unit /= 10;
    }
    return weight;
}

// RFC 9110 section 12.5.3: how much a coding is wanted; 0: not at all, or not named.
int weight_in(std::string_view accept_encoding, std::string_view wanted) {
    int weight = 0;
    any_of_list(accept_encoding, [&](std::string_view coding) {
        const std::size_t end = std::min(coding.find(';'), coding.size());
        const std::string_view name = trimmed(coding.substr(0, end));
        const bool named = name == wanted;
        if (!named && name != "*") return false;
        weight = weight_of(trimmed(coding.substr(std::min(end + 1, coding.size()))));
        return named;
    });
    return weight;
}

}  // namespace

StaticFiles::StaticFiles(const fs::path& folder) {
    std::size_t bytes = 0;
    std::size_t count = 0;
    std::map<std::string, Content> contents;
    std::error_code problem;
    for (fs::recursive_directory_iterator it{folder, problem}, end; !problem && it != end;
         it.increment(problem)) {
        if (it->symlink_status().type() != fs::file_type::regular) continue;
        const std::string path = "/" + it->path().lexically_relative(folder).generic_string();
        if (!plain_path(path)) continue;
        bytes += it->file_size();
        if (++count > limits::kPageFiles || bytes > limits::kPageBytes) {
            throw std::runtime_error("too many or too large files for a page in " +
                                     folder.string());
        }
        std::string content = read(it->path());
        std::string etag = etag_of(content);
        contents.emplace(path,
                         Content{.bytes = share(std::move(content)), .etag = std::move(etag)});
    }
    if (problem) {
        throw std::runtime_error("cannot read the page in " + folder.string() + ": " +
                                 problem.message());
    }
    const auto beside = [&contents](const std::string& path) {
        const auto found = contents.find(path);
        return found == contents.end() ? Content{} : found->second;
    };
    for (const auto& [path, content] : contents) {
        const bool packed = path.ends_with(".gz") || path.ends_with(".br");
        if (packed && contents.contains(path.substr(0, path.size() - 3))) continue;
        // What the bundler puts into /assets carries a hash in its name, so it never changes.
        const bool hashed = path.starts_with("/assets/");
        files_.emplace(
            path, File{.content_type = std::string{type_of(path)},
                       .cache_control = hashed ? "public, max-age=31536000, immutable" : "no-cache",
                       .plain = content,
                       .gzip = beside(path + ".gz"),
                       .brotli = beside(path + ".br")});
    }
    const auto index = files_.find("/index.html");
    if (index == files_.end()) {
        throw std::runtime_error("there is no index.html in " + folder.string());
    }
    files_.emplace("/", index->second);
}

// Of two that are wanted as much, brotli is the smaller one.
std::pair<StaticFiles::Content, std::string_view> StaticFiles::coded(
    const File& file, std::string_view accept_encoding) {
    const int brotli = file.brotli.bytes == nullptr ? 0 : weight_in(accept_encoding, "br");
    const int gzip = file.gzip.bytes == nullptr ? 0 : weight_in(accept_encoding, "gzip");
    if (brotli > 0 && brotli >= gzip) return {file.brotli, "br"};
    if (gzip > 0) return {file.gzip, "gzip"};
    return {file.plain, ""};
}

Response StaticFiles::answer(const Request& request) const {
    const auto found = files_.find(request.path);
    if (found == files_.end()) return refusal({.code = Code::not_found, .where = "path"});
    const File& file = found->second;
    const auto [content, coding] = coded(file, request.header("accept-encoding"));

    Response response{
        .headers = {{.name = "ETag", .value = content.etag},
                    {.name = "Cache-Control", .value = file.cache_control},
                    {.name = "Vary", .value = "Accept-Encoding"},
                    {.name = "X-Content-Type-Options", .value = "nosniff"},
                    {.name = "Referrer-Policy", .value = "no-referrer"},
                    {.name = "Content-Security-Policy", .value = std::string{kPolicy}}}};
    if (has_it(request.header("if-none-match"), content.etag)) {
        response.status = 304;
        return response;
    }
    response.content_type = file.content_type;
    response.body = content.bytes;
    if (!coding.empty()) {
        response.headers.push_back({.name = "Content-Encoding", .value = std::string{coding}});
    }
    return response;
}

}  // namespace stentor::api
