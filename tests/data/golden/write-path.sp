* Write path with the far cell of its lines
.lib 'PDK/gc28.hspice.lib' tt
.lib 'PDK/gc28.hspice.lib' cards
.option post=1 probe abstol=1e-14 gmin=1e-15 method=gear reltol=1e-4 delmax=2e-10
.temp 27

* write DAC: connects one of the reference rails, or the parking rail, to the write bit line
.subckt write_dac ref_0 ref_1 ref_2 ref_3 ref_4 ref_5 ref_6 ref_7 park sel_0 sel_1 sel_2 sel_3 sel_4 sel_5 sel_6 sel_7 selpark out vdd
msel_0_inv_n sel_0_b sel_0 0 0 gc28_n_svt w=3e-07 l=3e-08
msel_0_inv_p sel_0_b sel_0 vdd vdd gc28_p_svt w=6e-07 l=3e-08
msel_0_n ref_0 sel_0 out 0 gc28_n_svt w=4e-06 l=3e-08
msel_0_p ref_0 sel_0_b out vdd gc28_p_svt w=4e-06 l=3e-08
msel_1_inv_n sel_1_b sel_1 0 0 gc28_n_svt w=3e-07 l=3e-08
msel_1_inv_p sel_1_b sel_1 vdd vdd gc28_p_svt w=6e-07 l=3e-08
msel_1_n ref_1 sel_1 out 0 gc28_n_svt w=4e-06 l=3e-08
msel_1_p ref_1 sel_1_b out vdd gc28_p_svt w=4e-06 l=3e-08
msel_2_inv_n sel_2_b sel_2 0 0 gc28_n_svt w=3e-07 l=3e-08
msel_2_inv_p sel_2_b sel_2 vdd vdd gc28_p_svt w=6e-07 l=3e-08
msel_2_n ref_2 sel_2 out 0 gc28_n_svt w=4e-06 l=3e-08
msel_2_p ref_2 sel_2_b out vdd gc28_p_svt w=4e-06 l=3e-08
msel_3_inv_n sel_3_b sel_3 0 0 gc28_n_svt w=3e-07 l=3e-08
msel_3_inv_p sel_3_b sel_3 vdd vdd gc28_p_svt w=6e-07 l=3e-08
msel_3_n ref_3 sel_3 out 0 gc28_n_svt w=4e-06 l=3e-08
msel_3_p ref_3 sel_3_b out vdd gc28_p_svt w=4e-06 l=3e-08
msel_4_inv_n sel_4_b sel_4 0 0 gc28_n_svt w=3e-07 l=3e-08
msel_4_inv_p sel_4_b sel_4 vdd vdd gc28_p_svt w=6e-07 l=3e-08
msel_4_n ref_4 sel_4 out 0 gc28_n_svt w=4e-06 l=3e-08
msel_4_p ref_4 sel_4_b out vdd gc28_p_svt w=4e-06 l=3e-08
msel_5_inv_n sel_5_b sel_5 0 0 gc28_n_svt w=3e-07 l=3e-08
msel_5_inv_p sel_5_b sel_5 vdd vdd gc28_p_svt w=6e-07 l=3e-08
msel_5_n ref_5 sel_5 out 0 gc28_n_svt w=4e-06 l=3e-08
msel_5_p ref_5 sel_5_b out vdd gc28_p_svt w=4e-06 l=3e-08
msel_6_inv_n sel_6_b sel_6 0 0 gc28_n_svt w=3e-07 l=3e-08
msel_6_inv_p sel_6_b sel_6 vdd vdd gc28_p_svt w=6e-07 l=3e-08
msel_6_n ref_6 sel_6 out 0 gc28_n_svt w=4e-06 l=3e-08
msel_6_p ref_6 sel_6_b out vdd gc28_p_svt w=4e-06 l=3e-08
msel_7_inv_n sel_7_b sel_7 0 0 gc28_n_svt w=3e-07 l=3e-08
msel_7_inv_p sel_7_b sel_7 vdd vdd gc28_p_svt w=6e-07 l=3e-08
msel_7_n ref_7 sel_7 out 0 gc28_n_svt w=4e-06 l=3e-08
msel_7_p ref_7 sel_7_b out vdd gc28_p_svt w=4e-06 l=3e-08
mselpark_inv_n selpark_b selpark 0 0 gc28_n_svt w=3e-07 l=3e-08
mselpark_inv_p selpark_b selpark vdd vdd gc28_p_svt w=6e-07 l=3e-08
mselpark_n park selpark out 0 gc28_n_svt w=4e-06 l=3e-08
mselpark_p park selpark_b out vdd gc28_p_svt w=4e-06 l=3e-08
.ends write_dac

