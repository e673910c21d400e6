* signed converter: charge to pulse
.lib 'PDK/gc28.hspice.lib' tt
.lib 'PDK/gc28.hspice.lib' cards
.option post=1 probe method=gear reltol=1e-4 delmax=1e-10
.temp 27

* Signed charge-to-pulse converter: bit line to pulse and sign
.subckt signed_converter bl out sgn vdd nb vmid rst rstb az azb cenb dis sck win
cint bl 0 1.936e-12
mreset_n bl rst vmid 0 gc28_n_svt w=1e-05 l=3e-08
mreset_p bl rstb vmid vdd gc28_p_svt w=1e-05 l=3e-08
ccouple bl ci 4e-14
mheader vh cenb vdd vdd gc28_p_svt w=6e-07 l=3e-08
mc1_n co ci 0 0 gc28_n_svt w=4e-07 l=5e-08
mc1_p co ci vh vdd gc28_p_svt w=8e-07 l=5e-08
mautozero_n ci az co 0 gc28_n_svt w=1e-07 l=3e-08
mautozero_p ci azb co vdd gc28_p_svt w=1e-07 l=3e-08
mc2_n c2 co 0 0 gc28_n_svt w=3e-07 l=5e-08
mc2_p c2 co vh vdd gc28_p_svt w=6e-07 l=5e-08
mc3_n posb c2 0 0 gc28_n_hvt w=1e-07 l=4e-08
mc3_p posb c2 vdd vdd gc28_p_hvt w=2e-07 l=4e-08
mc4_n pos posb 0 0 gc28_n_svt w=2e-07 l=3e-08
mc4_p pos posb vdd vdd gc28_p_svt w=4e-07 l=3e-08
msck_inv_n sckb sck 0 0 gc28_n_svt w=1e-07 l=3e-08
msck_inv_p sckb sck vdd vdd gc28_p_svt w=2e-07 l=3e-08
msck_buf_n sckd sckb 0 0 gc28_n_svt w=1e-07 l=3e-08
msck_buf_p sckd sckb vdd vdd gc28_p_svt w=2e-07 l=3e-08
mmaster_in_n pos sckb m1 0 gc28_n_svt w=1e-07 l=3e-08
mmaster_in_p pos sckd m1 vdd gc28_p_svt w=1e-07 l=3e-08
mmaster_n m2 m1 0 0 gc28_n_svt w=1e-07 l=3e-08
mmaster_p m2 m1 vdd vdd gc28_p_svt w=2e-07 l=3e-08
mmaster_back_n m3 m2 0 0 gc28_n_svt w=1e-07 l=3e-08
mmaster_back_p m3 m2 vdd vdd gc28_p_svt w=2e-07 l=3e-08
mmaster_hold_n m3 sckd m1 0 gc28_n_svt w=1e-07 l=3e-08
mmaster_hold_p m3 sckb m1 vdd gc28_p_svt w=1e-07 l=3e-08
mslave_in_n m2 sckd s1 0 gc28_n_svt w=1e-07 l=3e-08
mslave_in_p m2 sckb s1 vdd gc28_p_svt w=1e-07 l=3e-08
mslave_n sgn s1 0 0 gc28_n_svt w=1e-07 l=3e-08
mslave_p sgn s1 vdd vdd gc28_p_svt w=2e-07 l=3e-08
mslave_back_n sgnb sgn 0 0 gc28_n_svt w=1e-07 l=3e-08
mslave_back_p sgnb sgn vdd vdd gc28_p_svt w=2e-07 l=3e-08
mslave_hold_n sgnb sckb s1 0 gc28_n_svt w=1e-07 l=3e-08
mslave_hold_p sgnb sckd s1 vdd gc28_p_svt w=1e-07 l=3e-08
mpos_inv_n posn pos 0 0 gc28_n_svt w=1e-07 l=3e-08
mpos_inv_p posn pos vdd vdd gc28_p_svt w=2e-07 l=3e-08
msame_pos_n pos sgn same 0 gc28_n_svt w=1e-07 l=3e-08
msame_pos_p pos sgnb same vdd gc28_p_svt w=1e-07 l=3e-08
msame_neg_n posn sgnb same 0 gc28_n_svt w=1e-07 l=3e-08
msame_neg_p posn sgn same vdd gc28_p_svt w=1e-07 l=3e-08
mstop_n_n0 snb same stop_n_s0 0 gc28_n_svt w=3e-07 l=3e-08
mstop_n_p0 snb same vdd vdd gc28_p_svt w=3e-07 l=3e-08
mstop_n_n1 stop_n_s0 sgn stop_n_s1 0 gc28_n_svt w=3e-07 l=3e-08
mstop_n_p1 snb sgn vdd vdd gc28_p_svt w=3e-07 l=3e-08
mstop_n_n2 stop_n_s1 dis 0 0 gc28_n_svt w=3e-07 l=3e-08
mstop_n_p2 snb dis vdd vdd gc28_p_svt w=3e-07 l=3e-08
mstop_n_inv_n sn snb 0 0 gc28_n_svt w=2e-07 l=3e-08
mstop_n_inv_p sn snb vdd vdd gc28_p_svt w=4e-07 l=3e-08
mstop_p_n0 spb same stop_p_s0 0 gc28_n_svt w=3e-07 l=3e-08
mstop_p_p0 spb same vdd vdd gc28_p_svt w=3e-07 l=3e-08
mstop_p_n1 stop_p_s0 sgnb stop_p_s1 0 gc28_n_svt w=3e-07 l=3e-08
mstop_p_p1 spb sgnb vdd vdd gc28_p_svt w=3e-07 l=3e-08
mstop_p_n2 stop_p_s1 dis 0 0 gc28_n_svt w=3e-07 l=3e-08
mstop_p_p2 spb dis vdd vdd gc28_p_svt w=3e-07 l=3e-08
mstop_p_inv_n sp spb 0 0 gc28_n_svt w=2e-07 l=3e-08
mstop_p_inv_p sp spb vdd vdd gc28_p_svt w=4e-07 l=3e-08
mdiode nb nb diode_s0 0 gc28_n_svt w=7.5e-07 l=1.5e-06
mdiode_1 diode_s0 nb 0 0 gc28_n_svt w=7.5e-07 l=1.5e-06
mtail ntail nb 0 0 gc28_n_svt w=1.482e-06 l=1.5e-06
mswitch_n bl sn ntail 0 gc28_n_svt w=5e-07 l=3e-08
ckick_n nb snb 4.9e-15
mfold pb nb fold_s0 0 gc28_n_svt w=7.5e-07 l=1.5e-06
mfold_1 fold_s0 nb fold_s1 0 gc28_n_svt w=7.5e-07 l=1.5e-06
mfold_2 fold_s1 nb fold_s2 0 gc28_n_svt w=7.5e-07 l=1.5e-06
mfold_3 fold_s2 nb 0 0 gc28_n_svt w=7.5e-07 l=1.5e-06
msource_diode pb pb source_diode_s0 vdd gc28_p_svt w=1.6e-06 l=1.06e-06
msource_diode_1 source_diode_s0 pb vdd vdd gc28_p_svt w=1.6e-06 l=1.06e-06
msource_tail ptail pb vdd vdd gc28_p_svt w=6.4e-06 l=1.06e-06
mswitch_p bl spb ptail vdd gc28_p_svt w=1e-06 l=3e-08
ckick_p pb sp 8.2e-15
mpulse_n0 pulseb same pulse_s0 0 gc28_n_svt w=3e-07 l=3e-08
mpulse_p0 pulseb same vdd vdd gc28_p_svt w=3e-07 l=3e-08
mpulse_n1 pulse_s0 win 0 0 gc28_n_svt w=3e-07 l=3e-08
mpulse_p1 pulseb win vdd vdd gc28_p_svt w=3e-07 l=3e-08
mpulse_out_n out pulseb 0 0 gc28_n_svt w=4e-07 l=3e-08
mpulse_out_p out pulseb vdd vdd gc28_p_svt w=8e-07 l=3e-08
.ends signed_converter

