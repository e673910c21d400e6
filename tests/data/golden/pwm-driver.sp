* PWM driver with its row
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

* input level to word-line pulse: one of the shared stop lines ends it
.subckt pwm_driver stop_0 stop_1 stop_2 stop_3 stop_4 stop_5 stop_6 stop_7 stop_8 stop_9 stop_10 stop_11 stop_12 stop_13 stop_14 stop_15 sel_0 sel_1 sel_2 sel_3 sel_4 sel_5 sel_6 sel_7 sel_8 sel_9 sel_10 sel_11 sel_12 sel_13 sel_14 sel_15 window_b wl wlb vdd
msel_0_b_n sel_0_b sel_0 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_0_b_p sel_0_b sel_0 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_0_n stop_0 sel_0 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_0_p stop_0 sel_0_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_1_b_n sel_1_b sel_1 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_1_b_p sel_1_b sel_1 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_1_n stop_1 sel_1 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_1_p stop_1 sel_1_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_2_b_n sel_2_b sel_2 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_2_b_p sel_2_b sel_2 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_2_n stop_2 sel_2 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_2_p stop_2 sel_2_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_3_b_n sel_3_b sel_3 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_3_b_p sel_3_b sel_3 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_3_n stop_3 sel_3 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_3_p stop_3 sel_3_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_4_b_n sel_4_b sel_4 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_4_b_p sel_4_b sel_4 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_4_n stop_4 sel_4 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_4_p stop_4 sel_4_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_5_b_n sel_5_b sel_5 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_5_b_p sel_5_b sel_5 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_5_n stop_5 sel_5 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_5_p stop_5 sel_5_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_6_b_n sel_6_b sel_6 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_6_b_p sel_6_b sel_6 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_6_n stop_6 sel_6 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_6_p stop_6 sel_6_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_7_b_n sel_7_b sel_7 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_7_b_p sel_7_b sel_7 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_7_n stop_7 sel_7 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_7_p stop_7 sel_7_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_8_b_n sel_8_b sel_8 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_8_b_p sel_8_b sel_8 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_8_n stop_8 sel_8 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_8_p stop_8 sel_8_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_9_b_n sel_9_b sel_9 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_9_b_p sel_9_b sel_9 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_9_n stop_9 sel_9 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_9_p stop_9 sel_9_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_10_b_n sel_10_b sel_10 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_10_b_p sel_10_b sel_10 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_10_n stop_10 sel_10 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_10_p stop_10 sel_10_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_11_b_n sel_11_b sel_11 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_11_b_p sel_11_b sel_11 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_11_n stop_11 sel_11 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_11_p stop_11 sel_11_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_12_b_n sel_12_b sel_12 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_12_b_p sel_12_b sel_12 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_12_n stop_12 sel_12 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_12_p stop_12 sel_12_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_13_b_n sel_13_b sel_13 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_13_b_p sel_13_b sel_13 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_13_n stop_13 sel_13 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_13_p stop_13 sel_13_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_14_b_n sel_14_b sel_14 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_14_b_p sel_14_b sel_14 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_14_n stop_14 sel_14 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_14_p stop_14 sel_14_b stop vdd gc28_p_svt w=1e-06 l=3e-08
msel_15_b_n sel_15_b sel_15 0 0 gc28_n_svt w=2e-07 l=3e-08
msel_15_b_p sel_15_b sel_15 vdd vdd gc28_p_svt w=4e-07 l=3e-08
mtap_15_n stop_15 sel_15 stop 0 gc28_n_svt w=1e-06 l=3e-08
mtap_15_p stop_15 sel_15_b stop vdd gc28_p_svt w=1e-06 l=3e-08
mmatch_n window_b vdd start_b 0 gc28_n_svt w=1e-06 l=3e-08
mmatch_p window_b 0 start_b vdd gc28_p_svt w=1e-06 l=3e-08
cmatch start_b 0 1.6e-14
mstop_inv_n run stop 0 0 gc28_n_svt w=3e-07 l=3e-08
mstop_inv_p run stop vdd vdd gc28_p_svt w=6e-07 l=3e-08
mstart_inv_n start start_b 0 0 gc28_n_svt w=3e-07 l=3e-08
mstart_inv_p start start_b vdd vdd gc28_p_svt w=6e-07 l=3e-08
mpulse_n0 pulse_b run pulse_s0 0 gc28_n_svt w=4e-07 l=3e-08
mpulse_p0 pulse_b run vdd vdd gc28_p_svt w=4e-07 l=3e-08
mpulse_n1 pulse_s0 start 0 0 gc28_n_svt w=4e-07 l=3e-08
mpulse_p1 pulse_b start vdd vdd gc28_p_svt w=4e-07 l=3e-08
mpulse_inv_n pulse pulse_b 0 0 gc28_n_svt w=3e-07 l=3e-08
mpulse_inv_p pulse pulse_b vdd vdd gc28_p_svt w=6e-07 l=3e-08
xdriver pulse wl wlb vdd word_line_driver
.ends pwm_driver

