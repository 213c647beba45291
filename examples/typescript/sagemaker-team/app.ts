import { App, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import * as sns from 'aws-cdk-lib/aws-sns';
// in an app of your own: 'cdk-ecr-oci-remediation'
import { CompanionFor, ImagePlatform, OciImageRemediation, RemediationAlarm, RepositoryFilter } from '../../../lib';

const app = new App();
const stack = new Stack(app, 'SageMakerTeam');

const alarms = new sns.Topic(stack, 'Alarms');
const companions = new sns.Topic(stack, 'Companions');

const remediation = new OciImageRemediation(stack, 'Remediation', {
  repositories: [RepositoryFilter.matching('sagemaker/*'), RepositoryFilter.named('shared/base-inference')],
  platforms: [ImagePlatform.LINUX_AMD64, ImagePlatform.LINUX_ARM64],
  // Whatever built an image, `CreateModel` can always be given `<tag>-dockerv2`.
  companionFor: CompanionFor.EVERY_TAG,
  // Images of pull requests are tested, not deployed.
  excludedTags: ['pr-*'],
  // This team pushes OCI images all day: only failures are news.
  disabledAlarms: [RemediationAlarm.OCI_IMAGES_PUSHED],
  alarmTopic: alarms,
});

const ready = ['converted', 'aliased'];
remediation.onRemediation('CompanionReady', {
  eventPattern: { detail: { outcome: ready } },
  target: new SnsTopic(companions, {
    message: events.RuleTargetInput.fromText(
      `Deploy ${events.EventField.fromPath('$.detail.companionImageUriByDigest')}`,
    ),
  }),
});
