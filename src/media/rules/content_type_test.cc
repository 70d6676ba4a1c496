#include "media/rules/content_type.h"

#include <gtest/gtest.h>

#include <string>

namespace stentor::media {
namespace {

using namespace std::string_literals;

std::string type_of(const std::string& bytes, std::string_view declared = {}) {
    return std::string{content_type_of(bytes, declared)};
}

TEST(ContentType, FollowsFromTheFirstBytes) {
    EXPECT_EQ(type_of("\xff\xd8\xff\xe0 JFIF"), "image/jpeg");
    EXPECT_EQ(type_of("\x89PNG\r\n\x1a\n...."), "image/png");
    EXPECT_EQ(type_of("GIF89a<script>"), "image/gif");
    EXPECT_EQ(type_of("RIFF\x10\x20\x30\x40WEBPVP8 "), "image/webp");
    EXPECT_EQ(type_of("RIFF\x10\x20\x30\x40WAVEfmt "), "audio/wav");
    EXPECT_EQ(type_of("\0\0\0\x1c"s + "ftypavif\0\0\0\0mif1avif"s), "image/avif");
    EXPECT_EQ(type_of("\0\0\0\x18"s + "ftypmp42\0\0\0\0isomiso2"s), "video/mp4");
    EXPECT_EQ(type_of("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"s), "video/webm");
    EXPECT_EQ(type_of("OggS\0\x02"s), "video/ogg");
    EXPECT_EQ(type_of("ID3\x04"), "audio/mpeg");
    EXPECT_EQ(type_of("\xff\xfb\x90\x64"), "audio/mpeg");
    EXPECT_EQ(type_of("%PDF-1.7"), "application/pdf");
}

TEST(ContentType, SoundInAContainerOfBothIsWhatItsSenderCallsSound) {
    const std::string webm = "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"s;
    EXPECT_EQ(type_of(webm, "audio/webm"), "audio/webm");
    EXPECT_EQ(type_of("\0\0\0\x18"s + "ftypM4A \0\0\0\0isomiso2"s, "audio/mp4"), "audio/mp4");
    EXPECT_EQ(type_of("OggS\0"s, "audio/ogg"), "audio/ogg");
    EXPECT_EQ(type_of("GIF89a", "audio/ogg"), "image/gif");
}

TEST(ContentType, WhatASenderCallsAPictureIsNoneForThat) {
    for (const std::string& bytes :
         {"<html><script>alert(1)</script>"s, "<?xml version=\"1.0\"?><svg onload=\"x()\">"s,
          "<svg xmlns=\"http://www.w3.org/2000/svg\">"s, "MZ\x90"s, ""s, "\xff"s, "RIFF"s,
          "\0\0\0\x18"s + "ftypqt  \0\0\0\0qt  "s, "\0\0\0\x18"s + "ftypheic\0\0\0\0mif1heic"s,
          "\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska"s, "#!/bin/sh"s, "  GIF89a"s}) {
        EXPECT_EQ(type_of(bytes, "image/png"), kUnknownType) << bytes;
    }
    // A brand behind the end of its box is none.
    EXPECT_EQ(type_of("\0\0\0\x10"s + "ftypheic\0\0\0\0avif"s), kUnknownType);
    EXPECT_EQ(type_of(std::string(kSniffBytes, ' ') + "webm"), kUnknownType);
}

TEST(ContentType, OnlyWhatAPagePlaysStandsInItsPlace) {
    EXPECT_TRUE(shown_in_place("image/jpeg"));
    EXPECT_TRUE(shown_in_place("video/webm"));
    EXPECT_TRUE(shown_in_place("audio/mpeg"));
    EXPECT_FALSE(shown_in_place("application/pdf"));
    EXPECT_FALSE(shown_in_place(kUnknownType));
}

}  // namespace
}  // namespace stentor::media
