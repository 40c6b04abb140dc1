// The forms of one code agree, byte for byte and in what is built upon them.
#include "message/char_class.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "message/mark_index.h"
#include "message/structure.h"
#include "message/tests/split_support.h"
#include "message/variable_edges.h"

namespace logpond::message {
namespace {

struct FormOfClasses {
  Form form;
  FlatClasses (*flat)(const char*);
  DocumentClasses (*json)(const char*);
  DocumentClasses (*logfmt)(const char*);
};

/// The forms that this processor runs besides the scalar one.
std::vector<FormOfClasses> forms() {
  std::vector<FormOfClasses> all;
#if defined(__x86_64__)
  // Sse2Form is inlined wherever it is called, so it needs functions of its own.
  all.push_back({Form::kSse2, [](const char* block) { return Sse2Form::flat(block); },
                 [](const char* block) { return Sse2Form::json(block); },
                 [](const char* block) { return Sse2Form::logfmt(block); }});
  all.push_back({Form::kAvx2, Avx2Form::flat, Avx2Form::json, Avx2Form::logfmt});
  all.push_back({Form::kAvx512, Avx512Form::flat, Avx512Form::json, Avx512Form::logfmt});
  std::erase_if(all, [](const FormOfClasses& form) { return !has_form(form.form); });
#endif
  return all;
}

bool classes_agree(const FormOfClasses& form, const char* block) {
  return form.flat(block) == ScalarForm::flat(block) &&
         form.json(block) == ScalarForm::json(block) &&
         form.logfmt(block) == ScalarForm::logfmt(block);
}

std::vector<std::uint32_t> edges_of(Form form, const testing::PaddedText& text) {
  std::vector<std::uint32_t> edges(text.size() + 1 + kPlacesSlack);
  edges.resize(variable_edges(form)(text.data(), text.size(), edges.data()));
  return edges;
}

/// The marks, and the number of strings behind them; nothing when refused.
std::vector<std::uint32_t> marks_of(Grammar grammar, Form form, const testing::PaddedText& text) {
  MarkIndex index(grammar, form);
  if (!index.build(text.data(), text.size())) return {};
  std::vector<std::uint32_t> marks(index.begin(), index.end());
  marks.push_back(static_cast<std::uint32_t>(index.strings()));
  return marks;
}

void expect_agreement(const std::string& bytes) {
  for (const char padding : testing::kHostilePadding) {
    const testing::PaddedText text(bytes, padding);
    for (const FormOfClasses& form : forms()) {
      for (std::size_t at = 0; at < text.size(); at += kBlockBytes) {
        ASSERT_TRUE(classes_agree(form, text.data() + at)) << static_cast<int>(form.form);
      }
      ASSERT_EQ(edges_of(form.form, text), edges_of(Form::kScalar, text)) << bytes;
      for (const Grammar grammar : {Grammar::kJson, Grammar::kLogfmt}) {
        ASSERT_EQ(marks_of(grammar, form.form, text), marks_of(grammar, Form::kScalar, text))
            << bytes;
      }
    }
  }
}

TEST(CharClass, KnowsTheClassOfEveryByte) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    std::string text(kBlockBytes, '-');
    text[5] = c;
    constexpr std::uint64_t kBit = 1 << 5;
    const auto bit = [](bool is) { return is ? kBit : 0; };
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool bracket = c == '{' || c == '}' || c == '[' || c == ']';
    const FlatClasses expected{bit(digit || letter || c == '_'), bit(digit), bit(c == '='),
                               bit(c == '.')};
    EXPECT_EQ(ScalarForm::flat(text.data()), expected) << byte;
    const DocumentClasses json{bit(c == '"'), bit(c == '\\'), bit(bracket || c == ':' || c == ','),
                               bit(byte < 0x20)};
    EXPECT_EQ(ScalarForm::json(text.data()), json) << byte;
    DocumentClasses logfmt = json;
    logfmt.mark = bit(c == '=' || c == ' ');
    EXPECT_EQ(ScalarForm::logfmt(text.data()), logfmt) << byte;
  }
}

TEST(CharClass, RunsAtLeastTheScalarForm) {
  EXPECT_TRUE(has_form(Form::kScalar));
  EXPECT_TRUE(has_form(best_form()));
}

TEST(CharClass, EveryFormKnowsEveryByteAtEveryPlace) {
  std::string text;
  // Each byte meets each place of a block: the texts are shifted against the blocks.
  for (std::size_t shift = 0; shift < kBlockBytes; ++shift) {
    for (std::size_t i = 0; i < 256 + kBlockBytes; ++i) text += static_cast<char>(i + shift);
  }
  expect_agreement(text);
}

RC_GTEST_PROP(CharClass, EveryFormAgreesWithTheScalarOneOnAnyText, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(1, 400);
  expect_agreement(*rc::gen::container<std::string>(size, rc::gen::arbitrary<char>()));
  const auto letters =
      rc::gen::element('"', '\\', '{', ':', ',', ' ', '=', 'a', 'z', '1', '.', 'n', '_');
  expect_agreement(*rc::gen::container<std::string>(size, letters));
}

}  // namespace
}  // namespace logpond::message
