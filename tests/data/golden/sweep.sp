* every feature
.option post=1 probe chgtol=1e-16 gmin=1e-15 method=gear reltol=1e-4
.temp 85

* a block with a parameter
.subckt Inverter a y vdd vss
+ wn=1e-07
mn y a vss vss nch w='wn' l=3e-08 rgatemod=0 rbodymod=0
xp a y vdd vdd PCH_sub w='2000000*wn' l=0.03 mult=3
cy y vss '1e-09*wn'
.ends Inverter

vdd vdd 0 0.9
vin a 0 pwl(0 0 1e-09 0 1.05e-09 0.9 2e-09 0.9 2.05e-09 0 3e-09 0 3.05e-09 0.9 4e-09 0.9
+ 4.05e-09 0 5e-09 0 5.05e-09 0.9)
xI1 a Y vdd 0 Inverter wn=2e-07
xI2 Y z vdd 0 Inverter
rl z 0 100000
ib vdd z 1e-06
eg2 e 0 Y z 2.5
gg3 e 0 Y 0 -0.001
gq e 0 cur='1e-06*tanh(v(Y)-0.45)+max(v(a,z),0)/1000'
eu h 0 vol='v(Y)>0.45 ? v(z) : 0'
rh h e 1000
.ic v(xI1.y)=0.3
.nodeset v(z)=0.9
.dc vin 0 0.9 0.1 vdd 0.8 1 0.1
.probe dc v(*) i(*)
.end
