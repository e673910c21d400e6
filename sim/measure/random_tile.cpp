#include "gaincell/sim/random_tile.hpp"

#include "gaincell/design/conventions.hpp"
#include "gaincell/support/random.hpp"

namespace gaincell::sim {

namespace {

double draw(std::uint64_t seed, const char* what, std::size_t i, std::size_t j) {
  return support::uniformDraw({seed, i, support::nameHash(what), j});
}

}  // namespace

RandomTile::RandomTile(const design::Design& design, std::uint64_t seed)
    : seed_(seed), stored_(design::storedLevels(design)), inputs_(design::topPulse(design) + 1) {}

int RandomTile::key(std::size_t row, std::size_t token) const {
  return static_cast<int>(stored_ * draw(seed_, "key", row, token));
}

int RandomTile::value(std::size_t token, std::size_t output) const {
  return static_cast<int>(stored_ * draw(seed_, "value", token, output));
}

int RandomTile::query(std::size_t operation, std::size_t row, double zeros) const {
  if (draw(seed_, "zero query", operation, row) < zeros) return 0;
  return static_cast<int>(inputs_ * draw(seed_, "query", operation, row));
}

int RandomTile::phi(std::size_t operation, std::size_t token, double zeros) const {
  if (draw(seed_, "zero phi", operation, token) < zeros) return 0;
  return static_cast<int>(inputs_ * draw(seed_, "phi", operation, token));
}

}  // namespace gaincell::sim
