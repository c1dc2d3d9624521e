/// The style sheet of a report: light and dark as the reader's system has it, paper always light.
///
/// The colours are those of Okabe and Ito, which people with any kind of colour blindness tell
/// apart, darkened for white paper where they were too faint. A second result differs by dashes
/// too.
enum ReportStyle {
  static var rules: String {
    ":root{color-scheme:light dark;\(light)}\n"
      + "@media screen and (prefers-color-scheme:dark){:root{\(dark)}}\n" + text + plots + paper
  }

  private static let light = """
    --bg:#fff;--fg:#1a2027;--mute:#55606b;--grid:#e3e7eb;--edge:#9aa5af;--panel:#f4f6f8;
    --s0:#1a2027;--s1:#0072b2;--s2:#d55e00;--s3:#008a66;--s4:#b0508a;--s5:#b87a00;--s6:#3a9fd8;
    --ra:#0072b2;--rb:#d55e00;--good:#00694c;--bad:#b3261e;--load:#e8b13a;--stolen:#b4bdc6;
    --warnbg:#fff3d1;--warnedge:#d9a400;--differ:#fff3d1
    """

  private static let dark = """
    --bg:#14181d;--fg:#e6eaee;--mute:#a3aeb9;--grid:#2a313a;--edge:#5b6772;--panel:#1d232a;
    --s0:#f2f4f6;--s1:#4fa8e8;--s2:#ff8a4c;--s3:#2ec79c;--s4:#e090c2;--s5:#f0b93a;--s6:#a6dcff;
    --ra:#5ab4f0;--rb:#ff8a4c;--good:#3ccf9e;--bad:#ff8a80;--load:#8a6a1c;--stolen:#4d5863;
    --warnbg:#3a2f10;--warnedge:#d9a400;--differ:#3a2f10
    """

  private static let text = """
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:1200px;padding:20px 24px 48px;background:var(--bg);color:var(--fg);
    font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;
    font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
    h1{font-size:25px;line-height:1.2;margin:0 0 2px}
    h2{font-size:18px;margin:36px 0 8px;padding-top:10px;border-top:1px solid var(--grid)}
    p{margin:4px 0}
    .sub,.caption{color:var(--mute)}
    .caption{max-width:110ch}
    .caption{font-size:13px;margin-top:6px}
    .run{display:inline-block;min-width:1.2em;margin-right:.4em;text-align:center;font-weight:700;
    border-bottom:3px solid var(--ra)}
    .run.rb{border-bottom:3px dashed var(--rb)}
    .notes{margin:16px 0;padding:10px 16px;background:var(--warnbg);
    border-left:5px solid var(--warnedge)}
    .notes ul{margin:4px 0;padding-left:20px}
    .tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(128px,1fr));gap:10px;
    margin:16px 0}
    .tile{background:var(--panel);border-radius:6px;padding:9px 12px}
    .tile .name{color:var(--mute);font-size:13px}
    .tile .value{font-size:20px;font-weight:600}
    .tile .more{color:var(--mute);font-size:13px}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;margin:6px 0;font-size:14px}
    table.full{width:100%}
    th,td{padding:4px 10px;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid)}
    th{color:var(--mute);font-weight:600}
    .number{text-align:right;white-space:nowrap;overflow-wrap:normal}
    td.name,th{overflow-wrap:normal}
    tr.group td{font-weight:700;background:var(--panel)}
    tr.ratio td{color:var(--mute);font-style:italic}
    tr.strong td{font-weight:700}
    tr.differs td{background:var(--differ)}
    .met{color:var(--good);font-weight:700;white-space:nowrap}
    .missed{color:var(--bad);font-weight:700;white-space:nowrap}
    .open{color:var(--mute);font-weight:700;white-space:nowrap}
    .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));
    gap:0 36px}
    pre{margin:6px 0;padding:10px 12px;background:var(--panel);border-radius:6px;font-size:13px;
    white-space:pre-wrap;overflow-wrap:anywhere}

    """

