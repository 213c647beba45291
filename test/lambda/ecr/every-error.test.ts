import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as ecr from '@aws-sdk/client-ecr';
import * as eventBridge from '@aws-sdk/client-eventbridge';
import { ENV } from '../../../lambda/core/contract';
import {
  COMMON_ECR_ERRORS,
  commonErrors,
  ECR_ERRORS,
  type End,
  FAILURE_CODES,
  LAYER_ERRORS,
  OUTCOME_ERRORS,
  REQUEST_ERRORS,
} from '../../support/error-classification';
import { DOCKER, descriptor, digestOfText, index, OCI, ociImage } from '../../support/manifests';

/** The errors that the installed SDK's model lists for an operation: the compiled code has no such list, the declarations do. */
function modelled(client: 'client-ecr' | 'client-eventbridge', operation: string): string[] {
  const file = `${client}/dist-types/commands/${operation}Command.d.ts`;
  const declaration = readFileSync(join(__dirname, '../../../node_modules/@aws-sdk', file), 'utf8');
  return [...declaration.matchAll(/@throws \{@link (\w+)\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => !name.endsWith('ServiceException'))
    .sort();
}

describe('the tables have every error of the installed SDK, and no other', () => {
  test.each(Object.entries({ ...ECR_ERRORS, ...LAYER_ERRORS }))('%s', (operation, table) => {
    const errors = modelled('client-ecr', operation);
    expect(Object.keys(table).sort()).toEqual(errors);
    expect(errors.filter((name) => !(name in ecr))).toEqual([]);
    expect(errors).toContain('ServerException');
  });

  test('PutEvents', () => {
    const errors = modelled('client-eventbridge', 'PutEvents');
    expect(errors).toEqual(['InternalException']);
    expect(errors.filter((name) => !(name in eventBridge))).toEqual([]);
    for (const table of [OUTCOME_ERRORS, REQUEST_ERRORS]) expect(Object.keys(table)).toEqual(errors);
  });

  test('every operation that the adapter calls', () => {
    const folder = join(__dirname, '../../../lambda/ecr');
    const sources = globSync('*.ts', { cwd: folder }).map((file) => readFileSync(join(folder, file), 'utf8'));
    const called = sources.flatMap((source) => [...source.matchAll(/new (\w+)Command\(/g)].map(([, name]) => name));
    expect([...new Set(called)].sort()).toEqual(Object.keys({ ...ECR_ERRORS, ...LAYER_ERRORS }).sort());
  });

  test('failure codes of BatchGetImage', () => {
    expect(Object.keys(FAILURE_CODES).sort()).toEqual(Object.values(ecr.ImageFailureCode).sort());
  });
});

interface Case {
  readonly operation: string;
  readonly error: string;
  readonly work: 'repair' | 'repository-audit' | 'registry-audit';
  readonly isFailureCode?: boolean;
  readonly end: End;
}

/** What the service is asked to do, so that it makes this call first of all. */
const WORK: Readonly<Record<string, Case['work']>> = {
  DescribeImages: 'repository-audit',
  DescribeRepositories: 'registry-audit',
  ListTagsForResource: 'repository-audit',
};

/** Where an error that any operation can answer ends otherwise. */
const COMMON_ENDS: Readonly<Record<string, Readonly<Record<string, End>>>> = {
  DescribeRepositories: commonErrors('retried'),
  GetLifecyclePolicy: commonErrors('converted'),
};

const tried = (operation: string, table: Readonly<Record<string, End>>, more: Partial<Case> = {}): Case[] =>
  Object.entries(table).map(([error, end]) => ({ operation, error, work: WORK[operation] ?? 'repair', end, ...more }));

const cases: readonly Case[] = [
  ...Object.entries(ECR_ERRORS)
    // Its request names no repository, so that the answer can't be that of one case.
    .filter(([operation]) => operation !== 'DescribePullThroughCacheRules')
    .flatMap(([operation, table]) => {
      return tried(operation, { ...(COMMON_ENDS[operation] ?? COMMON_ECR_ERRORS), ...table });
    }),
  ...tried('BatchGetImage', FAILURE_CODES, { isFailureCode: true }),
  ...tried('PutEvents', { ...commonErrors('repaired, not published'), ...OUTCOME_ERRORS }),
  ...tried('PutEvents', { ...commonErrors('retried'), ...REQUEST_ERRORS }, { work: 'registry-audit' }),
];

/** One repository for each case, so that one batch of messages tries several. */
const repositoryOf = (at: number) => `case/${at}`;
const caseOf = (repository: string) => cases[Number(repository.split('/')[1])];

const SOURCE = JSON.stringify(ociImage());
const EARLIER = JSON.stringify({ ...ociImage('earlier'), mediaType: DOCKER.manifest });
/** Its children name no platform, so their configs must be downloaded. */
const CHILDREN = ['a', 'b'].map((name) => JSON.stringify(ociImage(name)));
const INDEX = JSON.stringify(
  index(
    CHILDREN.map((child) => ({ ...descriptor(OCI.manifest, child), size: child.length, digest: digestOfText(child) })),
  ),
);
const MANIFESTS = new Map([SOURCE, EARLIER, INDEX, ...CHILDREN].map((manifest) => [digestOfText(manifest), manifest]));

let server: Server;
const companions = new Map<string, string>();
const published: {
  readonly repository: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly skipped?: string;
  readonly restarts?: number;
}[] = [];
const failed: string[] = [];

function batchGetImage(repository: string, imageIds: readonly { imageTag?: string; imageDigest?: string }[]): object {
  const { operation, error, isFailureCode } = caseOf(repository) ?? {};
  const images: object[] = [];
  const failures: object[] = [];
  for (const imageId of imageIds) {
    const { imageTag, imageDigest } = imageId;
    const tagged = imageTag === 'v1' ? (operation === 'GetDownloadUrlForLayer' ? INDEX : SOURCE) : undefined;
    const orphaned = imageTag === 'v1' ? undefined : EARLIER;
    const stored = MANIFESTS.get(imageDigest ?? '') ?? tagged ?? companions.get(repository);
    const manifest = operation === 'BatchDeleteImage' ? orphaned : stored;
    if (isFailureCode && imageTag === 'v1') failures.push({ imageId, failureCode: error, failureReason: 'because' });
    else if (!manifest) failures.push({ imageId, failureCode: 'ImageNotFound', failureReason: 'not found' });
    else {
      images.push({
        imageId: { ...imageId, imageDigest: digestOfText(manifest) },
        imageManifest: manifest,
        imageManifestMediaType: JSON.parse(manifest).mediaType,
      });
    }
  }
  return { images, failures };
}

/** @returns the error that this call of this case ends in, having done what goes with it */
function errorOf(operation: string, repository: string, input: Readonly<Record<string, string>>): string | undefined {
  const { operation: failing, error, isFailureCode } = caseOf(repository) ?? ({} as Partial<Case>);
  if (failing !== operation || isFailureCode) return undefined;
  if (error === 'ImageAlreadyExistsException') companions.set(repository, input.imageManifest ?? '');
  if (error === 'ImageTagAlreadyExistsException') companions.set(repository, EARLIER);
  return error;
}

function answer(operation: string, input: Readonly<Record<string, string>>, repository: string): object {
  if (operation === 'BatchGetImage') return batchGetImage(repository, input.imageIds as never);
  if (operation === 'PutImage') companions.set(repository, input.imageManifest ?? '');
  if (operation === 'DescribeRepositories') return { repositories: [{ repositoryName: repository }] };
  if (operation === 'GetDownloadUrlForLayer') return { downloadUrl: `${process.env.AWS_ENDPOINT_URL}/config` };
  return {};
}

const isServerFault = (error: string) => /^(Server|Internal|ServiceUnavailable)/.test(error);

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.method === 'GET') {
      response.end(JSON.stringify({ os: 'linux', architecture: 'amd64' }));
      return;
    }
    const operation = request.headers['x-amz-target']?.toString().split('.')[1] ?? '';
    const input = JSON.parse(body);
    const details = (input.Entries ?? []).map((entry: { Detail: string }) => JSON.parse(entry.Detail));
    const [named] = /case\/\d+/.exec(body) ?? [''];
    const error = errorOf(operation, named, input);
    if (!error) published.push(...details);
    response.writeHead(error ? (isServerFault(error) ? 500 : 400) : 200, {
      'content-type': 'application/x-amz-json-1.1',
    });
    response.end(JSON.stringify(error ? { __type: error, message: 'because' } : answer(operation, input, named)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-north-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_LAMBDA_FUNCTION_NAME: 'remediate',
    [ENV.companionTagSuffix]: '-dockerv2',
    [ENV.platforms]: 'linux/amd64',
    [ENV.companionFor]: 'oci-images',
    [ENV.uncompressedLayers]: 'refuse',
    [ENV.eventBusName]: 'default',
    [ENV.putImagesPerSecond]: '1000',
    [ENV.auditPutImagesPerSecond]: '1000',
    [ENV.repositories]: '*',
    [ENV.account]: '123456789012',
    [ENV.partition]: 'aws',
    [ENV.urlSuffix]: 'amazonaws.com',
    [ENV.auditWindowDays]: '7',
    [ENV.deleteOrphanedCompanions]: 'true',
  });
  const { handler } = await import('../../../lambda/remediate');
  const quiet = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  // The SDK waits for a random part of a time that doubles with each attempt.
  const impatient = jest.spyOn(Math, 'random').mockReturnValue(0);
  const Records = cases.map((_, at) => ({ messageId: repositoryOf(at), body: eventOf(repositoryOf(at)) }));
  // Ten at a time, as the queue sends them: more would wait for each other's connections until they time out.
  for (let at = 0; at < Records.length; at += 10) {
    const batch = { Records: Records.slice(at, at + 10) };
    const { batchItemFailures } = await handler(batch, { getRemainingTimeInMillis: () => 60_000 });
    failed.push(...batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  }
  quiet.mockRestore();
  impatient.mockRestore();
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** The event that has the service call the operation for this repository; an audit of all has only the token of a page to name it. */
function eventOf(repository: string): string {
  const common = { id: repository, account: '123456789012', region: 'eu-north-1', time: '2026-11-21T12:00:00Z' };
  const own = { ...common, source: 'ecr-oci-remediation' };
  const push = { 'action-type': 'PUSH', result: 'SUCCESS', 'repository-name': repository, 'image-tag': 'v1' };
  const events = {
    repair: { ...common, source: 'aws.ecr', 'detail-type': 'ECR Image Action', detail: push },
    'repository-audit': { ...own, 'detail-type': 'Repository Audit Requested', detail: { repository } },
    'registry-audit': { ...own, 'detail-type': 'Registry Audit Requested', detail: { nextToken: repository } },
  };
  return JSON.stringify(events[caseOf(repository)?.work ?? 'repair']);
}

describe('each error ends as the table says, tried through the handler', () => {
  test.each(cases.map(({ operation, error, work, end }, at) => [`${work}: ${operation} ${error}`, end, at] as const))(
    '%s: %s',
    (_, end, at) => {
      const outcomes = published.filter(({ repository }) => repository === repositoryOf(at));
      const ends = outcomes.map(({ outcome, reason, skipped }) => reason ?? outcome ?? skipped);
      if (failed.includes(repositoryOf(at))) ends.push('retried');
      if (ends.length === 0 && companions.has(repositoryOf(at))) ends.push('repaired, not published');
      if (ends.length === 0 && published.some(({ restarts }) => restarts === 1)) ends.push('begun again');
      expect(ends).toEqual([end]);
    },
  );
});
