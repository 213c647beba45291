import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const output = mkdtempSync(join(tmpdir(), 'pipeline-'));
afterAll(() => rmSync(output, { recursive: true }));

const json = (file: string) => JSON.parse(readFileSync(join(output, file), 'utf8'));

/** As the CDK CLI does, but in this process: to load the CDK again takes longer. */
test('examples/rollout/cdk-pipelines deploys one stack per account and Region, the first account before the others', () => {
  process.env.CDK_OUTDIR = output;
  process.env.CDK_CONTEXT_JSON = JSON.stringify({ 'aws:cdk:analytics-reporting': false });
  require('../../examples/rollout/cdk-pipelines/pipeline');
  const deployed = globSync('assembly-*/*.template.json', { cwd: output }).sort();
  const environments = globSync('assembly-*/manifest.json', { cwd: output }).flatMap((file) =>
    Object.values<{ environment?: string; properties?: { terminationProtection?: boolean } }>(json(file).artifacts)
      .filter(({ environment }) => environment !== undefined)
      .map(({ environment, properties }) => [environment, properties?.terminationProtection]),
  );
  expect(deployed).toHaveLength(4);
  expect(environments.sort()).toEqual(
    ['222222222222', '333333333333'].flatMap((account) =>
      ['eu-north-1', 'us-east-1'].map((region) => [`aws://${account}/${region}`, true]),
    ),
  );

  const { Resources } = json('RemediationPipeline.template.json');
  const [pipeline] = Object.values<{
    Type: string;
    Properties: { Stages: { Name: string; Actions: { Name: string }[] }[] };
  }>(Resources).filter(({ Type }) => Type === 'AWS::CodePipeline::Pipeline');
  const stages = (pipeline?.Properties.Stages ?? []).map(({ Name, Actions }) => [
    Name,
    Actions.some((action) => action.Name.startsWith('Approve')),
  ]);
  expect(stages).toEqual([
    ['Source', false],
    ['Build', false],
    ['UpdatePipeline', false],
    ['Assets', false],
    ['First', false],
    ['Others', true],
  ]);

  for (const file of deployed) {
    const text = readFileSync(join(output, file), 'utf8');
    const region = /-(\w+-\w+-\d)\//.exec(file)?.[1];
    for (const used of [
      ':policy/ecr-oci-remediation-boundary',
      `:events:${region}:111122223333:event-bus/ecr-oci-remediation`,
      `:sns:${region}:111122223333:ecr-oci-remediation-alarms`,
    ])
      expect(text).toContain(used);
  }
});
