import { choice, flag, listOf, optionalText } from './parameter';

const PARTITION = 'arn:aws[a-z-]*';
const listed = (what: string) => `up to 16 ids of ${what}, with commas and no spaces between them`;

export const FUNCTION_PARAMETERS = {
  Architecture: choice({
    label: 'Instruction set',
    description: 'The instruction set of the functions. x86_64 is for Regions without Arm.',
    default: 'arm64',
    among: ['arm64', 'x86_64'],
  }),
  MemorySize: {
    label: 'Memory in MiB',
    description: 'The memory of the function that makes companions.',
    type: 'Number',
    default: 512,
    minValue: 512,
    maxValue: 10_240,
    constraintDescription: 'expected a whole number from 512 to 10240',
  },
  TraceFunctions: flag({
    label: 'X-Ray',
    description: 'Whether AWS X-Ray traces the functions.',
    default: 'false',
  }),
  PermissionsBoundaryName: optionalText({
    label: 'Permissions boundary',
    description:
      'The name of a managed policy in the account, with its path if it has one, that bounds the permissions of every role in this stack.',
    pattern: '[\\w+=,.@-]+(?:/[\\w+=,.@-]+)*',
    expected: 'the name of a managed policy, such as boundary or team/boundary',
  }),
  SubnetIds: optionalText({
    label: 'Subnets',
    description:
      'Private subnets that the functions run in. From there they must reach the APIs of Amazon ECR, Amazon S3 and EventBridge. Empty: outside your VPCs.',
    pattern: listOf('subnet-[0-9a-f]{8,17}', 16),
    expected: listed('subnets'),
  }),
  SecurityGroupIds: optionalText({
    label: 'Security groups',
    description: 'The security groups of the functions. Needed with subnets, and only then.',
    pattern: listOf('sg-[0-9a-f]{8,17}', 5),
    expected: 'up to 5 ids of security groups, with commas and no spaces between them',
  }),
  EncryptionKeyArn: optionalText({
    label: 'KMS key',
    description:
      'A key that encrypts the queues and the log. Its policy must let events.amazonaws.com and logs.<region>.amazonaws.com use it. Empty: keys that AWS manages.',
    pattern: `${PARTITION}:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+`,
    expected: 'the ARN of a KMS key',
  }),
  EventBusArn: optionalText({
    label: 'Event bus for outcomes',
    description: 'A bus in this Region that gets an event for each outcome. Empty: the default bus of this account.',
    pattern: `${PARTITION}:events:[a-z0-9-]+:[0-9]{12}:event-bus/[A-Za-z0-9._/-]{1,256}`,
    expected: 'the ARN of an event bus',
  }),
  SigningProfileName: optionalText({
    label: 'Signing profile',
    description:
      'The AWS Signer profile with which Amazon ECR managed signing signs companions. Empty: they are not signed.',
    pattern: '[A-Za-z0-9_]{2,64}',
    expected: 'the name of a signing profile of this account and Region',
  }),
  ExcludeFromPullTimes: flag({
    label: 'Leave pull times as they are',
    description:
      'Whether Amazon ECR ignores the reads of this service in the pull times that lifecycle rules use. False if the account has used up its 100 exclusions.',
    default: 'true',
  }),
} as const;
