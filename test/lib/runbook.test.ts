import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { REFUSAL_REASONS } from '../../lambda/core/reasons';
import { readWork } from '../../lambda/events/work';
import { OciImageRemediationStack, RemediationAlarm } from '../../lib';
import { newApp } from './support';

describe('docs/runbook.md', () => {
  const runbook = readFileSync(path.join(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
  const anchors = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    `${title}`
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  const alarmSections = [...(runbook.split(/^## The alarms$/m)[1]?.split(/^## /m)[0] ?? '').matchAll(/^### (.+)$/gm)];

  test('has a section for each alarm, under the anchor in its description', () => {
    for (const name of Object.values(RemediationAlarm)) {
      expect(anchors.filter((anchor) => anchor === name)).toEqual([name]);
    }
    expect(alarmSections).toHaveLength(Object.values(RemediationAlarm).length);
  });

  test('says for each alarm how to look and how to cure', () => {
    for (const [, title] of alarmSections) {
      const section = runbook.split(`### ${title}\n`)[1]?.split(/^##/m)[0] ?? '';
      expect([title, /\*\*Look\.\*\*/.test(section), /\*\*Cure\.\*\*/.test(section)]).toEqual([title, true, true]);
    }
  });

  test('says for each refusal reason what to do, and names no other', () => {
    const [, refusals = ''] = runbook.split(/^## The refusals$/m);
    const named = [...(refusals.split(/^## /m)[0] ?? '').matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, cell]) =>
      [...`${cell}`.matchAll(/`([a-z0-9-]+)`/g)].map(([, reason]) => reason),
    );
    expect(named.sort()).toEqual(Object.keys(REFUSAL_REASONS).sort());
  });

  test('requests work with events that the function reads', () => {
    const entries = [...runbook.matchAll(/--entries '(.+)'$/gm)].flatMap(([, json]) => JSON.parse(`${json}`));
    const works = entries.map(({ Source, DetailType, Detail }) =>
      readWork(
        JSON.stringify({
          id: '1',
          account: '123456789012',
          region: 'eu-north-1',
          time: '2026-11-16T01:54:34Z',
          source: Source,
          'detail-type': DetailType,
          detail: JSON.parse(Detail),
        }),
      ),
    );
    expect(works).toMatchObject([
      { kind: 'repair', image: { repository: 'team/app', tag: 'v1' } },
      { kind: 'repository-audit', repository: 'team/app' },
      { kind: 'registry-audit' },
    ]);
  });

  test('uses only outputs that the stack has', () => {
    const template = Template.fromStack(new OciImageRemediationStack(newApp(), 'Stack', { recompressLayers: true }));
    const outputs = [...runbook.matchAll(/\$\(output (\w+)\)/g)].map(([, name]) => `${name}`);
    expect(outputs.length).toBeGreaterThan(3);
    expect(outputs.filter((name) => !(name in template.findOutputs('*')))).toEqual([]);
  });
});
