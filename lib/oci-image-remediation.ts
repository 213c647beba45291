import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type Function as LambdaFunction, RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { OciImageRemediationProps } from './oci-image-remediation-props';
import { createAlarms } from './private/alarms';
import { createDashboard } from './private/dashboard';
import { deliver } from './private/delivery';
import { environmentOf } from './private/environment';
import { createLogGroup } from './private/log-group';
import { createMappings } from './private/mappings';
import { ObservableRemediation } from './private/observable-remediation';
import { grantRequests, minimalStatements, type ResourceArns, recompressionStatements } from './private/permissions';
import { createQueues } from './private/queues';
import { Recompression } from './private/recompression';
import { createFunction, FUNCTION_TIMEOUT } from './private/remediation-function';
import { selectRepositories } from './private/repository-selection';
import { attachPolicy, createRole, excludeFromPullTimes } from './private/role';
import { createRules } from './private/rules';
import { type Settings, settingsOf } from './private/settings';
import type { RemediationAlarm } from './remediation-alarm';

/**
 * Gives every OCI image that is pushed to Amazon ECR a companion tag: the same image as a Docker Image Manifest V2
 * Schema 2, which SageMaker `CreateModel` and AWS Lambda accept.
 *
 * Deploy one per account and Region. The service reads the manifest, rewrites it, and puts it under the companion tag; layers
 * stay where they are.
 *
 * @see https://github.com/distribution/distribution/blob/main/docs/content/spec/manifest-v2-2.md
 */
export class OciImageRemediation extends ObservableRemediation implements iam.IGrantable {
  /** The function that creates the companions. */
  public readonly handler: LambdaFunction;

  /** The function that recompresses layers. Undefined unless `recompressLayers` is set, or repositories can choose it. */
  public readonly recompressionHandler?: LambdaFunction;

  /** The role of the function. */
  public readonly grantPrincipal: iam.IPrincipal;

  /** Matches pushes on the default bus, except those of companions. */
  public readonly pushRule: events.Rule;

  /** Matches images that are replicated to this account and Region. Undefined unless `includeReplicatedImages` is set. */
  public readonly replicationRule?: events.Rule;

  /** Matches requests on the default bus: to audit all repositories, to audit one, or to repair an image. */
  public readonly auditRule: events.Rule;

  /** Matches requests on the default bus to recompress the layers of an image. Undefined without `recompressionHandler`. */
  public readonly recompressionRule?: events.Rule;

  /** Starts an audit of all chosen repositories. Undefined if the schedule is `AuditSchedule.never()`. */
  public readonly auditScheduleRule?: events.Rule;

  /** Pushes that wait for the function. */
  public readonly pushesQueue: sqs.IQueue;

  /** Audits, the repairs that they requested, and replicated images, that wait for the function. */
  public readonly auditsQueue: sqs.IQueue;

  /** Recompressions that wait for their function. Undefined without `recompressionHandler`. */
  public readonly layersQueue?: sqs.IQueue;

  /** Messages that EventBridge could not deliver to a queue, or that failed five times. */
  public readonly deadLetterQueue: sqs.IQueue;

  /** The log of the function. */
  public readonly logGroup: logs.ILogGroup;

  /** The bus that receives the outcomes. */
  public readonly eventBus: events.IEventBus;

  /** Every alarm that is not disabled. */
  public readonly alarms: cloudwatch.Alarm[];

  /** The dashboard. Undefined if `dashboard` is false. */
  public readonly dashboard?: cloudwatch.Dashboard;

  private readonly settings: Settings;
  private readonly resourceArns: ResourceArns;
  private readonly alarmsByName: ReadonlyMap<RemediationAlarm, cloudwatch.Alarm>;

