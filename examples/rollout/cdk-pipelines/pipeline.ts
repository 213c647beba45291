import { App, type Environment, PermissionsBoundary, Stack, Stage } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as sns from 'aws-cdk-lib/aws-sns';
import { CodePipeline, CodePipelineSource, ManualApprovalStep, ShellStep } from 'aws-cdk-lib/pipelines';
import type { Construct } from 'constructs';
import { OciImageRemediation, RepositoryFilter } from '../../../lib'; // in your own app: 'cdk-ecr-oci-remediation'

/** The account with the pipeline, the bus for outcomes and the topic for alarms: examples/rollout/central. */
const CENTRAL = '111122223333';
const REGIONS = ['eu-north-1', 'us-east-1'];

/** The first wave has few accounts. Each further one needs an approval. */
const WAVES = [
  { name: 'First', accounts: ['222222222222'] },
  { name: 'Others', accounts: ['333333333333'] },
];

class Remediation extends Stage {
  constructor(scope: Construct, id: string, env: Required<Environment>) {
    super(scope, id, { env, permissionsBoundary: PermissionsBoundary.fromName('ecr-oci-remediation-boundary') });
    const stack = new Stack(this, 'Remediation', { stackName: 'ecr-oci-remediation', terminationProtection: true });
    new OciImageRemediation(stack, 'Remediation', {
      repositories: [RepositoryFilter.matching('team/*'), RepositoryFilter.matching('ml/*')],
      eventBus: events.EventBus.fromEventBusArn(
        stack,
        'Outcomes',
        `arn:aws:events:${env.region}:${CENTRAL}:event-bus/ecr-oci-remediation`,
      ),
      alarmTopic: sns.Topic.fromTopicArn(
        stack,
        'Alarms',
        `arn:aws:sns:${env.region}:${CENTRAL}:ecr-oci-remediation-alarms`,
      ),
    });
  }
}

const app = new App();
const stack = new Stack(app, 'RemediationPipeline', { env: { account: CENTRAL, region: 'eu-north-1' } });
const pipeline = new CodePipeline(stack, 'Pipeline', {
  crossAccountKeys: true, // the accounts read the assets
  synth: new ShellStep('Synth', {
    input: CodePipelineSource.connection('your-organization/your-repository', 'main', {
      connectionArn: `arn:aws:codeconnections:eu-north-1:${CENTRAL}:connection/11111111-2222-3333-4444-555555555555`,
    }),
    commands: ['npm ci', 'npx cdk synth'],
  }),
});

for (const [index, { name, accounts }] of WAVES.entries()) {
  const wave = pipeline.addWave(name, index > 0 ? { pre: [new ManualApprovalStep(`Approve${name}`)] } : {});
  for (const account of accounts)
    for (const region of REGIONS)
      wave.addStage(new Remediation(app, `${name}-${account}-${region}`, { account, region }));
}

app.synth();