* delay of the output window that follows the delay of comparator and switch
.subckt signed_window_delay in out vdd
mtrip_n mid mid 0 0 gc28_n_svt w=4e-07 l=1e-07
mtrip_p mid mid vdd vdd gc28_p_svt w=8e-07 l=1e-07
mstage0_n d0 in stage0_foot 0 gc28_n_svt w=5e-07 l=5e-08
mstage0_foot stage0_foot mid 0 0 gc28_n_svt w=2e-06 l=1e-07
mstage0_p d0 in stage0_head vdd gc28_p_svt w=1e-06 l=5e-08
mstage0_head stage0_head mid vdd vdd gc28_p_svt w=4e-06 l=1e-07
cd0 d0 0 2e-15
mstage1_n d1 d0 stage1_foot 0 gc28_n_svt w=5e-07 l=5e-08
mstage1_foot stage1_foot mid 0 0 gc28_n_svt w=2e-06 l=1e-07
mstage1_p d1 d0 stage1_head vdd gc28_p_svt w=1e-06 l=5e-08
mstage1_head stage1_head mid vdd vdd gc28_p_svt w=4e-06 l=1e-07
cd1 d1 0 2e-15
mbefore_n drive d1 0 0 gc28_n_svt w=6.666666666666666e-07 l=3e-08
mbefore_p drive d1 vdd vdd gc28_p_svt w=1.3333333333333332e-06 l=3e-08
mdriver_n out drive 0 0 gc28_n_svt w=2e-06 l=3e-08
mdriver_p out drive vdd vdd gc28_p_svt w=4e-06 l=3e-08
.ends signed_window_delay

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
vck_cenb cenb 0 pwl(0 0 4.1e-09 0 4.15e-09 0.9 1.6e-08 0.9 1.605e-08 0 4.07e-08 0 4.075e-08 0.9 5.26e-08 0.9
+ 5.265e-08 0 7.73e-08 0 7.735e-08 0.9 8.92e-08 0.9 8.925000000000001e-08 0)
vck_dis dis 0 pwl(0 0 2e-08 0 2.005e-08 0.9 3.62e-08 0.9 3.625e-08 0 5.66e-08 0 5.6649999999999994e-08 0.9 7.28e-08 0.9
+ 7.285000000000001e-08 0 9.32e-08 0 9.325e-08 0.9 1.094e-07 0.9 1.0945e-07 0)
vck_sck sck 0 pwl(0 0 1.98e-08 0 1.985e-08 0.9 3.529e-08 0.9 3.534e-08 0 5.64e-08 0 5.645e-08 0.9 7.189e-08 0.9
+ 7.194000000000001e-08 0 9.3e-08 0 9.305e-08 0.9 1.0849e-07 0.9 1.0854e-07 0)
xwindow win_in win vshare signed_window_delay
vck_win win_in 0 pwl(0 0 1.999e-08 0 2.004e-08 0.9 3.499e-08 0.9 3.5039999999999995e-08 0 5.659e-08 0 5.6639999999999996e-08 0.9 7.159e-08 0.9
+ 7.164e-08 0 9.319e-08 0 9.324e-08 0.9 1.0819e-07 0.9 1.0824000000000001e-07 0)
iin 0 bl pwl(0 0 4.3e-09 0 4.349999999999999e-09 -9.999999999999997e-06 1.93e-08 -9.999999999999997e-06 1.935e-08 0 4.0899999999999996e-08 0 4.094999999999999e-08 4.999999999999999e-06 5.59e-08 4.999999999999999e-06
+ 5.5949999999999995e-08 0)
cline bl 0 1.84375e-15
rload_out out far_out 1
cload_out far_out 0 2e-15
rload_sgn sgn far_sgn 1
cload_sgn far_sgn 0 2e-15
xconv bl out sgn vdd nb vmid rst rstb az azb cenb dis sck win signed_converter
.tran 1e-10 7.75e-08
.probe tran v(bl)
.probe tran v(out)
.probe tran v(sgn)
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
.probe tran i(vck_sck)
.probe tran i(vck_win)
.end
