import { flag, optionalText, type Parameter } from './parameter';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const logRetention: Parameter = {
  label: 'Log retention in days',
  description: 'How long the log of the functions is kept. The log group stays when the stack is deleted.',
  type: 'String',
  default: '90',
  allowedValues: RETENTION_DAYS.map(String),
  constraintDescription: `expected one of ${RETENTION_DAYS.join(', ')}`,
};

export const MONITORING_PARAMETERS = {
  AlarmEmail: optionalText({
    label: 'Email address for alarms',
    description:
      'An address that is notified of each alarm after it confirms the subscription. Creates an encrypted topic with a KMS key.',
    pattern: '[^\\s@]+@[^\\s@]+',
    expected: 'one email address, such as team@example.com',
    maxLength: 320,
  }),
  AlarmTopicArn: optionalText({
    label: 'Topic for alarms',
    description:
      'An SNS topic of yours that every alarm notifies, in place of an email address. Its policy must let cloudwatch.amazonaws.com publish.',
    pattern: 'arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}',
    expected: 'the ARN of a standard topic',
  }),
  CreateOciImagesPushedAlarm: flag({
    label: 'Alarm on OCI images',
    description: 'Whether an alarm goes off when an OCI image is pushed. Turn it off if you push them on purpose.',
    default: 'true',
  }),
  CreateDashboard: flag({
    label: 'Dashboard',
    description: 'Whether to create a CloudWatch dashboard.',
    default: 'true',
  }),
  LogRetentionDays: logRetention,
} as const;
