#pragma once
// What libcurl hands out, each freed by its end.

#include <curl/curl.h>

#include <memory>
#include <string>

namespace stentor::http_client {

struct EasyEnd {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EasyEnd>;

struct ListEnd {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, ListEnd>;

// "Name: value"
inline void add_header(Headers& headers, const std::string& header) {
    curl_slist* longer = curl_slist_append(headers.get(), header.c_str());
    if (headers == nullptr) headers.reset(longer);
}

}  // namespace stentor::http_client
