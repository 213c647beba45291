import { CONSUMERS, type Consumer } from '../../../inventory/consumers';
import { findingsOf } from '../../../inventory/findings';
import { escapeHtml } from './escape';

/** What the verdicts of these services rest on. Pages are text, not links: the report names nothing to load. */
export function evidence(consumers: readonly Consumer[]): string {
  const lines = consumers.flatMap((consumer) =>
    findingsOf(consumer).map(
      ({ what, evidence: { url, date } }) =>
        `<tr><th scope="row">${escapeHtml(CONSUMERS[consumer].name)}</th><td>${escapeHtml(what)}</td><td class="code">${escapeHtml(url)}</td><td>${escapeHtml(date)}</td></tr>`,
    ),
  );
  return `<details><summary>What these verdicts rest on</summary><table class="evidence"><tbody>${lines.join('')}</tbody></table></details>`;
}
