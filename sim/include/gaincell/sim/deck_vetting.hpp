#pragma once
/// @file
/// A deck is code: some of its lines make a simulator run commands.

#include <string>
#include <string_view>

namespace gaincell::sim {

/// Refuses a deck that runs commands: a `.control` block, lines starting `*#`, and the commands shell, osdi and
/// codemodel (with or without pre_). Decks of this project need none of them. @param name of the deck, for the message.
/// @throws Error (SIM-0006) with the line.
void vetDeckText(std::string_view text, const std::string& name);

}  // namespace gaincell::sim