vstop_0 stop_0 0 pwl(0 0 1e-09 0 1.05e-09 0.9 1.8e-08 0.9 1.805e-08 0 2.1e-08 0 2.105e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 4.1e-08 0 4.105e-08 0.9 5.8e-08 0.9 5.805e-08 0 6.1e-08 0 6.105000000000001e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_1 stop_1 0 pwl(0 0 3e-09 0 3.05e-09 0.9 1.8e-08 0.9 1.805e-08 0 2.3e-08 0 2.305e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 4.3e-08 0 4.305e-08 0.9 5.8e-08 0.9 5.805e-08 0 6.3e-08 0 6.305e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_2 stop_2 0 pwl(0 0 4e-09 0 4.05e-09 0.9 1.8e-08 0.9 1.805e-08 0 2.4e-08 0 2.405e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 4.4e-08 0 4.4049999999999994e-08 0.9 5.8e-08 0.9 5.805e-08 0 6.4e-08 0 6.405000000000001e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_3 stop_3 0 pwl(0 0 5e-09 0 5.05e-09 0.9 1.8e-08 0.9 1.805e-08 0 2.5e-08 0 2.505e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 4.5e-08 0 4.5049999999999996e-08 0.9 5.8e-08 0.9 5.805e-08 0 6.5e-08 0 6.505e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_4 stop_4 0 pwl(0 0 6e-09 0 6.0499999999999996e-09 0.9 1.8e-08 0.9 1.805e-08 0 2.6e-08 0 2.605e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 4.6e-08 0 4.605e-08 0.9 5.8e-08 0.9 5.805e-08 0 6.6e-08 0 6.605e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_5 stop_5 0 pwl(0 0 7e-09 0 7.0499999999999994e-09 0.9 1.8e-08 0.9 1.805e-08 0 2.7e-08 0 2.705e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 4.7e-08 0 4.7049999999999994e-08 0.9 5.8e-08 0.9 5.805e-08 0 6.7e-08 0 6.705000000000001e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_6 stop_6 0 pwl(0 0 8e-09 0 8.050000000000001e-09 0.9 1.8e-08 0.9 1.805e-08 0 2.8e-08 0 2.805e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 4.8e-08 0 4.805e-08 0.9 5.8e-08 0.9 5.805e-08 0 6.8e-08 0 6.805e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_7 stop_7 0 pwl(0 0 9e-09 0 9.05e-09 0.9 1.8e-08 0.9 1.805e-08 0 2.9e-08 0 2.9050000000000002e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 4.9e-08 0 4.905e-08 0.9 5.8e-08 0.9 5.805e-08 0 6.9e-08 0 6.905e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_8 stop_8 0 pwl(0 0 1e-08 0 1.005e-08 0.9 1.8e-08 0.9 1.805e-08 0 3e-08 0 3.0049999999999994e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 5e-08 0 5.0049999999999995e-08 0.9 5.8e-08 0.9 5.805e-08 0 7e-08 0 7.005000000000001e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_9 stop_9 0 pwl(0 0 1.1e-08 0 1.105e-08 0.9 1.8e-08 0.9 1.805e-08 0 3.1e-08 0 3.105e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 5.1e-08 0 5.105e-08 0.9 5.8e-08 0.9 5.805e-08 0 7.1e-08 0 7.105e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_10 stop_10 0 pwl(0 0 1.2e-08 0 1.205e-08 0.9 1.8e-08 0.9 1.805e-08 0 3.2e-08 0 3.205e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 5.2e-08 0 5.205e-08 0.9 5.8e-08 0.9 5.805e-08 0 7.2e-08 0 7.205e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_11 stop_11 0 pwl(0 0 1.3e-08 0 1.3050000000000001e-08 0.9 1.8e-08 0.9 1.805e-08 0 3.3e-08 0 3.3049999999999995e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 5.3e-08 0 5.3049999999999995e-08 0.9 5.8e-08 0.9 5.805e-08 0 7.3e-08 0 7.305000000000001e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_12 stop_12 0 pwl(0 0 1.4e-08 0 1.405e-08 0.9 1.8e-08 0.9 1.805e-08 0 3.4e-08 0 3.405e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 5.4e-08 0 5.405e-08 0.9 5.8e-08 0.9 5.805e-08 0 7.4e-08 0 7.405e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_13 stop_13 0 pwl(0 0 1.5e-08 0 1.505e-08 0.9 1.8e-08 0.9 1.805e-08 0 3.5e-08 0 3.505e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 5.5e-08 0 5.505e-08 0.9 5.8e-08 0.9 5.805e-08 0 7.5e-08 0 7.505e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_14 stop_14 0 pwl(0 0 1.6e-08 0 1.605e-08 0.9 1.8e-08 0.9 1.805e-08 0 3.6e-08 0 3.6049999999999995e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 5.6e-08 0 5.6049999999999996e-08 0.9 5.8e-08 0.9 5.805e-08 0 7.6e-08 0 7.605000000000001e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vstop_15 stop_15 0 pwl(0 0 1.7e-08 0 1.705e-08 0.9 1.8e-08 0.9 1.805e-08 0 3.7e-08 0 3.705e-08 0.9 3.8e-08 0.9
+ 3.805e-08 0 5.7e-08 0 5.705e-08 0.9 5.8e-08 0.9 5.805e-08 0 7.7e-08 0 7.705e-08 0.9 7.8e-08 0.9
+ 7.805e-08 0)
vsel_0 sel_0 0 pwl(0 0 2.05e-08 0 2.0550000000000002e-08 0.9 4.05e-08 0.9 4.0549999999999996e-08 0)
vsel_1 sel_1 0 pwl(0 0 4.05e-08 0 4.0549999999999996e-08 0.9 6.05e-08 0.9 6.055000000000001e-08 0)
vsel_2 sel_2 0 pwl(0 0)
vsel_3 sel_3 0 pwl(0 0)
vsel_4 sel_4 0 pwl(0 0)
vsel_5 sel_5 0 pwl(0 0)
vsel_6 sel_6 0 pwl(0 0)
vsel_7 sel_7 0 pwl(0 0 6.05e-08 0 6.055000000000001e-08 0.9)
vsel_8 sel_8 0 pwl(0 0)
vsel_9 sel_9 0 pwl(0 0)
vsel_10 sel_10 0 pwl(0 0)
vsel_11 sel_11 0 pwl(0 0)
vsel_12 sel_12 0 pwl(0 0)
vsel_13 sel_13 0 pwl(0 0)
vsel_14 sel_14 0 pwl(0 0)
vsel_15 sel_15 0 pwl(0 0.9 2.05e-08 0.9 2.0550000000000002e-08 0)
vwindow_b window_b 0 pwl(0 0.9 2e-09 0.9 2.05e-09 0 1.75e-08 0 1.755e-08 0.9 2.2e-08 0.9 2.205e-08 0 3.75e-08 0
+ 3.7549999999999995e-08 0.9 4.2e-08 0.9 4.2049999999999996e-08 0 5.75e-08 0 5.7549999999999996e-08 0.9 6.2e-08 0.9 6.205e-08 0 7.75e-08 0
+ 7.755e-08 0.9)
xrow stop_0 stop_1 stop_2 stop_3 stop_4 stop_5 stop_6 stop_7 stop_8 stop_9 stop_10 stop_11 stop_12 stop_13 stop_14 stop_15 sel_0 sel_1 sel_2 sel_3 sel_4 sel_5 sel_6 sel_7 sel_8 sel_9 sel_10 sel_11 sel_12 sel_13 sel_14 sel_15 window_b wl_near wlb_near vdd pwm_driver
vvdd vdd 0 0.9
vmid mid 0 0.45
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
.tran 1e-10 8.000000000000001e-08
.probe tran v(wl_far)
.probe tran v(wlb_far)
.probe tran i(vvdd)
.end
