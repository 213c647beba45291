import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventBridgeEvent, LOCAL_ACCOUNT } from '../../local';
import type { JsonObject } from '../../local/aws/json';
import { Template } from '../../local/cloudformation';

/** A hand-written assembly, whose function does what each message says. */
export const PROBE = join(__dirname, '..', 'fixtures', 'local', 'probe');

export const probeTemplate = (parameters: Record<string, string> = {}) =>
  Template.read(PROBE, { ...LOCAL_ACCOUNT, parameters });

/** A template of these resources alone. */
export function templateOf(resources: JsonObject, rest: JsonObject = {}): Template {
  const assetDirectory = (s3Key: string) => `/assets/${s3Key}`;
  return new Template({ stackName: 'Probe', body: { ...rest, Resources: resources }, assetDirectory }, LOCAL_ACCOUNT);
}

/** The probe's assembly with other properties for some of its resources. @returns its directory */
export function changedProbe(changes: Readonly<Record<string, JsonObject>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'probe-'));
  cpSync(PROBE, directory, { recursive: true });
  const file = join(directory, 'Probe.template.json');
  const template = JSON.parse(readFileSync(file, 'utf8'));
  for (const [id, properties] of Object.entries(changes)) Object.assign(template.Resources[id].Properties, properties);
  writeFileSync(file, JSON.stringify(template));
  return directory;
}

export function probeEvent(detail: JsonObject, source = 'probe'): EventBridgeEvent {
  return {
    version: '0',
    id: 'event',
    'detail-type': 'Probe',
    source,
    account: LOCAL_ACCOUNT.accountId,
    time: '2026-11-21T12:00:00Z',
    region: LOCAL_ACCOUNT.region,
    resources: [],
    detail: { 'image-tag': 'v1', ...detail },
  };
}
