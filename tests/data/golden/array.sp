* gain-cell array: one read
.lib 'PDK/gc28.hspice.lib' tt
.lib 'PDK/gc28.hspice.lib' cards
.option post=1 probe
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

* gain cell with its piece of every line
.subckt array_element vdd nw wl wl_next wlb wlb_next bl bl_next wbl wbl_next we we_next web web_next
rwl wl wl_next 2
cwl wl_next 0 8e-16
rwlb wlb wlb_next 2
cwlb wlb_next 0 8e-16
rbl bl bl_next 2
cbl bl_next 0 8e-16
rwbl wbl wbl_next 2
cwbl wbl_next 0 8e-16
rwe we we_next 2
cwe we_next 0 8e-16
rweb web web_next 2
cweb web_next 0 8e-16
xcell wbl_next we_next web_next wl_next wlb_next bl_next nw vdd 0 gain_cell
.ends array_element

* a row of array elements
.subckt array_row_2 vdd nw wl wlb wbl bl_0 bl_next_0 we_0 we_next_0 web_0 web_next_0 bl_1 bl_next_1 we_1 we_next_1 web_1 web_next_1
xe_0 vdd nw wl wl_at_0 wlb wlb_at_0 bl_0 bl_next_0 wbl wbl_at_0 we_0 we_next_0 web_0 web_next_0 array_element
xe_1 vdd nw wl_at_0 wl_end wlb_at_0 wlb_end bl_1 bl_next_1 wbl_at_0 wbl_end we_1 we_next_1 web_1 web_next_1 array_element
cwl_end wl_end 0 1e-20
cwlb_end wlb_end 0 1e-20
cwbl_end wbl_end 0 1e-20
.ends array_row_2

* 2 x 2 gain cells
.subckt array_2_2 vdd nw wl_0 wl_1 wlb_0 wlb_1 bl_0 bl_1 wbl_0 wbl_1 we_0 we_1 web_0 web_1
xrow_0 vdd nw wl_0 wlb_0 wbl_0 bl_0 bl_0_after_0 we_0 we_0_after_0 web_0 web_0_after_0 bl_1 bl_1_after_0 we_1 we_1_after_0 web_1 web_1_after_0 array_row_2
cbl_0_end bl_0_after_1 0 1e-20
cwe_0_end we_0_after_1 0 1e-20
cweb_0_end web_0_after_1 0 1e-20
cbl_1_end bl_1_after_1 0 1e-20
cwe_1_end we_1_after_1 0 1e-20
cweb_1_end web_1_after_1 0 1e-20
xrow_1 vdd nw wl_1 wlb_1 wbl_1 bl_0_after_0 bl_0_after_1 we_0_after_0 we_0_after_1 web_0_after_0 web_0_after_1 bl_1_after_0 bl_1_after_1 we_1_after_0 we_1_after_1 web_1_after_0 web_1_after_1 array_row_2
.ends array_2_2

vdd vdd 0 0.9
vnw nw 0 0.9
vwl_0 wl_0 0 pwl(0 0 1e-09 0 1.05e-09 0.9 2e-09 0.9 2.05e-09 0)
vwl_1 wl_1 0 pwl(0 0 1e-09 0 1.05e-09 0.9 3e-09 0.9 3.05e-09 0)
vwlb_0 wlb_0 0 pwl(0 0.9 1e-09 0.9 1.05e-09 0 2e-09 0 2.05e-09 0.9)
vwlb_1 wlb_1 0 pwl(0 0.9 1e-09 0.9 1.05e-09 0 3e-09 0 3.05e-09 0.9)
vwbl_0 wbl_0 0 0.45
vwbl_1 wbl_1 0 0.45
vwe_0 we_0 0 0
vwe_1 we_1 0 0
vweb_0 web_0 0 0.9
vweb_1 web_1 0 0.9
xarray vdd nw wl_0 wl_1 wlb_0 wlb_1 bl_0 bl_1 wbl_0 wbl_1 we_0 we_1 web_0 web_1 array_2_2
vbl_0 bl_0 0 0.45
vbl_1 bl_1 0 0.45
.ic v(xarray.xrow_0.xe_0.xcell.sn)=0
.ic v(xarray.xrow_0.xe_1.xcell.sn)=0.1285714285714286
.ic v(xarray.xrow_1.xe_0.xcell.sn)=0.1285714285714286
.ic v(xarray.xrow_1.xe_1.xcell.sn)=0.2571428571428572
.tran 1e-10 1.8000000000000002e-08
.probe tran i(vbl_0)
.probe tran i(vbl_1)
.end
