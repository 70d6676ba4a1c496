#include "media/rules/disposition.h"

#include <gtest/gtest.h>

namespace stentor::media {
namespace {

std::string saved_as(std::string_view name) { return content_disposition(false, name); }

TEST(Disposition, NamesAFileTwice) {
    EXPECT_EQ(content_disposition(true, "cat.png"),
              "inline; filename=\"cat.png\"; filename*=UTF-8''cat.png");
    EXPECT_EQ(saved_as("Ferien (2).jpg"),
              "attachment; filename=\"Ferien (2).jpg\"; filename*=UTF-8''Ferien%20%282%29.jpg");
    EXPECT_EQ(saved_as("会议.pdf"),
              "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E4%BC%9A%E8%AE%AE.pdf");
}

TEST(Disposition, AHostileNameIsOneHarmlessName) {
    EXPECT_EQ(saved_as("../../etc/passwd"),
              "attachment; filename=\"passwd\"; filename*=UTF-8''passwd");
    EXPECT_EQ(saved_as("C:\\Windows\\evil.exe"),
              "attachment; filename=\"evil.exe\"; filename*=UTF-8''evil.exe");
    EXPECT_EQ(saved_as("a\"; filename=\"b.html"),
              "attachment; filename=\"a__ filename=_b.html\"; "
              "filename*=UTF-8''a__%20filename%3D_b.html");
    EXPECT_EQ(saved_as("a\r\nSet-Cookie: x.txt"),
              "attachment; filename=\"a__Set-Cookie_ x.txt\"; "
              "filename*=UTF-8''a__Set-Cookie_%20x.txt");
    EXPECT_EQ(saved_as(".bashrc"), "attachment; filename=\"bashrc\"; filename*=UTF-8''bashrc");
    for (const std::string_view nothing : {"", "..", "/", " . ", "a/", "\\"}) {
        EXPECT_EQ(saved_as(nothing), "attachment; filename=\"file\"; filename*=UTF-8''file")
            << nothing;
    }
}

}  // namespace
}  // namespace stentor::media
