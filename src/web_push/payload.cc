#include "web_push/payload.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/base64.h"
#include "base/push_limits.h"
#include "base/text.h"

namespace stentor::web_push {

std::string payload_of(const Told& told, const Subscription& subscription) {
    boost::json::object payload{{"uid", told.uid.value}, {"gid", told.gid.value},
                                {"seq", told.seq.value}, {"count", told.count},
                                {"called", told.called}, {"language", subscription.language},
                                {"group", told.group},   {"sender", told.sender}};
    if (subscription.words) {
        const std::string_view text = beginning_of(told.body.text(), limits::kPushTextBytes);
        payload["text"] = std::string{text};
        if (told.body.attachments_size() > 0) {
            payload["attachment"] =
                std::string{beginning_of(told.body.attachments(0).kind(), limits::kNameBytes)};
        }
    }
    return boost::json::serialize(payload);
}

std::string topic_of(const Subscription& subscription, GroupId gid) {
    constexpr std::size_t kTopicBytes = 24;  // 32 characters are allowed.
    const std::string of = "topic " + std::to_string(gid.value);
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned size = 0;
    const std::string& secret = subscription.receiver.auth;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(of.data()), of.size(), mac.data(), &size);
    return base64url({reinterpret_cast<const char*>(mac.data()), kTopicBytes});
}

}  // namespace stentor::web_push
