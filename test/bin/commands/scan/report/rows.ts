import { htmlPage } from '../../../../../bin/commands/scan/report/html';
import { PageData } from '../../../../../bin/commands/scan/report/page-data';
import { acceptedBy } from '../../../../../bin/inventory/acceptance';
import type { Consumer } from '../../../../../bin/inventory/consumers';
import type { InventoryMetadata } from '../../../../../bin/inventory/metadata';
import type { Row } from '../../../../../bin/inventory/row';
import { Totals } from '../../../../../bin/inventory/totals';
import { digestOfText, OCI } from '../../../../support/manifests';
import { DEFAULT_POLICY } from '../../../../support/policy';

export const METADATA: InventoryMetadata = {
  account: '123456789012',
  region: 'eu-north-1',
  generatedAt: new Date('2026-11-21T13:00:00Z'),
  policy: DEFAULT_POLICY,
  repositories: [],
};

/** The services that the reports here are about. */
export const ASKED: readonly Consumer[] = ['sagemaker', 'lambda'];

const CURRENT = { state: 'current', tag: 'v1-dockerv2' } as const;

/** A row of the inventory: an OCI image with a current companion, by default. */
export const aRow = (more: Partial<Row> = {}): Row => ({
  repository: 'team/app',
  tag: 'v1',
  digest: digestOfText('v1'),
  mediaType: OCI.manifest,
  kind: 'image',
  format: 'OCI image',
  pushedAt: new Date('2026-11-01T10:00:00Z'),
  size: 12_345_678,
  accepted: acceptedBy({ mediaType: OCI.manifest }),
  companion: CURRENT,
  companions: [more.companion ?? CURRENT],
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

export function pageOf(rows: readonly Row[], metadata = METADATA, consumers = ASKED): string {
  const data = new PageData(consumers);
  for (const row of rows) data.add(row);
  return htmlPage(metadata, totalsOf(rows), data);
}
