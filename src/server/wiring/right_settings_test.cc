#include "server/wiring/right_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/temporary_folder_test_kit.h"

namespace stentor::server {
namespace {

using config::Settings;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RightSettings : public testing::Test {
protected:
    std::string file(const std::string& name, const std::string& content) {
        const auto path = folder_ / name;
        std::ofstream{path} << content;
        return path.string();
    }

    TemporaryFolder folder_;
    Settings settings_;
};

TEST_F(RightSettings, TheDefaultsAre) { EXPECT_THAT(flaws_of(settings_), IsEmpty()); }

TEST_F(RightSettings, SomebodyMustBeAbleToConnect) {
    settings_.listen.http.clear();
    EXPECT_THAT(flaws_of(settings_), ElementsAre(HasSubstr("listen: nobody could connect")));
}

TEST_F(RightSettings, TlsNeedsItsFiles) {
    settings_.listen.https = {"127.0.0.1:0"};
    EXPECT_THAT(flaws_of(settings_), ElementsAre(HasSubstr("listen.certificate: listen.https"),
                                                 HasSubstr("listen.key: listen.https")));
    settings_.listen.certificate = "/nowhere/cert.pem";
    settings_.listen.key = "/nowhere/key.pem";
    EXPECT_THAT(flaws_of(settings_),
                ElementsAre(AllOf(HasSubstr("/nowhere/cert.pem"), HasSubstr("No such file"))));
}

TEST_F(RightSettings, TwoListenersAreNotEqual) {
    settings_.listen.http = {"127.0.0.1:8080"};
    settings_.listen.tcp = {"127.0.0.1:8080"};
    EXPECT_THAT(flaws_of(settings_),
                ElementsAre(AllOf(HasSubstr("listen.tcp"), HasSubstr("by listen.http"))));
    settings_.listen.tcp.clear();
    settings_.admin.listen = "127.0.0.1:8080";
    EXPECT_THAT(flaws_of(settings_), ElementsAre(HasSubstr("admin.listen")));
    settings_.admin.listen = "127.0.0.1:0";
    settings_.listen.http = {"127.0.0.1:0", "127.0.0.1:0"};
    EXPECT_THAT(flaws_of(settings_), IsEmpty());
}

TEST_F(RightSettings, TheProxyProtocolNeedsTrustAndAListener) {
    settings_.listen.proxy_protocol = {"127.0.0.1:9"};
    EXPECT_THAT(flaws_of(settings_), ElementsAre(HasSubstr("is not listened on")));
    settings_.listen.http = {"127.0.0.1:9"};
    EXPECT_THAT(flaws_of(settings_), ElementsAre(HasSubstr("needs trusted proxies")));
}

TEST_F(RightSettings, AFilterNeedsItsSecret) {
    settings_.safety.filter = "https://judge.example/posts";
    EXPECT_THAT(flaws_of(settings_), ElementsAre(HasSubstr("safety.filter_secret")));
    settings_.safety.filter_secret = file("empty", "");
    EXPECT_THAT(flaws_of(settings_), ElementsAre(HasSubstr("is empty")));
    settings_.safety.filter_secret = file("secret", "of the judge\n");
    EXPECT_THAT(flaws_of(settings_), IsEmpty());
}

TEST_F(RightSettings, ABucketNeedsAKey) {
    settings_.media.bucket = "https://s3.example/pictures";
    EXPECT_THAT(flaws_of(settings_), ElementsAre(HasSubstr("media.bucket_key")));
    for (const char* none : {"", "an id alone", ":secret", "id:", "id:secret\nid:secret"}) {
        settings_.media.bucket_key = file("key", none);
        EXPECT_THAT(flaws_of(settings_), ElementsAre(HasSubstr("media.bucket_key"))) << none;
    }
    settings_.media.bucket_key = file("key", "id:secret/+=\n");
    EXPECT_THAT(flaws_of(settings_), IsEmpty());
}

TEST_F(RightSettings, TwoHooksOfOneNameWouldShareAPlace) {
    const std::string secret = file("secret", "of the hook\n");
    settings_.outside.hooks = {"a https://a.example " + secret, "a https://b.example " + secret};
    EXPECT_THAT(flaws_of(settings_), ElementsAre(HasSubstr("two are named \"a\"")));
    settings_.outside.hooks = {"a https://a.example /nowhere/secret"};
    EXPECT_THAT(flaws_of(settings_),
                ElementsAre(AllOf(HasSubstr("outside.hooks"), HasSubstr("/nowhere/secret"))));
}

TEST_F(RightSettings, FilesAndFoldersAreThere) {
    settings_.safety.words = "/nowhere/words";
    settings_.server.web = "/nowhere/web";
    settings_.server.data = file("data", "no folder");
    settings_.outside.tokens = {"HS256 https://id.example /nowhere/key"};
    EXPECT_THAT(flaws_of(settings_), testing::UnorderedElementsAre(
                                         HasSubstr("safety.words"), HasSubstr("server.web"),
                                         HasSubstr("server.data"), HasSubstr("outside.tokens")));
}

TEST_F(RightSettings, AFolderIsNoListOfWords) {
    settings_.safety.words = folder_.path().string();
    EXPECT_THAT(flaws_of(settings_),
                ElementsAre("safety.words: cannot read the file " + folder_.path().string()));
}

TEST_F(RightSettings, WhoWaitsForAFollowerLetsOneCome) {
    settings_.replica.mode = "strict";
    EXPECT_THAT(flaws_of(settings_), ElementsAre(HasSubstr("replica.mode")));
    settings_.replica.listen = "127.0.0.1:0";
    EXPECT_THAT(flaws_of(settings_), IsEmpty());
}

}  // namespace
}  // namespace stentor::server
