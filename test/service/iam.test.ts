import { rmSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { OciImageRemediation, type OciImageRemediationProps, RepositoryFilter } from '../../lib';
import { LocalAccount, type ReceivedCall } from '../../local/account/account';
import { AwsError } from '../../local/aws/error';
import { type AccessRequest, evaluate, type Statement } from '../../local/cloudformation';
import { runDemo } from '../../local/demo/demo';
import { layerOf } from '../../local/images/blob';
import { dockerDesktopImage } from '../../local/images/catalogue';
import { imageOf, indexOf } from '../../local/images/package';
import { RegistryClient } from '../../local/images/registry-client';
import { UNPACED } from '../support/assembly';
import { OCI } from '../support/manifests';

const arnOf = (repository: string) => `arn:aws:ecr:eu-north-1:123456789012:repository/${repository}`;
const BUS = 'arn:aws:events:eu-north-1:123456789012:event-bus/default';

const allowingOf = (statements: readonly Statement[]) => statements.filter(({ effect }) => effect === 'Allow');

/** What the policy forbids of what was done, and what it allows without need. */
function inexact(statements: readonly Statement[], accesses: readonly AccessRequest[]) {
  const name = ({ action, resource, context }: AccessRequest) =>
    `${action} ${resource} ${JSON.stringify(context ?? {})}`;
  const forbidden = accesses.filter((access) => evaluate(statements, access) !== 'allowed').map(name);
  const unused = allowingOf(statements).flatMap((statement) =>
    statement.actions.flatMap((action) =>
      statement.resources
        .map((resource) => ({ ...statement, actions: [action], resources: [resource] }))
        .filter((narrow) => !accesses.some((access) => evaluate([narrow], access) === 'allowed'))
        .map(({ resources }) => `${action} ${resources}`),
    ),
  );
  // A wildcard would be used by one action of the many that it allows.
  const wide = statements.flatMap(({ actions }) => actions.filter((action) => action.includes('*')));
  return { forbidden: [...new Set(forbidden)], unused, wide };
}
const EXACT = { forbidden: [], unused: [], wide: [] };

/** Runs the service through all its paths, good and bad. @returns what its role may do, and what it did */
async function used(propsIn: (stack: Stack) => OciImageRemediationProps, prefix = '', recompresses = false) {
  const app = new App();
  const stack = new Stack(app, 'OciImageRemediation');
  new OciImageRemediation(stack, 'Remediation', { ...UNPACED, ...propsIn(stack) });
  const assembly = app.synth().directory;
  let fault: (call: ReceivedCall) => void = () => {};
  const account = await LocalAccount.start({ assembly, clock: 'skipping', beforeCall: (call) => fault(call) });
  try {
    const registry = new RegistryClient(account.endpoint);
    if (!prefix)
      expect((await runDemo(account, () => {}, recompresses)).flatMap(({ problems }) => problems)).toEqual([]);
    await registry.push(`${prefix}team/app`, 'no-platforms', await indexWithoutPlatforms());
    account.ecr.createRepository(`${prefix}team/left-alone`);
    account.ecr.tagResource(`${prefix}team/left-alone`, { 'ecr-oci-remediation': 'disabled' });
    await registry.push(`${prefix}team/left-alone`, 'v1', await dockerDesktopImage('left alone'));
    await registry.push('elsewhere/app', 'v1', await dockerDesktopImage('elsewhere'));
    await account.settle();
    for (const app of recompresses ? ['one', 'two'] : []) {
      await registry.push(`${prefix}team/recompressed`, app, await onOneBase(app));
      await account.settle();
      // The second is made by a process that did not make the first.
      account.function('Recompression').kill();
    }
    expect([...account.ecr.tags(`${prefix}team/left-alone`).keys()]).toEqual(['v1']);
    // Only where `deleteOrphanedCompanions` is set anything is done about it.
    await fetch(`${account.endpoint}/v2/${prefix}team/app/manifests/no-platforms`, { method: 'DELETE' });
    await account.settle();
    // An error on each way, and an audit of all that was missed.
    fault = ({ operation }) => {
      if (operation === 'PutImage') throw new AwsError('UnexplainedException', 'because');
    };
    await registry.push(`${prefix}team/app`, 'failing', await dockerDesktopImage('failing'));
    await account.settle();
    expect(account.deadLetters()).toHaveLength(1);
    fault = ({ service }) => {
      if (service === 'events') throw new AwsError('InternalException', 'the bus is down');
    };
    account.redrive();
    await account.settle();
    fault = () => {};
    account.bus.fire('AuditSchedule');
    await account.settle();
    expect(account.deadLetters()).toEqual([]);
    const [fn, layers] = [...account.template.functions].sort(
      (one, other) => one.logicalId.length - other.logicalId.length,
    );
    if (!fn) throw new Error('the template has no function');
    for (const one of account.template.functions) expect(account.template.managedPoliciesOf(one)).toEqual([]);
    const statements = account.template.statementsOf(fn);
    const by = ({ roleArn }: { readonly roleArn: string }) =>
      account.accesses.filter(({ principal }) => principal === `AWS:${roleArn}`);
    // The one call that the policy is there to deny: the service asks why, and leaves the repository alone.
    const isLeftAlone = ({ action, resource }: AccessRequest) =>
      action === 'ecr:PutImage' && resource === arnOf(`${prefix}team/left-alone`);
    const leftAlone = by(fn).filter(isLeftAlone);
    expect(leftAlone.map((access) => evaluate(statements, access))).toEqual(['denied']);
    return {
      statements,
      accesses: by(fn).filter((access) => !isLeftAlone(access)),
      layers: layers && { statements: account.template.statementsOf(layers), accesses: by(layers) },
    };
  } finally {
    await account.stop();
    rmSync(assembly, { recursive: true });
  }
}

/** Two images with the same zstd base. */
const onOneBase = async (app: string) =>
  imageOf({
    layers: [await layerOf({ base: 'base' }, OCI.zstd, 'zstd'), await layerOf({ [app]: app }, OCI.gzip)],
  });

/** Its configs must be downloaded to choose a child. */
async function indexWithoutPlatforms() {
  const images = ['arm64', 'amd64'].map(async (architecture) => {
    const { blobs } = await dockerDesktopImage(architecture);
    const layers = blobs.slice(1).map((blob) => ({ ...blob, diffId: 'sha256:0' }));
    return { of: imageOf({ mediaType: OCI.manifest, configMediaType: OCI.config, layers, architecture }), about: {} };
  });
  return indexOf(OCI.index, await Promise.all(images));
}

describe('every repository', () => {
  let run: Awaited<ReturnType<typeof used>>;
  beforeAll(async () => {
    run = await used(() => ({}));
  });

  test('the policy allows what the service does, and nothing that it does not do', () => {
    expect(inexact(run.statements, run.accesses)).toEqual(EXACT);
    expect(new Set(run.accesses.map(({ action }) => action.split(':')[0]))).toEqual(
      new Set(['ecr', 'events', 'sqs', 'logs']),
    );
  });

  test('each action that is taken out of the policy is missed', () => {
    const allowing = allowingOf(run.statements);
    const actions = allowing.flatMap((statement, at) => statement.actions.map((action) => ({ at, action })));
    expect(actions.length).toBeGreaterThanOrEqual(10);
    for (const { at, action } of actions) {
      const less = allowing.map((statement, other) =>
        other === at ? { ...statement, actions: statement.actions.filter((one) => one !== action) } : statement,
      );
      expect(inexact(less, run.accesses).forbidden.join()).toContain(action);
    }
  });

  test.each(['ecr:BatchDeleteImage', 'ecr:*', 'sqs:ChangeMessageVisibility', 'logs:CreateLogGroup'])(
    '%s in addition is noticed',
    (action) => {
      const allowing = allowingOf(run.statements);
      for (const at of allowing.keys()) {
        const more = allowing.map((statement, other) =>
          other === at ? { ...statement, actions: [...statement.actions, action] } : statement,
        );
        const { unused, wide } = inexact(more, run.accesses);
        expect([...unused, ...wide].join()).toContain(action);
      }
    },
  );

  test('a resource in addition is noticed', () => {
    const allowing = allowingOf(run.statements);
    const more = allowing.map((statement) => ({ ...statement, resources: [...statement.resources, 'arn:x'] }));
    expect(inexact(more, run.accesses).unused).toHaveLength(allowing.flatMap(({ actions }) => actions).length);
  });

  test.each<readonly [string, AccessRequest]>([
    ['an image is deleted', { action: 'ecr:BatchDeleteImage', resource: arnOf('team/app') }],
    [
      'a repository of another account is written',
      { action: 'ecr:PutImage', resource: arnOf('a').replace('1234', '9234') },
    ],
    ['a layer is uploaded', { action: 'ecr:UploadLayerPart', resource: arnOf('team/app') }],
    [
      'an event has another source',
      {
        action: 'events:PutEvents',
        resource: BUS,
        context: { 'events:source': 'somebody', 'events:detail-type': 'Image Remediation' },
      },
    ],
    [
      'an event is of another type',
      {
        action: 'events:PutEvents',
        resource: BUS,
        context: { 'events:source': 'ecr-oci-remediation', 'events:detail-type': 'Deployment' },
      },
    ],
    ['an event says neither', { action: 'events:PutEvents', resource: BUS }],
    ['a message is sent', { action: 'sqs:SendMessage', resource: 'arn:aws:sqs:eu-north-1:123456789012:q' }],
  ])('it is not allowed that %s', (_, request) => {
    expect(evaluate(run.statements, request)).toBe('not-allowed');
  });

  test('a repository that opted out is not written, even if the role has other policies', () => {
    const everything: Statement = { effect: 'Allow', actions: ['*'], resources: ['*'], conditions: {} };
    const write = { action: 'ecr:PutImage', resource: arnOf('team/app') };
    const context = { 'ecr:ResourceTag/ecr-oci-remediation': 'disabled' };
    expect(evaluate([...run.statements, everything], write)).toBe('allowed');
    expect(evaluate([...run.statements, everything], { ...write, context })).toBe('denied');
  });
});

describe('chosen repositories, and a key', () => {
  test('RepositoryFilter.matching', async () => {
    const { statements, accesses } = await used(
      () => ({ deleteOrphanedCompanions: true, repositories: [RepositoryFilter.matching('chosen/*')] }),
      'chosen/',
    );
    expect(inexact(statements, accesses)).toEqual(EXACT);
    const others = ['elsewhere/app', 'team/app', 'not/chosen/app'];
    for (const action of ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:PutImage'])
      expect(
        ['chosen/team/app', ...others].map((name) => evaluate(statements, { action, resource: arnOf(name) })),
      ).toEqual(['allowed', 'not-allowed', 'not-allowed', 'not-allowed']);

    const elsewhere = statements.map((statement) => ({
      ...statement,
      resources: statement.resources.map((resource) => resource.replace('repository/chosen/', 'repository/other/')),
    }));
    const { forbidden, unused } = inexact(elsewhere, accesses);
    expect(forbidden.join()).toContain(`ecr:PutImage ${arnOf('chosen/team/app')}`);
    expect(unused).toContain(`ecr:PutImage ${arnOf('other/*')}`);
  });

  test('an encryption key is used to read the queues, and for nothing else', async () => {
    const { statements, accesses } = await used((stack) => ({ encryptionKey: new kms.Key(stack, 'Key') }), 'team/');
    expect(inexact(statements, accesses)).toEqual(EXACT);
    const actions = statements.flatMap((statement) => statement.actions).filter((action) => action.startsWith('kms:'));
    expect(actions).toEqual(['kms:Decrypt']);
  });
});

describe('a function for each kind of work', () => {
  let run: Awaited<ReturnType<typeof used>>;
  beforeAll(async () => {
    run = await used(() => ({ recompressLayers: true }), '', true);
  });

  test('each policy allows what its function does, and nothing that it does not do', () => {
    const { statements, accesses, layers } = run;
    if (!layers) throw new Error('the template has no second function');
    expect(inexact(statements, accesses)).toEqual(EXACT);
    expect(inexact(layers.statements, layers.accesses)).toEqual(EXACT);
    expect(layers.accesses.length).toBeGreaterThan(10);
  });

  test.each(['InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload', 'BatchCheckLayerAvailability'])(
    '%s is for the one that recompresses only, and not in a repository that opted out',
    (operation) => {
      const upload = { action: `ecr:${operation}`, resource: arnOf('team/app') };
      const optedOut = { ...upload, context: { 'ecr:ResourceTag/ecr-oci-remediation': 'disabled' } };
      const { statements, layers } = run;
      expect(
        [statements, layers?.statements ?? []].map((of) => [evaluate(of, upload), evaluate(of, optedOut)]),
      ).toEqual([
        ['not-allowed', 'not-allowed'],
        ['allowed', 'not-allowed'],
      ]);
    },
  );

  test('the one that recompresses requests nothing and lists no repositories', () => {
    const statements = run.layers?.statements ?? [];
    const request = {
      action: 'events:PutEvents',
      resource: BUS,
      context: { 'events:source': 'ecr-oci-remediation', 'events:detail-type': 'Image Recompression Requested' },
    };
    expect([evaluate(statements, request), evaluate(run.statements, request)]).toEqual(['not-allowed', 'allowed']);
    expect(evaluate(statements, { action: 'ecr:DescribeRepositories', resource: arnOf('*') })).toBe('not-allowed');
  });
});
