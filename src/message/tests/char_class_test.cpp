#include "message/char_class.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace logpond::message {
namespace {

constexpr ClassifierForm kForms[] = {ClassifierForm::kSse2, ClassifierForm::kAvx2,
                                     ClassifierForm::kAvx512};

std::vector<FlatClasses> flat(const Classifier& form, const std::string& text) {
  std::vector<FlatClasses> classes(text.size() / kBlockBytes);
  form.flat(text.data(), classes.size(), classes.data());
  return classes;
}

std::vector<DocumentClasses> document(decltype(Classifier::json) classify,
                                      const std::string& text) {
  std::vector<DocumentClasses> classes(text.size() / kBlockBytes);
  classify(text.data(), classes.size(), classes.data());
  return classes;
}

/// The form that every other one is held against; its own answers are checked byte by byte below.
const Classifier& scalar() {
  return *classifier(ClassifierForm::kScalar);
}

bool agrees(const Classifier& form, const std::string& text) {
  return flat(form, text) == flat(scalar(), text) &&
         document(form.json, text) == document(scalar().json, text) &&
         document(form.logfmt, text) == document(scalar().logfmt, text);
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
    EXPECT_EQ(flat(scalar(), text)[0], expected) << byte;
    const DocumentClasses json{bit(c == '"'), bit(c == '\\'), bit(bracket || c == ':' || c == ','),
                               bit(byte < 0x20)};
    EXPECT_EQ(document(scalar().json, text)[0], json) << byte;
    DocumentClasses logfmt = json;
    logfmt.mark = bit(c == '=' || c == ' ');
    EXPECT_EQ(document(scalar().logfmt, text)[0], logfmt) << byte;
  }
}

TEST(CharClass, EveryFormKnowsEveryByteAtEveryPlace) {
  std::string text;
  // Each byte meets each place of a block: the texts are shifted against the blocks.
  for (std::size_t shift = 0; shift < kBlockBytes; ++shift) {
    for (std::size_t i = 0; i < 256 + kBlockBytes; ++i) text += static_cast<char>(i + shift);
  }
  for (const ClassifierForm form : kForms) {
    if (const Classifier* found = classifier(form); found != nullptr) {
      EXPECT_TRUE(agrees(*found, text)) << static_cast<int>(form);
    }
  }
}

RC_GTEST_PROP(CharClass, EveryFormAgreesWithTheScalarOneOnAnyText, ()) {
  const auto blocks = *rc::gen::inRange<std::size_t>(0, 6);
  const auto text =
      *rc::gen::container<std::string>(blocks * kBlockBytes, rc::gen::arbitrary<char>());
  for (const ClassifierForm form : kForms) {
    if (const Classifier* found = classifier(form)) RC_ASSERT(agrees(*found, text));
  }
  RC_ASSERT(agrees(best_classifier(), text));
}

}  // namespace
}  // namespace logpond::message
