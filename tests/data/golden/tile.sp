* tile of 2 x 2 x 2
.lib 'PDK/gc28.hspice.lib' tt
.lib 'PDK/gc28.hspice.lib' cards
.option post=1 probe method=gear reltol=1e-4 delmax=1e-10
.temp 27

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

* 2 gain cells on one bit line, write enable by column
.subckt cell_column_2_keys bl vdd wl_0 wlb_0 wl_1 wlb_1 wbl_0 wbl_1 we web nw
rbl_0 bl bl_0 2
cbl_0 bl_0 0 8e-16
xcell_0 wbl_0 we web wl_0 wlb_0 bl_0 nw vdd 0 gain_cell
rbl_1 bl_0 bl_1 2
cbl_1 bl_1 0 8e-16
xcell_1 wbl_1 we web wl_1 wlb_1 bl_1 nw vdd 0 gain_cell
.ends cell_column_2_keys

* 2 gain cells on one bit line, write enable by row
.subckt cell_column_2_values bl vdd wl_0 wlb_0 wl_1 wlb_1 wbl we_0 web_0 we_1 web_1 nw
rbl_0 bl bl_0 2
cbl_0 bl_0 0 8e-16
xcell_0 wbl we_0 web_0 wl_0 wlb_0 bl_0 nw vdd 0 gain_cell
rbl_1 bl_0 bl_1 2
cbl_1 bl_1 0 8e-16
xcell_1 wbl we_1 web_1 wl_1 wlb_1 bl_1 nw vdd 0 gain_cell
.ends cell_column_2_values

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

* Keys with ReLU converters, values with signed converters
.subckt tile_2x2x2 wl_0 wl_1 wlb_0 wlb_1 vddc kwbl_0 kwbl_1 kwe_0 kweb_0 nw kwe_1 kweb_1 vwbl_0 vwe_0 vweb_0 vwe_1 vweb_1 vwbl_1 vdd1 nb1_0 vmid1 rst1 rstb1 az1 azb1 cenb1 dis1 win1 nb1_1 out_0 sgn_0 vdd2 nb2_0 vmid2 rst2 rstb2 az2 azb2 cenb2 dis2 sck2 win2 out_1 sgn_1 nb2_1
rkeys_wl_0_0 wl_0 keys_wl_0_0 2
ckeys_wl_0_0 keys_wl_0_0 0 8e-16
rkeys_wlb_0_0 wlb_0 keys_wlb_0_0 2
ckeys_wlb_0_0 keys_wlb_0_0 0 8e-16
rkeys_wl_0_1 keys_wl_0_0 keys_wl_0_1 2
ckeys_wl_0_1 keys_wl_0_1 0 8e-16
rkeys_wlb_0_1 keys_wlb_0_0 keys_wlb_0_1 2
ckeys_wlb_0_1 keys_wlb_0_1 0 8e-16
rkeys_wl_1_0 wl_1 keys_wl_1_0 2
ckeys_wl_1_0 keys_wl_1_0 0 8e-16
rkeys_wlb_1_0 wlb_1 keys_wlb_1_0 2
ckeys_wlb_1_0 keys_wlb_1_0 0 8e-16
rkeys_wl_1_1 keys_wl_1_0 keys_wl_1_1 2
ckeys_wl_1_1 keys_wl_1_1 0 8e-16
rkeys_wlb_1_1 keys_wlb_1_0 keys_wlb_1_1 2
ckeys_wlb_1_1 keys_wlb_1_1 0 8e-16
xkeys_0 keys_bl_0 vddc keys_wl_0_0 keys_wlb_0_0 keys_wl_1_0 keys_wlb_1_0 kwbl_0 kwbl_1 kwe_0 kweb_0 nw cell_column_2_keys
xkeys_1 keys_bl_1 vddc keys_wl_0_1 keys_wlb_0_1 keys_wl_1_1 keys_wlb_1_1 kwbl_0 kwbl_1 kwe_1 kweb_1 nw cell_column_2_keys
rvalues_wl_0_0 phi_0 values_wl_0_0 2
cvalues_wl_0_0 values_wl_0_0 0 8e-16
rvalues_wlb_0_0 phib_0 values_wlb_0_0 2
cvalues_wlb_0_0 values_wlb_0_0 0 8e-16
rvalues_wl_0_1 values_wl_0_0 values_wl_0_1 2
cvalues_wl_0_1 values_wl_0_1 0 8e-16
rvalues_wlb_0_1 values_wlb_0_0 values_wlb_0_1 2
cvalues_wlb_0_1 values_wlb_0_1 0 8e-16
rvalues_wl_1_0 phi_1 values_wl_1_0 2
cvalues_wl_1_0 values_wl_1_0 0 8e-16
rvalues_wlb_1_0 phib_1 values_wlb_1_0 2
cvalues_wlb_1_0 values_wlb_1_0 0 8e-16
rvalues_wl_1_1 values_wl_1_0 values_wl_1_1 2
cvalues_wl_1_1 values_wl_1_1 0 8e-16
rvalues_wlb_1_1 values_wlb_1_0 values_wlb_1_1 2
cvalues_wlb_1_1 values_wlb_1_1 0 8e-16
xvalues_0 values_bl_0 vddc values_wl_0_0 values_wlb_0_0 values_wl_1_0 values_wlb_1_0 vwbl_0 vwe_0 vweb_0 vwe_1 vweb_1 nw cell_column_2_values
xvalues_1 values_bl_1 vddc values_wl_0_1 values_wlb_0_1 values_wl_1_1 values_wlb_1_1 vwbl_1 vwe_0 vweb_0 vwe_1 vweb_1 nw cell_column_2_values
xrelu_0 keys_bl_0 phi_0 phib_0 vdd1 nb1_0 vmid1 rst1 rstb1 az1 azb1 cenb1 dis1 win1 relu_converter
xrelu_1 keys_bl_1 phi_1 phib_1 vdd1 nb1_1 vmid1 rst1 rstb1 az1 azb1 cenb1 dis1 win1 relu_converter
xsigned_0 values_bl_0 out_0 sgn_0 vdd2 nb2_0 vmid2 rst2 rstb2 az2 azb2 cenb2 dis2 sck2 win2 signed_converter
xsigned_1 values_bl_1 out_1 sgn_1 vdd2 nb2_1 vmid2 rst2 rstb2 az2 azb2 cenb2 dis2 sck2 win2 signed_converter
.ends tile_2x2x2

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

