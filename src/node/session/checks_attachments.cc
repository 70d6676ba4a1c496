// What stands beside an entry's text. A page shows all of it and fetches the address.

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/scheme.hpp>

#include "base/limits.h"
#include "node/session/checks.h"
#include "text/names.h"

namespace stentor::session {
namespace {

constexpr std::size_t kSha256Bytes = 32;

// An absolute path on this server, or https (RFC 3986, 4.1). Anything else would be run by a page
// ("javascript:"), asked in the clear, or lead to where nobody reads that it leads: to a browser
// "\" is "/", and what stands before "@" looks like the host.
bool can_be_fetched(std::string_view address) {
    const auto uri = boost::urls::parse_uri_reference(address);
    if (!uri) return false;
    if (!uri->has_scheme()) return !uri->has_authority() && uri->is_path_absolute();
    return uri->scheme_id() == boost::urls::scheme::https && !uri->host().empty() &&
           !uri->has_userinfo();
}

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 6838, 4.2
bool is_registered_name(std::string_view name) {
    return !name.empty() && name.size() <= limits::kMediaTypeNameBytes &&
           is_alphanumeric(name.front()) && std::ranges::all_of(name, [](char c) {
               return is_alphanumeric(c) || std::string_view{"!#$&-^_.+"}.contains(c);
           });
}

bool is_media_type(std::string_view type) {
    const std::size_t slash = type.find('/');
    return slash != std::string_view::npos && is_registered_name(type.substr(0, slash)) &&
           is_registered_name(type.substr(slash + 1));
}

}  // namespace

Result<void> check(const pb::Attachment& attachment) {
    const std::string& kind = attachment.kind();
    const std::string& type = attachment.media_type();
    if (!kind.empty() &&
        (kind.size() > limits::kAttachmentKindBytes || !is_registered_name(kind))) {
        return bad("attachment.kind", limits::kAttachmentKindBytes);
    }
    if (!type.empty() && !is_media_type(type)) {
        return bad("attachment.media_type", limits::kMediaTypeNameBytes);
    }
    if (attachment.size() > limits::kIdMax) return bad("attachment.size", limits::kIdMax);
    if (attachment.address().empty()) return bad("attachment.address", 1);
    if (attachment.address().size() > limits::kAddressBytes) {
        return bad("attachment.address", limits::kAddressBytes);
    }
    if (!can_be_fetched(attachment.address())) return bad("attachment.address");
    const std::string& name = attachment.name();
    if (!name.empty() && (name.size() > limits::kFileNameBytes || !text::shown_line(name))) {
        return bad("attachment.name", limits::kFileNameBytes);
    }
    if (attachment.preview().size() > limits::kPreviewBytes) {
        return bad("attachment.preview", limits::kPreviewBytes);
    }
    if (!attachment.sha256().empty() && attachment.sha256().size() != kSha256Bytes) {
        return bad("attachment.sha256", kSha256Bytes);
    }
    return {};
}

Result<void> check_file(std::string_view name, std::string_view media_type) {
    if (name.empty()) return bad("name", 1);
    if (name.size() > limits::kFileNameBytes || !text::shown_line(name)) {
        return bad("name", limits::kFileNameBytes);
    }
    if (!media_type.empty() && !is_media_type(media_type)) {
        return bad("type", limits::kMediaTypeNameBytes);
    }
    return {};
}

}  // namespace stentor::session
