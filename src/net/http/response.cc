#include "net/http/response.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <cctype>
#include <ctime>

namespace stentor::net::http {
namespace {

constexpr std::string_view kRetryAfterName = "Retry-After";

bool has_retry_after(const Response& response) {
    return std::ranges::any_of(response.headers,
                               [](const Header& header) { return header.name == kRetryAfterName; });
}

std::string date_of(Time now) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 40> text{};
    const std::size_t size =
        std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text.data(), size};
}

void add(std::string& head, std::string_view name, std::string_view value) {
    const auto has_break = [](std::string_view text) {
        return text.find_first_of(std::string_view{"\r\n\0", 3}) != std::string_view::npos;
    };
    if (has_break(name) || has_break(value)) return;
    head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string head_of(const Response& response, bool keep_alive, Time now) {
    std::string head = "HTTP/1.1 ";
    head.append(std::to_string(response.status)).append(" ");
    const auto reason =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(response.status));
    head.append(reason.data(), reason.size()).append("\r\n");
    add(head, "Date", date_of(now));
    // RFC 9110 section 8.6: no length where there can be no body.
    if (response.status >= 200 && response.status != 204 && response.status != 304) {
        const std::uint64_t size = response.source != nullptr ? response.source->size()
                                   : response.body == nullptr ? 0
                                                              : response.body->size();
        add(head, "Content-Length", std::to_string(size));
    }
    if (!response.content_type.empty()) add(head, "Content-Type", response.content_type);
    for (const Header& header : response.headers) add(head, header.name, header.value);
    const bool comes_back = response.status == 503 || response.status == 429;
    if (comes_back && !has_retry_after(response)) {
        const Header header = retry_after_header(kRetryAfter);
        add(head, header.name, header.value);
    }
    add(head, "Connection", keep_alive ? "keep-alive" : "close");
    head.append("\r\n");
    return head;
}

Response plain(unsigned status, std::string_view text, Millis retry_after) {
    Response response{.status = status, .content_type = "text/plain; charset=utf-8"};
    response.body = share(std::string{text}.append("\n"));
    if (retry_after > Millis{0}) response.headers.push_back(retry_after_header(retry_after));
    return response;
}

Header retry_after_header(Millis wait) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
    return {.name = std::string{kRetryAfterName}, .value = std::to_string(seconds.count())};
}

}  // namespace stentor::net::http
