# Run by KLayout (klayout -b -r check_klayout.py -rd gds=... -rd lef=... -rd def=... -rd out=...): reads the files back
# with readers that are not ours and writes what they contain as JSON.
import json

import pya

result = {}
layout = pya.Layout()
layout.read(gds)
result["dbu"] = layout.dbu
result["top"] = [c.name for c in layout.top_cells()]
result["cells"] = {}
for cell in layout.each_cell():
    box = cell.bbox()
    result["cells"][cell.name] = {"width": box.width(), "height": box.height(), "left": box.left, "bottom": box.bottom}


def count(cell, name):
    """Instances of a cell below another, arrays expanded."""
    total = 0
    for instance in cell.each_inst():
        n = instance.na * instance.nb if instance.is_regular_array() else 1
        total += n * ((1 if instance.cell.name == name else 0) + count(instance.cell, name))
    return total


top = layout.top_cell()
result["gain_cells"] = count(top, "gaincell_gain_cell")
# Overlap: the area of all outlines of a layer, merged, against their sum, inside one tile.
tile = layout.cell("gaincell_tile")
leaf = pya.Region()
total = 0
for index in layout.layer_indexes():
    info = layout.get_info(index)
    if info.datatype == 0 and 10 <= info.layer <= 19 and info.layer != 11:
        region = pya.Region(tile.begin_shapes_rec(index))
        region.merged_semantics = False
        total += region.area()
        leaf += region
result["leaf_area_sum"] = total
result["leaf_area_merged"] = leaf.merged().area()
result["texts"] = sum(
    1 for c in layout.each_cell() for i in layout.layer_indexes() for s in c.shapes(i).each() if s.is_text()
)

options = pya.LoadLayoutOptions()
options.lefdef_config.lef_files = [lef]
options.lefdef_config.read_lef_with_def = False
design = pya.Layout()
design.read(globals()["def"], options)
box = design.top_cell().bbox()
result["def"] = {
    "top": design.top_cell().name,
    "width": box.width() * design.dbu,
    "height": box.height() * design.dbu,
    "components": sum(1 for _ in design.top_cell().each_inst()),
    "boxes": sorted([i.cell.name, i.bbox().left, i.bbox().bottom, i.bbox().width(), i.bbox().height()]
                    for i in design.top_cell().each_inst()),
}
with open(out, "w") as f:
    json.dump(result, f)