  private static let plots = #"""
    input{position:absolute;opacity:0;pointer-events:none}
    input+label{display:inline-block;margin:0 18px 4px 0;font-size:14px;cursor:pointer}
    input+label::before{content:"\2610";margin-right:6px;font-size:16px}
    input:checked+label::before{content:"\2611"}
    input:not(:checked)+label{color:var(--mute)}
    input:focus-visible+label{outline:2px solid var(--ra);outline-offset:2px}
    .key{width:30px;height:12px;margin-right:6px;vertical-align:-1px}
    .plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));
    gap:16px 24px;margin-top:8px}
    .plot{overflow-x:auto}
    .plot.wide{grid-column:1/-1}
    .plot svg{display:block;width:100%;min-width:440px;height:auto}
    .plot.wide svg{min-width:800px}
    h3{font-size:15px;margin:0 0 4px}
    svg text{font-size:13px;fill:var(--mute);paint-order:stroke;stroke:var(--bg);stroke-width:3px;
    stroke-linejoin:round}
    svg text.title{font-size:12px}
    svg text.word{font-size:18px;fill:var(--fg)}
    svg text.mark{fill:var(--fg);font-weight:600}
    .grid{stroke:var(--grid);fill:none}
    .minor{opacity:.55}
    .edge{stroke:var(--edge);fill:none}
    .raw{stroke:var(--mute);fill:none;stroke-width:1.4;stroke-dasharray:2 4}
    .ideal{stroke:var(--edge);fill:none;stroke-dasharray:3 4}
    .knee{stroke:var(--fg);fill:none;stroke-width:1.4;stroke-dasharray:1 3}
    .line{fill:none;stroke-width:1.7;stroke-linejoin:round;stroke-linecap:round}
    .line.rb{stroke-dasharray:7 5;stroke-linecap:butt}
    .total{stroke-width:3.2}
    .tail{stroke:var(--edge);fill:none;stroke-width:.8}
    .s0{stroke:var(--s0)}.s1{stroke:var(--s1)}.s2{stroke:var(--s2)}.s3{stroke:var(--s3)}
    .s4{stroke:var(--s4)}.s5{stroke:var(--s5)}.s6{stroke:var(--s6)}
    svg text.s0{fill:var(--s0)}svg text.s1{fill:var(--s1)}svg text.s2{fill:var(--s2)}
    svg text.s3{fill:var(--s3)}svg text.s4{fill:var(--s4)}svg text.s5{fill:var(--s5)}
    svg text.s6{fill:var(--s6)}
    svg text.end{stroke:var(--bg);stroke-width:3px}
    svg text.total{font-weight:700;stroke-width:3px}
    .two .low{opacity:.75}.low{stroke-width:1.4}.mid{stroke-width:2}.high{stroke-width:1.1}
    .one .low{stroke:var(--s3)}.one .mid{stroke:var(--s1)}.one .high{stroke:var(--s2)}
    .two .ra.own{stroke:var(--ra)}.two .rb.own{stroke:var(--rb)}
    .two svg text.ra.own{fill:var(--ra);stroke:var(--bg)}
    .two svg text.rb.own{fill:var(--rb);stroke:var(--bg)}
    .area{fill:var(--load);fill-opacity:.3;stroke:var(--load);stroke-width:1}
    .area.rb{fill:none;stroke:var(--load);stroke-width:1.4;stroke-dasharray:5 4}
    .stolen{fill:var(--stolen);fill-opacity:.6;stroke:none}
    .stolen.rb{fill:none;stroke:var(--stolen);stroke-width:1;stroke-dasharray:2 2}
    .full{fill:var(--s1);fill-opacity:.28;stroke:var(--s1);stroke-width:1.2}
    .two .full.ra{fill:var(--ra);stroke:var(--ra)}
    .two .full.rb{fill:none;stroke:var(--rb);stroke-width:1.5;stroke-dasharray:6 4}
    .lost{fill:var(--bad);stroke:var(--bad);stroke-width:.6}
    .two .lost.ra{fill:var(--ra);stroke:var(--ra)}
    .two .lost.rb{fill:none;stroke:var(--rb);stroke-dasharray:3 2;stroke-width:1.4}
    .dot{stroke-width:1.6}
    .dot.ra{fill:var(--bg)}.dot.rb{fill:var(--bg)}
    .hit{fill:transparent;stroke:none}
    .hit:hover{fill:var(--mute);fill-opacity:.15}

    """#

  private static let paper = """
    @media (max-width:640px){body{padding:14px 12px 32px}h1{font-size:21px}
    .tiles{grid-template-columns:repeat(2,1fr)}th,td{padding:4px 7px}}
    @media print{body{max-width:none;padding:0;font-size:12px}
    input+label::before{display:none}input:not(:checked)+label{display:none}
    .plots{grid-template-columns:1fr 1fr}.plot svg,.plot.wide svg{min-width:0}
    .plots,.plots div,.notes,.tile,tr,pre,section:has(.plots){break-inside:avoid}
    h2,h3{break-after:avoid}
    *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}

    """
}
