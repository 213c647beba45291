import { App, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import * as sns from 'aws-cdk-lib/aws-sns';
// in your own app: 'cdk-ecr-oci-remediation'
import { CompanionFor, ImagePlatform, OciImageRemediation, RemediationAlarm, RepositoryFilter } from '../../../lib';

const app = new App();
const stack = new Stack(app, 'SageMakerTeam');

const alarms = new sns.Topic(stack, 'Alarms');
const companions = new sns.Topic(stack, 'Companions');

const remediation = new OciImageRemediation(stack, 'Remediation', {
  repositories: [RepositoryFilter.matching('sagemaker/*'), RepositoryFilter.named('shared/base-inference')],
  platforms: [ImagePlatform.LINUX_AMD64, ImagePlatform.LINUX_ARM64],
  // `CreateModel` can always use `<tag>-dockerv2`, no matter how the image was built.
  companionFor: CompanionFor.EVERY_TAG,
  // Images of pull requests are tested, not deployed.
  excludedTags: ['pr-*'],
  // This team pushes OCI images on purpose and only cares about failures.
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
