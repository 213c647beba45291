import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { OciImageRemediationStack } from '../../../lib';

/** The memory that the construct gives its function. */
export function memoryOf(app: App): number {
  const template = Template.fromStack(new OciImageRemediationStack(app, 'OciImageRemediation'));
  const [fn] = Object.values(template.findResources('AWS::Lambda::Function'));
  return fn?.Properties.MemorySize;
}

/** What is left of it beside the processes of Lambda's runtime. */
export const limitOf = (memoryMiB: number): number => memoryMiB - 64;