* write-enable driver: we is high while column and clock are, web is its complement
.subckt write_enable_driver column clock we web vdd
mselect_n0 off column select_s0 0 gc28_n_svt w=5e-07 l=3e-08
mselect_p0 off column vdd vdd gc28_p_svt w=5e-07 l=3e-08
mselect_n1 select_s0 clock 0 0 gc28_n_svt w=5e-07 l=3e-08
mselect_p1 off clock vdd vdd gc28_p_svt w=5e-07 l=3e-08
mwe_out_n we off 0 0 gc28_n_svt w=2.5e-06 l=3e-08
mwe_out_p we off vdd vdd gc28_p_svt w=5e-06 l=3e-08
mwe_1_n on off 0 0 gc28_n_svt w=6e-07 l=3e-08
mwe_1_p on off vdd vdd gc28_p_svt w=1.2e-06 l=3e-08
mweb_buffer_n on_b on 0 0 gc28_n_svt w=1.2e-06 l=3e-08
mweb_buffer_p on_b on vdd vdd gc28_p_svt w=2.4e-06 l=3e-08
mweb_buffer_2_n on_2 on_b 0 0 gc28_n_svt w=1.2e-06 l=3e-08
mweb_buffer_2_p on_2 on_b vdd vdd gc28_p_svt w=2.4e-06 l=3e-08
mweb_out_n web on_2 0 0 gc28_n_svt w=2.5e-06 l=3e-08
mweb_out_p web on_2 vdd vdd gc28_p_svt w=5e-06 l=3e-08
.ends write_enable_driver

* 6T gain cell: stored voltage on sn, current into bl while wl is high
.subckt gain_cell wbl we web wl wlb bl nw vdd vss
+ write_n_w=1.5e-07
+ write_n_l=4e-08
+ write_p_w=1.5e-07
+ write_p_l=4e-08
+ pair_n_w=1e-07
+ pair_n_l=4.15e-07
+ pair_p_w=2.3e-07
+ pair_p_l=4.15e-07
+ read_n_w=2e-07
+ read_n_l=3e-08
+ read_p_w=2.6e-07
+ read_p_l=3e-08
+ c_storage=8e-15
mwrite_n wbl we sn vss gc28_n_hvt w='write_n_w' l='write_n_l'
mwrite_p wbl web sn nw gc28_p_hvt w='write_p_w' l='write_p_l'
mpair_n d sn vss vss gc28_n_hvt w='pair_n_w' l='pair_n_l'
mpair_p d sn vdd vdd gc28_p_hvt w='pair_p_w' l='pair_p_l'
mread_n d wl bl vss gc28_n_svt w='read_n_w' l='read_n_l'
mread_p d wlb bl vdd gc28_p_svt w='read_p_w' l='read_p_l'
cstorage sn vss 'c_storage'
.ends gain_cell

