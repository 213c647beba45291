/** Colors differ in lightness too, and each state is also written as a word. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1b2330; --soft: #556070; --back: #fff; --raised: #f5f7fa; --line: #d9dfe7; --link: #0b57d0;
  --asIs: #1f7a4d; --byCompanion: #63b98a; --repairable: #f0b429; --refused: #c2362b; --unknown: #98a2b0;
  --good: #17643d; --warn: #8a5a00; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e7ebf1; --soft: #a5b0bf; --back: #12161c; --raised: #1b2129; --line: #333d4a; --link: #8ab4f8;
    --asIs: #2f9e68; --byCompanion: #8fd6b0; --repairable: #e0a32a; --refused: #e5695f; --unknown: #7b8694;
    --good: #7fd1a6; --warn: #f0c05a; --bad: #ff9a91; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--text); background: var(--back); }
main, header, footer { max-width: 1280px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 28px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 32px 0 12px; }
p { margin: 0 0 8px; }
.soft, footer { color: var(--soft); }
code, .code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: .92em; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 12px; margin: 24px 0 0; padding: 0; list-style: none; }
.cards li { background: var(--raised); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; }
.cards b { display: block; font-size: 28px; line-height: 1.15; font-variant-numeric: tabular-nums; }
.cards .warn b { color: var(--warn); } .cards .bad b { color: var(--bad); } .cards .good b { color: var(--good); }
.bars { display: grid; grid-template-columns: max-content 1fr; gap: 10px 16px; align-items: center; margin: 0 0 16px; }
.bars dt { font-weight: 600; } .bars dd { margin: 0; }
.bar { display: block; width: 100%; height: 26px; border-radius: 5px; background: var(--raised); }
.swatch { width: 12px; height: 12px; border-radius: 3px; margin-right: 8px; vertical-align: -1px; }
.part-asIs { fill: var(--asIs); } .part-byCompanion { fill: var(--byCompanion); } .part-repairable { fill: var(--repairable); }
.part-refused { fill: var(--refused); } .part-unknown { fill: var(--unknown); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; }
.evidence th, .evidence td { padding: 3px 24px 3px 0; font-weight: 400; font-size: 13px; overflow-wrap: anywhere; vertical-align: top; }
.legend th, .legend td { padding: 3px 24px 3px 0; font-weight: 400; } .legend td { text-align: right; }
.legend thead th { font-weight: 600; color: var(--soft); } .legend thead th + th { text-align: right; }
.lists { display: grid; grid-template-columns: repeat(auto-fit, minmax(260px, 1fr)); gap: 0 40px; }
.lists table { width: 100%; } .lists td { text-align: right; vertical-align: top; padding: 3px 0; } .lists th { font-weight: 400; padding: 3px 12px 3px 0; overflow-wrap: anywhere; }
.lists tr + tr > * { border-top: 1px solid var(--line); }
.tools { display: flex; flex-wrap: wrap; gap: 12px; align-items: end; margin-bottom: 12px; }
.tools label { display: grid; gap: 2px; font-size: 13px; color: var(--soft); }
.tools .wide { flex: 1 1 260px; }
input, select, button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--line); border-radius: 7px; padding: 7px 10px; }
button { cursor: pointer; } button:disabled { opacity: .45; cursor: default; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
.pages { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; margin: 12px 0; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; }
#inventory { width: 100%; font-size: 14px; }
#inventory th, #inventory td { padding: 7px 12px; border-bottom: 1px solid var(--line); vertical-align: top; }
#inventory tbody tr:last-child > * { border-bottom: 0; }
#inventory thead th { background: var(--raised); white-space: nowrap; padding: 0; }
#inventory thead button { width: 100%; text-align: left; border: 0; border-radius: 0; background: none; font-weight: 600; padding: 9px 12px; }
#inventory thead button::after { content: " \\2195"; color: var(--soft); opacity: .55; }
#inventory th[aria-sort=ascending] button::after { content: " \\2191"; opacity: 1; } #inventory th[aria-sort=descending] button::after { content: " \\2193"; opacity: 1; }
#inventory tbody th { font-weight: 400; } #inventory tbody th, #inventory .name { overflow-wrap: anywhere; min-width: 120px; }
#inventory .number { text-align: right; white-space: nowrap; } #inventory .short { white-space: nowrap; }
#inventory small { display: block; color: var(--soft); font-size: 12.5px; overflow-wrap: anywhere; max-width: 44ch; }
.state-current, .is-accepted { color: var(--good); } .state-missing, .state-out-of-date, .state-orphan { color: var(--warn); font-weight: 600; }
.state-refused, .state-unreadable { color: var(--bad); font-weight: 600; } .state-not-needed, .state-companion, .is-none { color: var(--soft); } .is-refused { color: var(--bad); }
dl.rules { display: flex; flex-wrap: wrap; gap: 2px 24px; margin: 8px 0 0; color: var(--soft); font-size: 13.5px; }
dl.rules div { display: flex; gap: 6px; } dl.rules dt::after { content: ":"; } dl.rules dd { margin: 0; color: var(--text); overflow-wrap: anywhere; }
.alert { border: 1px solid var(--bad); border-radius: 10px; padding: 10px 16px; margin: 20px 0 0; } .alert b { color: var(--bad); } .alert ul { margin: 4px 0; padding-left: 20px; overflow-wrap: anywhere; }
footer { padding-top: 16px; padding-bottom: 40px; font-size: 13px; }
.print-only { display: none; }
@media (max-width: 560px) {
  main, header, footer { padding-left: 16px; padding-right: 16px; } .cards { grid-template-columns: 1fr 1fr; } .cards b { font-size: 22px; }
  .bars { grid-template-columns: 1fr; gap: 4px; } .bars dd { margin-bottom: 8px; } .evidence th, .evidence td { padding: 3px 24px 3px 0; font-weight: 400; font-size: 13px; overflow-wrap: anywhere; vertical-align: top; }
.legend th, .legend td { padding-right: 10px; }
}
@media print {
  :root { color-scheme: light; --text: #000; --soft: #444; --back: #fff; --raised: #fff; --line: #bbb; }
  body { font-size: 10pt; } main, header, footer { max-width: none; padding-left: 0; padding-right: 0; }
  .no-print { display: none !important; } .print-only { display: block; } .scroll { overflow: visible; border: 0; }
  #inventory { font-size: 8pt; } #inventory th, #inventory td { padding: 2px 6px; } #inventory thead button { padding: 2px 6px; } #inventory thead button::after { content: ""; }
  thead { display: table-header-group; } tr, .cards li, .bars { break-inside: avoid; } rect, .swatch, .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
