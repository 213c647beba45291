import { App, Stack } from 'aws-cdk-lib';
import * as chatbot from 'aws-cdk-lib/aws-chatbot';
import { EventField, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { OciImageRemediation, RemediationAlarm } from 'cdk-ecr-oci-remediation';

// Yours: README.md says where to find them.
const SLACK_WORKSPACE_ID = 'T0123456789';
const SLACK_CHANNEL_ID = 'C0123456789';

const app = new App();
const stack = new Stack(app, 'OciImageRemediation');

// Two topics: the rule below gives its topic a policy, which replaces the default policy that alarms publish by.
const alarmTopic = new sns.Topic(stack, 'Alarms');
const refused = new sns.Topic(stack, 'Refused');

const remediation = new OciImageRemediation(stack, 'Remediation', {
  alarmTopic,
  // Each refusal gets a message of its own.
  disabledAlarms: [RemediationAlarm.OCI_IMAGES_PUSHED, RemediationAlarm.REFUSED],
});

const field = (name: string) => EventField.fromPath(`$.detail.${name}`);
remediation.onRemediation('ImageRefused', {
  eventPattern: { detail: { outcome: ['refused'] } },
  target: new SnsTopic(refused, {
    // Messages of any other form are dropped: https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
    message: RuleTargetInput.fromObject({
      version: '1.0',
      source: 'custom',
      content: {
        title: `No Docker companion for ${field('repository')}:${field('sourceTag')} (${field('reason')})`,
        description: field('detail'),
      },
      // One thread for all that's wrong with a repository
      metadata: { threadId: field('repository') },
    }),
  }),
});

new chatbot.SlackChannelConfiguration(stack, 'Slack', {
  slackChannelConfigurationName: 'oci-image-remediation',
  slackWorkspaceId: SLACK_WORKSPACE_ID,
  slackChannelId: SLACK_CHANNEL_ID,
  notificationTopics: [alarmTopic, refused],
  // The most that members of the channel may do from Slack. The default is AdministratorAccess.
  guardrailPolicies: [ManagedPolicy.fromAwsManagedPolicyName('CloudWatchReadOnlyAccess')],
});
