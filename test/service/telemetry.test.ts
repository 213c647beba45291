import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type AccountCall, LocalAccount } from '../../local/account/account';
import { AwsError } from '../../local/aws/error';
import { runDemo } from '../../local/demo/demo';
import { dockerDesktopImage } from '../../local/images/catalogue';
import { RegistryClient } from '../../local/images/registry-client';
import { synthesize } from '../support/assembly';
import { totalMetrics } from '../support/metrics';
import { readAlarms, readLogGroups } from '../support/monitoring';

interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Metrics that AWS services write, as their documentation has them. */
const DOCUMENTED: Readonly<
  Record<string, { readonly metrics: readonly string[]; readonly dimensions: readonly string[] }>
> = {
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
  'AWS/SQS': {
    metrics: ['ApproximateAgeOfOldestMessage', 'ApproximateNumberOfMessagesVisible'],
    dimensions: ['QueueName'],
  },
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
  'AWS/Lambda': { metrics: ['Errors', 'Throttles'], dimensions: ['FunctionName'] },
  // https://docs.aws.amazon.com/AmazonECR/latest/userguide/monitoring-usage.html
  'AWS/Usage': { metrics: ['CallCount'], dimensions: ['Class', 'Resource', 'Service', 'Type'] },
};

/** Values that the same pages allow, besides the names of our own resources. */
const USAGE_OF_PUT_IMAGE = { Class: 'None', Resource: 'PutImage', Service: 'ECR', Type: 'API' };

const KEEP_NEWEST = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 10 },
      action: { type: 'expire' },
    },
  ],
});

let assembly: string;
let account: LocalAccount;
let emitted: readonly Named[];
let widgets: readonly Widget[];
let alarmed: readonly Named[];

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title: string;
    readonly query?: string;
    readonly alarms?: readonly string[];
    /** Each a metric `[namespace, name, dimension, value, …, options]`, or an expression `[{expression, …}]`. */
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

beforeAll(async () => {
  assembly = synthesize();
  let fault: ((call: AccountCall) => void) | undefined;
  account = await LocalAccount.start({ assembly, clock: 'skipping', beforeCall: (call) => fault?.(call) });
  const registry = new RegistryClient(account.endpoint);
  account.ecr.createRepository('team/kept');
  account.ecr.putLifecyclePolicy('team/kept', KEEP_NEWEST);
  await registry.push('team/kept', 'v1', await dockerDesktopImage('kept'));
  await runDemo(account, () => {});
  fault = ({ service, operation }) => {
    if (operation === 'BatchGetImage') throw new AwsError('UnexplainedException', 'because');
    if (service === 'events') throw new AwsError('InternalException', 'the bus is down');
  };
  await registry.push('team/failing', 'v1', await dockerDesktopImage('failing'));
  await account.settle();
  fault = ({ service }) => {
    if (service === 'events') throw new AwsError('InternalException', 'the bus is down');
  };
  await registry.push('team/untold', 'v1', await dockerDesktopImage('untold'));
  await account.settle();
  fault = undefined;
  account.bus.fire('AuditSchedule');
  await account.settle();

  emitted = totalMetrics(account.logs.map(({ line }) => line));
  alarmed = readAlarms(account.template.resources).flatMap(({ metric }) => (metric ? [metric] : []));
  const [dashboard] = account.template.resources.filter(({ type }) => type === 'AWS::CloudWatch::Dashboard');
  widgets = JSON.parse(String(dashboard?.get('DashboardBody'))).widgets;
}, 60_000);

afterAll(async () => {
  await account.stop();
  rmSync(assembly, { recursive: true });
});

const show = ({ namespace, name, dimensions }: Named) =>
  `${namespace} ${name} ${JSON.stringify(Object.entries(dimensions).sort())}`;

function metricsOf({ properties }: Widget): readonly Named[] {
  return (properties.metrics ?? []).flatMap((row) => {
    const [namespace, name, ...rest] = row.filter((item) => typeof item === 'string');
    if (namespace === undefined || name === undefined) return [];
    const pairs = rest.flatMap((key, at) => (at % 2 === 0 ? [[key, rest[at + 1] ?? '']] : []));
    return [{ namespace, name, dimensions: Object.fromEntries(pairs) }];
  });
}

function expressionsOf({ properties }: Widget): readonly string[] {
  return (properties.metrics ?? []).flatMap((row) =>
    row.flatMap((item) =>
      typeof item === 'object' && item !== null && 'expression' in item ? [String(item.expression)] : [],
    ),
  );
}

/** Nothing, or what is wrong with the name of a metric that AWS writes. */
function problemOfDocumented({ namespace, name, dimensions }: Named): string | undefined {
  const documented = DOCUMENTED[namespace];
  if (!documented?.metrics.includes(name)) return 'not documented';
  if (Object.keys(dimensions).sort().join() !== [...documented.dimensions].sort().join()) return 'other dimensions';
  const { template } = account;
  const isRight = {
    'AWS/SQS': template.queues.some((queue) => queue.name === dimensions.QueueName),
    'AWS/Lambda': template.functions.some((fn) => fn.name === dimensions.FunctionName),
    'AWS/Usage':
      JSON.stringify(Object.entries(dimensions).sort()) === JSON.stringify(Object.entries(USAGE_OF_PUT_IMAGE)),
  }[namespace];
  return isRight ? undefined : 'a value that nothing has';
}

