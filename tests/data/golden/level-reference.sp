* end levels of the write DAC, and what cells do with them
.lib 'PDK/gc28.hspice.lib' tt
.lib 'PDK/gc28.hspice.lib' cards
.option post=1 probe method=gear reltol=1e-4 delmax=1e-08
.temp 27

* 6T gain cell: stored voltage on sn, current into bl while wl is high
.subckt gain_cell_probed wbl we web wl wlb bl nw sn vdd vss
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
.ends gain_cell_probed

* end levels of the write DAC at which a cell pushes as much as it pulls
.subckt level_reference low high mid vdd
xlo_push low 0 vdd vdd 0 lo_bl vdd low vdd 0 gain_cell_probed
xlo_pull vdd 0 vdd vdd 0 lo_bl vdd vdd vdd 0 gain_cell_probed
xhi_push 0 0 vdd vdd 0 hi_bl vdd 0 vdd 0 gain_cell_probed
xhi_pull high 0 vdd vdd 0 hi_bl vdd high vdd 0 gain_cell_probed
mbias_p pb pb vdd vdd gc28_p_svt w=2e-06 l=2e-07
rbias pb nb 50000
mbias_n nb nb 0 0 gc28_n_svt w=1e-06 l=2e-07
mlo_tail lo_t pb vdd vdd gc28_p_svt w=2e-06 l=2e-07
mlo_in lo_m lo_bl lo_t vdd gc28_p_svt w=8e-06 l=2e-07
mlo_mid low mid lo_t vdd gc28_p_svt w=8e-06 l=2e-07
mlo_load_in lo_m lo_m 0 0 gc28_n_svt w=1e-06 l=2e-07
mlo_load_out low lo_m 0 0 gc28_n_svt w=1e-06 l=2e-07
mhi_tail hi_t nb 0 0 gc28_n_svt w=1e-06 l=2e-07
mhi_in hi_m hi_bl hi_t 0 gc28_n_svt w=4e-06 l=2e-07
mhi_mid high mid hi_t 0 gc28_n_svt w=4e-06 l=2e-07
mhi_load_in hi_m hi_m vdd vdd gc28_p_svt w=2e-06 l=2e-07
mhi_load_out high hi_m vdd vdd gc28_p_svt w=2e-06 l=2e-07
clow low 0 5e-12
chigh high vdd 5e-12
.ends level_reference

vvdd vdd 0 0.9
vmid mid 0 0.45
xreference low high mid vdd level_reference
vpush push 0 0.45
xpush low 0 vdd vdd 0 push vdd low vdd 0 gain_cell_probed
vpull pull 0 0.45
xpull high 0 vdd vdd 0 pull vdd high vdd 0 gain_cell_probed
.ic v(high)=0.9
.ic v(low)=0
.tran 1e-08 2e-06
.probe tran v(low)
.probe tran v(high)
.probe tran i(vpush)
.probe tran i(vpull)
.probe tran i(vvdd)
.end
