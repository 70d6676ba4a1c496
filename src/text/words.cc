#include "text/words.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <memory>
#include <utility>

#include "base/text.h"
#include "text/names.h"
#include "text/unicode.h"

namespace stentor::text {
namespace {

bool is_unspaced(UChar32 c) {
    UErrorCode status = U_ZERO_ERROR;
    switch (uscript_getScript(c, &status)) {
        case USCRIPT_HAN:
        case USCRIPT_HIRAGANA:
        case USCRIPT_KATAKANA:
        case USCRIPT_HANGUL:
        case USCRIPT_BOPOMOFO:
        case USCRIPT_THAI:
        case USCRIPT_LAO:
        case USCRIPT_KHMER:
        case USCRIPT_MYANMAR: return true;
        default: return false;
    }
}

bool is_mark(UChar32 c) {
    return (U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_ME_MASK | U_GC_MC_MASK)) != 0;
}

bool is_lettered(UChar32 c) { return u_isalnum(c) != 0 || u_charType(c) == U_OTHER_NUMBER; }

// Parsing the rules takes a millisecond, a copy of what came of it next to nothing.
std::unique_ptr<icu::BreakIterator> word_breaks() {
    static const icu::BreakIterator* const rules = [] {
        UErrorCode status = U_ZERO_ERROR;
        return icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status);
    }();
    return std::unique_ptr<icu::BreakIterator>{rules->clone()};
}

class Words {
public:
    // One span between two breaks.
    void add(const icu::UnicodeString& span) {
        for (std::int32_t i = 0; i < span.length(); i = span.moveIndex32(i, 1)) {
            const UChar32 c = span.char32At(i);
            if (is_mark(c) && whole_.isEmpty() && behind_unspaced_) {
                UErrorCode status = U_ZERO_ERROR;
                const bool own = uscript_getScript(c, &status) != USCRIPT_INHERITED;
                add_letter(c, own);
            } else if (is_unspaced(c)) {
                end_word();
                add_letter(c, true);
            } else {
                behind_unspaced_ = false;
                add_to_word(c);
            }
        }
        end_word();
    }
    [[nodiscard]] std::vector<Word> take() { return std::move(words_); }

private:
    // `own`: a word of its own, not a mark that all scripts share.
    void add_letter(UChar32 c, bool own) {
        const std::string letter = utf8_of(icu::UnicodeString{c});
        if (own) {
            words_.push_back({.folded = letter, .unspaced = true, .follows = behind_unspaced_});
        } else if (std::string& word = words_.back().folded;
                   word.size() + letter.size() <= kLetterBytes) {
            word += letter;
        }
        behind_unspaced_ = true;
    }
    void add_to_word(UChar32 c) {
        whole_.append(c);
        if (is_lettered(c) || is_mark(c)) {
            lettered_ = lettered_ || is_lettered(c);
            part_.append(c);
        } else {
            end_part();
        }
    }
    void end_part() {
        if (!part_.isEmpty()) parts_.emplace_back(beginning_of(utf8_of(part_), kWordBytes));
        part_.remove();
    }
    void end_word() {
        end_part();
        if (lettered_) {
            Word word{.folded = std::string{beginning_of(utf8_of(whole_), kWordBytes)}};
            if (parts_.size() > 1) word.parts = std::move(parts_);
            words_.push_back(std::move(word));
        }
        whole_.remove();
        parts_.clear();
        lettered_ = false;
    }

    std::vector<Word> words_;
    icu::UnicodeString whole_;
    icu::UnicodeString part_;
    std::vector<std::string> parts_;
    bool lettered_{};
    bool behind_unspaced_{};
};

}  // namespace

std::vector<Word> words_of(std::string_view text) {
    const icu::UnicodeString all = utf16_of(folded(text));
    const auto breaks = word_breaks();
    breaks->setText(all);
    Words words;
    std::int32_t from = breaks->first();
    for (std::int32_t to = breaks->next(); to != icu::BreakIterator::DONE; to = breaks->next()) {
        words.add(all.tempSubStringBetween(from, to));
        from = to;
    }
    return words.take();
}

std::string words_version() { return U_UNICODE_VERSION; }

}  // namespace stentor::text
