import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Runs apps as the CDK CLI does, but in one process: loading the CDK takes longer than any of them. Each synthesizes when the
 * process ends.
 *
 * Usage: tsx synthesize.ts '[{ "folder": "/…", "output": "/…", "context": {} }]'
 */
const apps: { folder: string; output: string; context: Record<string, string> }[] = JSON.parse(process.argv[2] ?? '');

for (const { folder, output, context } of apps) {
  const cdk = JSON.parse(readFileSync(join(folder, 'cdk.json'), 'utf8'));
  process.env.CDK_OUTDIR = output;
  process.env.CDK_CONTEXT_JSON = JSON.stringify({ ...cdk.context, ...context });
  process.chdir(folder);
  require(join(folder, 'app.ts'));
}
