* ReLU converter: charge to pulse
.lib 'PDK/gc28.hspice.lib' tt
.lib 'PDK/gc28.hspice.lib' cards
.option post=1 probe method=gear reltol=1e-4 delmax=1e-10
.temp 27

* ReLU charge-to-pulse converter: bit line to word-line pulse
.subckt relu_converter bl out outb vdd nb vmid rst rstb az azb cenb dis win
cint bl 0 2.936e-12
mreset_n bl rst vmid 0 gc28_n_svt w=8e-06 l=3e-08
mreset_p bl rstb vmid vdd gc28_p_svt w=8e-06 l=3e-08
ccouple bl ci 4e-14
mheader vh cenb vdd vdd gc28_p_svt w=6e-07 l=3e-08
mc1_n co ci 0 0 gc28_n_svt w=4e-07 l=5e-08
mc1_p co ci vh vdd gc28_p_svt w=8e-07 l=5e-08
mautozero_n ci az co 0 gc28_n_svt w=1e-07 l=3e-08
mautozero_p ci azb co vdd gc28_p_svt w=1e-07 l=3e-08
mc2_n c2 co 0 0 gc28_n_svt w=3e-07 l=5e-08
mc2_p c2 co vh vdd gc28_p_svt w=3e-07 l=5e-08
mc3_n posb c2 0 0 gc28_n_hvt w=1e-07 l=4e-08
mc3_p posb c2 vdd vdd gc28_p_hvt w=2e-07 l=4e-08
mc4_n pos posb 0 0 gc28_n_svt w=2e-07 l=3e-08
mc4_p pos posb vdd vdd gc28_p_svt w=4e-07 l=3e-08
mstop_n0 snb dis stop_s0 0 gc28_n_svt w=3e-07 l=3e-08
mstop_p0 snb dis vdd vdd gc28_p_svt w=3e-07 l=3e-08
mstop_n1 stop_s0 pos 0 0 gc28_n_svt w=3e-07 l=3e-08
mstop_p1 snb pos vdd vdd gc28_p_svt w=3e-07 l=3e-08
mstop_inv_n sn snb 0 0 gc28_n_svt w=2e-07 l=3e-08
mstop_inv_p sn snb vdd vdd gc28_p_svt w=4e-07 l=3e-08
mdiode nb nb diode_s0 0 gc28_n_svt w=5e-07 l=1e-06
mdiode_1 diode_s0 nb 0 0 gc28_n_svt w=5e-07 l=1e-06
mtail ntail nb 0 0 gc28_n_svt w=2.02e-06 l=1e-06
mswitch_n bl sn ntail 0 gc28_n_svt w=1e-06 l=3e-08
ckick_n nb snb 5e-15
mpulse_n0 pulseb pos pulse_s0 0 gc28_n_svt w=3e-07 l=3e-08
mpulse_p0 pulseb pos vdd vdd gc28_p_svt w=3e-07 l=3e-08
mpulse_n1 pulse_s0 win 0 0 gc28_n_svt w=3e-07 l=3e-08
mpulse_p1 pulseb win vdd vdd gc28_p_svt w=3e-07 l=3e-08
mwl1_n w1 pulseb 0 0 gc28_n_svt w=3e-07 l=3e-08
mwl1_p w1 pulseb vdd vdd gc28_p_svt w=6e-07 l=3e-08
mwl2_n w2 w1 0 0 gc28_n_svt w=8e-07 l=3e-08
mwl2_p w2 w1 vdd vdd gc28_p_svt w=1.6e-06 l=3e-08
mwl3_n out w2 0 0 gc28_n_svt w=2e-06 l=3e-08
mwl3_p out w2 vdd vdd gc28_p_svt w=4e-06 l=3e-08
mwlb1_n wb1 pulseb 0 0 gc28_n_svt w=2.5e-07 l=3e-08
mwlb1_p wb1 pulseb vdd vdd gc28_p_svt w=5e-07 l=3e-08
mwlb2_n wb2 wb1 0 0 gc28_n_svt w=4.5e-07 l=3e-08
mwlb2_p wb2 wb1 vdd vdd gc28_p_svt w=9e-07 l=3e-08
mwlb3_n wb3 wb2 0 0 gc28_n_svt w=1e-06 l=3e-08
mwlb3_p wb3 wb2 vdd vdd gc28_p_svt w=2e-06 l=3e-08
mwlb4_n outb wb3 0 0 gc28_n_svt w=2e-06 l=3e-08
mwlb4_p outb wb3 vdd vdd gc28_p_svt w=4e-06 l=3e-08
.ends relu_converter

