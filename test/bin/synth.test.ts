import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');

/**
 * Runs an app as the CDK CLI does, with no AWS account, and returns the resources of its one template. The context of its
 * cdk.json turns findings of the CDK's template validation into errors.
 */
function synthesize(folder: string, app: string, options: Record<string, string> = {}): { Type: string }[] {
  const output = mkdtempSync(path.join(tmpdir(), 'synth-'));
  const { context } = JSON.parse(readFileSync(path.join(root, folder, 'cdk.json'), 'utf8'));
  try {
    execFileSync(path.join(root, 'node_modules', '.bin', 'tsx'), [path.join(folder, app)], {
      cwd: root,
      env: { PATH: process.env.PATH, CDK_OUTDIR: output, CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...options }) },
      stdio: 'pipe',
    });
    const manifest = JSON.parse(readFileSync(path.join(output, 'manifest.json'), 'utf8'));
    const [stack, ...others] = Object.values<{ type: string; properties: { templateFile: string } }>(
      manifest.artifacts,
    ).filter(({ type }) => type === 'aws:cloudformation:stack');
    expect(others).toEqual([]);
    const template = readFileSync(path.join(output, stack?.properties.templateFile ?? ''), 'utf8');
    return Object.values(JSON.parse(template).Resources);
  } finally {
    rmSync(output, { recursive: true });
  }
}

const count = (resources: { Type: string }[], type: string) => resources.filter(({ Type }) => Type === type).length;

test('bin/app.ts turns context into a stack that passes template validation', () => {
  const resources = synthesize('.', 'bin/app.ts', {
    repositories: 'team/*',
    alarmEmail: 'team@example.com',
    includeReplicatedImages: 'true',
    deleteOrphanedCompanions: 'true',
  });
  expect(count(resources, 'AWS::Lambda::Function')).toBe(1);
  expect(count(resources, 'AWS::CloudWatch::Dashboard')).toBe(1);
  expect(count(resources, 'AWS::SNS::Subscription')).toBe(1);
  expect(JSON.stringify(resources)).toContain('"repository-name":[{"prefix":"team/"}]');
});