vddc vddc 0 0.9
vdd1 vdd1 0 0.9
vbias1 vbias1 0 0.9
vmid1 vmid1 0 0.45
vshare1 vshare1 0 0.9
iref_nb1_0 vbias1 nb1_0 2.5e-06
iref_nb1_1 vbias1 nb1_1 2.5e-06
vck1_rst rst1 0 pwl(0 0.9 1.23e-08 0.9 1.235e-08 0)
vck1_rstb rstb1 0 pwl(0 0 1.23e-08 0 1.235e-08 0.9)
vck1_az az1 0 pwl(0 0.9 1.27e-08 0.9 1.275e-08 0)
vck1_azb azb1 0 pwl(0 0 1.27e-08 0 1.275e-08 0.9)
vck1_cenb cenb1 0 pwl(0 0 1.28e-08 0 1.2850000000000001e-08 0.9 2.72e-08 0.9 2.725e-08 0 4.53e-08 0 4.535e-08 0.9 7.32e-08 0.9
+ 7.325e-08 0)
vck1_dis dis1 0 pwl(0 0 2.87e-08 0 2.875e-08 0.9 4.49e-08 0.9 4.4949999999999996e-08 0)
xwindow1 win1_in win1 vshare1 relu_window_delay
vck1_win win1_in 0 pwl(0 0 2.86e-08 0 2.8650000000000002e-08 0.9 4.36e-08 0.9 4.365e-08 0)
vdd2 vdd2 0 0.9
vbias2 vbias2 0 0.9
vmid2 vmid2 0 0.45
vshare2 vshare2 0 0.9
iref_nb2_0 vbias2 nb2_0 2.5e-06
iref_nb2_1 vbias2 nb2_1 2.5e-06
vck2_rst rst2 0 pwl(0 0.9 2.834e-08 0.9 2.839e-08 0)
vck2_rstb rstb2 0 pwl(0 0 2.834e-08 0 2.839e-08 0.9)
vck2_az az2 0 pwl(0 0.9 2.874e-08 0.9 2.8790000000000002e-08 0)
vck2_azb azb2 0 pwl(0 0 2.874e-08 0 2.8790000000000002e-08 0.9)
vck2_cenb cenb2 0 pwl(0 0 2.884e-08 0 2.889e-08 0.9 4.074e-08 0.9 4.0789999999999997e-08 0 6.134e-08 0 6.139000000000001e-08 0.9 8.924e-08 0.9
+ 8.929e-08 0)
vck2_dis dis2 0 pwl(0 0 4.474e-08 0 4.479e-08 0.9 6.094e-08 0.9 6.099e-08 0)
vck2_sck sck2 0 pwl(0 0 4.454e-08 0 4.459e-08 0.9 6.003e-08 0.9 6.008e-08 0)
xwindow2 win2_in win2 vshare2 signed_window_delay
vck2_win win2_in 0 pwl(0 0 4.473e-08 0 4.4779999999999995e-08 0.9 5.973e-08 0.9 5.978000000000001e-08 0)
vkwbl_0 kwbl_0 0 pwl(0 0.45 1.0000000000000002e-10 0.45 1.5000000000000002e-10 0 1.285e-08 0 1.29e-08 0.45)
vkwbl_1 kwbl_1 0 pwl(0 0.45 1.0000000000000002e-10 0.45 1.5000000000000002e-10 0.38571428571428573 1.285e-08 0.38571428571428573 1.29e-08 0.45)
vvwbl_0 vwbl_0 0 pwl(0 0.45 1.0000000000000002e-10 0.45 1.5000000000000002e-10 0.1285714285714286 1.285e-08 0.1285714285714286 1.29e-08 0.45)
vvwbl_1 vwbl_1 0 pwl(0 0.45 1.0000000000000002e-10 0.45 1.5000000000000002e-10 0.5142857142857143 1.285e-08 0.5142857142857143 1.29e-08 0.45)
vkwe_0 kwe_0 0 pwl(0 0 5e-10 0 5.500000000000001e-10 0.9 1.245e-08 0.9 1.2500000000000001e-08 0)
vkweb_0 kweb_0 0 pwl(0 0.9 5e-10 0.9 5.500000000000001e-10 0 1.245e-08 0 1.2500000000000001e-08 0.9)
vvwe_0 vwe_0 0 pwl(0 0 5e-10 0 5.500000000000001e-10 0.9 1.245e-08 0.9 1.2500000000000001e-08 0)
vvweb_0 vweb_0 0 pwl(0 0.9 5e-10 0.9 5.500000000000001e-10 0 1.245e-08 0 1.2500000000000001e-08 0.9)
vkwe_1 kwe_1 0 0
vkweb_1 kweb_1 0 0.9
vvwe_1 vwe_1 0 0
vvweb_1 vweb_1 0 0.9
vnw nw 0 0.9
vwl_0 wl_0 0 pwl(0 0 1.3e-08 0 1.3050000000000001e-08 0.9 2.8e-08 0.9 2.805e-08 0)
vwlb_0 wlb_0 0 pwl(0 0.9 1.3e-08 0.9 1.3050000000000001e-08 0 2.8e-08 0 2.805e-08 0.9)
vwl_1 wl_1 0 pwl(0 0 1.3e-08 0 1.3050000000000001e-08 0.9 2.7e-08 0.9 2.705e-08 0)
vwlb_1 wlb_1 0 pwl(0 0.9 1.3e-08 0.9 1.3050000000000001e-08 0 2.7e-08 0 2.705e-08 0.9)
xtile wl_0 wl_1 wlb_0 wlb_1 vddc kwbl_0 kwbl_1 kwe_0 kweb_0 nw kwe_1 kweb_1 vwbl_0 vwe_0 vweb_0 vwe_1 vweb_1 vwbl_1 vdd1 nb1_0 vmid1 rst1 rstb1 az1 azb1 cenb1 dis1 win1 nb1_1 out_0 sgn_0 vdd2 nb2_0 vmid2 rst2 rstb2 az2 azb2 cenb2 dis2 sck2 win2 out_1 sgn_1 nb2_1 tile_2x2x2
cout_0 out_0 0 2e-15
csgn_0 sgn_0 0 2e-15
cout_1 out_1 0 2e-15
csgn_1 sgn_1 0 2e-15
.ic v(xtile.xkeys_0.xcell_0.sn)=0.45
.ic v(xtile.xkeys_0.xcell_1.sn)=0.45
.ic v(xtile.xkeys_1.xcell_0.sn)=0.6428571428571429
.ic v(xtile.xkeys_1.xcell_1.sn)=0
.ic v(xtile.xvalues_0.xcell_0.sn)=0.45
.ic v(xtile.xvalues_0.xcell_1.sn)=0.7714285714285715
.ic v(xtile.xvalues_1.xcell_0.sn)=0.45
.ic v(xtile.xvalues_1.xcell_1.sn)=0.1285714285714286
.tran 1e-10 6.133999999999999e-08
.probe tran i(vddc)
.probe tran i(vdd1)
.probe tran i(vbias1)
.probe tran i(vmid1)
.probe tran i(vshare1)
.probe tran i(vck1_rst)
.probe tran i(vck1_rstb)
.probe tran i(vck1_az)
.probe tran i(vck1_azb)
.probe tran i(vck1_cenb)
.probe tran i(vck1_dis)
.probe tran i(vck1_win)
.probe tran i(vdd2)
.probe tran i(vbias2)
.probe tran i(vmid2)
.probe tran i(vshare2)
.probe tran i(vck2_rst)
.probe tran i(vck2_rstb)
.probe tran i(vck2_az)
.probe tran i(vck2_azb)
.probe tran i(vck2_cenb)
.probe tran i(vck2_dis)
.probe tran i(vck2_sck)
.probe tran i(vck2_win)
.probe tran v(xtile.phi_0)
.probe tran v(xtile.phi_1)
.probe tran v(out_0)
.probe tran v(sgn_0)
.probe tran v(out_1)
.probe tran v(sgn_1)
.probe tran v(xtile.xkeys_0.xcell_0.sn)
.probe tran v(xtile.keys_bl_0)
.probe tran v(xtile.xrelu_0.pos)
.probe tran v(xtile.values_bl_0)
.probe tran v(xtile.xsigned_0.pos)
.probe tran v(xtile.xvalues_0.xcell_0.sn)
.end
