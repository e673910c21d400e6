#pragma once
/// @file
/// The analyses there are: one declaration per analysis, defined in a file of its own.

#include "gaincell/sim/analysis.hpp"

namespace gaincell::sim {

Analysis gainCellIv();            // iv.cpp
Analysis gainCellCharge();        // charge.cpp
Analysis gainCellWrite();         // write.cpp
Analysis gainCellRetention();     // retention.cpp
Analysis gainCellDisturb();       // disturb.cpp
Analysis gainCellEnergy();        // energy.cpp
Analysis arrayMac();              // array_mac.cpp
Analysis valueArrayMac();         // array_mac.cpp
Analysis wordLinePulse();         // word_line.cpp
Analysis writePathWrite();        // write_path.cpp
Analysis pwmDriverPulse();        // pwm.cpp
Analysis levelReferenceLevels();  // level_reference.cpp

Analysis reluConverterTransfer();    // converter_transfer.cpp
Analysis reluConverterEnergy();      // converter_transfer.cpp
Analysis signedConverterTransfer();  // converter_transfer.cpp
Analysis signedConverterEnergy();    // converter_transfer.cpp
Analysis columnMac();                // column_mac.cpp
Analysis valueColumnMac();           // column_mac.cpp
Analysis tileChain();                // tile_chain.cpp

}  // namespace gaincell::sim
