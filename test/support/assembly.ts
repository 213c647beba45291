import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { OciImageRemediationStack, type OciImageRemediationStackProps } from '../../lib';

/** Synthesizes the stack as `cdk deploy` would. @returns the directory of the cloud assembly */
export function synthesize(props: OciImageRemediationStackProps = {}): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'assembly-')) });
  new OciImageRemediationStack(app, 'OciImageRemediation', props);
  return app.synth().directory;
}