/** Metrics that neither the function wrote in this run, nor AWS documents. */
function unknown(metrics: readonly Named[]): readonly string[] {
  const known = new Set(emitted.map(show));
  return metrics.flatMap((metric) => {
    if (known.has(show(metric))) return [];
    const problem = metric.namespace.startsWith('AWS/') ? problemOfDocumented(metric) : 'never written';
    return problem ? [`${show(metric)}: ${problem}`] : [];
  });
}

test('the function wrote what alarms look at, or AWS documents it', () => {
  expect(alarmed).toHaveLength(11);
  expect(unknown(alarmed)).toEqual([]);
});

test('the function wrote what the dashboard shows, or AWS documents it', () => {
  const shown = widgets.flatMap(metricsOf);
  expect(shown.length).toBeGreaterThan(12);
  expect(unknown(shown)).toEqual([]);
});

test('each search of the dashboard finds metrics that the function wrote', () => {
  const searches = widgets.flatMap(expressionsOf).filter((expression) => expression.startsWith('SEARCH'));
  const found = searches.map((search) => {
    const [, schema = '', terms = ''] = /^SEARCH\('\{([^}]+)\} (.+)', 'Sum', 300\)$/.exec(search) ?? [];
    const [namespace, ...keys] = schema.split(',');
    const wanted = new Map([...terms.matchAll(/(\w+)="([^"]+)"/g)].map(([, key, value]) => [`${key}`, `${value}`]));
    const metrics = emitted.filter(
      (metric) =>
        metric.namespace === namespace &&
        Object.keys(metric.dimensions).sort().join() === keys.sort().join() &&
        [...wanted].every(([key, value]) => value === (key === 'MetricName' ? metric.name : metric.dimensions[key])),
    );
    return metrics.map(({ dimensions }) => dimensions.MediaType ?? dimensions.Reason).sort();
  });
  expect(found).toEqual([
    [
      'application/vnd.docker.distribution.manifest.list.v2+json',
      'application/vnd.docker.distribution.manifest.v2+json',
      'application/vnd.oci.image.index.v1+json',
      'application/vnd.oci.image.manifest.v1+json',
    ],
    ['zstd-layer'],
  ]);
});

test('an expression of the dashboard uses only what is beside it', () => {
  for (const widget of widgets) {
    const ids = (widget.properties.metrics ?? []).flatMap((row) =>
      row.flatMap((item) => (typeof item === 'object' && item !== null && 'id' in item ? [String(item.id)] : [])),
    );
    const used = expressionsOf(widget)
      .filter((expression) => !expression.startsWith('SEARCH'))
      .flatMap((expression) => expression.match(/\b[a-z]\w*/g) ?? []);
    expect(used.filter((id) => !ids.includes(id))).toEqual([]);
  }
});

test('the recent refusals are found in the log by fields that it has', () => {
  const [query = '', ...others] = widgets.flatMap(({ properties }) => properties.query ?? []);
  expect(others).toEqual([]);
  const [, logGroup, fields = '', condition, sorted = ''] =
    /^SOURCE '(.+?)' \| fields (.+?)\n\| filter outcome = '(\w+)'\n\| sort (\w+) desc\n\| limit \d+$/.exec(query) ?? [];
  expect(readLogGroups(account.template.resources).map(({ name }) => name)).toEqual([logGroup]);
  const lines = account.logs.map(({ line }) => JSON.parse(line)).filter(({ outcome }) => outcome === condition);
  expect(lines.map(({ reason }) => reason)).toEqual(['zstd-layer']);
  for (const field of [...fields.split(', '), sorted]) {
    expect(lines.map((line) => [field, typeof line[field]])).toEqual([[field, 'string']]);
  }
});

test('every filter pattern of the runbook matches lines that the function wrote', () => {
  const runbook = readFileSync(join(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
  const patterns = [...runbook.matchAll(/--filter-pattern '\{ (.+) \}'/g)].map(([, pattern]) => `${pattern}`);
  const conditions = patterns.flatMap((pattern) => pattern.split(/ && | \|\| /));
  // Lambda's own lines: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
  const ours = conditions.filter((condition) => !/^\$\.(record\.status|errorType) /.test(condition));
  const lines = account.logs.map(({ line }) => JSON.parse(line));
  const unmatched = ours.filter((condition) => {
    const [, field = '', value = ''] = /^\$\.(\w+) = "(.+)"$/.exec(condition) ?? [];
    return !lines.some((line) =>
      value.endsWith('*') ? String(line[field]).startsWith(value.slice(0, -1)) : line[field] === value,
    );
  });
  expect(ours.length).toBeGreaterThan(10);
  expect(unmatched).toEqual([]);
});

test('the dashboard shows every alarm', () => {
  const [shown] = widgets.flatMap(({ properties }) => (properties.alarms ? [properties.alarms] : []));
  const arn = 'arn:aws:cloudwatch:eu-north-1:123456789012:alarm:';
  expect(shown).toEqual(readAlarms(account.template.resources).map(({ name }) => `${arn}${name}`));
});

test('this test sees a metric that nobody writes', () => {
  const [functionErrors] = alarmed.filter(({ namespace }) => namespace === 'AWS/Lambda');
  const [refused] = alarmed.filter(({ name }) => name === 'Refused');
  if (!functionErrors || !refused) throw new Error('these alarms have gone');
  expect(
    unknown([
      functionErrors,
      refused,
      { ...refused, name: 'Refusals' },
      { ...refused, dimensions: { QueueName: 'x' } },
      { ...functionErrors, name: 'Failures' },
      { ...functionErrors, dimensions: { FunctionName: 'other' } },
    ]).map((line) => line.replace(/^.*: /, '')),
  ).toEqual(['never written', 'never written', 'not documented', 'a value that nothing has']);
});
