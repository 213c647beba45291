import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { OciImageRemediationStack, type OciImageRemediationStackProps } from '../../lib';

/** A pace that takes no time. That of the defaults is shown by `npm run quota`. */
export const UNPACED = { putImagesPerSecond: 1_000, auditPutImagesPerSecond: 1_000 };

/** Synthesizes the stack as `cdk deploy` would, but unpaced. @returns the directory of the cloud assembly */
export function synthesize(props: OciImageRemediationStackProps = {}): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'assembly-')) });
  new OciImageRemediationStack(app, 'OciImageRemediation', { ...UNPACED, ...props });
  return app.synth().directory;
}
