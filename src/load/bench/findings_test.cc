#include "load/bench/findings.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/temporary_folder_test_kit.h"
#include "load/bench/http_client.h"
#include "load/bench/json_form.h"
#include "wire/pb.h"

namespace stentor::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string read(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str();
}

TEST(Findings, WritesOneOfEachAndEscapesBoth) {
    const TemporaryFolder folder;
    Findings findings;
    findings.figure("sends", "a <b> \"c\"", 12.5, "1/s");
    findings.plot("sends", {"A plot", "x", "y", {{"one", {{0, 1}, {10, 3}}}}});
    findings.table("sends", {"A <table>", {"", "speed"}, {{"we", "1 \"fast\""}}});
    EXPECT_FALSE(findings.failed());
    findings.fail("sends", "not so");
    EXPECT_TRUE(findings.failed());
    findings.write(folder.path());

    const std::string json = read(folder / "report.json");
    EXPECT_THAT(json, HasSubstr(R"("name": "a <b> \"c\"", "value": 12.5, "unit": "1/s")"));
    EXPECT_THAT(json, HasSubstr(R"("columns": ["", "speed"], "rows": [["we", "1 \"fast\""]])"));
    EXPECT_THAT(json, HasSubstr("\"failed\": true"));
    const std::string html = read(folder / "report.html");
    EXPECT_THAT(html, HasSubstr("a &lt;b&gt; &quot;c&quot;"));
    EXPECT_THAT(html, HasSubstr("A &lt;table&gt;"));
    EXPECT_THAT(html, HasSubstr("<td>1 &quot;fast&quot;"));
    EXPECT_THAT(html, HasSubstr("<polyline points="));
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, Not(HasSubstr("http")));
}

// Frozen: figures of different years are compared through it.
TEST(JsonForm, IsWhatItAlwaysWas) {
    pb::Batch batch;
    batch.set_gid(7);
    batch.set_epoch(1);
    batch.set_first_seq(42);
    batch.set_digest("0123456789abcdef");
    pb::Body body;
    body.set_text("say \"hi\" 👋\n");
    pb::Entry& entry = *batch.add_entries();
    entry.set_seq(42);
    entry.set_sender(11);
    entry.set_cmid("fedcba9876543210");
    entry.set_kind(pb::ENTRY_KIND_POST);
    entry.set_time_ms(1'700'000'000'000);
    entry.set_ordinal(40);
    entry.set_body(body.SerializeAsString());
    EXPECT_EQ(json_form(batch),
              R"({"type":"batch","group":7,"epoch":1,"first":42,"digest":"MDEyMzQ1Njc4OWFiY2RlZg",)"
              R"("entries":[{"seq":42,"sender":11,"cmid":"ZmVkY2JhOTg3NjU0MzIxMA","kind":"post",)"
              R"("time":1700000000000,"ordinal":40,"body":{"text":"say \"hi\" 👋\u000a"}}]})");
}

TEST(JsonFields, AreFound) {
    constexpr std::string_view kJson = R"({"uid": 12,"token":"abc","ready":true,"syncs":7})";
    EXPECT_EQ(json_field(kJson, "uid"), "12");
    EXPECT_EQ(json_field(kJson, "token"), "abc");
    EXPECT_EQ(json_field(kJson, "none"), "");
    EXPECT_THAT(json_numbers(kJson),
                testing::ElementsAre(testing::Pair("syncs", 7U), testing::Pair("uid", 12U)));
}

}  // namespace
}  // namespace stentor::bench
