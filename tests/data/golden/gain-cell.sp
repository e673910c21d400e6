* Write and read of the gain cell, gc28 tt 27 C 0.9 V
.lib 'PDK/gc28.hspice.lib' tt
.lib 'PDK/gc28.hspice.lib' cards
.option post=1 probe abstol=1e-14 gmin=1e-16 method=gear reltol=1e-4 delmax=2e-10
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

vvdd vdd 0 0.9
vvss vss 0 0
vbl bl 0 0.45
xcell wbl we web wl wlb bl nw vdd vss gain_cell
vwbl wbl 0 pwl(0 0.45 2.75e-10 0.45 3.25e-10 0 1.2875e-08 0 1.2925e-08 0.45 6.087500000000001e-08 0.45 6.092500000000001e-08 0.9 7.3475e-08 0.9
+ 7.3525e-08 0.45)
vwe we 0 pwl(0 0 5.75e-10 0 6.25e-10 0.9 1.2575e-08 0.9 1.2625e-08 0 3.0875000000000003e-08 0 3.092500000000001e-08 0.9 4.2875000000000005e-08 0.9
+ 4.292500000000001e-08 0 6.1175e-08 0 6.122500000000001e-08 0.9 7.3175e-08 0.9 7.322500000000001e-08 0)
vweb web 0 pwl(0 0.9 5.75e-10 0.9 6.25e-10 0 1.2575e-08 0 1.2625e-08 0.9 3.0875000000000003e-08 0.9 3.092500000000001e-08 0 4.2875000000000005e-08 0
+ 4.292500000000001e-08 0.9 6.1175e-08 0.9 6.122500000000001e-08 0 7.3175e-08 0 7.322500000000001e-08 0.9)
vnw nw 0 0.9
vwl wl 0 pwl(0 0 1.4475e-08 0 1.4525000000000001e-08 0.9 2.9475000000000004e-08 0.9 2.9525e-08 0 4.477500000000001e-08 0 4.482500000000001e-08 0.9 5.977500000000002e-08 0.9
+ 5.982500000000002e-08 0 7.507499999999999e-08 0 7.512499999999999e-08 0.9 9.007499999999999e-08 0.9 9.0125e-08 0)
vwlb wlb 0 pwl(0 0.9 1.4475e-08 0.9 1.4525000000000001e-08 0 2.9475000000000004e-08 0 2.9525e-08 0.9 4.477500000000001e-08 0.9 4.482500000000001e-08 0 5.977500000000002e-08 0
+ 5.982500000000002e-08 0.9 7.507499999999999e-08 0.9 7.512499999999999e-08 0 9.007499999999999e-08 0 9.0125e-08 0.9)
.ic v(xcell.sn)=0.45
.tran 2e-10 9.089999999999999e-08
.probe tran v(xcell.sn)
.probe tran i(vvdd)
.probe tran i(vvss)
.probe tran i(vbl)
.probe tran i(vwbl)
.probe tran i(vwe)
.probe tran i(vweb)
.probe tran i(vnw)
.probe tran i(vwl)
.probe tran i(vwlb)
.end
