#include "crypto/predictability.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <unordered_set>

#include "core/ascii.hpp"
#include "core/embedded.hpp"

namespace securestack {

std::span<EmbeddedFile const> embedded_common_passwords();

namespace detail {
namespace {

constexpr std::size_t examined_bytes = 128;
constexpr std::size_t shortest_piece = 3;

// Bits for each kind of piece; a word of the list is one of about a thousand.
constexpr double word_bits = 10;
constexpr double spelled_otherwise_bits = 1;
constexpr double known_bits = 1;
constexpr double run_bits = 6;
constexpr double year_bits = 6.5;
constexpr double digit_bits = 3.32;
constexpr double letter_bits = 4.7;
constexpr double symbol_bits = 3;
constexpr double foreign_bits = 8;

// What fingers and the alphabet do; the digits go round.
constexpr std::array<std::string_view, 16> tracks{"abcdefghijklmnopqrstuvwxyz",
                                                  "12345678901234567890",
                                                  "qwertyuiop[]",
                                                  "asdfghjkl;'",
                                                  "zxcvbnm,./",
                                                  "!@#$%^&*()",
                                                  "azertyuiop",
                                                  "qsdfghjklm",
                                                  "wxcvbn",
                                                  "qwertzuiop",
                                                  "yxcvbnm",
                                                  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
                                                  "1q2w3e4r5t6y7u8i9o0p",
                                                  "q1w2e3r4t5y6u7i8o9p0",
                                                  "147258369",
                                                  "qazwsxedcrfvtgbyhnujmik"};

struct WordList {
    std::unordered_set<std::string_view> words;
    std::size_t longest = 0;
};

WordList const& word_list() {
    static WordList const list = [] {
        WordList out;
        std::string_view text = embedded_common_passwords().front().content;
        while (!text.empty()) {
            auto const end = std::min(text.find('\n'), text.size());
            auto const word = text.substr(0, end);
            text.remove_prefix(std::min(end + 1, text.size()));
            if (word.size() < shortest_piece || word.front() == '#') continue;
            out.words.insert(word);
            out.longest = std::max(out.longest, word.size());
        }
        return out;
    }();
    return list;
}

// Undoes the usual spellings; '1' and '!' stand for either letter.
std::string plain_spelling(std::string_view text, char one) {
    constexpr std::string_view from = "0345789@$+";
    constexpr std::string_view to = "oeastbgast";
    std::string out(text);
    for (char& c : out) {
        auto const at = from.find(c);
        if (at != std::string_view::npos) c = to[at];
        if (c == '1' || c == '!' || c == '|') c = one;
    }
    return out;
}

std::size_t run_along(std::string_view text, std::string_view track, int step) {
    std::size_t best = 0;
    for (auto at = track.find(text.front()); at != std::string_view::npos;
         at = track.find(text.front(), at + 1)) {
        std::size_t size = 1;
        for (auto next = static_cast<std::ptrdiff_t>(at) + step;
             size < text.size() && next >= 0 && next < std::ssize(track) &&
             text[size] == track[static_cast<std::size_t>(next)];
             next += step)
            ++size;
        best = std::max(best, size);
    }
    return best;
}

// The longest run on a keyboard, in the alphabet, or of one character, that `text` begins with.
std::size_t longest_run(std::string_view text) {
    auto best = std::min(text.find_first_not_of(text.front()), text.size());
    for (auto const track : tracks)
        best = std::max({best, run_along(text, track, 1), run_along(text, track, -1)});
    return best;
}

bool begins_with_year(std::string_view text) {
    return text.size() >= 4 && (text.starts_with("19") || text.starts_with("20")) &&
           ascii::is_digit(text[2]) && ascii::is_digit(text[3]);
}

std::size_t character_size(std::string_view text) {
    std::size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) ++size;
    return size;
}

double character_bits(char c) {
    if (ascii::is_digit(c)) return digit_bits;
    if (ascii::is_lower(c)) return letter_bits;
    return static_cast<unsigned char>(c) < 0x80 ? symbol_bits : foreign_bits;
}

// The size of the shortest part that, repeated, makes the whole.
std::size_t period(std::string_view text) {
    for (std::size_t size = 1; size <= text.size() / 2; ++size)
        if (text.size() % size == 0 && text.substr(size) == text.substr(0, text.size() - size)) return size;
    return text.size();
}

class Cover {
  public:
    Cover(std::string_view text, std::vector<std::string_view> const& known)
        : text_(text),
          known_(known),
          spellings_{plain_spelling(text, 'i'), plain_spelling(text, 'l')},
          cheapest_(text.size() + 1, INFINITY) {}

    double bits() {
        cheapest_[0] = 0;
        for (std::size_t at = 0; at < text_.size(); ++at)
            if (cheapest_[at] < INFINITY) extend_from(at);
        return cheapest_.back();
    }

  private:
    void extend_from(std::size_t at) {
        auto const rest = text_.substr(at);
        offer(at, character_size(rest), character_bits(rest.front()));
        if (begins_with_year(rest)) offer(at, 4, year_bits);
        for (auto run = longest_run(rest); run >= shortest_piece; --run)
            offer(at, run, run_bits + std::log2(run));
        for (auto const name : known_)
            if (name.size() >= shortest_piece && rest.starts_with(name)) offer(at, name.size(), known_bits);
        offer_words(at);
    }

    void offer_words(std::size_t at) {
        auto const& list = word_list();
        auto const longest = std::min(list.longest, text_.size() - at);
        for (std::size_t size = shortest_piece; size <= longest; ++size) {
            if (list.words.contains(text_.substr(at, size))) {
                offer(at, size, word_bits);
                continue;
            }
            for (std::string_view const spelling : spellings_)
                if (list.words.contains(spelling.substr(at, size)))
                    offer(at, size, word_bits + spelled_otherwise_bits);
        }
    }

    void offer(std::size_t at, std::size_t size, double piece_bits) {
        auto& best = cheapest_[at + size];
        best = std::min(best, cheapest_[at] + piece_bits);
    }

    std::string_view text_;
    std::vector<std::string_view> const& known_;
    std::array<std::string, 2> spellings_;
    std::vector<double> cheapest_;  // for each prefix of the text
};

}  // namespace

double guess_bits(std::string_view folded, std::vector<std::string_view> const& known) {
    if (folded.empty()) return 0;
    auto const unit = period(folded);
    auto const times = folded.size() / unit;
    return Cover(folded.substr(0, std::min(unit, examined_bytes)), known).bits() +
           std::log2(static_cast<double>(times));
}

}  // namespace detail
}  // namespace securestack
