import { CONSUMERS, type Consumer } from '../../../inventory/consumers';
import { COVERAGE, type Coverage, type CoveragePart, type Totals } from '../../../inventory/totals';
import { escapeHtml } from './escape';

const PARTS = Object.keys(COVERAGE) as CoveragePart[];

/** Never rounded up to all or down to none. */
export function percent(part: number, all: number): string {
  if (all === 0) return '–';
  const rounded = Math.round((100 * part) / all);
  if (rounded === 100 && part < all) return '>99%';
  return rounded === 0 && part > 0 ? '<1%' : `${rounded}%`;
}

/** One bar for each of these services. Text is outside of the SVG, which is stretched to the page's width. */
export function chart({ coverage, images }: Totals, consumers: readonly Consumer[]): string {
  const nameOf = (consumer: Consumer) => CONSUMERS[consumer].name;
  const bars = consumers.map(
    (consumer) =>
      `<dt>${escapeHtml(nameOf(consumer))}</dt><dd>${bar(coverage[consumer], images, nameOf(consumer))}</dd>`,
  );
  const legend = PARTS.map(
    (part) =>
      `<tr><th scope="row"><svg class="swatch" viewBox="0 0 1 1" aria-hidden="true"><rect class="part-${part}" width="1" height="1"/></svg>${escapeHtml(COVERAGE[part])}</th>${consumers
        .map((consumer) => `<td>${coverage[consumer][part].toLocaleString('en')}</td>`)
        .join('')}</tr>`,
  );
  const head = consumers.map((consumer) => `<th scope="col">${escapeHtml(nameOf(consumer))}</th>`).join('');
  return `<dl class="bars">${bars.join('')}</dl>
<table class="legend"><thead><tr><th scope="col">Images</th>${head}</tr></thead><tbody>${legend.join('')}</tbody></table>`;
}

function bar(coverage: Coverage, images: number, name: string): string {
  const texts = PARTS.filter((part) => coverage[part] > 0).map(
    (part) => `${coverage[part].toLocaleString('en')} ${COVERAGE[part]}`,
  );
  let x = 0;
  const rects = PARTS.map((part) => {
    const width = images === 0 ? 0 : (1000 * coverage[part]) / images;
    const rect = `<rect class="part-${part}" x="${x.toFixed(2)}" width="${width.toFixed(2)}" height="10"><title>${escapeHtml(`${COVERAGE[part]}: ${coverage[part].toLocaleString('en')} (${percent(coverage[part], images)})`)}</title></rect>`;
    x += width;
    return width > 0 ? rect : '';
  });
  return `<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(`${name}: ${texts.join(', ') || 'no images'}`)}">${rects.join('')}</svg>`;
}
