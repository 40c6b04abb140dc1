// Phrases with places to fill: `cart {id} has {n:1-9} items` becomes a line.
#pragma once

#include <string>
#include <string_view>

#include "generate/dice.h"

namespace logpond::generate {

/// Appends `phrase` to `out` with each `{place}` filled:
///   {n:A-B} a number, {ms} a latency with a long tail, {ip} a client, {inner_ip} a machine of
///   ours, {user} a name, {sku} an article, {id} eight hex digits, {uuid}, {path} a URL path,
///   {port}, {pid}, {bytes} a size, {table} a database table, {pod} a pod of ours.
/// An unknown place is kept as it is (a test makes sure that the catalogue has none).
void append_phrase(std::string& out, std::string_view phrase, Dice& dice);

/// True when every `{place}` of the phrase is known.
bool is_valid_phrase(std::string_view phrase);

/// `count` lower-case hex digits.
void append_hex(std::string& out, int count, Dice& dice);
/// A latency in milliseconds: mostly tens, sometimes seconds.
std::int64_t latency_ms(Dice& dice);

}  // namespace logpond::generate
