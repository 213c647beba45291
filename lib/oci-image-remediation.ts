import { Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { ENV } from '../lambda/core/names';
import { createAlarms } from './alarms';
import { allowServicesToUse } from './encryption';
import { ObservableRemediation } from './observable-remediation';
import type { OciImageRemediationProps } from './oci-image-remediation-props';
import { minimalStatements, type Touched } from './permissions';
import { pushPattern } from './push-pattern';
import { createQueues, sendTo } from './queues';
import { createFunction, VISIBILITY_TIMEOUT } from './remediation-function';
import { selectRepositories } from './repository-selection';
import { validSettings } from './settings';

/**
 * Gives every OCI image that is pushed to Amazon ECR a companion tag: the same image as a Docker Image Manifest V2
 * Schema 2, which SageMaker `CreateModel` and AWS Lambda accept.
 *
 * Deploy one per account and Region. No layer is moved: the manifest is read, rewritten and put under the companion tag.
 *
 * @see https://github.com/distribution/distribution/blob/main/docs/content/spec/manifest-v2-2.md
 */
export class OciImageRemediation extends ObservableRemediation implements iam.IGrantable {
  /** The function that makes the companions. */
  public readonly handler: lambda.IFunction;

  /** The role of the function. */
  public readonly grantPrincipal: iam.IPrincipal;

  /** Matches the pushes on the default bus, except those of companions. */
  public readonly pushRule: events.Rule;

  /** The pushes that wait for the function. */
  public readonly pushesQueue: sqs.IQueue;

  /** Delivers the pushes to the function. Let it depend on the policy of a `role` of your own: Lambda checks it at creation. */
  public readonly pushesMapping: lambda.EventSourceMapping;

  /** The pushes that could not be delivered, or that failed five times. */
  public readonly deadLetterQueue: sqs.IQueue;

  /** The log of the function. */
  public readonly logGroup: logs.ILogGroup;

  /** The bus that the outcomes go to. */
  public readonly eventBus: events.IEventBus;

  /** Goes off when an OCI image was pushed. Absent if it is turned off. */
  public readonly ociImagesPushedAlarm?: cloudwatch.Alarm;

  /** Goes off when an image cannot be expressed in Docker format. */
  public readonly refusedAlarm: cloudwatch.Alarm;

  /** Goes off when a push is in the dead-letter queue. */
  public readonly deadLettersAlarm: cloudwatch.Alarm;

  /** Goes off when the function failed as a whole. */
  public readonly functionErrorsAlarm: cloudwatch.Alarm;

  /** Every alarm of the construct. */
  public readonly alarms: cloudwatch.Alarm[];

  private readonly touched: Touched;

  /**
   * @throws if a property is not what its description allows; the message has the value got and the value expected
   */
  constructor(scope: Construct, id: string, props: OciImageRemediationProps = {}) {
    super(scope, id);
    const settings = validSettings(this, props);
    const repositories = selectRepositories(this, props.repositories);
    const eventPattern = pushPattern(this, repositories, settings.companionTag, settings.platforms);

    const { encryptionKey } = props;
    const queues = createQueues(this, VISIBILITY_TIMEOUT, encryptionKey);
    this.pushesQueue = queues.queue;
    this.deadLetterQueue = queues.deadLetterQueue;
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      retention: props.logRetention ?? logs.RetentionDays.THREE_MONTHS,
      ...(props.logRemovalPolicy && { removalPolicy: props.logRemovalPolicy }),
      ...(encryptionKey && { encryptionKey }),
    });
    if (encryptionKey) {
      allowServicesToUse(encryptionKey, this);
    }
    this.eventBus = props.eventBus ?? events.EventBus.fromEventBusName(this, 'DefaultBus', 'default');
    this.touched = {
      repositories: repositories.arns,
      eventBus: this.eventBus.eventBusArn,
      queue: this.pushesQueue.queueArn,
      logGroup: this.logGroup.logGroupArn,
      ...(encryptionKey && { encryptionKey: encryptionKey.keyArn }),
    };

    const role = props.role ?? this.leastPrivilegedRole();
    this.grantPrincipal = role.grantPrincipal;
    this.handler = createFunction(this, {
      role,
      logGroup: this.logGroup,
      environment: { ...settings.environment, [ENV.eventBusName]: this.reachableBusName() },
    });
    // Not `SqsEventSource`, which grants the role two actions that Lambda does not need.
    this.pushesMapping = new lambda.EventSourceMapping(this, 'PushesMapping', {
      target: this.handler,
      eventSourceArn: this.pushesQueue.queueArn,
      batchSize: 10,
      maxConcurrency: settings.maxConcurrency,
      reportBatchItemFailures: true,
    });
    this.pushRule = new events.Rule(this, 'PushRule', {
      description: 'Images that were pushed to Amazon ECR, except companions',
      eventPattern,
    });
    sendTo(queues, this.pushRule);

    const alarms = createAlarms(
      this,
      {
        ...((props.ociImagesPushedAlarm ?? true) && { ociImagesPushed: this.metricOciImagesPushed() }),
        refused: this.metricRefused(),
        deadLetters: this.deadLetterQueue.metricApproximateNumberOfMessagesVisible(),
        functionErrors: this.handler.metricErrors(),
      },
      props.alarmTopic,
    );
    if (alarms.ociImagesPushed) {
      this.ociImagesPushedAlarm = alarms.ociImagesPushed;
    }
    this.refusedAlarm = alarms.refused;
    this.deadLettersAlarm = alarms.deadLetters;
    this.functionErrorsAlarm = alarms.functionErrors;
    this.alarms = Object.values(alarms);
  }

  /**
   * Every permission that the function needs, on exactly the chosen repositories. The default role has it; attach it to a
   * `role` of your own.
   */
  public get minimalPolicy(): iam.PolicyDocument {
    return new iam.PolicyDocument({ statements: minimalStatements(this.touched) });
  }

  private leastPrivilegedRole(): iam.Role {
    return new iam.Role(this, 'Role', {
      description: 'Reads and puts image manifests in the chosen Amazon ECR repositories',
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Remediation: this.minimalPolicy },
    });
  }

  /** `PutEvents` finds a bus of another account or Region by its ARN only. */
  private reachableBusName(): string {
    const { account, region } = Stack.of(this);
    const { env, eventBusName, eventBusArn } = this.eventBus;
    return env.account === account && env.region === region ? eventBusName : eventBusArn;
  }
}