  /**
   * @throws if a prop is not valid; the message says what it got and what it expected
   */
  constructor(scope: Construct, id: string, props: OciImageRemediationProps = {}) {
    super(scope, id);
    const settings = settingsOf(this, props);
    const repositories = selectRepositories(this, settings);
    const { encryptionKey } = props;

    const queues = createQueues(this, settings);
    this.pushesQueue = queues.pushes;
    this.auditsQueue = queues.audits;
    this.deadLetterQueue = queues.deadLetters;
    this.logGroup = props.logGroup ?? createLogGroup(this, encryptionKey);
    const defaultBus = events.EventBus.fromEventBusName(this, 'DefaultBus', 'default');
    this.eventBus = props.eventBus ?? defaultBus;
    this.settings = settings;
    this.resourceArns = {
      repositories: repositories.arns,
      excludedRepositories: repositories.excludedArns,
      listedRepositories: repositories.listedArn,
      eventBus: this.eventBus.eventBusArn,
      defaultBus: defaultBus.eventBusArn,
      queues: [this.pushesQueue.queueArn, this.auditsQueue.queueArn],
      layersQueue: queues.layers?.queueArn,
      logGroup: this.logGroup.logGroupArn,
      encryptionKey: encryptionKey?.keyArn,
    };

    const role = props.role ?? createRole(this, 'Reads and puts image manifests in the chosen Amazon ECR repositories');
    this.grantPrincipal = role.grantPrincipal;
    const environment = environmentOf(this, settings, repositories, this.eventBus);
    this.handler = createFunction(this, settings, {
      asset: 'remediate',
      description: 'Adds Docker V2 Schema 2 companion tags to OCI images in Amazon ECR',
      memorySize: settings.memorySize,
      timeout: FUNCTION_TIMEOUT,
      reservedConcurrentExecutions: settings.reservedConcurrentExecutions,
      // An audit requests its next page, and a page the repairs that it needs, from this same function. Lambda would stop what it takes for
      // a loop after 16 steps: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html. Repairs request nothing of this
      // function, and the push of a companion matches no rule.
      recursiveLoop: RecursiveLoop.ALLOW,
      role,
      logGroup: this.logGroup,
      environment,
    });
    this.handler.node.addDependency(attachPolicy(this, role, this.minimalPolicy));
    if (settings.excludeFromPullTimes) {
      this.handler.node.addDependency(excludeFromPullTimes(this, role));
    }
    createMappings(this, this.handler, queues, settings);
    if (queues.layers) {
      this.layersQueue = queues.layers;
      this.recompressionHandler = new Recompression(this, settings, {
        queue: queues.layers,
        logGroup: this.logGroup,
        policy: this.minimalRecompressionPolicy,
        environment,
        handler: this.handler,
      }).handler;
    }

    const rules = createRules(this, settings, repositories);
    this.pushRule = rules.push;
    this.replicationRule = rules.replication;
    this.auditRule = rules.audit;
    this.auditScheduleRule = rules.auditSchedule;
    this.recompressionRule = rules.recompression;
    deliver(this, queues, rules, settings);

    this.alarmsByName = createAlarms(this, queues, settings, this.recompressionHandler);
    this.alarms = [...this.alarmsByName.values()];
    if (settings.dashboard) {
      this.dashboard = createDashboard(this, queues, this.logGroup, this.alarms);
    }
  }

  /**
   * One of the alarms, for example to add an action to it.
   *
   * @returns undefined if the alarm is disabled
   */
  public tryFindAlarm(alarm: RemediationAlarm): cloudwatch.Alarm | undefined {
    return this.alarmsByName.get(alarm);
  }

  /**
   * Adds actions to every alarm, beside those of `alarmTopic`. They run when the alarm goes off.
   *
   * @param actions such as `new cloudwatch_actions.LambdaAction(fn)`
   */
  public addAlarmAction(...actions: cloudwatch.IAlarmAction[]): void {
    for (const alarm of this.alarms) {
      alarm.addAlarmAction(...actions);
    }
  }

  /**
   * Lets someone request the repair of an image, or the audit of one or all repositories, with `events:PutEvents` on the
   * default bus. The grant allows no other events.
   *
   * @param grantee such as the role of a pipeline
   */
  public grantRequestRepair(grantee: iam.IGrantable): iam.Grant {
    return grantRequests(grantee, this.resourceArns.defaultBus, this.settings);
  }

  /**
   * Every permission that the function needs, on the chosen repositories only.
   *
   * It is attached to the function's role, unless that is `role.withoutPolicyUpdates()`. Attach it to such a role yourself, and
   * make `handler` depend on it: Lambda checks the permissions when it creates the function and its event source mappings.
   */
  public get minimalPolicy(): iam.PolicyDocument {
    return new iam.PolicyDocument({ statements: minimalStatements(this.resourceArns, this.settings) });
  }

  /**
   * Every permission that the function that recompresses layers needs, on the chosen repositories only.
   *
   * It is attached to the role of that function, as `minimalPolicy` is to the other. It's empty without that function.
   */
  public get minimalRecompressionPolicy(): iam.PolicyDocument {
    return new iam.PolicyDocument({ statements: recompressionStatements(this.resourceArns, this.settings) });
  }
}
