* Word-line driver with its row
.lib 'PDK/gc28.hspice.lib' tt
.lib 'PDK/gc28.hspice.lib' cards
.option post=1 probe method=gear reltol=1e-4 delmax=1e-10
.temp 27

* word-line driver: wl follows in, wlb is its complement
.subckt word_line_driver in wl wlb vdd
minput_n inb in 0 0 gc28_n_svt w=2e-07 l=3e-08
minput_p inb in vdd vdd gc28_p_svt w=4e-07 l=3e-08
mwl1_n w1 inb 0 0 gc28_n_svt w=3e-07 l=3e-08
mwl1_p w1 inb vdd vdd gc28_p_svt w=6e-07 l=3e-08
mwl2_n w2 w1 0 0 gc28_n_svt w=8e-07 l=3e-08
mwl2_p w2 w1 vdd vdd gc28_p_svt w=1.6e-06 l=3e-08
mwl3_n wl w2 0 0 gc28_n_svt w=2e-06 l=3e-08
mwl3_p wl w2 vdd vdd gc28_p_svt w=4e-06 l=3e-08
mwlb1_n wb1 inb 0 0 gc28_n_svt w=2.5e-07 l=3e-08
mwlb1_p wb1 inb vdd vdd gc28_p_svt w=5e-07 l=3e-08
mwlb2_n wb2 wb1 0 0 gc28_n_svt w=4.5e-07 l=3e-08
mwlb2_p wb2 wb1 vdd vdd gc28_p_svt w=9e-07 l=3e-08
mwlb3_n wb3 wb2 0 0 gc28_n_svt w=1e-06 l=3e-08
mwlb3_p wb3 wb2 vdd vdd gc28_p_svt w=2e-06 l=3e-08
mwlb4_n wlb wb3 0 0 gc28_n_svt w=2e-06 l=3e-08
mwlb4_p wlb wb3 vdd vdd gc28_p_svt w=4e-06 l=3e-08
.ends word_line_driver

vvdd vdd 0 0.9
vmid mid 0 0.45
vin in 0 pwl(0 0 1e-09 0 1.05e-09 0.9 2e-09 0.9 2.05e-09 0 1.9e-08 0 1.9050000000000002e-08 0.9 2.7e-08 0.9
+ 2.705e-08 0 3.7e-08 0 3.705e-08 0.9 5.2e-08 0.9 5.205e-08 0)
xdriver in wl_near wlb_near vdd word_line_driver
rwl_0 wl_near wl_0 2
cwl_0 wl_0 0 8e-16
mwl_load_0 mid wl_0 mid 0 gc28_n_svt w=2e-07 l=3e-08
rwl_1 wl_0 wl_far 2
cwl_1 wl_far 0 8e-16
mwl_load_1 mid wl_far mid 0 gc28_n_svt w=2e-07 l=3e-08
rwlb_0 wlb_near wlb_0 2
cwlb_0 wlb_0 0 8e-16
mwlb_load_0 mid wlb_0 mid vdd gc28_p_svt w=2.6e-07 l=3e-08
rwlb_1 wlb_0 wlb_far 2
cwlb_1 wlb_far 0 8e-16
mwlb_load_1 mid wlb_far mid vdd gc28_p_svt w=2.6e-07 l=3e-08
.tran 1e-10 5.500000000000001e-08
.probe tran v(in)
.probe tran v(wl_near)
.probe tran v(wlb_near)
.probe tran v(wl_far)
.probe tran v(wlb_far)
.probe tran i(vvdd)
.probe tran i(vin)
.end
