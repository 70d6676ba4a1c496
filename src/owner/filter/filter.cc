#include "owner/filter/filter.h"

#include <sodium/utils.h>

#include <array>
#include <boost/json.hpp>
#include <utility>

#include "http_client/signature.h"
#include "wire/pb.h"

namespace stentor::filter {
namespace {

namespace json = boost::json;

void add_message(json::object& question, const group::VerdictOn& what) {
    pb::Body body;
    if (!body.ParseFromString(what.body)) body.Clear();
    std::array<char, 33> cmid{};
    sodium_bin2hex(cmid.data(), cmid.size(), what.cmid.bytes.data(), what.cmid.bytes.size());
    json::array mentions;
    for (const pb::Mention& mention : body.mentions()) mentions.push_back(mention.uid());
    json::array attachments;
    for (const pb::Attachment& file : body.attachments()) {
        attachments.push_back(json::object{{"kind", file.kind()},
                                           {"media_type", file.media_type()},
                                           {"size", file.size()},
                                           {"address", file.address()},
                                           {"name", file.name()}});
    }
    question["cmid"] = cmid.data();
    question["text"] = body.text();
    question["mentions"] = std::move(mentions);
    question["attachments"] = std::move(attachments);
}

// `text` has them all, a line each: enough for a service that asks for words alone.
void add_texts(json::object& question, const group::VerdictOn& what) {
    std::string all;
    json::array texts;
    for (const group::WrittenText& written : what.texts) {
        if (!all.empty()) all += '\n';
        all += written.text;
        texts.push_back(json::object{{"field", written.field}, {"text", written.text}});
    }
    question["text"] = all;
    question["texts"] = std::move(texts);
}

std::string question_of(const owner::FilteredPost& post) {
    json::object question{
        {"kind", post.what.kind}, {"gid", post.gid.value}, {"uid", post.uid.value}};
    if (post.what.texts.empty()) {
        add_message(question, post.what);
    } else {
        add_texts(question, post.what);
    }
    return json::serialize(question);
}

// Of a text that the sender is to read: a service gone wrong must not fill their screen.
std::string text_of(const json::object& answer, std::string_view key) {
    const json::value* value = answer.if_contains({key.data(), key.size()});
    if (value == nullptr || !value->is_string()) return {};
    const json::string& text = value->get_string();
    return text.size() <= limits::kFilterTextBytes ? std::string{text} : std::string{};
}

Result<group::Verdict> verdict_of(const http_client::Answer& answer) {
    const Error malformed{.code = Code::malformed, .where = "filter"};
    if (answer.status != 200) return std::unexpected(malformed);
    json::error_code problem;
    const json::value value = json::parse(answer.body, problem);
    if (problem || !value.is_object()) return std::unexpected(malformed);
    const json::value* allow = value.get_object().if_contains("allow");
    if (allow == nullptr || !allow->is_bool()) return std::unexpected(malformed);
    return group::Verdict{.allow = allow->get_bool(),
                          .reason = text_of(value.get_object(), "reason"),
                          .rule = text_of(value.get_object(), "rule")};
}

Result<group::Verdict> without_verdict(OnFailure on_failure, std::string_view field) {
    if (on_failure == OnFailure::open) return group::Verdict{.allow = true};
    return std::unexpected(
        Error{.code = Code::overloaded, .where = field, .retry_after_ms = 1'000, .rule = "filter"});
}

}  // namespace

Filter::Filter(FilterOptions options)
    : options_{std::move(options)},
      poster_{{.waiting_max = options_.waiting_max, .authorities = options_.authorities}} {}

void Filter::judge(const owner::FilteredPost& post, Done done) {
    counters_->asked.fetch_add(1, std::memory_order_relaxed);
    http_client::Request request{
        .url = options_.url, .body = question_of(post), .within = options_.within};
    request.headers = {"Content-Type: application/json",
                       std::string{http_client::kSignatureHeader} + ": " +
                           http_client::signature(options_.secret, now(), request.body)};
    // Shared with the refusal: a request that was not taken is gone with its captures.
    auto shared = std::make_shared<Done>(std::move(done));
    const auto conclude = [shared, counters = counters_, on_failure = options_.on_failure,
                           field = post.what.field](const Result<http_client::Answer>& answer) {
        auto verdict = answer ? verdict_of(*answer) : std::unexpected(answer.error());
        if (!verdict) {
            counters->failed.fetch_add(1, std::memory_order_relaxed);
            const bool late = verdict.error().code == Code::timeout;
            if (late) counters->timed_out.fetch_add(1, std::memory_order_relaxed);
            return (*shared)(without_verdict(on_failure, field));
        }
        if (!verdict->allow) counters->refused.fetch_add(1, std::memory_order_relaxed);
        (*shared)(std::move(verdict));
    };
    if (const auto taken = poster_.post(std::move(request), conclude); !taken) {
        conclude(std::unexpected(taken.error()));
    }
}

}  // namespace stentor::filter