* delay of the output window that follows the delay of comparator and switch
.subckt relu_window_delay in out vdd
mtrip_n mid mid 0 0 gc28_n_svt w=4e-07 l=1e-07
mtrip_p mid mid vdd vdd gc28_p_svt w=8e-07 l=1e-07
mstage0_n d0 in stage0_foot 0 gc28_n_svt w=5e-07 l=5e-08
mstage0_foot stage0_foot mid 0 0 gc28_n_svt w=2e-06 l=1e-07
mstage0_p d0 in stage0_head vdd gc28_p_svt w=1e-06 l=5e-08
mstage0_head stage0_head mid vdd vdd gc28_p_svt w=4e-06 l=1e-07
cd0 d0 0 4e-15
mstage1_n d1 d0 stage1_foot 0 gc28_n_svt w=5e-07 l=5e-08
mstage1_foot stage1_foot mid 0 0 gc28_n_svt w=2e-06 l=1e-07
mstage1_p d1 d0 stage1_head vdd gc28_p_svt w=1e-06 l=5e-08
mstage1_head stage1_head mid vdd vdd gc28_p_svt w=4e-06 l=1e-07
cd1 d1 0 4e-15
mbefore_n drive d1 0 0 gc28_n_svt w=6.666666666666666e-07 l=3e-08
mbefore_p drive d1 vdd vdd gc28_p_svt w=1.3333333333333332e-06 l=3e-08
mdriver_n out drive 0 0 gc28_n_svt w=2e-06 l=3e-08
mdriver_p out drive vdd vdd gc28_p_svt w=4e-06 l=3e-08
.ends relu_window_delay

vdd vdd 0 0.9
vbias vbias 0 0.9
vmid vmid 0 0.45
vshare vshare 0 0.9
iref_nb vbias nb 2.5e-06
vck_rst rst 0 pwl(0 0.9 3.6e-09 0.9 3.65e-09 0 3.66e-08 0 3.6649999999999994e-08 0.9 4.02e-08 0.9 4.025e-08 0 7.32e-08 0
+ 7.325e-08 0.9 7.68e-08 0.9 7.685e-08 0)
vck_rstb rstb 0 pwl(0 0 3.6e-09 0 3.65e-09 0.9 3.66e-08 0.9 3.6649999999999994e-08 0 4.02e-08 0 4.025e-08 0.9 7.32e-08 0.9
+ 7.325e-08 0 7.68e-08 0 7.685e-08 0.9)
vck_az az 0 pwl(0 0.9 4e-09 0.9 4.05e-09 0 3.66e-08 0 3.6649999999999994e-08 0.9 4.06e-08 0.9 4.065e-08 0 7.32e-08 0
+ 7.325e-08 0.9 7.72e-08 0.9 7.725000000000001e-08 0)
vck_azb azb 0 pwl(0 0 4e-09 0 4.05e-09 0.9 3.66e-08 0.9 3.6649999999999994e-08 0 4.06e-08 0 4.065e-08 0.9 7.32e-08 0.9
+ 7.325e-08 0 7.72e-08 0 7.725000000000001e-08 0.9)
vck_cenb cenb 0 pwl(0 0 4.1e-09 0 4.15e-09 0.9 1.85e-08 0.9 1.855e-08 0 4.07e-08 0 4.075e-08 0.9 5.51e-08 0.9
+ 5.5149999999999994e-08 0 7.73e-08 0 7.735e-08 0.9 9.17e-08 0.9 9.175e-08 0)
vck_dis dis 0 pwl(0 0 2e-08 0 2.005e-08 0.9 3.62e-08 0.9 3.625e-08 0 5.66e-08 0 5.6649999999999994e-08 0.9 7.28e-08 0.9
+ 7.285000000000001e-08 0 9.32e-08 0 9.325e-08 0.9 1.094e-07 0.9 1.0945e-07 0)
xwindow win_in win vshare relu_window_delay
vck_win win_in 0 pwl(0 0 1.99e-08 0 1.995e-08 0.9 3.49e-08 0.9 3.495e-08 0 5.65e-08 0 5.655e-08 0.9 7.15e-08 0.9
+ 7.155e-08 0 9.31e-08 0 9.315000000000001e-08 0.9 1.081e-07 0.9 1.0815e-07 0)
iin 0 bl pwl(0 0 4.3e-09 0 4.349999999999999e-09 -1.9999999999999995e-05 1.93e-08 -1.9999999999999995e-05 1.935e-08 0 4.0899999999999996e-08 0 4.094999999999999e-08 9.999999999999997e-06 5.59e-08 9.999999999999997e-06
+ 5.5949999999999995e-08 0)
cline bl 0 1.84375e-15
rload_out out far_out 2
cload_out far_out 0 2.34375e-15
rload_outb outb far_outb 2
cload_outb far_outb 0 2.34375e-15
xconv bl out outb vdd nb vmid rst rstb az azb cenb dis win relu_converter
.tran 1e-10 7.75e-08
.probe tran v(bl)
.probe tran v(out)
.probe tran v(outb)
.probe tran i(vdd)
.probe tran i(vbias)
.probe tran i(vmid)
.probe tran i(vshare)
.probe tran i(vck_rst)
.probe tran i(vck_rstb)
.probe tran i(vck_az)
.probe tran i(vck_azb)
.probe tran i(vck_cenb)
.probe tran i(vck_dis)
.probe tran i(vck_win)
.end