vvdd vdd 0 0.9
vmid mid 0 0.45
vwlb wlb 0 0.9
vcolumn column 0 0.9
vsel_0 sel_0 0 pwl(0 0 1e-09 0 1.05e-09 0.9 2.5e-09 0.9 2.55e-09 0 1.6e-08 0 1.605e-08 0.9 3e-08 0.9
+ 3.0049999999999994e-08 0 3.1e-08 0 3.105e-08 0.9 3.25e-08 0.9 3.255e-08 0 4.6e-08 0 4.605e-08 0.9 4.75e-08 0.9
+ 4.755e-08 0)
vsel_1 sel_1 0 pwl(0 0)
vsel_2 sel_2 0 pwl(0 0)
vsel_3 sel_3 0 pwl(0 0 3.25e-08 0 3.255e-08 0.9 4.5e-08 0.9 4.5049999999999996e-08 0)
vsel_4 sel_4 0 pwl(0 0)
vsel_5 sel_5 0 pwl(0 0)
vsel_6 sel_6 0 pwl(0 0)
vsel_7 sel_7 0 pwl(0 0 2.5e-09 0 2.55e-09 0.9 1.5e-08 0.9 1.505e-08 0 4.75e-08 0 4.755e-08 0.9 6e-08 0.9
+ 6.005e-08 0)
vselpark selpark 0 pwl(0 0.9 1e-09 0.9 1.05e-09 0 1.5e-08 0 1.505e-08 0.9 1.6e-08 0.9 1.605e-08 0 3e-08 0
+ 3.0049999999999994e-08 0.9 3.1e-08 0.9 3.105e-08 0 4.5e-08 0 4.5049999999999996e-08 0.9 4.6e-08 0.9 4.605e-08 0 6e-08 0
+ 6.005e-08 0.9)
vclock clock 0 pwl(0 0 1.5e-09 0 1.55e-09 0.9 1.45e-08 0.9 1.4550000000000001e-08 0 1.65e-08 0 1.655e-08 0.9 2.95e-08 0.9
+ 2.955e-08 0 3.15e-08 0 3.1549999999999995e-08 0.9 4.45e-08 0.9 4.455e-08 0 4.65e-08 0 4.6549999999999997e-08 0.9 5.95e-08 0.9
+ 5.9549999999999994e-08 0)
vref_0 ref_0_src 0 0
rref_0 ref_0_src ref_0 50
vref_1 ref_1_src 0 0.1285714285714286
rref_1 ref_1_src ref_1 50
vref_2 ref_2_src 0 0.2571428571428572
rref_2 ref_2_src ref_2 50
vref_3 ref_3_src 0 0.38571428571428573
rref_3 ref_3_src ref_3 50
vref_4 ref_4_src 0 0.5142857142857143
rref_4 ref_4_src ref_4 50
vref_5 ref_5_src 0 0.6428571428571429
rref_5 ref_5_src ref_5 50
vref_6 ref_6_src 0 0.7714285714285715
rref_6 ref_6_src ref_6 50
vref_7 ref_7_src 0 0.9
rref_7 ref_7_src ref_7 50
vpark park_src 0 0.45
rpark park_src park 50
xdac ref_0 ref_1 ref_2 ref_3 ref_4 ref_5 ref_6 ref_7 park sel_0 sel_1 sel_2 sel_3 sel_4 sel_5 sel_6 sel_7 selpark wbl_near vdd write_dac
rwbl_0 wbl_near wbl_0 2
cwbl_0 wbl_0 0 8e-16
mwbl_load_0 wbl_0 0 wbl_load_0_sn 0 gc28_n_hvt w=1.5e-07 l=4e-08
mwbl_load_0_p wbl_0 vdd wbl_load_0_sn vdd gc28_p_hvt w=1.5e-07 l=4e-08
cwbl_load_0_sn wbl_load_0_sn 0 8e-15
rwbl_1 wbl_0 wbl_far 2
cwbl_1 wbl_far 0 8e-16
mwbl_load_1 wbl_far 0 wbl_load_1_sn 0 gc28_n_hvt w=1.5e-07 l=4e-08
mwbl_load_1_p wbl_far vdd wbl_load_1_sn vdd gc28_p_hvt w=1.5e-07 l=4e-08
cwbl_load_1_sn wbl_load_1_sn 0 8e-15
xdriver column clock we_near web_near vdd write_enable_driver
rwe_0 we_near we_0 2
cwe_0 we_0 0 8e-16
mwe_load_0 mid we_0 mid 0 gc28_n_hvt w=1.5e-07 l=4e-08
rwe_1 we_0 we_far 2
cwe_1 we_far 0 8e-16
mwe_load_1 mid we_far mid 0 gc28_n_hvt w=1.5e-07 l=4e-08
rweb_0 web_near web_0 2
cweb_0 web_0 0 8e-16
mweb_load_0 mid web_0 mid vdd gc28_p_hvt w=1.5e-07 l=4e-08
rweb_1 web_0 web_far 2
cweb_1 web_far 0 8e-16
mweb_load_1 mid web_far mid vdd gc28_p_hvt w=1.5e-07 l=4e-08
xcell wbl_far we_far web_far 0 wlb mid vdd vdd 0 gain_cell
.ic v(xcell.sn)=0.45
.tran 2e-10 6.1e-08
.probe tran v(xcell.sn)
.probe tran v(wbl_far)
.probe tran v(wbl_near)
.probe tran v(we_far)
.probe tran i(vvdd)
.probe tran i(vpark)
.probe tran i(vref_0)
.probe tran i(vref_1)
.probe tran i(vref_2)
.probe tran i(vref_3)
.probe tran i(vref_4)
.probe tran i(vref_5)
.probe tran i(vref_6)
.probe tran i(vref_7)
.end
