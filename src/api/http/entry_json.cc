#include "api/http/entry_json.h"

#include <boost/json.hpp>

#include "base/uuid_text.h"
#include "wire/pb.h"

namespace stentor::api {
namespace {

namespace json = boost::json;

json::array mentions_of(const pb::Body& body) {
    json::array mentions;
    for (const pb::Mention& mention : body.mentions()) {
        mentions.push_back(json::object{
            {"uid", mention.uid()}, {"offset", mention.offset()}, {"length", mention.length()}});
    }
    return mentions;
}

json::array attachments_of(const pb::Body& body) {
    json::array attachments;
    for (const pb::Attachment& attachment : body.attachments()) {
        attachments.push_back(json::object{{"kind", attachment.kind()},
                                           {"media_type", attachment.media_type()},
                                           {"size", attachment.size()},
                                           {"address", attachment.address()},
                                           {"name", attachment.name()}});
    }
    return attachments;
}

}  // namespace

std::string entry_json(GroupId gid, const LogEntry& entry) {
    pb::Entry parsed;
    pb::Body body;
    parsed.ParseFromString(*entry.bytes);
    body.ParseFromString(parsed.body());
    json::object out{{"gid", gid.value},
                     {"seq", entry.seq.value},
                     {"sender", entry.sender.value},
                     {"id", to_text(entry.cmid)},
                     {"kind", parsed.kind() == pb::ENTRY_KIND_SYSTEM ? "system" : "post"},
                     {"time_ms", to_ms(entry.time)}};
    if (entry.revision > 0) out["revision"] = entry.revision;
    if (entry.recalled) {
        out["recalled"] = true;
        return json::serialize(out);
    }
    out["text"] = body.text();
    if (body.reply_to() > 0) out["reply_to"] = body.reply_to();
    if (body.mentions_size() > 0) out["mentions"] = mentions_of(body);
    if (body.mention_all()) out["mention_all"] = true;
    if (body.attachments_size() > 0) out["attachments"] = attachments_of(body);
    return json::serialize(out);
}

}  // namespace stentor::api
