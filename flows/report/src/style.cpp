#include <fmt/format.h>

#include "html.hpp"

namespace gaincell::report {

const char* styleSheet() {
  // The palette of palette.hpp, once for each theme; paper always gets the light one.
  return R"css(
:root{color-scheme:light dark;--bg:#fff;--card:#f6f7f9;--text:#14171b;--soft:#525a64;--line:#d5d9df;--link:#0a5ca8;
--pass:#0d6b41;--fail:#b3202f;--warn:#8a5300;--none:#525a64;--grid:#c8ccd2;--axis:#808890;
--c0:#0b62a8;--c1:#c2570c;--c2:#0f7b4f;--c3:#8a3fa0;--c4:#c0273a;--c5:#0d7f8c;--c6:#7a5a2e;--c7:#5f6772}
@media (prefers-color-scheme:dark){:root{--bg:#14171b;--card:#1d2126;--text:#e6e8eb;--soft:#a8b0ba;--line:#363c44;
--link:#7dbcf5;--pass:#62c99a;--fail:#f28b94;--warn:#e8b35c;--none:#a8b0ba;--grid:#3a4048;--axis:#8b949e;
--c0:#6db3f2;--c1:#f2a365;--c2:#62c99a;--c3:#d29be6;--c4:#f28b94;--c5:#5fcbd6;--c6:#cfae7c;--c7:#aab2bd}}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--text:#000;--soft:#333;--line:#bbb;--link:#000;--pass:#0d6b41;
--fail:#b3202f;--warn:#8a5300;--none:#444;--grid:#c8ccd2;--axis:#808890;--c0:#0b62a8;--c1:#c2570c;--c2:#0f7b4f;
--c3:#8a3fa0;--c4:#c0273a;--c5:#0d7f8c;--c6:#7a5a2e;--c7:#5f6772}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",
sans-serif}
.page{max-width:1060px;margin:0 auto;padding:24px 20px 60px}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 4px}
h2{font-size:1.35rem;line-height:1.25;margin:48px 0 12px;padding-top:14px;border-top:1px solid var(--line)}
h3{font-size:1.05rem;line-height:1.3;margin:0 0 8px}
p{margin:0 0 12px;max-width:72ch}
a{color:var(--link)}
a:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-9999px}
.skip:focus{left:12px;top:12px;background:var(--bg);padding:6px 12px;z-index:1}
.about,figcaption,.note,caption{color:var(--soft)}
.about{margin:0 0 20px}
.verdict{border-left:6px solid var(--none);background:var(--card);padding:14px 18px;margin:0 0 20px}
.verdict p{margin:0}
.verdict .big{font-size:1.2rem;font-weight:600}
.verdict.all-met{border-color:var(--pass)}
.verdict.not-met{border-color:var(--fail)}
.all-met .big{color:var(--pass)}
.not-met .big{color:var(--fail)}
nav ul,ul.files{list-style:none;padding:0;margin:0 0 8px;display:flex;flex-wrap:wrap;gap:4px 18px}
ul.checks{padding:0;margin:0 0 16px;list-style:none}
ul.checks li{margin:0 0 8px}
.scroll{overflow-x:auto;margin:0 0 18px}
table{border-collapse:collapse;font-size:.92rem;width:100%}
table.limits{min-width:60em}table.limits td:nth-child(6){min-width:10.5em}
caption{text-align:left;padding:0 0 6px;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:6px 14px 6px 0;border-bottom:1px solid var(--line)}
td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.r{white-space:nowrap}
table.text th.n{white-space:normal}
thead th{border-bottom:2px solid var(--line)}
tbody th{font-weight:500;min-width:11em}
.pass{color:var(--pass)}.fail{color:var(--fail)}.warn{color:var(--warn)}.none{color:var(--none)}
.badge{font-weight:600;white-space:nowrap}
figure{margin:0 0 30px;padding:16px;background:var(--card);border:1px solid var(--line);border-radius:6px;break-inside:avoid}
figure svg{display:block;width:100%;height:auto;max-width:820px;margin:0 auto 10px}
figure svg.plot{max-width:700px;font-family:inherit}
figcaption{font-size:.94rem}
figcaption p{margin:0 0 6px}
code{font:.86em ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;background:var(--bg);border:1px solid var(--line);
border-radius:4px;padding:1px 5px;overflow-wrap:anywhere}
figure code{background:var(--card)}
details{margin:0 0 16px}
summary{cursor:pointer;padding:4px 0}
.wide{overflow-x:auto}
.wide svg{min-width:640px}.wide svg.plot{min-width:0}
@media (max-width:560px){body{font-size:15px}.page{padding:16px 12px 40px}figure{padding:10px}th,td{padding-right:10px}
.wide svg.plot{min-width:540px}}
@media print{body{font-size:10pt}.page{max-width:none;padding:0}nav,.skip{display:none}
h2,h3,caption,thead,section>p{break-after:avoid}h2{margin-top:24px}p{break-inside:avoid}
tr{break-inside:avoid}.scroll,.wide{overflow:visible}.wide svg,.wide svg.plot{min-width:0}a{text-decoration:none}
figure{border:0;border-top:1px solid #bbb;border-radius:0;padding:10px 0;margin:0 0 14px}
figure svg{max-height:150mm}figure svg.plot{max-width:130mm;max-height:150mm}
table{font-size:8.5pt}table.limits{min-width:0}th,td{padding:4px 10px 4px 0}
details::details-content{content-visibility:visible;block-size:auto}@page{margin:14mm}}
)css";
}

}  // namespace gaincell::report
