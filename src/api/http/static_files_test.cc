#include "api/http/static_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>

#include "base/limits.h"
#include "base/temporary_folder_test_kit.h"

namespace stentor::api {
namespace {

namespace fs = std::filesystem;
using net::http::Response;
using testing::HasSubstr;

class Page : public testing::Test {
protected:
    Page() {
        write("web/index.html", "<!doctype html>");
        write("web/assets/app-1f.js", "let x;");
        write("web/assets/app-1f.js.gz", "zipped");
        write("secret.txt", "secret");
    }

    void write(const std::string& name, const std::string& content) const {
        fs::create_directories((folder_ / name).parent_path());
        std::ofstream{folder_ / name, std::ios::binary} << content;
    }
    [[nodiscard]] StaticFiles files() const { return StaticFiles{folder_ / "web"}; }

    static Response get(const StaticFiles& files, std::string path,
                        std::vector<net::http::Header> headers = {}) {
        return files.answer(
            {.method = "GET", .path = std::move(path), .headers = std::move(headers)});
    }
    static std::string header(const Response& response, std::string_view name) {
        for (const auto& each : response.headers) {
            if (each.name == name) return each.value;
        }
        return "";
    }

    TemporaryFolder folder_;
};

TEST_F(Page, TheRootIsTheIndexUnderAStrictPolicy) {
    const Response response = get(files(), "/");
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(*response.body, "<!doctype html>");
    EXPECT_EQ(header(response, "Cache-Control"), "no-cache");
    EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_THAT(header(response, "Content-Security-Policy"),
                HasSubstr("default-src 'self'; connect-src 'self' ws: wss:"));
    EXPECT_THAT(header(response, "Content-Security-Policy"),
                HasSubstr("require-trusted-types-for 'script'; trusted-types stentor"));
}

TEST_F(Page, CompressedFilesGoToWhoTakesThem) {
    write("web/assets/app-1f.js.br", "brotli");
    const StaticFiles page = files();
    const auto coding = [&](std::string accept) {
        const Response response = get(page, "/assets/app-1f.js",
                                      {{.name = "accept-encoding", .value = std::move(accept)}});
        EXPECT_EQ(response.content_type, "text/javascript; charset=utf-8");
        EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
        std::string named = header(response, "Content-Encoding");
        EXPECT_EQ(*response.body, named == "br" ? "brotli" : named == "gzip" ? "zipped" : "let x;");
        return named;
    };
    for (const char* br : {"br", "gzip, deflate, br, zstd", "gzip;q=0.8,br", "br;q=0.5, gzip;q=0.5",
                           "*", "gzip;q=0.25, *;q=0.251", "br ; q=1.000, gzip;q=0.999"}) {
        EXPECT_EQ(coding(br), "br") << br;
    }
    for (const char* gzip : {"gzip", "deflate,gzip;q=0.5", "gzip; q=1.0", "br;q=0, gzip",
                             "br;q=0.5, gzip;q=0.51", "br;q=0.000,*", "br; q=0.1, gzip"}) {
        EXPECT_EQ(coding(gzip), "gzip") << gzip;
    }
    for (const char* no : {"", "gzip;q=0", "gzip; q=0.000", "xgzip", "identity", "*;q=0", "brotli",
                           "br;q=0, gzip;q=0.000, *;q=0.0"}) {
        EXPECT_EQ(coding(no), "") << no;
    }
    EXPECT_EQ(get(page, "/assets/app-1f.js.gz").status, 404U);
    EXPECT_EQ(get(page, "/assets/app-1f.js.br").status, 404U);
}

TEST_F(Page, EachCodingIsOptional) {
    const StaticFiles page = files();
    const auto sent = [&](std::string accept) {
        return header(get(page, "/assets/app-1f.js",
                          {{.name = "accept-encoding", .value = std::move(accept)}}),
                      "Content-Encoding");
    };
    EXPECT_EQ(sent("gzip, br"), "gzip");
    EXPECT_EQ(sent("br"), "");
}

TEST_F(Page, HashedNamesAreKeptForEver) {
    EXPECT_THAT(header(get(files(), "/assets/app-1f.js"), "Cache-Control"), HasSubstr("immutable"));
}

TEST_F(Page, WhoHasItAlreadyGetsNoBody) {
    const StaticFiles page = files();
    const std::string etag = header(get(page, "/"), "ETag");
    EXPECT_EQ(etag.size(), 34U);
    for (const std::string& match : {etag, "W/" + etag, "\"a\", " + etag, std::string{"*"}}) {
        const Response response = get(page, "/", {{.name = "if-none-match", .value = match}});
        EXPECT_EQ(response.status, 304U) << match;
        EXPECT_EQ(response.body, nullptr);
        EXPECT_EQ(header(response, "ETag"), etag);
    }
    EXPECT_EQ(get(page, "/", {{.name = "if-none-match", .value = "\"other\""}}).status, 200U);
    const Response zipped =
        get(page, "/assets/app-1f.js", {{.name = "accept-encoding", .value = "gzip"}});
    EXPECT_NE(header(zipped, "ETag"), header(get(page, "/assets/app-1f.js"), "ETag"));
}

TEST_F(Page, NoPathLeadsOut) {
    fs::create_symlink(folder_ / "secret.txt", folder_ / "web" / "link.txt");
    fs::create_directory_symlink(folder_.path(), folder_ / "web" / "up");
    write("web/.hidden", "secret");
    write("web/.git/config", "secret");
    const StaticFiles page = files();
    for (const char* path :
         {"/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "//secret.txt", "/link.txt",
          "/up/secret.txt", "/.hidden", "/.git/config", "/assets/../index.html", "/assets",
          "/assets/", "", "index.html", "/index.html/", "/INDEX.HTML", "/..\\secret.txt"}) {
        EXPECT_EQ(get(page, path).status, 404U) << path;
    }
    EXPECT_EQ(get(page, std::string{"/index.html\0", 12}).status, 404U);
}

TEST_F(Page, HasSoManyFilesAndBytes) {
    constexpr std::size_t kThere = 3;
    for (std::size_t i = kThere; i < limits::kPageFiles; ++i) {
        write("web/assets/" + std::to_string(i), "");
    }
    EXPECT_EQ(get(files(), "/").status, 200U);
    write("web/one-more", "");
    EXPECT_THROW(static_cast<void>(files()), std::runtime_error);
    fs::remove(folder_ / "web/one-more");
    EXPECT_NO_THROW(static_cast<void>(files()));
    write("web/large", "");
    fs::remove(folder_ / "web/assets/3");
    fs::resize_file(folder_ / "web/large", limits::kPageBytes + 1);
    EXPECT_THROW(static_cast<void>(files()), std::runtime_error);
}

TEST_F(Page, AFolderWithoutAPageIsSaid) {
    EXPECT_THROW(StaticFiles{folder_.path()}, std::runtime_error);
    EXPECT_THROW(StaticFiles{folder_ / "none"}, std::runtime_error);
}

}  // namespace
}  // namespace stentor::api
