import { createHash } from 'node:crypto';
import { CONSUMERS } from '../../../inventory/acceptance';
import { ranked } from '../../../inventory/counts';
import { describeRules, type InventoryMetadata } from '../../../inventory/metadata';
import { TAG_STATES, type TagState } from '../../../inventory/row';
import { plural, type Totals } from '../../../inventory/totals';
import { chart, percent } from './chart';
import { escapeHtml, jsonForScript } from './escape';
import type { PageData } from './page-data';
import { pageScript } from './page-script';
import { PAGE_STYLE } from './page-style';

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The page may run this script and use this style, and nothing else: no request, no form, nothing that data could add. */
const securityPolicy = (script: string): string =>
  `default-src 'none'; script-src ${hash(script)}; style-src ${hash(PAGE_STYLE)}; base-uri 'none'; form-action 'none'`;

const COLUMNS = [
  ['repository', 'Repository'],
  ['tag', 'Tag'],
  ['format', 'Format'],
  ['sagemaker', 'SageMaker'],
  ['lambda', 'Lambda'],
  ['state', 'Companion'],
  ['pushed', 'Pushed'],
  ['size', 'Size'],
  ['digest', 'Digest'],
] as const;

const CHOICES: readonly (readonly [value: string, text: string])[] = [
  ['', 'every tag'],
  ['missing out-of-date', 'what a repair would fix'],
  ['refused unreadable', 'what a person must look at'],
  ...Object.entries(TAG_STATES).map(([state, meaning]) => [state, `${state}: ${meaning}`] as const),
];

/** One page without any request: every tag, its totals and a chart, to look at, to search, to print. */
export function htmlPage(metadata: InventoryMetadata, totals: Totals, data: PageData): string {
  const { account, region, generatedAt } = metadata;
  const script = pageScript();
  const generated = `${generatedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const title = `Images in Amazon ECR: ${account}, ${region}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${securityPolicy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>Images in Amazon ECR, and who accepts them</h1>
<p class="soft">Account <span class="code">${escapeHtml(account)}</span>, Region <span class="code">${escapeHtml(region)}</span>, as of <time datetime="${generatedAt.toISOString()}">${generated}</time></p>
<dl class="rules">${describeRules(metadata)
    .map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd class="code">${escapeHtml(value)}</dd></div>`)
    .join('')}</dl>
</header>
<main>
${unreadable(totals)}
${cards(totals)}
<h2>Who accepts the images</h2>
${chart(totals)}
<div class="lists">
${list('Formats', ranked(totals.formats))}
${list('Companions', states(totals))}
${list('Why companions are refused', ranked(totals.refusals))}
${list('Repositories with most to do', ranked(totals.toDo).slice(0, 10))}
</div>
<h2 id="tags">Every tag</h2>
<noscript><p>The list of tags needs JavaScript, which this page was opened without. Nothing would be loaded or sent.</p></noscript>
<div id="tools" class="no-print" hidden>
<div class="tools">
<label class="wide">Search repositories, tags, formats, reasons, digests<input id="search" type="search" autocomplete="off" spellcheck="false"></label>
<label>Show<select id="choice">${CHOICES.map(([value, text]) => `<option value="${escapeHtml(value)}">${escapeHtml(text)}</option>`).join('')}</select></label>
</div>
<div class="pages"><button id="previous" type="button">Previous</button><button id="next" type="button">Next</button><span id="shown" role="status" aria-live="polite"></span></div>
</div>
<div class="scroll" role="region" aria-labelledby="tags" tabindex="0">
<table id="inventory">
<thead><tr>${COLUMNS.map(([order, text]) => `<th scope="col" data-order="${order}"><button type="button">${text}</button></th>`).join('')}</tr></thead>
<tbody id="rows"></tbody>
</table>
</div>
<p id="cut" class="print-only"></p>
</main>
<footer>
<p>SageMaker and Lambda columns say what each is documented or reported to accept; no AWS service but Amazon ECR was asked. Archived images are left out. Made by <span class="code">ecr-oci scan</span>.</p>
</footer>
<script type="application/json" id="data">${jsonForScript(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function cards(totals: Totals): string {
  const { images, coverage, repairable, needAPerson } = totals;
  const covered = CONSUMERS.map((consumer) => coverage[consumer].asIs + coverage[consumer].byCompanion);
  const [sagemaker = 0, lambda = 0] = covered;
  const card = (value: string, text: string, tone = '') =>
    `<li class="${tone}"><b>${escapeHtml(value)}</b>${escapeHtml(text)}</li>`;
  const tone = (ready: number) => (images > 0 && ready === images ? 'good' : '');
  return `<ul class="cards">
${card(images.toLocaleString('en'), `${images === 1 ? 'image' : 'images'} by tag, in ${plural(totals.repositories.size, 'repository', 'repositories')}`)}
${card(percent(sagemaker, images), 'can be given to SageMaker, themselves or by their companion', tone(sagemaker))}
${card(percent(lambda, images), 'can be given to AWS Lambda, themselves or by their companion', tone(lambda))}
${card(repairable.toLocaleString('en'), 'need a repair, which the service or ecr-oci backfill does', repairable > 0 ? 'warn' : 'good')}
${card(needAPerson.toLocaleString('en'), 'need a person: they cannot be expressed safely', needAPerson > 0 ? 'bad' : 'good')}
</ul>`;
}

function unreadable({ unreadable: repositories }: Totals): string {
  if (repositories.length === 0) return '';
  const items = repositories.map(({ repository, why }) => `<li>${escapeHtml(`${repository}: ${why}`)}</li>`);
  return `<div class="alert" role="note"><b>${plural(repositories.length, 'repository', 'repositories')} could not be read and ${repositories.length === 1 ? 'is' : 'are'} missing here, wholly or in part.</b><ul>${items.join('')}</ul></div>`;
}

const states = ({ states }: Totals): readonly (readonly [string, number])[] =>
  (Object.keys(TAG_STATES) as TagState[]).flatMap((state) => {
    const tags = states.get(state);
    return tags ? [[`${state}: ${TAG_STATES[state]}`, tags] as const] : [];
  });

function list(title: string, rows: readonly (readonly [string, number])[]): string {
  if (rows.length === 0) return '';
  const cells = rows.map(
    ([name, count]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${count.toLocaleString('en')}</td></tr>`,
  );
  return `<section><h2>${escapeHtml(title)}</h2><table><tbody>${cells.join('')}</tbody></table></section>`;
}
