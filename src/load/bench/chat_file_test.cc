#include "load/bench/chat_file.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include <fstream>

#include "base/temporary_folder_test_kit.h"

namespace stentor::bench {
namespace {

using testing::ElementsAre;
using testing::Field;

class ChatFileTest : public testing::Test {
protected:
    void write(const std::string& text) { std::ofstream{file, std::ios::binary} << text; }

    TemporaryFolder folder;
    const std::filesystem::path file = folder / "chat.tsv";
};

TEST_F(ChatFileTest, ReadsLinesAndNumbersSenders) {
    write("5\t900\thello\n7\t12\tbye\r\n9\t900\tтекст\n");
    const auto chat = read_chat(file, 0);
    ASSERT_TRUE(chat.has_value());
    EXPECT_EQ(chat->senders, 2U);
    EXPECT_THAT(chat->lines,
                ElementsAre(Field(&ChatLine::text, "hello"), Field(&ChatLine::text, "bye"),
                            Field(&ChatLine::text, "текст")));
    EXPECT_EQ(chat->lines[2].sender, chat->lines[0].sender);
    EXPECT_EQ(chat->lines[2].ms, 9U);
}

TEST_F(ChatFileTest, ReadsAGzippedFile) {
    const gzFile out = gzopen(file.c_str(), "wb");
    gzputs(out, "1\t1\ta\n2\t2\tb\n");
    gzclose(out);
    EXPECT_EQ(read_chat(file, 0)->lines.size(), 2U);
    EXPECT_EQ(read_chat(file, 1)->lines.size(), 1U);
}

TEST_F(ChatFileTest, SaysWhatIsWrong) {
    EXPECT_EQ(read_chat(file, 0).error().code, Code::not_found);
    EXPECT_EQ(read_chat(folder.path(), 0).error().code, Code::not_found);
    for (const char* text : {"1\thello\n", "x\t1\thello\n", "1\t1\t\n", "1 1 hello\n",
                             "2\t1\tlater\n1\t1\tearlier\n"}) {
        write(text);
        EXPECT_EQ(read_chat(file, 0).error().code, Code::malformed) << text;
    }
}

}  // namespace
}  // namespace stentor::bench
