import { htmlPage } from '../../../../../bin/commands/scan/report/html';
import { PageData } from '../../../../../bin/commands/scan/report/page-data';
import type { About } from '../../../../../bin/inventory/about';
import type { Row } from '../../../../../bin/inventory/row';
import { Totals } from '../../../../../bin/inventory/totals';
import type { Policy } from '../../../../../lambda/core/companion/policy';
import { digestOfText, OCI } from '../../../../support/manifests';

const policy: Policy = {
  companionTag: { suffix: '-dockerv2' },
  platforms: [{ os: 'linux', architecture: 'amd64' }],
  companionFor: 'oci-images',
  uncompressedLayers: 'refuse',
};

export const ABOUT: About = {
  account: '123456789012',
  region: 'eu-north-1',
  generatedAt: new Date('2026-11-21T13:00:00Z'),
  policy,
  repositories: [],
  excludedTags: [],
};

/** A row of the inventory: an OCI image whose companion is right, but for what is said. */
export const aRow = (more: Partial<Row> = {}): Row => ({
  repository: 'team/app',
  tag: 'v1',
  digest: digestOfText('v1'),
  mediaType: OCI.manifest,
  kind: 'image',
  format: 'OCI image',
  pushedAt: new Date('2026-11-01T10:00:00Z'),
  size: 12_345_678,
  sagemaker: { verdict: 'refused', why: 'it refuses OCI manifests' },
  lambda: { verdict: 'accepted', why: 'it takes OCI manifests' },
  companion: { state: 'right', tag: 'v1-dockerv2' },
  companions: [],
  isRepairable: false,
  ...more,
});

export const missing = (tag: string, more: Partial<Row> = {}): Row =>
  aRow({ tag, companion: { state: 'missing', tag: `${tag}-dockerv2` }, isRepairable: true, ...more });

export const refused = (tag: string, detail: string): Row =>
  aRow({ tag, companion: { state: 'refused', reason: 'zstd-layer', detail } });

export function totalsOf(rows: readonly Row[]): Totals {
  const totals = new Totals();
  for (const row of rows) totals.add(row);
  return totals;
}

export function pageOf(rows: readonly Row[], about: About = ABOUT, totals = totalsOf(rows)): string {
  const data = new PageData();
  for (const row of rows) data.add(row);
  return htmlPage(about, totals, data);
}
